"""On which days the European Central Bank publishes its euro reference rates, and which day's are out at a moment.

Source: www.ecb.europa.eu, "Euro foreign exchange reference rates": "usually updated around 16:00 CET on every working day, except
on TARGET closing days"; "TARGET closing days": Saturdays, Sundays, New Year's Day, Good Friday and Easter Monday, 1 May,
25 and 26 December.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime

FRANKFURT = ZoneInfo("Europe/Berlin")
PUBLISHED_AT = time(16)
CLOSED = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})
"""Month and day of the closing days that do not move."""
GOOD_FRIDAY, EASTER_MONDAY = timedelta(days=-2), timedelta(days=1)
SATURDAY = 5
ONE_DAY = timedelta(days=1)


def is_published_on(day: date) -> bool:
    """Rates of this day exist, or will."""
    if day.weekday() >= SATURDAY or (day.month, day.day) in CLOSED:
        return False
    return day - easter_sunday(day.year) not in (GOOD_FRIDAY, EASTER_MONDAY)


def published_days(now: datetime, back_days: int) -> list[date]:
    """The days whose rates should be out by now, of so many days back, the oldest first. `now` is aware."""
    here = now.astimezone(FRANKFURT)
    last = here.date() if here.time() >= PUBLISHED_AT else here.date() - ONE_DAY
    days = (last - timedelta(days=age) for age in range(back_days, -1, -1))
    return [day for day in days if is_published_on(day)]


def easter_sunday(year: int) -> date:
    """The date of Easter in the Gregorian calendar.

    Source: Meeus, "Astronomical Algorithms", chapter 8, for every Gregorian year.
    """
    century, of_century = divmod(year, 100)
    golden = year % 19
    corrected = century - (century + 8) // 25 + 1
    epact = (19 * golden + century - century // 4 - corrected // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
