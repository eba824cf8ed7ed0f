"""Port to money that came in without a gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.receivables.receipts import Applied, Receipt, TakenBack
    from work365.receivables.spreading import OpenInvoice, Part


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer as the one whose money it is. Shape: ids of the account and of the legal entity that the money is for."""

    account: str
    entity: str


class ReceiptBook(Protocol):
    """Receipts, and the invoices that they may pay."""

    def payer(self, account: str, entity: str) -> Payer:
        """Look up an account by its number and a legal entity by its code; an empty code is the only one there is.

        Errors: BadInput, naming what is not there or what must be said.
        """

    def find(self, account: str, reference: str) -> Receipt:
        """The receipt of an account with this reference, or with this id. Errors: BadInput when there is none, or several."""

    def receipt(self, id_: str) -> Receipt | None:
        """Read one afresh, if there is one."""

    def of_account(self, account: str) -> Sequence[Receipt]:
        """The receipts of an account, the newest first."""

    def open_invoices(self, receipt: Receipt) -> Sequence[OpenInvoice]:
        """What the customer owes in the receipt's company and currency."""

    def parts(self, receipt: Receipt) -> Sequence[Part]:
        """What a receipt pays now; what was taken back is left out."""

    def apply(self, applied: Applied) -> None:
        """Write a receipt and what it pays, all or nothing. Errors: Conflict when a row changed or is there already."""

    def take_back(self, taken: TakenBack) -> None:
        """Write what no longer pays, all or nothing. Errors: Conflict."""
