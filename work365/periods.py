"""Periods of dates, and the cycles that a contract is billed in.

A period is half-open: `start` is in it, `end` is the first day that is not. Printed ends are the day before `end`.

Cycles are counted from an anchor: the bill day in the month of the contract's start, clamped to that month's end. Boundary n is
the anchor plus n whole frequencies, each computed from the anchor and never from its neighbour, so a bill day of 31 becomes
29 February and comes back as 31 March (docs/adr/0002-periods.md). Finding a day's cycle is arithmetic, not a walk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    DayIn = Callable[[str], date]
    """Which day it is in a time zone, by its IANA name."""

UTC = ZoneInfo("UTC")
FIRST_ZONE = "Etc/GMT-14"
"""Where each day begins before it does anywhere else."""
HOUR = timedelta(hours=1)
WEEK_HOURS = 7 * 24 - 1
"""Those of the shortest cycle, when the clocks go forward."""
MOST_MORE_DAYS = 2
"""How many days more months of 30 days may count than there are: in February."""
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2
FIRST_DAY, LAST_DAY = date(1753, 1, 1), date(9999, 12, 30)
"""Of Dataverse, less a day at the end, so that a period still has one on which it is over.

Source: "Behavior and format of the Date and Time column".
"""


class Unit(Enum):
    """What a frequency counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_UNIT_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}


@dataclass(frozen=True, slots=True)
class Frequency:
    """How long a cycle is: every n units.

    Errors: BadInput when `every` is not positive.
    """

    every: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.every < 1:
            message = f"a billing frequency of every {self.every} {self.unit.value}s is not possible; use 1 or more"
            raise BadInput(message)

    @property
    def words(self) -> str:
        """How often, in words: "monthly", "every 2 weeks"."""
        named = next((name for name, every in FREQUENCIES.items() if every == self), None)
        return named or (f"every {self.every} {self.unit.value}s" if self.every > 1 else f"every {self.unit.value}")

    @property
    def months(self) -> int | None:
        """Months in a cycle; None when it is counted in days or weeks."""
        return self.every if self.unit is Unit.MONTH else None

    def after(self, day: date) -> date:
        """The same day one cycle later, clamped to the end of a short month. Errors: BadInput outside the calendar."""
        if self.unit is Unit.MONTH:
            return plus_months(day, self.every)
        return _from_ordinal(day.toordinal() + self.every * _UNIT_DAYS[self.unit])


MONTHLY = Frequency(1, Unit.MONTH)
QUARTERLY = Frequency(3, Unit.MONTH)
SEMIANNUAL = Frequency(6, Unit.MONTH)
ANNUAL = Frequency(12, Unit.MONTH)
TRIENNIAL = Frequency(36, Unit.MONTH)

FREQUENCIES = {"monthly": MONTHLY, "quarterly": QUARTERLY, "semiannual": SEMIANNUAL, "annual": ANNUAL, "triennial": TRIENNIAL}
"""The frequencies that have a name."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to, and without, `end`.

    Errors: BadInput when it ends before it starts. An empty period (start = end) is allowed and has no days.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            message = f"a period cannot end on {self.end}, before it starts on {self.start}"
            raise BadInput(message)

    @property
    def days(self) -> int:
        """How many days are in it."""
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def overlap(self, other: Period) -> Period | None:
        """The days that are in both; None when there are none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None


class Cycles(Protocol):
    """Whatever lays every day into one numbered cycle: one cadence, or several one after the other."""

    def boundary(self, number: int) -> date:
        """The first day of a cycle."""

    def number(self, day: date) -> int:
        """The number of the cycle that contains a day."""

    def containing(self, day: date) -> Period:
        """The cycle that contains a day."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """The endless row of cycles around an anchor. Cycle 0 starts on the anchor; earlier ones have negative numbers.

    Attributes:
        month: the anchor's month, counted from year 0.
        bill_day: 1 to 31; clamped to the end of short months.
    """

    month: int
    bill_day: int
    frequency: Frequency

    @classmethod
    def around(cls, start: date, bill_day: int, frequency: Frequency) -> Cadence:
        """The cycles of something that starts on a day. Errors: BadInput when the bill day is not 1 to 31."""
        if not 1 <= bill_day <= max(_MONTH_DAYS):
            message = f"{bill_day} is not a bill day; use 1 to 31 (29 to 31 mean the last day in shorter months)"
            raise BadInput(message)
        return cls(_month_number(start), bill_day, frequency)

    def boundary(self, number: int) -> date:
        """The first day of cycle `number`. Errors: BadInput outside the calendar (years 1 to 9999)."""
        if self.frequency.unit is Unit.MONTH:
            return _clamped(self.month + number * self.frequency.every, self.bill_day)
        return _from_ordinal(self._anchor_ordinal + number * self._step_days)

    def number(self, day: date) -> int:
        """The number of the cycle that contains a day."""
        if self.frequency.unit is not Unit.MONTH:
            return (day.toordinal() - self._anchor_ordinal) // self._step_days
        guess = (_month_number(day) - self.month) // self.frequency.every
        return guess - 1 if self.boundary(guess) > day else guess

    def cycle(self, number: int) -> Period:
        """Cycle `number`, whole."""
        return Period(self.boundary(number), self.boundary(number + 1))

    def containing(self, day: date) -> Period:
        """The whole cycle that contains a day."""
        return self.cycle(self.number(day))

    def months(self, number: int) -> tuple[date, ...]:
        """The first days of the months of cycle `number`, anchored like the cycles, and the cycle's end.

        Errors: BadInput when the cycles are not counted in months.
        """
        if self.frequency.unit is not Unit.MONTH:
            message = "a cycle of days or weeks has no months; choose proration by days"
            raise BadInput(message)
        first = self.month + number * self.frequency.every
        return tuple(_clamped(first + index, self.bill_day) for index in range(self.frequency.every + 1))

    def same_cycles(self, other: Cadence) -> bool:
        """Whether both make the same cycles, though they may be counted from different ones."""
        if self.frequency != other.frequency:
            return False
        if self.frequency.unit is Unit.MONTH:
            return self.bill_day == other.bill_day and (self.month - other.month) % self.frequency.every == 0
        return (self._anchor_ordinal - other._anchor_ordinal) % self._step_days == 0

    @property
    def _anchor_ordinal(self) -> int:
        return _clamped(self.month, self.bill_day).toordinal()

    @property
    def _step_days(self) -> int:
        return self.frequency.every * _UNIT_DAYS[self.frequency.unit]


def kept(day: date, name: str) -> date:
    """A day that a row can hold, as somebody gave it under a name. Errors: BadInput for any other."""
    if not FIRST_DAY <= day <= LAST_DAY:
        message = f"{day} cannot be kept; use a day from {FIRST_DAY} to {LAST_DAY}"
        raise BadInput(message, name)
    return day


def local_day(instant: datetime, zone: tzinfo) -> date:
    """The date of an instant in a contract's billing zone. Errors: BadInput for an instant without a zone of its own."""
    if instant.tzinfo is None:
        message = f"{instant} has no time zone; an instant must be aware"
        raise BadInput(message)
    return instant.astimezone(zone).date()


def zone_named(name: str) -> ZoneInfo:
    """A time zone by its IANA name; where there is none of that name, which the daily run reports, UTC as suppliers count."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        return UTC


def days_at(moment: datetime) -> DayIn:
    """The day of a moment in each legal entity's zone: where it is still yesterday, nothing is late yet."""
    return lambda zone: local_day(moment, zone_named(zone))


def hours_left(moment: datetime, end: date, whole: Period) -> tuple[int, int]:
    """The whole hours from a moment to the start of a day, and those of a period around both, in the zone of the moment.

    A day on which the clocks change has 23 or 25 of them.
    """
    began, over, ended = (datetime.combine(day, time(), moment.tzinfo).astimezone(UTC) for day in (whole.start, whole.end, end))
    left = (ended - moment.astimezone(UTC)) // HOUR
    return min(max(left, 0), (ended - began) // HOUR), (over - began) // HOUR


def by_the_hour(used: int, whole: int, part: Period) -> bool:
    """Whether a part that may have been measured in hours was: more than its days come to, however they are counted."""
    return used > part.days + MOST_MORE_DAYS or (part.days == 1 and whole >= WEEK_HOURS)


def plus_months(day: date, months: int) -> date:
    """The same day of a later month, clamped to its end. Errors: BadInput outside the calendar."""
    return _clamped(_month_number(day) + months, day.day)


def days_in_month(year: int, month: int) -> int:
    """Days of a month of the Gregorian calendar."""
    leap = month == _FEBRUARY and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _MONTH_DAYS[month - 1] + leap


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


@lru_cache(maxsize=16_384)
def _clamped(month_number: int, day: int) -> date:
    year, month = divmod(month_number, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise _outside_calendar()
    return date(year, month + 1, min(day, days_in_month(year, month + 1)))


def _from_ordinal(ordinal: int) -> date:
    if not date.min.toordinal() <= ordinal <= date.max.toordinal():
        raise _outside_calendar()
    return date.fromordinal(ordinal)


def _outside_calendar() -> BadInput:
    return BadInput("this contract's cycles leave the calendar (years 1 to 9999); check its dates and its frequency")
