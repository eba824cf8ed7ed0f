"""NCRONTAB, the schedules of Azure Functions timers: second, minute, hour, day, month, day of week, in UTC.

Microsoft's runtime accepts any text as a schedule when it indexes an app, and the timer then never starts. This parser is
strict, so that a wrong schedule stops the app at start-up with a sentence. A day must match *both* the day of the month and
the day of the week, unlike in Unix cron. There is no daylight saving: timers on Linux Functions run in UTC.

Source: NCrontab (six-field mode), docs "Timer trigger for Azure Functions"; host issue #5246 for UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from work365.errors import BadInput

HORIZON_YEARS: Final = 41  # a 29 February on a given weekday returns within 40 years
_ITEM = re.compile(r"(?P<first>\*|[0-9]+|[a-z]{3})(?:-(?P<last>[0-9]+|[a-z]{3}))?(?:/(?P<step>[0-9]+))?")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_WEEKDAYS = {name: number for number, name in enumerate(_WEEKDAY_NAMES)}


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: dict[str, int]

    def parse(self, text: str) -> frozenset[int]:
        """Every value that a field's text names."""
        return frozenset(value for item in text.lower().split(",") for value in self._item(item))

    def _item(self, item: str) -> range:
        match = _ITEM.fullmatch(item)
        if match is None:
            raise BadInput(f"{item!r} is not a value, a range, a step or * for the {self.name}.")
        first, last, step = match["first"], match["last"], match["step"]
        if first == "*":
            if last is not None:
                raise BadInput(f"{item!r} mixes * with a range in the {self.name}.")
            low, high = self.low, self.high
        else:
            low = self._number(first)
            high = self._number(last) if last is not None else self.high if step is not None else low
        if not self.low <= low <= high <= self.high:
            raise BadInput(f"{item!r} is outside {self.low}-{self.high}, or runs backwards, in the {self.name}.")
        if step is not None and int(step) < 1:
            raise BadInput(f"{item!r} has a step of zero in the {self.name}.")
        return range(low, high + 1, int(step or 1))

    def _number(self, text: str) -> int:
        if text.isdigit():
            return int(text)
        if text not in self.names:
            raise BadInput(f"{text!r} is not a name of a {self.name}.")
        return self.names[text]


_FIELDS = (
    _Field("second", 0, 59, {}),
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of the month", 1, 31, {}),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A parsed schedule. Days of the week count from Sunday = 0."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """Read six fields, e.g. ``0 15 2 * * *`` (02:15 every day).

        Errors: BadInput with a sentence; also for a schedule that never fires, such as 30 February.
        """
        parts = text.split()
        if len(parts) != len(_FIELDS):
            raise BadInput(
                f"The schedule {text!r} has {len(parts)} fields; NCRONTAB has six: second minute hour day month day-of-week, "
                'for example "0 15 2 * * *" for 02:15 UTC every day.'
            )
        try:
            seconds, minutes, hours, days, months, weekdays = (
                field.parse(part) for field, part in zip(_FIELDS, parts, strict=True)
            )
        except BadInput as error:
            raise BadInput(f"The schedule {text!r} cannot be read: {error.message}") from None
        found = cls(text, tuple(sorted(seconds)), tuple(sorted(minutes)), tuple(sorted(hours)), days, months, weekdays)
        found.next_after(datetime(2024, 1, 1, tzinfo=UTC))
        return found

    def next_after(self, moment: datetime) -> datetime:
        """The first whole second after a moment that the schedule names, in UTC.

        Shape: `moment` is aware. The answer is always later than `moment`.
        """
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        found = self._time_from(start.time()) if self._names_day(start.date()) else None
        if found is not None:
            return datetime.combine(start.date(), found, UTC)
        return datetime.combine(self._day_after(start.date()), time(self.hours[0], self.minutes[0], self.seconds[0]), UTC)

    def _names_day(self, day: date) -> bool:
        return day.day in self.days and day.month in self.months and day.isoweekday() % 7 in self.weekdays

    def _day_after(self, day: date) -> date:
        last_year = day.year + HORIZON_YEARS
        while day.year <= last_year:
            day = day + timedelta(days=1) if day.month in self.months else _first_of_next_month(day)
            if self._names_day(day):
                return day
        raise BadInput(f"The schedule {self.text!r} never fires: no such day exists.")

    def _time_from(self, start: time) -> time | None:
        for hour in self.hours:
            if hour < start.hour:
                continue
            for minute in self.minutes:
                if (hour, minute) < (start.hour, start.minute):
                    continue
                for second in self.seconds:
                    if (hour, minute, second) >= (start.hour, start.minute, start.second):
                        return time(hour, minute, second)
        return None


def _first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
