"""Charge an invoice, and find out what became of a charge whose answer got lost.

load → decide → record the intent → act → record the outcome. The intent is a payment row whose id is the idempotency key, so
every step may be repeated: whoever comes again finds the row and asks the gateway first. A request is sent again only while the
gateway still knows the key, and only by the job that wanted it. A page on which the customer may be paying is closed first
(pay_pages.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.errors import BadInput, Conflict, InvariantBroken, NotAuthorised, NotFound, OutcomeUnknown, Refused, Rejected
from work365.handlers.pay_pages import close_open_page, follow
from work365.handlers.recording import TRIES, record
from work365.jobs import JobResult, JobState
from work365.receivables import settling, wording
from work365.receivables.charging import decide
from work365.receivables.payments import CAME, InvoiceId, PaymentId, PaymentState, ProfileId
from work365.receivables.settling import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from work365.jobs import Job
    from work365.ports.payments import GatewayFor, PaymentBook, PaymentHint
    from work365.receivables.charging import ChargeCase
    from work365.receivables.payments import Debt, Payment, Profile

ASK_AGAIN_S = 120


def charge(job: Job, *, book: PaymentBook, gateway_for: GatewayFor, now: datetime) -> JobResult:
    """Collect what a job asks for, once, however often the job is run.

    Errors: Refused with a sentence, NotAuthorised when the person who asked may not; Conflict when rows keep changing;
            External as the book or the gateway raises it.
    """
    if job.invoice is None:
        message = "a charge needs an invoice"
        raise BadInput(message, "invoice")
    profile = ProfileId(job.profile) if job.profile else None
    for _ in range(TRIES):
        case = book.case(InvoiceId(job.invoice), profile)
        mine = _made_by(job, case)
        if mine is not None:
            return _go_on(mine, book, gateway_for, now, send=True)
        page = close_open_page(case.payments, book=book, gateway_for=gateway_for, now=now)
        if page is not None and page.state.final:
            case = book.case(InvoiceId(job.invoice), profile)
        payment = decide(job, case, now=now)
        try:
            book.open(payment, case.debt, case.profile, note=wording.begun(payment), on_behalf_of=job.on_behalf_of)
        except Conflict:
            continue
        except NotAuthorised as error:
            raise NotAuthorised(wording.not_allowed(case.debt.label)) from error
        return _send(payment, case.debt, book, gateway_for, now, profile=case.profile)
    message = f"invoice {job.invoice} changed each time it was read"
    raise Conflict(message)


def confirm(job: Job, *, book: PaymentBook, gateway_for: GatewayFor, now: datetime) -> JobResult:
    """Find out what became of one payment; never takes money.

    Errors: as `charge`.
    """
    if job.payment is None:
        message = "a confirmation needs a payment"
        raise BadInput(message, "payment")
    return confirm_payment(PaymentId(job.payment), book=book, gateway_for=gateway_for, now=now)


def confirm_payment(payment: PaymentId, *, book: PaymentBook, gateway_for: GatewayFor, now: datetime) -> JobResult:
    """The same for a sweep, which knows only the payment."""
    return _go_on(book.payment(payment), book, gateway_for, now, send=False)


def gateway_event(hint: PaymentHint, payment: Payment, *, book: PaymentBook, gateway_for: GatewayFor, now: datetime) -> JobResult:
    """Ask the gateway about the payment that an event names. Errors: as `charge`."""
    if payment.state in CAME:
        return _result(payment)
    return _ask(replace(payment, reference=payment.reference or hint.reference), book, gateway_for, now, send=False)


def hinted(hint: PaymentHint, book: PaymentBook) -> Payment | None:
    """The payment that an event is about; None when it is none of ours."""
    known = book.referenced(hint.reference) if hint.reference else None
    if known is not None or not hint.payment:
        return known
    try:
        return book.payment(PaymentId(hint.payment))
    except (NotFound, BadInput):
        return None


def _made_by(job: Job, case: ChargeCase) -> Payment | None:
    return next((payment for payment in case.payments if payment.job == job.id), None)


def _go_on(payment: Payment, book: PaymentBook, gateway_for: GatewayFor, now: datetime, *, send: bool) -> JobResult:
    return _result(payment) if payment.state.final else _ask(payment, book, gateway_for, now, send=send)


def _ask(payment: Payment, book: PaymentBook, gateway_for: GatewayFor, now: datetime, *, send: bool) -> JobResult:
    """Ask the gateway; when it has no trace, send again while that is safe, or close the attempt once nothing can arrive."""
    if payment.page is not None:
        return _result(follow(payment, book=book, gateway_for=gateway_for, now=now))
    profile = _profile(payment, book)
    found = gateway_for(profile.processor).find(payment, profile)
    if found is not None:
        return _record(payment, found, profile, book, now)
    if payment.state.final:
        return _result(payment)
    if send and settling.may_send_again(payment, now):
        return _send(payment, book.standing(payment).debt, book, gateway_for, now, profile=profile)
    if settling.lost_for_good(payment, now):
        return _record(payment, settling.never_arrived(), profile, book, now)
    return _result(payment)


def _send(
    payment: Payment, debt: Debt, book: PaymentBook, gateway_for: GatewayFor, now: datetime, *, profile: Profile | None
) -> JobResult:
    """Take the money. A refusal or rejection ends the attempt; an unknown outcome is recorded, then asked about later."""
    profile = profile or _profile(payment, book)
    try:
        outcome = gateway_for(profile.processor).charge(payment, profile, about=debt.label)
    except OutcomeUnknown:
        _record(payment, Outcome(PaymentState.UNKNOWN), profile, book, now)
        raise
    except Rejected as error:
        outcome = settling.rejected(error.code, str(error))
    except Refused as error:
        outcome = settling.rejected("", str(error))
    return _record(payment, outcome, profile, book, now)


def _record(payment: Payment, outcome: Outcome, profile: Profile, book: PaymentBook, now: datetime) -> JobResult:
    return _result(record(payment, outcome, profile, book, now))


def _profile(payment: Payment, book: PaymentBook) -> Profile:
    if payment.profile is None:
        message = f"payment {payment.id} was sent to a gateway but names no profile"
        raise InvariantBroken(message)
    return book.profile(payment.profile)


RESULTS = {
    PaymentState.PENDING: JobState.CONFIRMING,
    PaymentState.UNKNOWN: JobState.CONFIRMING,
    PaymentState.PROCESSING: JobState.SUCCEEDED,
    PaymentState.NEEDS_ACTION: JobState.SUCCEEDED,
    PaymentState.SUCCEEDED: JobState.SUCCEEDED,
    PaymentState.FAILED: JobState.REFUSED,
    PaymentState.RETURNED: JobState.SUCCEEDED,
}
"""What a job is, once its payment is in a state; a bank debit is under way and a later event or sweep brings its end."""


def _result(payment: Payment) -> JobResult:
    state = RESULTS[payment.state]
    if payment.code.startswith((wording.REJECTED, wording.OTHER_AMOUNT)):
        state = JobState.FAILED
    message = payment.message or wording.outcome(replace(payment, state=PaymentState.UNKNOWN), "", None)
    return JobResult(state, message, ASK_AGAIN_S if state is JobState.CONFIRMING else None)
