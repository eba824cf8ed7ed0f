"""Give money of a payment back through its gateway, and find out what became of a refund whose answer got lost.

As a charge (`handlers/charging.py`): load → decide → record the intent → act → record the outcome, the intent's id being the
idempotency key. A request is sent again only while the gateway still knows the key, and only by the job that wanted it. The
gateway is asked after the rows were read, and its answer is written over that version only: no older answer is written last.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from work365.approving.giving_back import of_refund, whose_invoice
from work365.errors import BadInput, Conflict, InvariantBroken, NotAuthorised, OutcomeUnknown, Refused, Rejected
from work365.jobs import JobResult, JobState
from work365.receivables import refund_settling, settling
from work365.receivables import refund_wording as wording
from work365.receivables.payments import PaymentId
from work365.receivables.refund_deciding import decide
from work365.receivables.refunds import RefundOutcome, RefundState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from work365.handlers.approving import Gate
    from work365.jobs import Job
    from work365.ports.payments import GatewayFor
    from work365.ports.refunding import RefundBook
    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.payments import Profile
    from work365.receivables.refunds import Refund, RefundId

TRIES = 4
ASK_AGAIN_S = 120


def refund(job: Job, *, book: RefundBook, gateway_for: GatewayFor, now: datetime, gate: Gate | None = None) -> JobResult:
    """Give back what a job asks for, once, however often the job is run, and not before the gate lets it.

    Errors: Refused with a sentence, NotAuthorised when the person who asked may not; Conflict when rows keep changing; External.
    """
    payment = meant(job, book)
    for _ in range(TRIES):
        case = book.case(payment)
        mine = next((one for one in case.refunds if one.job == job.id), None)
        if mine is not None:
            return _result(mine) if mine.state.final else _follow(mine, book, gateway_for, now, send=True)
        made = decide(job, case, now=now)
        if gate is not None and (stopped := gate.stops(job, whose_invoice(case.uses.debt), partial(of_refund, case, made))):
            return stopped
        try:
            book.open(made, case, note=wording.begun(made), on_behalf_of=job.on_behalf_of)
        except Conflict:
            continue
        except NotAuthorised as error:
            raise NotAuthorised(wording.not_allowed(case.uses.debt.label)) from error
        return _follow(made, book, gateway_for, now, send=True, fresh=True)
    message = f"payment {payment} changed each time it was read"
    raise Conflict(message)


def meant(job: Job, book: RefundBook) -> PaymentId:
    """The payment that a job is about: the one that it names, else the only one of its invoice. Errors: Refused; BadInput."""
    if job.payment is not None:
        return PaymentId(job.payment)
    if job.invoice is None:
        message = "a refund needs a payment or an invoice"
        raise BadInput(message, "payment")
    return only(book.of_invoice(job.invoice), book)


def only(payments: Iterable[PaymentId], book: RefundBook) -> PaymentId:
    """The one of some payments of which something may be given back.

    Errors: Refused when there is none, or more than one, naming them.
    """
    cases = [book.case(payment) for payment in payments]
    left = [case for case in cases if case.profile is not None and case.refundable.minor] or cases
    if len(left) == 1:
        return left[0].payment.id
    if not left:
        message = "Nothing was paid that could be given back; look it up under Payments."
        raise Refused(message)
    named = ", ".join(f"{case.payment.reference or case.payment.id} with {case.refundable}" for case in left)
    message = f"There are {len(left)} payments: {named}. Say which one is to be given back."
    raise Refused(message)


def ask_about(payment: PaymentId, *, book: RefundBook, gateway_for: GatewayFor, now: datetime) -> JobResult | None:
    """Find out what became of every refund of a payment, after an event or for a sweep; never gives money.

    Shape:  what became of the last; None when there is none.
    Errors: as `refund`.
    """
    result = None
    for known in book.case(payment).refunds:
        result = _follow(known, book, gateway_for, now, send=False)
    return result


def _follow(
    known: Refund, book: RefundBook, gateway_for: GatewayFor, now: datetime, *, send: bool, fresh: bool = False
) -> JobResult:
    """Learn what becomes of a refund and write it. Shape: a `fresh` one has never been sent, so nobody need ask before."""
    for _ in range(TRIES):
        case = book.case(known.payment)
        outcome, lost = _learnt(case, known.id, gateway_for, now, send=send, fresh=fresh)
        fresh = False
        settlement = None if outcome is None else refund_settling.settle(case.refund(known.id), outcome, case, today=now.date())
        try:
            if settlement is not None:
                book.record(settlement)
        except Conflict:
            continue
        if lost is not None:
            raise lost
        return _result(case.refund(known.id) if settlement is None else settlement.refund)
    message = f"refund {known.id} changed each time its outcome was to be written"
    raise Conflict(message)


def _learnt(
    case: PaymentCase, id_: RefundId, gateway_for: GatewayFor, now: datetime, *, send: bool, fresh: bool
) -> tuple[RefundOutcome | None, OutcomeUnknown | None]:
    """Ask the gateway; when it has no trace, send while that is safe, or close the attempt once nothing can arrive.

    Shape: an unknown outcome comes with the error that is to be raised once it is recorded; None when there are no news.
    """
    made, profile = case.refund(id_), _profile(case)
    gateway = gateway_for(profile.processor)
    found = None if fresh else gateway.find_refund(made, case.payment, profile)
    if found is not None or made.state.final:
        return found, None
    if not (send and settling.may_send_again(made, now)):
        return (refund_settling.never_arrived() if settling.lost_for_good(made, now) else None), None
    try:
        return gateway.refund(made, case.payment, profile, before=case.before(made)), None
    except OutcomeUnknown as error:
        return RefundOutcome(RefundState.UNKNOWN), error
    except Rejected as error:
        return refund_settling.rejected(error.code, str(error)), None
    except Refused as error:
        return refund_settling.rejected("", str(error)), None


def _profile(case: PaymentCase) -> Profile:
    if case.profile is None:
        message = f"payment {case.payment.id} has refunds at a gateway but names no profile"
        raise InvariantBroken(message)
    return case.profile


RESULTS = {
    RefundState.PENDING: JobState.CONFIRMING,
    RefundState.UNKNOWN: JobState.CONFIRMING,
    RefundState.PROCESSING: JobState.SUCCEEDED,
    RefundState.SUCCEEDED: JobState.SUCCEEDED,
    RefundState.FAILED: JobState.REFUSED,
}
"""What a job is, once its refund is in a state; one on its way is brought to its end by a later event or sweep."""


def _result(made: Refund) -> JobResult:
    state = RESULTS[made.state]
    return JobResult(state, made.message, ASK_AGAIN_S if state is JobState.CONFIRMING else None)
