"""Windows: how many seats may be given back until when, and what comes back for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import BadInput
from work365.money import Currency
from work365.periods import Period
from work365.terms.windows import SeatChange, Window, returnable, still_open, windows

EUR = Currency("EUR")
MONTH = Period(date(2026, 3, 2), date(2026, 4, 2))
BOUGHT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def after(hours: float) -> datetime:
    return BOUGHT + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("history", "hours", "seats"),
    [
        ([(0, 10)], 0, 10),
        ([(0, 10)], 167.9, 10),
        ([(0, 10)], 168, 0),
        ([(0, 10), (100, 5)], 120, 15),
        ([(0, 10), (100, 5)], 168, 5),
        ([(0, 10), (100, 5)], 268, 0),
        ([(0, 10), (100, -4)], 110, 6),
        ([(0, 10), (100, 5), (110, -7)], 120, 8),
        ([(0, 10), (100, 5), (110, -7)], 200, 0),
        ([(0, 10), (200, 5), (210, -5), (220, 5)], 230, 5),
    ],
    ids=["at once", "last hour", "over", "two open", "one open", "both over", "given back", "newest first", "eaten", "again"],
)
def test_seats_that_may_be_given_back(history: list[tuple[float, int]], hours: float, seats: int) -> None:
    """168 hours from each purchase and each increase, by its own seats."""
    found = windows(SeatChange(after(at), delta) for at, delta in history)
    assert returnable(found, after(hours)) == seats


def test_a_renewal_opens_a_window_for_all_seats() -> None:
    found = windows([SeatChange(BOUGHT, 10), SeatChange(after(24 * 365), 10, renewal=True)])
    assert [(one.seats, one.until) for one in still_open(found, after(24 * 365 + 1))] == [(10, after(24 * 365 + 168))]


def test_an_upgrade_opens_none() -> None:
    assert windows([SeatChange(BOUGHT, 10, returnable=False)]) == []


@pytest.mark.parametrize(
    ("hours", "refund"),
    [(1, "100.80"), (23.9, "100.80"), (24, "97.55"), (48, "94.30"), (167, "81.29")],
    ids=["first hour", "first day", "second day", "third day", "last hour"],
)
def test_all_of_the_money_on_the_first_day_then_the_days_that_are_left(hours: float, refund: str) -> None:
    """The published example of 15 July: ten seats at 10.08, given back on the third day; Microsoft truncates it to 94.20."""
    start = datetime(2021, 7, 15, 0, 0, tzinfo=UTC)
    (window,) = windows([SeatChange(start, 10)])
    charge = Period(date(2021, 7, 15), date(2021, 8, 15))
    assert f"{window.refund(start + timedelta(hours=hours), Decimal('10.08'), charge, charge, EUR).major}" == refund


def test_nothing_comes_back_after_the_window() -> None:
    (window,) = windows([SeatChange(BOUGHT, 10)])
    with pytest.raises(BadInput, match=r"these 10 seats could be given back until 2026-03-09 09:30 UTC"):
        window.refund(
            after(168), Decimal(10), Period(date(2026, 3, 2), date(2026, 4, 2)), Period(date(2026, 3, 2), date(2026, 4, 2)), EUR
        )


def test_seats_added_inside_a_cycle_give_back_what_they_were_charged() -> None:
    """Five more seats on 16 March in a cycle of 31 days: 16 days each at first, 15 on the next day but one."""
    added = datetime(2026, 3, 16, 12, tzinfo=UTC)
    (window,) = windows([SeatChange(added, 5)])
    cycle = Period(date(2026, 3, 1), date(2026, 4, 1))
    charge = Period(date(2026, 3, 16), cycle.end)
    assert window.refund(added + timedelta(hours=2), Decimal(31), charge, cycle, EUR).major == Decimal("80.00")
    assert window.refund(added + timedelta(hours=25), Decimal(31), charge, cycle, EUR).major == Decimal("75.00")


@pytest.mark.parametrize(("hours", "alert"), [(0, None), (119, None), (120, 48), (143, 48), (144, 24), (167, 24), (168, None)])
def test_alerts_two_days_and_one_day_before(hours: float, alert: int | None) -> None:
    assert Window(5, None, after(168)).alert(after(hours)) == alert


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(-20, 20)), max_size=12),
    st.integers(0, 600),
)
def test_never_more_than_what_came_in_the_last_168_hours(history: list[tuple[int, int]], now: int) -> None:
    """Nor less than what came in them and could not have been taken by any reduction."""
    came = sum(delta for at, delta in history if delta > 0 and at <= now < at + 168)
    went = sum(-delta for at, delta in history if delta < 0 and at <= now)
    found = windows(SeatChange(after(at), delta) for at, delta in history if at <= now)
    assert max(0, came - went) <= returnable(found, after(now)) <= came
