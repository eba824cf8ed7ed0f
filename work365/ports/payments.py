"""Ports to payments: the gateway that takes the money, and the rows that remember it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from work365.money import Money
    from work365.receivables.charging import Attempts, ChargeCase, Standing
    from work365.receivables.disputes import DisputeNews
    from work365.receivables.payments import Debt, InvoiceId, Payment, PaymentId, Processor, Profile, ProfileId
    from work365.receivables.refunds import Refund, RefundOutcome
    from work365.receivables.settling import Outcome, Settlement


class About(Enum):
    """What an event may have changed of a payment.

    Attributes:
        PAYMENT: whether it is paid; nobody is asked about that once it has succeeded.
        RETURN: it may follow a success: money that went away again, or is back.
        REFUND: money that we give back.
    """

    PAYMENT = "payment"
    RETURN = "return"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class PaymentHint:
    """What an event of a gateway names. It is only a hint: whoever gets it reads the rows and asks the gateway.

    Shape: `reference` is the gateway's id of the payment, `payment` ours; either may be empty.
    """

    reference: str
    payment: str = ""
    about: About = About.PAYMENT


class Gateway(Protocol):
    """Somebody who takes money from stored cards and bank accounts."""

    def charge(self, payment: Payment, profile: Profile, *, about: str) -> Outcome:
        """Take the money once, however often this is called with the same payment; a decline is an outcome, not an error.

        Shape:  `about` is a short text for statements and lists, such as the invoice's number.
        Errors: Refused when this gateway cannot take such an amount; Rejected, Throttled, Unavailable: nothing was taken;
                OutcomeUnknown: it may have been.
        """

    def find(self, payment: Payment, profile: Profile) -> Outcome | None:
        """What became of a payment, also of one that its customer makes on a page; None when the gateway has no trace of it.

        Shape:  never takes money.
        Errors: External.
        """

    def close(self, payment: Payment, profile: Profile) -> Outcome | None:
        """Close the page on which a customer may be making a payment; what became of the payment, None without a trace of it.

        Shape:  failed: nobody can pay there any more; any other state: somebody did, or it cannot be closed.
        Errors: External; Refused when this gateway has no such pages.
        """

    def refund(self, refund: Refund, payment: Payment, profile: Profile, *, before: Money) -> RefundOutcome:
        """Give money of a payment back once, however often this is called with the same refund.

        Shape:  `before` is what earlier refunds of the payment give back.
        Errors: Rejected when the gateway gives nothing back, as where less is left; Throttled, Unavailable: nothing was given;
                OutcomeUnknown: it may have been.
        """

    def find_refund(self, refund: Refund, payment: Payment, profile: Profile) -> RefundOutcome | None:
        """What became of a refund; None when the gateway has no trace of it. Never gives money.

        Errors: External.
        """

    def disputes(self, payment: Payment, profile: Profile) -> tuple[DisputeNews, ...]:
        """What banks and card schemes hold, or held, against a payment that had succeeded, as it stands now.

        Errors: External.
        """


class GatewayFor(Protocol):
    """Whoever knows how to reach the gateway of a processor."""

    def __call__(self, processor: Processor) -> Gateway:
        """The gateway, ready to use. Errors: Refused when the processor is not set up."""


class PaymentBook(Protocol):
    """The rows of payments, and of the invoices as debts."""

    def case(self, invoice: InvoiceId, profile: ProfileId | None) -> ChargeCase:
        """What a charge is decided on: all attempts first, then the invoice and the profile.

        Shape:  the profile is the one named, else the contract's, else the account's default; None when there is none.
        Errors: NotFound.
        """

    def attempts(self, invoice: InvoiceId) -> Attempts:
        """An invoice with its attempts. Errors: NotFound."""

    def payment(self, payment: PaymentId) -> Payment:
        """Read one payment afresh. Errors: NotFound."""

    def referenced(self, reference: str) -> Payment | None:
        """The payment with this id at the gateway, if we know one."""

    def standing(self, payment: Payment) -> Standing:
        """The payment and its invoice, both read afresh. Errors: NotFound."""

    def profile(self, profile: ProfileId) -> Profile:
        """Read one profile. Errors: NotFound."""

    def open(self, payment: Payment, debt: Debt, profile: Profile | None, *, note: str, on_behalf_of: str | None) -> None:
        """Write a new attempt and the note on its invoice, with the rights of the person who asked, all or nothing.

        Errors: Conflict when the attempt exists or the invoice changed; NotAuthorised when the person may not charge.
        """

    def record(self, settlement: Settlement) -> None:
        """Write an outcome: payment, allocation, balance and status, and a profile that it refuses for good, all or nothing.

        Errors: Conflict when the payment, the invoice or that profile changed since they were read.
        """

    def unsettled(self, *, sent_before: datetime) -> Iterable[PaymentId]:
        """Payments without a final state that were sent before a moment: what a sweep must ask about."""
