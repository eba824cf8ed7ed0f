"""The bank's calendar: which days have rates, and how old the newest ones can be when a night's run needs them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from work365.currencies.publishing import easter_sunday, is_published_on, published_days

RUN_AT = time(2, 15)


@pytest.mark.parametrize(
    ("day", "published"),
    [
        (date(2026, 11, 26), True),
        (date(2026, 11, 28), False),  # Saturday
        (date(2026, 11, 29), False),  # Sunday
        (date(2026, 1, 1), False),
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 4, 7), True),
        (date(2026, 5, 1), False),
        (date(2026, 5, 14), True),  # Ascension is no closing day
        (date(2026, 12, 24), True),
        (date(2026, 12, 25), False),
        (date(2029, 12, 26), False),
        (date(2026, 12, 31), True),
    ],
)
def test_days_with_rates(day: date, *, published: bool) -> None:
    """Every working day but the closing days of TARGET."""
    assert is_published_on(day) is published


@pytest.mark.parametrize(
    "easter", [date(1818, 3, 22), date(2000, 4, 23), date(2008, 3, 23), date(2024, 3, 31), date(2026, 4, 5), date(2038, 4, 25)]
)
def test_easter(easter: date) -> None:
    """The earliest, the latest, and some between, as almanacs print them."""
    assert easter_sunday(easter.year) == easter


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        (datetime(2026, 11, 26, 14, 59, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 11, 26, 15, 0, tzinfo=UTC), date(2026, 11, 26)),  # 16:00 in winter
        (datetime(2026, 7, 2, 14, 0, tzinfo=UTC), date(2026, 7, 2)),  # 16:00 in summer
        (datetime(2026, 11, 29, 12, tzinfo=UTC), date(2026, 11, 27)),  # Sunday: Friday's
        (datetime(2026, 11, 30, 2, 15, tzinfo=UTC), date(2026, 11, 27)),  # Monday night: still Friday's
        (datetime(2026, 4, 7, 2, 15, tzinfo=UTC), date(2026, 4, 2)),  # the night after Easter Monday: Maundy Thursday's
    ],
)
def test_the_newest_day_that_is_out(now: datetime, newest: date) -> None:
    """By the clock of Frankfurt."""
    assert published_days(now, 10)[-1] == newest


def test_five_days_of_age_are_enough_for_every_night() -> None:
    """What docs/how-to/exchange-rates.md says of Rate age days; four are not."""
    nights = [date(2020, 1, 1) + timedelta(days=number) for number in range(366 * 30)]
    ages = {(night - published_days(datetime.combine(night, RUN_AT, UTC), 10)[-1]).days for night in nights}
    assert ages == {1, 2, 3, 4, 5}
