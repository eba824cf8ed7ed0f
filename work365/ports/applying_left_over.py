"""Port to what payments have left over, and the invoices that it pays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.receivables.applying_left_over import LeftOver, LeftOverApplied, LeftOverTakenBack
    from work365.receivables.spreading import OpenInvoice, Part


class LeftOverBook(Protocol):
    """Payments through gateways that have money left over, and the invoices that they may pay."""

    def left_over(self, named: str) -> LeftOver:
        """Read a payment afresh, by its id at the gateway or here. Errors: BadInput when there is none that came."""

    def of_account(self, account: str) -> Sequence[LeftOver]:
        """The payments of an account, by its number, that have money left over; the oldest first."""

    def open_invoices(self, left_over: LeftOver) -> Sequence[OpenInvoice]:
        """What the customer owes in the payment's company and currency, but for its own invoice."""

    def parts(self, left_over: LeftOver) -> Sequence[Part]:
        """What other invoices use of it now; what was taken back is left out."""

    def apply(self, applied: LeftOverApplied) -> None:
        """Write a payment and what it pays, all or nothing. Errors: Conflict when a row changed or is there already."""

    def take_back(self, taken: LeftOverTakenBack) -> None:
        """Write what no longer pays, all or nothing. Errors: Conflict."""
