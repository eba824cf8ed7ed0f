"""The billing contract: the container that decides when something is billed, never what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING

from work365.contracts.amending import course_of
from work365.contracts.amendment import ScheduledBy, in_order
from work365.contracts.course import Course
from work365.contracts.policy import ChangesBilled, Policy, Prorate
from work365.errors import BadInput
from work365.periods import MONTHLY, Cadence, Frequency, Period

if TYPE_CHECKING:
    from work365.contracts.amendment import Amendment, Schedule
    from work365.contracts.amount_off import AmountOff
    from work365.money import Currency

_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class BillingContract:
    """One contract, as the engine needs it.

    Attributes:
        end: first day that is no longer billed; None while it goes on.
        bill_day: 1 to 31; None means the day of the anchor.
        discount_percent: taken off everything on the contract, as lines of their own.
        amounts_off: taken off the whole contract in each cycle, after the percentage.
        offset_days: how many days after the cycle's start (advance) or end (arrears) the invoice is made.
        anchor: a day from which the cycles are counted; None means `start`.
        scheduled_by: whether its subscriptions may have cycles of their own.
        amendments: how these terms changed, each id once.
        schedules: of the one subscription that these terms are for (`item`).
        payer: id of the account that its documents are for; "" for the contract's customer.
        cadence: its cycles, derived from anchor, bill day and frequency, its amendments and schedules.
        by_item: whether its subscriptions have, had or will have cycles of their own.

    Errors: BadInput with a sentence when the terms contradict each other.
    """

    id: str
    currency: Currency
    start: date
    frequency: Frequency = MONTHLY
    bill_day: int | None = None
    policy: Policy = Policy.ADVANCE
    prorate: Prorate = Prorate.DAYS
    changes_billed: ChangesBilled = ChangesBilled.NOW
    end: date | None = None
    discount_percent: Decimal = Decimal(0)
    offset_days: int = 0
    amounts_off: tuple[AmountOff, ...] = ()
    anchor: date | None = None
    scheduled_by: ScheduledBy = ScheduledBy.CONTRACT
    amendments: tuple[Amendment, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    payer: str = ""
    cadence: Cadence | Course = field(init=False, compare=False, repr=False)
    by_item: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            message = f"the contract ends on {self.end}, before it starts on {self.start}; correct one of the two dates"
            raise BadInput(message)
        if not 0 <= self.discount_percent <= _HUNDRED:
            message = f"a discount of {self.discount_percent} percent is not possible; use 0 to 100"
            raise BadInput(message)
        if self.offset_days < 0:
            message = "an invoice cannot be made before its cycle is due; use an offset of 0 days or more"
            raise BadInput(message)
        if self.prorate in (Prorate.MONTHS, Prorate.DAYS30) and self.frequency.months is None:
            message = f"proration by {self.prorate.value} needs a frequency in months; use 'days' or 'none' for weekly cycles"
            raise BadInput(message)
        item = ScheduledBy.ITEM
        by_item = self.scheduled_by is item or any(one.scheduled_by is item for one in self.amendments)
        object.__setattr__(self, "by_item", by_item)
        if self.amounts_off and by_item:
            message = "an amount off each cycle needs one cycle for all; on a contract by item, give it to a subscription"
            raise BadInput(message)
        anchor = self.start if self.anchor is None else self.anchor
        bill_day = anchor.day if self.bill_day is None else self.bill_day
        object.__setattr__(self, "cadence", Cadence.around(anchor, bill_day, self.frequency))
        if self.amendments or self.schedules:
            object.__setattr__(self, "cadence", course_of(self))

    def scheduled_on(self, day: date) -> ScheduledBy:
        """Whose cycles its subscriptions are billed in on a day."""
        said = (one for one in in_order(self.amendments) if one.effective <= day)
        return reduce(lambda before, one: one.scheduled_by or before, said, self.scheduled_by)

    def known(self, seen_to: date) -> BillingContract:
        """The contract with the amendments that a run of a day sees."""
        seen = tuple(one for one in self.amendments if one.known_by(seen_to))
        return self if len(seen) == len(self.amendments) else replace(self, amendments=seen)

    def item(self, start: date, end: date | None, schedules: tuple[Schedule, ...]) -> BillingContract:
        """The terms of one subscription and its days: those of the contract, in cycles of its own where it has them.

        Errors: BadInput when the cycles change on a day on which they cannot.
        """
        if not schedules or not self.by_item:
            return self
        first, ends = max(self.start, start), [day for day in (self.end, end) if day is not None]
        last = max(first, min(ends)) if ends else None
        anchor = self.anchor or self.start
        bill_day = self.bill_day or anchor.day
        return replace(self, start=first, end=last, anchor=anchor, bill_day=bill_day, schedules=schedules)

    def on(self, day: date) -> BillingContract:
        """The terms of a day, as a contract without amendments."""
        return self.cadence.on(day) if isinstance(self.cadence, Course) else self

    def located(self, number: int) -> tuple[BillingContract, int]:
        """The terms by which a cycle is billed, without amendments, and the number of the whole cycle among theirs."""
        return self.cadence.located(number) if isinstance(self.cadence, Course) else (self, number)

    def same_cycles(self, other: BillingContract) -> bool:
        """Whether two terms without amendments make the same cycles."""
        mine, theirs = self.cadence, other.cadence
        return isinstance(mine, Cadence) and isinstance(theirs, Cadence) and mine.same_cycles(theirs)

    @property
    def payers(self) -> tuple[str, ...]:
        """Whoever pays on some day, the one that it began with first."""
        said = (one.payer for one in self.amendments if one.payer is not None)
        return tuple(dict.fromkeys((self.payer, *said)))

    def pays_from(self) -> list[tuple[date, str]]:
        """Who pays, each from a day on, the first one from the start; of two stretches with one payer only the first day."""
        stretches = self.cadence.stretches if isinstance(self.cadence, Course) else (self,)
        firsts = [(max(one.start, self.start), one.payer) for one in stretches]
        return [one for place, one in enumerate(firsts) if not place or firsts[place - 1][1] != one[1]]

    def runs_into(self, other: BillingContract) -> bool:
        """Whether no cycle ends where these terms become others, both without amendments."""
        return self.same_cycles(other) and self.payer == other.payer

    def indivisible(self, day: date) -> Period | None:
        """The part of a cycle around a day that counts whole once it was begun; None where each day counts for itself."""
        if self.prorate is Prorate.MONTHS:
            marks = self.cadence.months(self.cadence.number(day))
            return next(Period(*pair) for pair in pairwise(marks) if pair[0] <= day < pair[1])
        return self.cadence.containing(day) if self.prorate is Prorate.NONE else None

    @property
    def first_cycle(self) -> int:
        """The number of the cycle that the contract starts in."""
        return self.cadence.number(self.start)

    @property
    def cycle_limit(self) -> int | None:
        """The number of the first cycle that is not billed any more; None while the contract goes on."""
        if self.end is None:
            return None
        if self.end <= self.start:
            return self.first_cycle
        return self.cadence.number(self.end - timedelta(days=1)) + 1

    def due_limit(self, as_of: date) -> int:
        """The number of the first cycle that a run of this day does not bill yet."""
        day, limit = as_of - timedelta(days=self.offset_days), self.cycle_limit
        if day < self.start:
            return self.first_cycle
        if isinstance(self.cadence, Course):
            return self.cadence.due_limit(day, as_of)
        begun = self.policy is Policy.ADVANCE or (self.end is not None and day >= self.end)
        due = self.cadence.number(day) + begun
        return due if limit is None else min(due, limit)

    def due_on(self, number: int) -> date | None:
        """The first day on which a run bills this cycle; None when the contract ends before it."""
        limit = self.cycle_limit
        if limit is not None and number >= limit:
            return None
        if isinstance(self.cadence, Course):
            terms, own = self.cadence.located(number)
            return terms.due_on(own)
        billed = self.billed_part(self.cadence.cycle(number))
        day = billed.start if self.policy is Policy.ADVANCE else billed.end
        return day + timedelta(days=self.offset_days)

    def billed_part(self, cycle: Period) -> Period:
        """The days of a cycle that lie within the contract; the cycle must touch it."""
        return Period(max(cycle.start, self.start), cycle.end if self.end is None else min(cycle.end, self.end))

    def period_of(self, day: date) -> Period:
        """The billed days of the cycle that contains a day; a day before the contract means its first cycle."""
        return self.billed_part(self.cadence.containing(max(day, self.start)))
