"""What an examination finds, before anybody judges it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Drift:
    """One way in which the tenant's tables differ from the model; `key` for an alternate key that is not active."""

    where: str
    what: str
    key: bool = False


@dataclass(frozen=True, slots=True)
class RightsSeen:
    """The functions' application user. `missing` are privileges, `has_role` the role of the solution."""

    application: str
    there: bool
    disabled: bool = False
    has_role: bool = False
    missing: tuple[str, ...] = ()


class Ring(Enum):
    """What our own door answered."""

    TAKEN = "taken"
    REFUSED = "refused"
    FAILING = "failing"
    SILENT = "no answer"


@dataclass(frozen=True, slots=True)
class Rings:
    """The door was rung twice, with the right key and with a wrong one. `words` say more about the first."""

    url: str
    right: Ring
    wrong: Ring
    words: str = ""


@dataclass(frozen=True, slots=True)
class FailedCalls:
    """System jobs of our steps that failed since yesterday; `words` are the newest one's."""

    count: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class JobsSeen:
    """Open jobs that could be worked on now. `oldest` is the moment since which the oldest waits or runs."""

    open: int
    oldest: datetime | None
    failed_today: int


@dataclass(frozen=True, slots=True)
class BillingSeen:
    """How the daily run does.

    Attributes:
        overdue: active contracts whose next invoice date lies before yesterday.
        last: the newest run's day.
        open_chunks: of runs before yesterday.
    """

    overdue: int
    last: date | None
    open_chunks: int = 0


@dataclass(frozen=True, slots=True)
class EntitySeen:
    """One legal entity: its code, its time zone, and the columns that are empty although an invoice prints them."""

    code: str
    time_zone: str
    empty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RatesSeen:
    """The book of exchange rates. `newest` is a source's newest day, None without one.

    Attributes:
        strict: codes of the legal entities that take no rate but that of the very day.
    """

    newest: date | None
    strict: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GatewaySeen:
    """A gateway that took our key. `reports_to` are addresses that it calls, None when that cannot be read.

    `kind` is what its company is called: Stripe or GoCardless; `name` is our processor's code.
    """

    kind: str
    name: str
    reports_to: tuple[str, ...] | None
