"""Ports to payment profiles that customers fill themselves: the rows, and the gateway's secure pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from work365.receivables.payments import Processor, ProfileId
    from work365.receivables.profile_links import Page, Request, Stored


@dataclass(frozen=True, slots=True)
class ProfileHint:
    """What an event of a gateway names: a profile of ours, or what it stores. Only a hint: rows are read, the gateway is asked.

    Attributes:
        profile: our id, from the gateway's metadata; "" where the event has none.
        method: the gateway's id of a card or bank account; "" where the event is about a page.
    """

    profile: str = ""
    method: str = ""


class HostedPages(Protocol):
    """A gateway's own secure pages. Errors of each: External as the gateway raises it."""

    def customer(self, request: Request) -> str:
        """The gateway's id of a new customer; the same one however often it is asked for within a day."""

    def open(self, request: Request, *, done: str, back: str) -> Page:
        """A page on which the customer stores a card or account; the same one for the same request within its day.

        Shape: `done` and `back` are where the customer's browser goes afterwards.
        """

    def find(self, session: str) -> Page | None:
        """A page as it is now, with what was stored on it; None when there is none with this id."""

    def held(self, stored: Stored) -> Stored | None:
        """What the gateway holds of a method now; None when it may no longer be charged."""


class PagesFor(Protocol):
    """Whoever knows how to reach the pages of a processor."""

    def __call__(self, processor: Processor) -> HostedPages:
        """The pages. Errors: Refused when the processor has none."""


@dataclass(frozen=True, slots=True)
class Asker:
    """The company that asks. Shape: the lines that its mails are signed with, its name first; the language of its documents."""

    lines: tuple[str, ...]
    language: str = ""


class ProfileBook(Protocol):
    """The rows of payment profiles."""

    def asked(self, account: str, processor: str) -> Request:
        """A request to the account with this number that is not written yet.

        Shape:  `processor` is its code; "" for the default one, or the only one that has pages.
        Errors: BadInput when account or processor are not there.
        """

    def asker(self, entity: str) -> Asker:
        """The legal entity with this code; "" for the only one there is. Errors: BadInput, naming what must be said."""

    def add(self, request: Request) -> None:
        """Write a new one. Errors: Conflict when it is there; NotAuthorised."""

    def by_link(self, link_hash: str) -> Request | None:
        """The one that a link asks for."""

    def by_id(self, profile: ProfileId) -> Request | None:
        """Read one afresh."""

    def by_method(self, method: str) -> Request | None:
        """The one that stores this card or account."""

    def record(self, request: Request) -> None:
        """Write what changed, and that a new default is the only one. Errors: Conflict when a row changed since it was read."""

    def pending(self, *, untouched_since: datetime) -> Iterable[Request]:
        """Profiles that wait for a customer behind a link and that nobody has touched for a while, the oldest first."""
