"""Values of money that we give back through a gateway, and what may be given back: one pure decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NewType

from work365.errors import BadInput, Refused
from work365.ids import derived
from work365.money import EXPONENT, exactly, stated, total
from work365.receivables.payments import PaymentState

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from work365.jobs import Job
    from work365.money import Money
    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.payments import InvoiceId, PaymentId

RefundId = NewType("RefundId", str)
REASON_MAX = 300


class RefundState(Enum):
    """What we know of a refund. The values are the labels of its status reason.

    Attributes:
        PENDING: the row is written; the gateway may or may not have heard of it.
        UNKNOWN: a request left and no usable answer came, or the gateway said something that we do not know.
        PROCESSING: accepted; the money moves in days.
        SUCCEEDED: it counts as given back; a bank may send it back all the same, which makes it Failed.
        FAILED: nothing was given back, or it came back.
    """

    PENDING = "Pending"
    UNKNOWN = "Unknown"
    PROCESSING = "Processing"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"

    @property
    def final(self) -> bool:
        """Nothing more will happen by itself."""
        return self in (RefundState.SUCCEEDED, RefundState.FAILED)

    @property
    def unanswered(self) -> bool:
        """The gateway has not said what becomes of it."""
        return self in (RefundState.PENDING, RefundState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Refund:
    """One attempt to give money of a payment back; its id is derived from payment and attempt, and is the idempotency key.

    Attributes:
        reference: the gateway's id, once it answered.
        code: the gateway's or our own code of a failure.
        message: what happened, in words.
        sent_on: when the gateway was first asked, or was about to be.
        given_on: when it first counted as given back.
        came_back_on: when it no longer did.
        job_final: the job that made it will do nothing more.
        etag: the row's version when it was read.
    """

    id: RefundId
    payment: PaymentId
    invoice: InvoiceId
    attempt: int
    amount: Money
    reason: str
    state: RefundState
    account: str
    job: str | None
    sent_on: datetime
    reference: str = ""
    code: str = ""
    message: str = ""
    given_on: date | None = None
    came_back_on: date | None = None
    job_final: bool = False
    etag: str = ""


@dataclass(frozen=True, slots=True)
class RefundOutcome:
    """What a gateway says of one refund. Shape: as `settling.Outcome`."""

    state: RefundState
    reference: str = ""
    amount: Money | None = None
    code: str = ""
    words: str = ""


def refund_id(payment: PaymentId, attempt: int) -> RefundId:
    """The id of an attempt: the same for everyone who would make it."""
    return RefundId(derived("refund", payment, str(attempt)))


def decide(job: Job, case: PaymentCase, *, now: datetime) -> Refund:
    """The refund that a job asks for. Errors: Refused with a sentence that says why not, and what to do."""
    amount = allowed(case, job.amount, job.currency)
    payment, attempt = case.payment, 1 + max((one.attempt for one in case.refunds), default=0)
    return Refund(
        id=refund_id(payment.id, attempt),
        payment=payment.id,
        invoice=payment.invoice,
        attempt=attempt,
        amount=amount,
        reason=worded(job.arguments.get("reason", "")),
        state=RefundState.PENDING,
        account=payment.account,
        job=job.id,
        sent_on=now,
    )


def worded(reason: str) -> str:
    """The reason that is kept with a refund. Errors: BadInput when there is none, or too long a one."""
    why = " ".join(reason.split())
    if not why or len(why) > REASON_MAX:
        message = f"say why the money is given back, in at most {REASON_MAX} characters; the reason is kept with the refund"
        raise BadInput(message, "reason")
    return why


def allowed(case: PaymentCase, asked: Decimal | None, currency: str = "") -> Money:
    """The amount that may be given back. Shape: `asked` None is all that may. Errors: Refused, naming the most that may."""
    _refuse_payment(case)
    _refuse_unanswered(case)
    most, code = case.refundable, case.payment.amount.currency
    if not most.minor:
        message = f"Nothing is left of {called(case)} to give back: {_gone(case)}."
        raise Refused(message)
    if asked is None:
        return most
    if currency and currency != code:
        message = f"{called(case)} is in {code}; {stated(asked, currency)} cannot be given back of it. {_at_most(most)}"
        raise Refused(message)
    try:
        wanted = exactly(asked, code)
    except BadInput as error:
        message = f"{asked.normalize():f} has too many decimal places; {code} has {EXPONENT[code]}. {_at_most(most)}"
        raise Refused(message) from error
    if wanted.minor <= 0:
        message = f"{wanted} cannot be given back; the amount must be above zero. {_at_most(most)}"
        raise Refused(message)
    if most < wanted:
        message = f"{wanted} is more than what is left of {called(case)}. {_at_most(most)}"
        raise Refused(message)
    return wanted


def called(case: PaymentCase) -> str:
    """How a person knows the payment."""
    return f"the payment of {case.payment.amount} for {case.uses.debt.number or 'a draft'}"


def _refuse_payment(case: PaymentCase) -> None:
    state, name = case.payment.state, called(case)
    if case.profile is None:
        message = (
            f"{name} came without a gateway, so none gives it back. Pay it back by bank, and take it back under its receipt "
            "(`w365 receipt`), or where it was recorded."
        )
        raise Refused(_capital(message))
    if state is PaymentState.RETURNED:
        message = f"{name} went back already; nothing is left of it to give back."
        raise Refused(_capital(message))
    if state is PaymentState.FAILED:
        message = f"{name} failed: nothing was taken that could be given back."
        raise Refused(_capital(message))
    if state is not PaymentState.SUCCEEDED:
        message = f"{name} has no result yet. Wait for it, then give it back."
        raise Refused(_capital(message))


def _refuse_unanswered(case: PaymentCase) -> None:
    for one in case.refunds:
        if one.state.unanswered:
            message = f"{one.amount} of {called(case)} is being given back at this moment. Wait for the result."
            raise Refused(message)


def _gone(case: PaymentCase) -> str:
    under_way = total((one.amount for one in case.refunds if not one.state.final), case.payment.amount.currency)
    return f"{under_way} is on its way back" if under_way.minor else "all of it went back"


def _at_most(most: Money) -> str:
    return f"Give back at most {most}."


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
