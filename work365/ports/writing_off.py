"""Port to what is given up of invoices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.receivables.payments import InvoiceId
    from work365.receivables.write_offs import WriteOff
    from work365.receivables.writing_off import Moved, WriteOffCase


@dataclass(frozen=True, slots=True)
class Logged:
    """A movement with who made it, by name."""

    movement: WriteOff
    who: str


class WriteOffBook(Protocol):
    """Invoices with what of them is given up."""

    def invoice(self, number: str) -> InvoiceId:
        """The invoice with a number. Errors: BadInput when there is none."""

    def case(self, invoice: InvoiceId) -> WriteOffCase:
        """Everything that the decision looks at, read as `WriteOffCase` promises. Errors: NotFound."""

    def write(self, moved: Moved, *, on_behalf_of: str | None) -> None:
        """Write the movement and the invoice, all or nothing, as the person who asked.

        Errors: Conflict when a row changed or the movement is there; NotAuthorised when that person may not.
        """

    def movements(self, account: str) -> Iterable[Logged]:
        """The ledger, the newest first; of one account by its number, or with "" of all."""
