"""What may be given back of a payment, and the refund that a job asks for: one pure decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.money import EXPONENT, exactly, stated, total
from work365.receivables.payments import PaymentSource, PaymentState
from work365.receivables.refunds import Refund, RefundState, refund_id
from work365.receivables.wording import OTHER_AMOUNT

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from work365.jobs import Job
    from work365.money import Money
    from work365.receivables.payment_case import PaymentCase

REASON_MAX = 300


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
    if case.payment.source is PaymentSource.LEFT_OVER:
        message = (
            f"{name} was left over of another payment: give that one back (*Left over of* on its form), or take this back with "
            "`w365 left-over take-back`."
        )
        raise Refused(_capital(message))
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
        if one.code == OTHER_AMOUNT and not one.state.final:
            message = f"The gateway gives back another amount of {called(case)} than {one.amount}; its refund says what to do."
            raise Refused(message)
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
