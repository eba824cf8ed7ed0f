"""Relative dates: which stretch of time `LastWeek`, `NextXDays` or `ThisFiscalPeriod` means at a moment.

Days are those of the moment's time zone, hours those of UTC; weeks begin on Sunday. Fiscal years are in fiscal.py.

Source: Microsoft Learn, FetchXML operators ("Last X days: from midnight X days ago until now").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from local.dataverse import fiscal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of time; `end` is exclusive; None is open."""

    start: datetime | None
    end: datetime | None


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date(), time(), now.tzinfo)


def _days(now: datetime, first: int, last: int) -> Range:
    """From the first midnight to the last, counted from today's."""
    today = _midnight(now)
    return Range(_shift(today, first), _shift(today, last))


def _shift(moment: datetime, days: int) -> datetime:
    try:
        return moment + timedelta(days=days)
    except OverflowError:
        return datetime(1753 if days < 0 else 9999, 1, 1, tzinfo=moment.tzinfo)


def _months(moment: datetime, count: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    if not 1753 <= year <= 9999:
        return datetime(1753 if count < 0 else 9999, 1, 1, tzinfo=moment.tzinfo)
    last = (datetime(year + month // 11, (month + 1) % 12 + 1, 1, tzinfo=UTC) - timedelta(days=1)).day if year < 9999 else 28
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _month_span(now: datetime, first: int, last: int) -> Range:
    begin = _midnight(now).replace(day=1)
    return Range(_months(begin, first), _months(begin, last))


def _year_span(now: datetime, first: int, last: int) -> Range:
    begin = _midnight(now).replace(month=1, day=1)
    return Range(_months(begin, 12 * first), _months(begin, 12 * last))


def _period_span(now: datetime, first: int, last: int) -> Range:
    begin = _midnight(now).replace(month=fiscal.first_month(fiscal.period(now.date())), day=1)
    return Range(_months(begin, fiscal.MONTHS * first), _months(begin, fiscal.MONTHS * last))


def _week_span(now: datetime, first: int, last: int) -> Range:
    sunday = _midnight(now) - timedelta(days=(now.weekday() + 1) % 7)
    return Range(_shift(sunday, 7 * first), _shift(sunday, 7 * last))


SPANS: dict[str, Callable[[datetime], Range]] = {
    "Today": lambda now: _days(now, 0, 1),
    "Yesterday": lambda now: _days(now, -1, 0),
    "Tomorrow": lambda now: _days(now, 1, 2),
    "Last7Days": lambda now: Range(_shift(_midnight(now), -7), now),
    "Next7Days": lambda now: Range(now, _shift(_midnight(now), 8)),
    "LastWeek": lambda now: _week_span(now, -1, 0),
    "ThisWeek": lambda now: _week_span(now, 0, 1),
    "NextWeek": lambda now: _week_span(now, 1, 2),
    "LastMonth": lambda now: _month_span(now, -1, 0),
    "ThisMonth": lambda now: _month_span(now, 0, 1),
    "NextMonth": lambda now: _month_span(now, 1, 2),
    "LastYear": lambda now: _year_span(now, -1, 0),
    "ThisYear": lambda now: _year_span(now, 0, 1),
    "NextYear": lambda now: _year_span(now, 1, 2),
    "LastFiscalYear": lambda now: _year_span(now, -1, 0),
    "ThisFiscalYear": lambda now: _year_span(now, 0, 1),
    "NextFiscalYear": lambda now: _year_span(now, 1, 2),
    "LastFiscalPeriod": lambda now: _period_span(now, -1, 0),
    "ThisFiscalPeriod": lambda now: _period_span(now, 0, 1),
    "NextFiscalPeriod": lambda now: _period_span(now, 1, 2),
}
"""Functions without a value."""
COUNTED: dict[str, Callable[[datetime, int], Range]] = {
    "LastXHours": lambda now, x: Range(now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=x), now),
    "NextXHours": lambda now, x: Range(now, now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=x + 1)),
    "LastXDays": lambda now, x: Range(_shift(_midnight(now), -x), now),
    "NextXDays": lambda now, x: Range(now, _shift(_midnight(now), x + 1)),
    "LastXWeeks": lambda now, x: Range(_shift(_midnight(now), -7 * x), now),
    "NextXWeeks": lambda now, x: Range(now, _shift(_midnight(now), 7 * x + 1)),
    "LastXMonths": lambda now, x: Range(_months(_midnight(now), -x), now),
    "NextXMonths": lambda now, x: Range(now, _shift(_months(_midnight(now), x), 1)),
    "LastXYears": lambda now, x: Range(_months(_midnight(now), -12 * x), now),
    "NextXYears": lambda now, x: Range(now, _shift(_months(_midnight(now), 12 * x), 1)),
    "OlderThanXMinutes": lambda now, x: Range(None, now - timedelta(minutes=x)),
    "OlderThanXHours": lambda now, x: Range(None, now - timedelta(hours=x)),
    "OlderThanXDays": lambda now, x: Range(None, _shift(now, -x)),
    "OlderThanXWeeks": lambda now, x: Range(None, _shift(now, -7 * x)),
    "OlderThanXMonths": lambda now, x: Range(None, _months(now, -x)),
    "OlderThanXYears": lambda now, x: Range(None, _months(now, -12 * x)),
    "LastXFiscalYears": lambda now, x: _year_span(now, -x, 0),
    "NextXFiscalYears": lambda now, x: _year_span(now, 1, x + 1),
    "LastXFiscalPeriods": lambda now, x: _period_span(now, -x, 0),
    "NextXFiscalPeriods": lambda now, x: _period_span(now, 1, x + 1),
}
"""Functions with a number of hours, days, …"""
HOURLY = frozenset(name for name in COUNTED if name.endswith(("Hours", "Minutes")))
"""Those that count hours or minutes, which no change of a clock makes longer or shorter."""


def fiscal_span(where: tzinfo, year: int, number: int | None = None) -> Range | None:
    """A fiscal year, or one period of it; None when there is no such stretch."""
    if not 1753 <= year <= 9998 or (number is not None and not 1 <= number <= fiscal.PERIODS):
        return None
    start = datetime(year, fiscal.first_month(number or 1), 1, tzinfo=where)
    return Range(start, _months(start, 12 if number is None else fiscal.MONTHS))


def day_span(day: datetime) -> Range:
    """One day."""
    start = _midnight(day)
    return Range(start, _shift(start, 1))
