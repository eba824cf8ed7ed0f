"""Request links: a customer stores a card or a bank account on the gateway's own page, by a link that works once and expires.

    Pending ──(gateway confirms)──> Active ──(detached, mandate ended)──> Inactive
       └──(link expired, nothing stored)──> Inactive

Only the hash of the link's token is kept (`links.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from work365.ids import derived
from work365.receivables.links import LinkClosed, LinkTrouble
from work365.receivables.payments import ProfileKind, ProfileStatus

if TYPE_CHECKING:
    from datetime import date, datetime

    from work365.money import Currency
    from work365.receivables.payments import Processor, ProfileId

DAYS, DAYS_MAX = 7, 30
GOOD_FOR = timedelta(days=DAYS)
ASKED_AGAIN = timedelta(minutes=15)
"""How long the gateway's own event may take, before we ask by ourselves."""


class PageState(Enum):
    """Where the gateway's page stands.

    Attributes:
        WAITING: the customer is through, but the bank has still to confirm the account.
    """

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a gateway holds now, as far as it may be shown: no number, no security code.

    Attributes:
        expires: year and month until whose end a card is good; None for bank accounts.
    """

    method: str
    kind: ProfileKind
    brand: str
    last_four: str
    expires: tuple[int, int] | None = None
    mandate: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A secure page of the gateway: its id, its address while it is open, and what was stored on it."""

    reference: str
    state: PageState
    url: str = ""
    stored: Stored | None = None


@dataclass(frozen=True, slots=True)
class Rival:
    """Another profile of the customer: it is the default, or waits to be filled and may become it. Shape: as a `Request`."""

    id: ProfileId
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A profile that a customer is, or was, asked to fill.

    Attributes:
        name, language: the customer's.
        email: the customer's own address.
        customer: the gateway's customer id, of this profile or of another one of the same customer; "" while there is none.
        session: the page that was opened last.
        link_hash, link_expires: of the link; "" and None for a profile that nobody was asked for by a link.
        refused_on: as of a `Profile`.
        first: the customer has no other default that is active and may be charged.
        rivals: what is written with this one when it becomes the default: there is one, whoever else is filled at that moment.
        etag: the row's version when it was read.
    """

    id: ProfileId
    account: str
    name: str
    language: str
    processor: Processor
    status: ProfileStatus
    currency: Currency
    email: str = ""
    customer: str = ""
    session: str = ""
    link_hash: str = ""
    link_expires: datetime | None = None
    stored: Stored | None = None
    default: bool = False
    refused_on: date | None = None
    first: bool = False
    rivals: tuple[Rival, ...] = ()
    message: str = ""
    etag: str = ""


def profile_id(link_hash: str) -> str:
    """The id of the profile that a link asks for."""
    return derived("paymentprofile", link_hash)


def page_key(environment: str, request: Request) -> str:
    """What makes the gateway open a page once: the next one follows only on the end of the one before."""
    return f"{environment}:page:{derived('gateway-page', request.id, request.customer, request.session)}"


def refuse_closed(request: Request, now: datetime) -> None:
    """Errors: LinkClosed when the link has done its work, or its time is over."""
    if request.status is not ProfileStatus.PENDING:
        trouble = LinkTrouble.USED if request.stored is not None else LinkTrouble.EXPIRED
        raise LinkClosed(trouble, request.language)
    if request.link_expires is None or now >= request.link_expires:
        raise LinkClosed(LinkTrouble.EXPIRED, request.language)


def after_page(request: Request, page: Page | None, now: datetime) -> Request:
    """What a pending profile is once its page was asked for; the same value when nothing has changed.

    Shape: an active one stays what it is, whatever late or repeated news say of the page that it came from.
    """
    if request.status is not ProfileStatus.PENDING:
        return request
    if page is not None and page.state is PageState.DONE and page.stored is not None:
        words = "The customer stored it on the gateway's page."
        default = request.default or request.first
        return replace(request, status=ProfileStatus.ACTIVE, stored=page.stored, default=default, message=words)
    if page is not None and page.state is PageState.WAITING:
        return replace(request, message="The customer entered a bank account; the bank has still to confirm it.")
    over = request.link_expires is not None and now >= request.link_expires
    if over and (page is None or page.state is PageState.EXPIRED):
        words = "The link expired before anything was stored; send a new one."
        return replace(request, status=ProfileStatus.INACTIVE, default=False, message=words)
    return request


def after_news(request: Request, held: Stored | None) -> Request:
    """What a profile in use is once the gateway was asked what it holds: None when it may not be charged any more."""
    if request.status is not ProfileStatus.ACTIVE:
        return request
    if held is None:
        words = "It was revoked at the gateway or at the bank; ask the customer for a new one."
        return replace(request, status=ProfileStatus.INACTIVE, default=False, message=words)
    if held == request.stored:
        return request
    return replace(request, stored=held, refused_on=None, message="The gateway brought it up to date.")
