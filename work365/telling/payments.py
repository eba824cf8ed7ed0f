"""A charge at a gateway that succeeded is told to the customer once: it is the receipt for their money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from work365.periods import UTC
from work365.telling.notice import A_WEEK, NoticeKind, Wording
from work365.telling.words import means

if TYPE_CHECKING:
    from datetime import date

    from work365.documents.formats import Formats
    from work365.money import Money
    from work365.receivables.payments import PaymentId, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived:
    """Money that a gateway collected for an invoice.

    Attributes:
        contract: the one that the invoice is for.
        number: of the invoice.
        balance: what of the invoice is open now.
        paid_with: the card or bank account; None where its profile was deleted.
    """

    payment: PaymentId
    contract: str
    number: str
    amount: Money
    balance: Money
    received_on: date
    paid_with: Profile | None
    kind = NoticeKind.PAYMENT
    subscription = ""

    @property
    def event(self) -> str:
        """The payment."""
        return self.payment

    @property
    def bundle(self) -> str:
        """Itself: each payment has a receipt of its own."""
        return self.event

    @property
    def until(self) -> datetime:
        """A week later the customer has seen it on their own statement."""
        return datetime.combine(self.received_on + A_WEEK, time(), UTC)

    @property
    def why(self) -> str:
        """The charge."""
        return f"A charge of {self.amount} for invoice {self.number} succeeded on {self.received_on}."

    def worded(self, writing: Formats, zone: str) -> Wording:  # noqa: ARG002  it names days, no moments
        """How much, for which invoice, from where, and what is left to pay."""
        labels, amount = writing.labels, writing.priced(self.amount)
        facts = [
            labels.notice_paid_invoice.format(number=self.number),
            labels.notice_paid_amount.format(amount=amount),
            labels.notice_paid_on.format(day=writing.day(self.received_on)),
        ]
        if self.paid_with is not None:
            facts.append(labels.notice_paid_with.format(means=means(self.paid_with, writing)))
        facts.append(labels.notice_still_open.format(amount=writing.priced(self.balance)))
        return Wording(
            labels.notice_payment_subject.format(amount=amount, number=self.number),
            labels.notice_payment.format(amount=amount, number=self.number),
            tuple(facts),
        )
