"""Periods, and the cycles around an anchor."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import BadInput
from work365.periods import (
    ANNUAL,
    MONTHLY,
    QUARTERLY,
    SEMIANNUAL,
    TRIENNIAL,
    Cadence,
    Frequency,
    Period,
    Unit,
    days_in_month,
    local_day,
)

WEEKLY = Frequency(1, Unit.WEEK)
days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
frequencies = st.sampled_from(
    [MONTHLY, QUARTERLY, SEMIANNUAL, ANNUAL, TRIENNIAL, WEEKLY, Frequency(5, Unit.MONTH), Frequency(30, Unit.DAY)]
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def cycle(text: str) -> Period:
    start, end = text.split("..")
    return Period(day(start), day(end))


@pytest.mark.parametrize(
    ("start", "bill_day", "frequency", "on", "expected"),
    [
        ("2024-01-31", 31, MONTHLY, "2024-02-15", "2024-01-31..2024-02-29"),
        ("2024-01-31", 31, MONTHLY, "2024-02-29", "2024-02-29..2024-03-31"),
        ("2023-01-31", 31, MONTHLY, "2023-04-30", "2023-04-30..2023-05-31"),
        ("2024-02-29", 29, ANNUAL, "2025-02-28", "2025-02-28..2026-02-28"),
        ("2024-02-29", 29, ANNUAL, "2028-02-29", "2028-02-29..2029-02-28"),
        ("2011-01-01", 15, QUARTERLY, "2011-01-01", "2010-10-15..2011-01-15"),
        ("2024-11-30", 30, QUARTERLY, "2025-02-28", "2025-02-28..2025-05-30"),
        ("2024-03-31", 31, SEMIANNUAL, "2024-09-29", "2024-03-31..2024-09-30"),
        ("2024-03-01", 1, TRIENNIAL, "2021-03-01", "2021-03-01..2024-03-01"),
        ("2024-01-03", 3, WEEKLY, "2024-01-17", "2024-01-17..2024-01-24"),
        ("2024-01-03", 3, WEEKLY, "2024-01-02", "2023-12-27..2024-01-03"),
        ("2024-01-31", 31, Frequency(30, Unit.DAY), "2024-03-01", "2024-03-01..2024-03-31"),
    ],
)
def test_the_cycle_that_contains_a_day(start: str, bill_day: int, frequency: Frequency, on: str, expected: str) -> None:
    """Boundaries are clamped to the month's end and come back; each is computed from the anchor."""
    assert Cadence.around(day(start), bill_day, frequency).containing(day(on)) == cycle(expected)


@given(days, st.integers(1, 31), frequencies, days)
def test_every_day_is_in_exactly_one_cycle(start: date, bill_day: int, frequency: Frequency, on: date) -> None:
    """The cycle's number is found without a walk, and neighbours touch without a gap."""
    cadence = Cadence.around(start, bill_day, frequency)
    number = cadence.number(on)
    assert on in cadence.cycle(number)
    assert cadence.cycle(number).end == cadence.cycle(number + 1).start
    assert [cadence.number(cadence.boundary(number + step)) for step in (-1, 0, 1)] == [number - 1, number, number + 1]


@given(days, st.integers(1, 31))
def test_the_months_of_a_cycle_are_the_monthly_cycles(start: date, bill_day: int) -> None:
    """Months inside a year are anchored like the years."""
    yearly, monthly = (Cadence.around(start, bill_day, frequency) for frequency in (ANNUAL, MONTHLY))
    assert yearly.months(2) == tuple(monthly.boundary(number) for number in range(24, 37))


@pytest.mark.parametrize(
    ("frequency", "day", "later"),
    [
        (Frequency(1, Unit.MONTH), "2026-01-31", "2026-02-28"),
        (Frequency(12, Unit.MONTH), "2028-02-29", "2029-02-28"),
        (Frequency(2, Unit.WEEK), "2026-01-01", "2026-01-15"),
        (Frequency(10, Unit.DAY), "2026-01-01", "2026-01-11"),
    ],
)
def test_the_same_day_one_cycle_later(frequency: Frequency, day: str, later: str) -> None:
    """Clamped to the end of a short month."""
    assert frequency.after(date.fromisoformat(day)) == date.fromisoformat(later)


def test_weeks_have_no_months() -> None:
    """Proration by months makes no sense in weekly cycles."""
    with pytest.raises(BadInput, match="no months"):
        Cadence.around(day("2024-01-03"), 3, WEEKLY).months(0)


@pytest.mark.parametrize("bill_day", [0, 32])
def test_a_bill_day_is_1_to_31(bill_day: int) -> None:
    """Anything else is refused."""
    with pytest.raises(BadInput, match="not a bill day"):
        Cadence.around(day("2024-01-03"), bill_day, MONTHLY)


def test_a_frequency_is_at_least_one_unit() -> None:
    """Cycles without length are refused."""
    with pytest.raises(BadInput, match="every 0 months"):
        Frequency(0, Unit.MONTH)


@pytest.mark.parametrize(
    ("start", "frequency", "number"), [("9999-12-01", MONTHLY, 1), ("9999-12-28", WEEKLY, 5), ("1900-01-01", ANNUAL, -1900)]
)
def test_cycles_outside_the_calendar_are_refused(start: str, frequency: Frequency, number: int) -> None:
    """There is no year 10000."""
    with pytest.raises(BadInput, match="leave the calendar"):
        Cadence.around(day(start), 1, frequency).boundary(number)


def test_a_period_is_half_open() -> None:
    """The start is in it, the end is not; it cannot run backwards."""
    march = cycle("2024-03-01..2024-04-01")
    assert (march.days, day("2024-03-01") in march, day("2024-04-01") in march) == (31, True, False)
    with pytest.raises(BadInput, match="before it starts"):
        cycle("2024-04-01..2024-03-01")


def test_what_two_periods_share() -> None:
    """Touching is not sharing."""
    march = cycle("2024-03-01..2024-04-01")
    assert march.overlap(cycle("2024-03-20..2024-05-01")) == cycle("2024-03-20..2024-04-01")
    assert march.overlap(cycle("2024-04-01..2024-05-01")) is None


def test_months_have_their_days() -> None:
    """The Gregorian rule, centuries and all."""
    assert [days_in_month(year, 2) for year in (1900, 2000, 2023, 2024)] == [28, 29, 28, 29]
    for year in (2023, 2024):
        for month in range(1, 13):
            first = date(year, month, 1)
            assert days_in_month(year, month) == ((first + timedelta(days=31)).replace(day=1) - first).days


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("America/Denver", "2024-05-29"), ("Asia/Karachi", "2024-05-30"), ("UTC", "2024-05-30")],
)
def test_the_date_of_an_instant_is_that_of_the_billing_zone(zone: str, expected: str) -> None:
    """Just after midnight UTC it is still yesterday in Denver (A4, C6, C9)."""
    assert local_day(datetime(2024, 5, 30, 0, 5, tzinfo=UTC), ZoneInfo(zone)) == day(expected)


def test_an_instant_has_a_zone() -> None:
    """A naive time is refused."""
    with pytest.raises(BadInput, match="no time zone"):
        local_day(datetime(2024, 5, 30), ZoneInfo("UTC"))  # noqa: DTZ001  naive on purpose
