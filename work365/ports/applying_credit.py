"""Port to credit notes that pay invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.receivables.applying_credit import Credit, CreditApplied, CreditTakenBack
    from work365.receivables.spreading import OpenInvoice, Part


class CreditBook(Protocol):
    """Credit notes, and the invoices that they may pay."""

    def credit(self, number: str) -> Credit:
        """Read a document by its number, afresh. Errors: BadInput when there is none."""

    def of_account(self, account: str) -> Sequence[Credit]:
        """The credit notes of an account, by its number, of which something is open; the oldest first."""

    def open_invoices(self, credit: Credit) -> Sequence[OpenInvoice]:
        """What the customer owes in the note's company and currency."""

    def parts(self, credit: Credit) -> Sequence[Part]:
        """What a note pays now; what was taken back is left out."""

    def apply(self, applied: CreditApplied) -> None:
        """Write a note and what it pays, all or nothing. Errors: Conflict when a row changed or is there already."""

    def take_back(self, taken: CreditTakenBack) -> None:
        """Write what no longer pays, all or nothing. Errors: Conflict."""
