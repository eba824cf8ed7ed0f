"""Ask a customer for a card or bank account, open the gateway's page, and learn from the gateway what was stored.

record the wish → (customer opens) the gateway's customer → its page → record both → redirect → ask what became of it. Every
step may be repeated: keys come from the account, the profile and the page before. An event is a hint; what counts is what the
gateway says.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

from work365.errors import BadInput, Conflict, Refused
from work365.receivables.links import LinkClosed, LinkTrouble, digest_of, hashed
from work365.receivables.payments import ProfileId, ProfileStatus
from work365.receivables.profile_links import (
    DAYS_MAX,
    PageState,
    after_news,
    after_page,
    profile_id,
    refuse_closed,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from work365.money import Currency
    from work365.ports.profiles import HostedPages, PagesFor, ProfileBook, ProfileHint
    from work365.receivables.profile_links import Page, Request

TRIES = 4
SWEPT_MAX = 500


def ask(
    request: Request,
    token: str,
    *,
    currency: Currency,
    good_for: timedelta,
    book: ProfileBook,
    pages_for: PagesFor,
    now: datetime,
) -> Request:
    """Write a pending profile that a link with this token opens; only the token's hash is kept.

    Errors: BadInput for a link that would last too long; Refused when the processor has no pages; NotAuthorised; External.
    """
    if not 0 < good_for.total_seconds() <= DAYS_MAX * 86_400:
        message = f"a link is good for 1 to {DAYS_MAX} days"
        raise BadInput(message, "--days")
    pages_for(request.processor)
    digest = hashed(token)
    made = replace(
        request, id=ProfileId(profile_id(digest)), currency=currency, link_hash=digest, link_expires=now + good_for, etag=""
    )
    book.add(made)
    return made


def open_link(token: str, *, book: ProfileBook, pages_for: PagesFor, public_url: str, now: datetime) -> str:
    """The address of the gateway's page for a link; opened twice before it is finished, it is the same page.

    Errors: LinkClosed; External; Conflict when the row keeps changing.
    """
    for _ in range(TRIES):
        request = _linked(token, book)
        refuse_closed(request, now)
        pages = pages_for(request.processor)
        try:
            page = _page(request, pages, book, public_url, now)
        except Conflict:
            continue
        if page is not None:
            return page.url
    message = "the profile changed each time it was read"
    raise Conflict(message)


def _linked(token: str, book: ProfileBook) -> Request:
    """The request behind a token. Errors: LinkClosed as unknown."""
    digest = digest_of(token)
    found = book.by_link(digest)
    if found is None or not hmac.compare_digest(found.link_hash.encode(), digest.encode()):
        raise LinkClosed(LinkTrouble.UNKNOWN)
    return found


def _page(request: Request, pages: HostedPages, book: ProfileBook, public_url: str, now: datetime) -> Page | None:
    """The page that is open, or a new one after one that has ended; None once it has been finished: look again.

    Errors: Conflict when somebody else has opened one meanwhile; LinkClosed while a bank has still to confirm.
    """
    before = pages.find(request.session) if request.session else None
    if before is not None and before.state is PageState.OPEN:
        return before
    if before is not None and before.state is not PageState.EXPIRED:
        _record(request, before, book, now)
        if before.state is PageState.WAITING:
            raise LinkClosed(LinkTrouble.USED, request.language)
        return None
    known = request if request.customer else replace(request, customer=pages.customer(request))
    page = pages.open(known, done=_back(public_url, "done", request), back=_back(public_url, "back", request))
    book.record(replace(known, session=page.reference))
    return page if page.state is PageState.OPEN else None


def _back(public_url: str, what: str, request: Request) -> str:
    """Where the gateway sends the browser afterwards. Nothing in it opens anything."""
    return f"{public_url}/api/setup-{what}?language={request.language or 'en'}"


def _record(request: Request, page: Page | None, book: ProfileBook, now: datetime) -> None:
    changed = after_page(request, page, now)
    if changed != request:
        book.record(changed)


def look(hint: ProfileHint, *, book: ProfileBook, pages_for: PagesFor, now: datetime) -> Request | None:
    """Act on an event: read the row, ask the gateway, record. None when it is about nothing of ours.

    Errors: External; Conflict when the row keeps changing: the queue delivers the message again.
    """
    return _settled(lambda: _hinted(hint, book), book, pages_for, now)


def _hinted(hint: ProfileHint, book: ProfileBook) -> Request | None:
    found = None
    if hint.profile:
        try:
            found = book.by_id(ProfileId(hint.profile))
        except BadInput:
            return None
    return found or (book.by_method(hint.method) if hint.method else None)


def _settled(read: Callable[[], Request | None], book: ProfileBook, pages_for: PagesFor, now: datetime) -> Request | None:
    for _ in range(TRIES):
        request = read()
        if request is None:
            return None
        changed = _asked(request, pages_for, now)
        if changed == request:
            return request
        try:
            book.record(changed)
        except Conflict:
            continue
        return changed
    message = "the profile changed each time its news were to be written"
    raise Conflict(message)


def _asked(request: Request, pages_for: PagesFor, now: datetime) -> Request:
    """What the gateway says a profile is now."""
    if request.status is ProfileStatus.PENDING:
        page = pages_for(request.processor).find(request.session) if request.session else None
        return after_page(request, page, now)
    if request.status is ProfileStatus.ACTIVE and request.stored is not None:
        return after_news(request, pages_for(request.processor).held(request.stored))
    return request


def sweep(*, book: ProfileBook, pages_for: PagesFor, untouched_since: datetime, now: datetime) -> int:
    """Ask about profiles whose event was lost, and close those whose link has expired; how many changed.

    Shape:  one that cannot be asked about holds up no other.
    Errors: the first one, when all have been tried.
    """
    changed, failed = 0, []
    for count, request in enumerate(book.pending(untouched_since=untouched_since)):
        if count == SWEPT_MAX:
            break
        try:
            after = _settled(lambda profile=request.id: book.by_id(profile), book, pages_for, now)  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001  it is raised when the others are done
            failed.append(error)
            continue
        changed += after is not None and after.status is not ProfileStatus.PENDING
    if failed:
        raise failed[0]
    return changed


def withdraw(profile: ProfileId, *, book: ProfileBook) -> Request:
    """Close a link that has not been used: nobody can store anything by it any more.

    Errors: BadInput when there is none; Refused when it is no longer pending; Conflict.
    """
    request = book.by_id(profile)
    if request is None or not request.link_hash:
        message = "no link was made with this id; `w365 profile list` shows them"
        raise BadInput(message, "ID")
    if request.status is not ProfileStatus.PENDING:
        message = f"the profile is {request.status.value.lower()} already; set it Inactive on its form"
        raise Refused(message)
    closed = replace(request, status=ProfileStatus.INACTIVE, default=False, message="The link was withdrawn.")
    book.record(closed)
    return closed
