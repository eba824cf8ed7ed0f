"""Port to one-off invoices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from work365.invoicing.outline import Draft
    from work365.oneoff.items import Buying
    from work365.ports.billing import Entity


@dataclass(frozen=True, slots=True)
class Customer:
    """The contract that a one-off invoice is for, with the legal entity that issues it."""

    entity: Entity
    buying: Buying


class OneOffBook(Protocol):
    """One-off invoices."""

    def load(self, contract: str, products: Collection[str]) -> Customer:
        """Read a contract by its number, and products by theirs. Errors: Refused when it cannot be billed."""

    def fee(self, contract: str, item: str) -> Customer | None:
        """A late fee and its contract, which may have ended, by the item's id; None where it is billed, or left out.

        Shape:  the item is the only one in `Customer.buying.waiting`.
        Errors: Refused when it cannot be billed.
        """

    def written(self, invoice: str) -> bool:
        """Whether the document of this id was written by an earlier attempt."""

    def write(self, draft: Draft, entity: str) -> None:
        """Write the document and its items, all or nothing. Errors: DuplicateKey when somebody has just done so."""
