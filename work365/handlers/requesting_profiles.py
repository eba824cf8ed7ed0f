"""Mail a request link for a job: the button in the dialog of a customer who has nothing stored.

    request without a link, as the person  →  link and notice in one change set  →  mail  →  what became of it

The token of a link is known to one run alone. Whose hash stands in the row hands its mail over, once; every other run finds the
notice there, and looks for the mail. A mail that certainly has not left closes its link before anybody is told to ask again, and
one that may have left keeps it: so no customer ever holds two links that work.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.documents.deliveries import DeliveryState
from work365.documents.recipients import is_address
from work365.errors import BadInput, Conflict, NotAuthorised, OutcomeUnknown, Refused
from work365.handlers import asking_for_profiles
from work365.handlers.mailing import GRACE, look_for
from work365.jobs import JobResult, JobState
from work365.receivables.links import hashed, setup_link
from work365.receivables.payments import InvoiceId, ProfileStatus
from work365.receivables.profile_links import GOOD_FOR
from work365.receivables.profile_requests import refuse_second, requested_by
from work365.telling.payment_details import invitation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from work365.jobs import Job
    from work365.ports.documents import Catalogues
    from work365.ports.mail import Mailer
    from work365.ports.profile_requests import RequestBook, RequestCase
    from work365.ports.profiles import PagesFor, ProfileBook
    from work365.ports.telling import NoticeBook
    from work365.receivables.profile_links import Request
    from work365.telling.notice import Notice
    from work365.telling.payment_details import Invitation

TRIES = 8
"""Three readings are what a quiet run needs."""
CROSSING_S, LOOK_S = 5, 60
NOT_LEFT = "The mail with its link did not leave."


@dataclass(frozen=True, slots=True)
class RequestDesk:
    """What is worked on. `public_url` and `mailer_for` raise Refused where the settings do not say it."""

    book: RequestBook
    profiles: ProfileBook
    notices: NoticeBook
    pages_for: PagesFor
    mailer_for: Callable[[], Mailer]
    public_url: Callable[[], str]
    token: Callable[[], str]
    catalogues: Catalogues


def request_profile(job: Job, *, desk: RequestDesk, now: datetime) -> JobResult:
    """Ask the customer of a job's invoice for a card or a bank account.

    Errors: Refused in words; NotAuthorised; Conflict when rows keep changing; External.
    """
    if job.invoice is None:
        message = "choose the invoice whose customer is asked"
        raise BadInput(message, "invoice")
    token = desk.token()
    for _ in range(TRIES):
        case = desk.book.case(InvoiceId(job.invoice), requested_by(job.id))
        if case.request.link_hash == hashed(token):
            return _hand_over(case, token, desk, now)
        if case.request.link_hash:
            return _look(case, desk, now)
        if stopped := _stopped(case, desk, now):
            return stopped
        with suppress(Conflict, OutcomeUnknown):  # what stands in the rows is read again, and says whose link it is
            _advance(job, case, token, desk, now)
    message = "the request changed each time it was read"
    raise Conflict(message)


def _stopped(case: RequestCase, desk: RequestDesk, now: datetime) -> JobResult | None:
    """Why no link may be made, or not yet. Errors: Refused in words."""
    request = case.request
    if request.status is not ProfileStatus.PENDING:
        message = "Nothing was mailed: somebody closed the payment profile before. Ask for a new link."
        raise Refused(message)
    _refuse_unmailable(request)
    for needed in (desk.public_url, desk.mailer_for):
        needed()
    desk.pages_for(request.processor)
    try:
        refuse_second(request.name, case.others, now)
    except Refused:
        _close(request, "No link was mailed: another request to the customer waits.", desk)
        raise
    if request.etag and any(one.comes_first(case.version, now) for one in case.others):
        words = f"Another request to {request.name} is being mailed at this moment; this continues by itself."
        return JobResult(JobState.WAITING, words, CROSSING_S)
    return None


def _refuse_unmailable(request: Request) -> None:
    """Errors: Refused when the customer has no address that a mail can go to."""
    if not request.email.strip():
        message = f"Nothing was mailed: {request.name} has no e-mail address. Enter one on the customer's form, then ask again."
        raise Refused(message)
    if not is_address(request.email.strip()):
        message = f"Nothing was mailed: '{request.email}' is not an e-mail address; correct it on the form of {request.name}."
        raise Refused(message)


def _advance(job: Job, case: RequestCase, token: str, desk: RequestDesk, now: datetime) -> None:
    """Take the next step: the request as the person, then the link as the system: that a mail begins is a fact."""
    request = replace(case.request, link_expires=now + GOOD_FOR)
    if request.etag:
        linked = replace(request, link_hash=hashed(token))
        desk.book.link(linked, _invitation(linked, case, token, desk, now).notice)
        return
    try:
        desk.book.intend(request, on_behalf_of=job.on_behalf_of)
    except NotAuthorised as error:
        message = (
            "Nothing was mailed: your roles do not let you ask for payment details. That needs the right to create payment "
            "profiles, which the roles Work365 Billing and Work365 Administrator give. Ask a colleague in billing."
        )
        raise NotAuthorised(message) from error


def _invitation(request: Request, case: RequestCase, token: str, desk: RequestDesk, now: datetime) -> Invitation:
    writing = desk.catalogues.formats(request.language, case.asker.language)
    until, to = request.link_expires or now, request.email.strip()
    link = setup_link(desk.public_url(), token)
    return invitation(request, link, until, to=to, signed=case.asker.lines, writing=writing, now=now)


def _hand_over(case: RequestCase, token: str, desk: RequestDesk, now: datetime) -> JobResult:
    """This run made the link: it alone can mail it, and this is the one place where it does."""
    made = _invitation(case.request, case, token, desk, now)
    after = asking_for_profiles.leave(made, notices=desk.notices, mailer=desk.mailer_for(), now=now)
    return _said(case.request, after, desk, now)


def _look(case: RequestCase, desk: RequestDesk, now: datetime) -> JobResult:
    """Another run made the link, and may have mailed it."""
    notice = case.notice
    if notice is None:
        words = f"A link may have been mailed to {case.request.email}: its notice was deleted. Look in the sent items."
        return JobResult(JobState.FAILED, words)
    if not notice.state.final and notice.begun is not None:
        notice = look_for(notice, desk.mailer_for(), now)
        if notice.state is not DeliveryState.UNKNOWN:
            desk.notices.finish([notice])
    return _said(case.request, notice, desk, now)


def _said(request: Request, notice: Notice, desk: RequestDesk, now: datetime) -> JobResult:
    """What became of the mail, in words."""
    to, until = notice.recipient, f"{notice.until:%Y-%m-%d %H:%M} UTC"
    if notice.state is DeliveryState.SENT:
        words = f"A request link was mailed to {to}; it works once, until {until}. Charge again when the customer has used it."
        return JobResult(JobState.SUCCEEDED, words)
    if notice.state is DeliveryState.FAILED or notice.begun is None:
        _close(request, NOT_LEFT, desk)
        why = f" ({notice.message.rstrip('.')})" if notice.message else ""
        return JobResult(JobState.FAILED, f"The mail to {to} did not leave{why}. Its link is closed; ask for a new one.")
    if now < notice.begun + GRACE:
        words = f"No answer came about the mail to {to}; we are looking for it in the mailbox. Nothing is mailed a second time."
        return JobResult(JobState.CONFIRMING, words, LOOK_S)
    words = (
        f"The mail to {to} may have been sent; its link works until {until}. Look in the sent items of the billing mailbox. "
        "If it is not there, set the payment profile Inactive, and ask for a new link."
    )
    return JobResult(JobState.FAILED, words)


def _close(request: Request, words: str, desk: RequestDesk) -> None:
    """The link opens nothing from now on. Errors: Conflict."""
    if request.etag and request.status is ProfileStatus.PENDING:
        desk.profiles.record(replace(request, status=ProfileStatus.INACTIVE, default=False, message=words))
