"""What an answer of the gateway changes: the payment's state, the allocation, the invoice's balance and status.

A success is final here whatever late or repeated news say: that its money went away again is told by disputes (`disputing`),
which the gateway is asked about apart. One that failed may still turn out to have succeeded, because money that was taken must be
shown (docs/adr/0005-charge-states.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from work365.ids import derived
from work365.money import zero
from work365.receivables import wording
from work365.receivables.payments import Debt, DeclineClass, InvoiceStatus, Payment, PaymentState
from work365.receivables.write_offs import WriteOff, taken_back

if TYPE_CHECKING:
    from datetime import date, datetime

    from work365.money import Money
    from work365.receivables.payments import Profile

KEY_GOOD_FOR = timedelta(hours=23)
"""A gateway may forget a key after 24 hours; then the same key charges again. Source: docs.stripe.com/api/idempotent_requests."""

QUIET_FOR = timedelta(hours=1)
"""Longer than any worker lives: when the job is final and this has passed, no request of ours is still on its way."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gateway says of one attempt.

    Attributes:
        reference: its id of the payment; empty when there is none.
        amount: what it holds; None when it did not say.
        code, words: why it failed, as a code and for a person.
        decline: of a failure, whether it may pass by itself; whoever does not know says that it does not.
        for_good: of a failure, what was charged must never be charged again, for whatever invoice.
        session: its id of the page on which it is paid; empty where there is none.
    """

    state: PaymentState
    reference: str = ""
    amount: Money | None = None
    code: str = ""
    words: str = ""
    decline: DeclineClass = DeclineClass.HARD
    session: str = ""
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a payment paid for."""

    id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Settlement:
    """Everything that one answer changes; it is written in one change set under the ETags of what was read.

    Attributes:
        payment, debt: the new values; their `etag` is the version that they replace.
        charge_status: for the invoice's form, in words.
        paid_on: set when this paid the rest.
        spare: what no invoice uses of money that has just come; None when none has.
        taken_back: what the money paid that had been written off.
        refused: the profile as it is from now on, when it must never be charged again.
    """

    payment: Payment
    debt: Debt
    charge_status: str
    allocation: Allocation | None = None
    paid_on: date | None = None
    spare: Money | None = None
    taken_back: WriteOff | None = None
    refused: Profile | None = None


def moves(now: PaymentState, news: PaymentState) -> bool:
    """Whether news may change a payment's state."""
    if now in (PaymentState.SUCCEEDED, PaymentState.RETURNED) or news in (now, PaymentState.PENDING, PaymentState.RETURNED):
        return False
    if now is PaymentState.FAILED:
        return news is PaymentState.SUCCEEDED
    return not (news is PaymentState.UNKNOWN and now in (PaymentState.PROCESSING, PaymentState.NEEDS_ACTION))


def settle(payment: Payment, outcome: Outcome, debt: Debt, profile: Profile | None, *, today: date) -> Settlement | None:
    """What must be written, or None when the news change nothing."""
    if outcome.amount is not None and outcome.amount != payment.amount and outcome.state is not PaymentState.FAILED:
        return _other_amount(payment, outcome, outcome.amount, debt)
    if not moves(payment.state, outcome.state):
        return None
    changed = replace(
        payment,
        state=outcome.state,
        reference=outcome.reference or payment.reference,
        code=outcome.code,
        decline=None,
        declined_on=None,
        page=payment.page and replace(payment.page, session=outcome.session or payment.page.session),
    )
    if outcome.state is PaymentState.SUCCEEDED:
        return _paid(replace(changed, received_on=today), debt, profile, today)
    if outcome.state is PaymentState.FAILED:
        changed = replace(changed, decline=outcome.decline, declined_on=today)
    words = wording.outcome(changed, outcome.words, profile, for_good=outcome.for_good)
    return Settlement(replace(changed, message=words), debt, words, refused=_refused(outcome, payment, profile, today))


def _other_amount(payment: Payment, outcome: Outcome, held: Money, debt: Debt) -> Settlement | None:
    """Amounts that were read wrongly must never become a booking: a person has to look, and is told so once.

    Shape: the attempt stays open until it has failed, so that nobody charges beside money that may be there.
    """
    waits = payment.state is outcome.state is PaymentState.NEEDS_ACTION
    if payment.code == wording.OTHER_AMOUNT or not (waits or moves(payment.state, outcome.state)):
        return None
    changed = replace(
        payment,
        state=PaymentState.NEEDS_ACTION,
        reference=outcome.reference or payment.reference,
        code=wording.OTHER_AMOUNT,
        decline=None,
        declined_on=None,
    )
    words = wording.other_amount(changed, held, debt)
    return Settlement(replace(changed, message=words), debt, words)


def _refused(outcome: Outcome, payment: Payment, profile: Profile | None, today: date) -> Profile | None:
    """The profile that is refused for good from now on; None where none is, or was before, or a page was paid on."""
    if not outcome.for_good or payment.profile is None or profile is None or profile.refused_on is not None:
        return None
    return replace(profile, refused_on=today)


def _paid(payment: Payment, debt: Debt, profile: Profile | None, today: date) -> Settlement:
    allocated = min(payment.amount, open_for(debt), key=lambda money: money.minor)
    settled = owing(debt, -allocated)
    words = wording.charged(payment, settled, profile, spare=payment.amount - allocated)
    back = taken_back(debt, settled, payment.id, payment.id, today)
    words = f"{words}. {back.reason} that had been written off" if back else words
    paid_on = today if paid_again(debt, settled) else None
    allocation = Allocation(derived("allocation", payment.id, debt.id), allocated) if allocated.minor else None
    return Settlement(replace(payment, message=words), settled, words, allocation, paid_on, payment.amount - allocated, back)


def open_for(debt: Debt) -> Money:
    """What money that arrives may still pay: what is open, and what was given up.

    The books may have taken cash, or the invoice been cancelled or written off, while it was on its way.
    """
    nothing = zero(debt.balance.currency)
    owed = debt.balance + debt.written_off
    return nothing if debt.status is InvoiceStatus.CANCELLED or owed <= nothing else owed


def owing(debt: Debt, more: Money) -> Debt:
    """A document of which more is open, or with a negative amount less.

    Shape: what is paid beyond the balance takes back as much of what was written off.
    """
    if not more.minor:
        return debt
    back = max(zero(more.currency), min(-more - debt.balance, debt.written_off))
    balance, charged, written_off = debt.balance + more + back, debt.charged - more, debt.written_off - back
    status = status_after(debt.status, balance, charged, written_off)
    return replace(debt, balance=balance, charged=charged, written_off=written_off, status=status)


def paid_again(before: Debt, after: Debt) -> bool:
    """Whether a document has just become paid."""
    return after.status is InvoiceStatus.PAID and before.status is not InvoiceStatus.PAID


def status_after(before: InvoiceStatus, balance: Money, charged: Money, written_off: Money | None = None) -> InvoiceStatus:
    """The status of an issued invoice: Paid only at balance zero, Partial once something came in; cancelled stays so.

    Shape: `written_off` None is nothing; an invoice that is closed by giving a part up is not paid.
    """
    if before is InvoiceStatus.CANCELLED:
        return before
    if not balance.minor:
        return InvoiceStatus.WRITTEN_OFF if written_off is not None and written_off.minor else InvoiceStatus.PAID
    return InvoiceStatus.PARTIAL if charged.minor else InvoiceStatus.ISSUED


class Sent(Protocol):
    """A payment or a refund, as far as its request goes."""

    @property
    def sent_on(self) -> datetime:
        """When the gateway was first asked, or was about to be."""

    @property
    def job_final(self) -> bool:
        """The job that made it will do nothing more."""


def may_send_again(sent: Sent, now: datetime) -> bool:
    """Whether the gateway still knows the key, so that sending again cannot move the money twice."""
    return now - sent.sent_on < KEY_GOOD_FOR


def lost_for_good(sent: Sent, now: datetime) -> bool:
    """Whether a request that the gateway has no trace of will never get there any more."""
    return not may_send_again(sent, now) or (sent.job_final and now - sent.sent_on >= QUIET_FOR)


def never_arrived() -> Outcome:
    """The end of an attempt that the gateway has no trace of."""
    words = "the request never reached the gateway"
    return Outcome(PaymentState.FAILED, code=wording.NEVER_ARRIVED, words=words, decline=DeclineClass.SOFT)


def rejected(code: str, words: str) -> Outcome:
    """The end of an attempt that the gateway did not even try, because our request was wrong, such as under an old key.

    Shape: no bank was asked, and what was wrong may be mended: it is tried again on the days of the plan.
    """
    code = f"{wording.REJECTED}: {code}" if code else wording.REJECTED
    return Outcome(PaymentState.FAILED, code=code, words=words, decline=DeclineClass.SOFT)
