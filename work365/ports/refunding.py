"""Port to the rows of refunds, and of what refunds change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.payments import PaymentId
    from work365.receivables.refund_settling import RefundSettlement
    from work365.receivables.refunds import Refund


class RefundBook(Protocol):
    """Payments with what went back of them."""

    def payments(self, named: str) -> Iterable[PaymentId]:
        """The payments that took money and that a person means: by the invoice's number, the gateway's id, or their own id."""

    def of_invoice(self, invoice: str) -> Iterable[PaymentId]:
        """The payments of an invoice that took money."""

    def case(self, payment: PaymentId) -> PaymentCase:
        """A payment, its invoice, what it pays, the credit notes, its refunds: the payment first. Errors: NotFound."""

    def open(self, refund: Refund, case: PaymentCase, *, note: str, on_behalf_of: str | None) -> None:
        """Write a new attempt and the note on its payment, with the rights of the person who asked, all or nothing.

        Errors: Conflict when the attempt exists or the payment changed; NotAuthorised when the person may not give money back.
        """

    def record(self, settlement: RefundSettlement) -> None:
        """Write an outcome: refund, payment, allocation, invoice and credit notes, all or nothing.

        Errors: Conflict when one of them changed since they were read.
        """

    def unsettled(self, *, sent_before: datetime) -> Iterable[PaymentId]:
        """Payments with refunds without a final state that were sent before a moment: what a sweep must ask about."""
