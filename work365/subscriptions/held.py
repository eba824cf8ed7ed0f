"""A subscription as whoever changes it needs it: where it stands, its whole log, its term, and the contract that it is on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.exposure.limiting import LimitRule
from work365.subscriptions.ledger import Event, LogRow
from work365.terms.renewal import AtEnd, PriceRule, Uplifts
from work365.terms.term import Term
from work365.terms.windows import SeatChange, Window, windows

if TYPE_CHECKING:
    from work365.contracts.amendment import Schedule
    from work365.contracts.contract import BillingContract
    from work365.crediting.policy import RefundPolicy
    from work365.holding.hold import Hold
    from work365.terms.said import Said

MOVED = (Event.UPGRADE, Event.TRANSFER)
ANNOUNCED = Uplifts()
"""What Microsoft announced, for products that say nothing else."""


class Status(Enum):
    """Where a subscription stands. The values are the labels of its status reason."""

    ACTIVE = "Active"
    AWAITING = "Awaiting provisioning"
    SUSPENDED = "Suspended"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, slots=True)
class Place:
    """The contract that a subscription is on.

    Attributes:
        zone: IANA zone whose dates are the dates of its bills.
        pause_stops: a pause stops billing.
        next_invoice_date: the next cycle is billed by a run of this day; None when nothing was billed yet.
        entity: id of the legal entity that bills it.
        paid_monthly_percent: what a longer plan of its list costs more where it is paid monthly.
        paid_first: seats are added only while no document of it is open; `unpaid` are the numbers of those that are.
        hold: the credit hold of its customer, where one counts.
        limit_rule: what becomes of an order that exceeds a credit limit of its payer.
        asks: some threshold lets changes of what is on it wait for an approver.
    """

    contract: BillingContract
    number: str
    account: str
    zone: str
    pause_stops: bool = False
    next_invoice_date: date | None = None
    ended: bool = False
    price_list: str | None = None
    entity: str = ""
    paid_monthly_percent: Decimal = Decimal(0)
    paid_first: bool = False
    unpaid: tuple[str, ...] = ()
    hold: Hold | None = None
    limit_rule: LimitRule = LimitRule.OFF
    asks: bool = False

    def payer_on(self, day: date) -> str:
        """The account that pays for a day."""
        return self.contract.on(day).payer or self.account


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log, its id, and the moment when it was asked for: planned, or recorded."""

    row: LogRow
    id: str
    asked: datetime | None = None

    @property
    def moment(self) -> datetime:
        """When its seats came or went: what was asked for on another day happened on the first moment of its own."""
        same_day = self.asked is not None and self.asked.date() == self.row.effective
        return self.asked if self.asked is not None and same_day else midnight(self.row.effective)


@dataclass(frozen=True, slots=True)
class Agreed:
    """The term that a subscription is in, and what happens at its end.

    Attributes:
        start: its first day; None where nobody recorded it.
        end: first day after it.
        said: the supplier's own windows.
        extended: it is in an extended service term already; its price has the uplift.
    """

    term: Term
    start: date | None
    end: date
    at_end: AtEnd | None = None
    rule: PriceRule = PriceRule.KEEP
    percent: Decimal = Decimal(0)
    said: Said | None = None
    uplifts: Uplifts = ANNOUNCED
    extended: bool = False

    @property
    def monthly(self) -> bool:
        """It ends and goes on month by month."""
        return self.extended or self.term is Term.MONTH


@dataclass(frozen=True, slots=True)
class Supplied:
    """What a subscription is at the supplier; goes along when its seats go elsewhere as a whole."""

    provider: str | None = None
    tenant: str | None = None
    external_id: str | None = None
    plan: str | None = None
    unit_cost: Decimal | None = None


UNKNOWN = Supplied()


@dataclass(frozen=True, slots=True)
class Held:
    """One subscription.

    Attributes:
        agreed: None for what is bound by no term.
        currency: id of the currency of its price, where it has one of its own.
        billable: it is billed itself; parts of a bundle are not.
        listed: its price list prices it; `unit_price` and those of its log are 0 then, and none is written.
        bound_to_list: why a listed one cannot have a price of its own; "" where it can.
        own_from: the day from which one that was listed has a price of its own; rows of its log before that have none.
        opening: the row that its log begins with as soon as it is changed; None where the log has begun.
        part: it is one payer's part of a split subscription.
        split: its seats are split over several payers.
        refund: what holds for its type of product where seats are given back; None where nobody said.
        schedules: its own cycles, on a contract by item; `ends` is the first day on which it is not billed, where that is known.
        bundle: what the bundle is called that it is a part of; `parts` are its own, where it is a bundle and they were read.
        etag: the row's version when it was read.
    """

    id: str
    name: str
    place: Place
    product: str | None
    status: Status
    quantity: int
    unit_price: Decimal
    start: date
    entries: tuple[Entry, ...]
    agreed: Agreed | None = None
    supplied: Supplied = UNKNOWN
    printed_name: str | None = None
    currency: str | None = None
    billable: bool = True
    listed: bool = False
    bound_to_list: str = ""
    own_from: date | None = None
    opening: LogRow | None = None
    part: bool = False
    split: bool = False
    refund: RefundPolicy | None = None
    schedules: tuple[Schedule, ...] = ()
    ends: date | None = None
    bundle: str | None = None
    parts: tuple[Part, ...] = ()
    etag: str = ""

    @property
    def rows(self) -> list[LogRow]:
        """Its log."""
        return [entry.row for entry in self.entries]

    @property
    def terms(self) -> BillingContract:
        """The terms that it is billed by: the contract's, in cycles of its own where it has them."""
        return self.place.contract.item(self.start, self.ends, self.schedules)


@dataclass(frozen=True, slots=True)
class Part:
    """A subscription sold as a part of a bundle; `each` of it per seat of the bundle, None where the catalogue does not say."""

    held: Held
    each: int | None


def windows_of(held: Held) -> list[Window]:
    """The windows of a subscription's seats: the supplier's own, else those that its log implies; none without a term."""
    agreed = held.agreed
    if agreed is None:
        return []
    if agreed.said is not None:
        return list(agreed.said.windows)
    changes = [
        SeatChange(entry.moment, entry.row.delta, returnable=entry.row.event not in MOVED)
        for entry in held.entries
        if entry.row.delta
    ]
    if agreed.start is not None and agreed.start > held.start:
        began = midnight(agreed.start)
        seats = sum(change.delta for change in changes if change.at < began)
        changes.append(SeatChange(began, seats, renewal=True))
    return windows(changes)


def opening(start: date, quantity: int, unit_price: Decimal) -> LogRow:
    """What the log of a subscription that somebody entered on the form begins with: its seats from its start on."""
    return LogRow(1, start, quantity, quantity, unit_price, Event.CREATE)


def midnight(day: date) -> datetime:
    """The first moment of a day in UTC, in which the supplier counts."""
    return datetime.combine(day, time(), UTC)
