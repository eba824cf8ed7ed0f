"""The change log as a ledger: what may be appended, and what breaks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.subscriptions.ledger import Event, LogRow, Standing, appended, breaks, standing

PRICE = Decimal(31)
START = date(2026, 3, 1)


def day(number: int) -> date:
    return START + timedelta(days=number - 1)


def log(*rows: tuple[int, int, int]) -> list[LogRow]:
    """Rows of (day, quantity, delta), numbered in order."""
    return [LogRow(number, day(on), seats, delta, PRICE, Event.QUANTITY) for number, (on, seats, delta) in enumerate(rows, 1)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (log((1, 10, 10), (16, 15, 5)), ""),
        (log((1, 10, 10), (16, 15, 5), (16, 10, -5)), ""),
        (log((1, 10, 10), (16, 15, 5), (8, 12, 2), (16, 15, -2)), ""),
        (log((1, 10, 10), (16, 15, 4)), "row 2 says 15 from 2026-03-16 on, the rows add up to 14; the rows add up to 14"),
        ([log((1, 10, 10))[0], replace(log((1, 10, 10))[0], sequence=4, delta=0)], "numbers 2 to 3 are missing"),
        ([replace(log((1, 10, 10))[0], sequence=2)], "number 1 is missing"),
        ([log((1, 10, 10))[0], replace(log((1, 10, 10))[0], delta=0)], "number 1 is there twice"),
    ],
    ids=["whole", "two on a day", "late, taken back", "wrong delta", "gap", "no first", "twice"],
)
def test_what_breaks_a_ledger(rows: list[LogRow], said: str) -> None:
    quantity = 15 if len({row.effective for row in rows}) > 1 and rows[-1].quantity == 15 else 10
    assert "; ".join(one.message for one in breaks(rows, quantity)).startswith(said)
    assert bool(said) == bool(breaks(rows, quantity))


def test_the_subscription_must_say_what_its_rows_add_up_to() -> None:
    rows = log((1, 10, 10))
    assert breaks(rows, 10, 1) == []
    assert [one.message for one in breaks(rows, 11, 2)] == [
        "the rows add up to 10, the subscription says 11",
        "the newest row is number 1, the subscription says 2",
    ]


def test_a_late_change_leaves_the_seats_of_later_days_as_they_were() -> None:
    rows = log((1, 10, 10), (20, 15, 5))
    new = appended(rows, day(10), 12, PRICE, Event.QUANTITY)
    assert [(row.sequence, row.effective.day, row.quantity, row.delta) for row in new] == [(3, 10, 12, 2), (4, 20, 15, -2)]


def test_a_late_change_of_seats_goes_on_through_a_later_price_and_the_other_way_round() -> None:
    priced = [*log((1, 10, 10)), LogRow(2, day(20), 10, 0, Decimal(33), Event.PRICE)]
    seats = appended(priced, day(10), 12, PRICE, Event.QUANTITY)
    assert [(row.effective.day, row.quantity, row.unit_price) for row in seats] == [(10, 12, PRICE), (20, 12, Decimal(33))]
    price = appended(log((1, 10, 10), (20, 15, 5)), day(10), 10, Decimal(33), Event.PRICE)
    assert [(row.effective.day, row.quantity, row.delta, row.unit_price) for row in price] == [
        (10, 10, 0, Decimal(33)),
        (20, 15, 0, Decimal(33)),
    ]


STEPS = st.lists(st.tuples(st.integers(1, 28), st.integers(0, 30), st.sampled_from([Decimal(31), Decimal(33)])), max_size=8)


@given(STEPS)
def test_whatever_is_appended_in_whatever_order_it_stays_a_ledger(steps: list[tuple[int, int, Decimal]]) -> None:
    """And each change holds on its own day, and the last day holds what the subscription must say."""
    rows = log((1, 10, 10))
    for on, seats, price in steps:
        rows += appended(rows, day(on), seats, price, Event.QUANTITY)
        assert standing(rows, day(on)) == Standing(seats, price)
        assert breaks(rows, standing(rows, day(28)).quantity, rows[-1].sequence) == []


@given(STEPS, st.integers(1, 28), st.integers(0, 30))
def test_a_change_leaves_days_alone_that_set_their_own_seats(steps: list[tuple[int, int, Decimal]], on: int, seats: int) -> None:
    """Nothing before its day moves, and nothing from the first later day on that set the seats itself."""
    rows = log((1, 10, 10))
    for at, quantity, price in steps:
        rows += appended(rows, day(at), quantity, price, Event.QUANTITY)
    kept = standing(rows, day(on)).unit_price
    after = rows + appended(rows, day(on), seats, kept or PRICE, Event.QUANTITY)
    steps_of = {at: sum(row.delta for row in rows if row.effective == day(at)) for at in range(on + 1, 29)}
    fixed = next((at for at, step in steps_of.items() if step), 29)
    for at in (*range(1, on), *range(fixed, 29)):
        assert standing(after, day(at)).quantity == standing(rows, day(at)).quantity
    assert all(standing(after, day(at)).quantity == seats for at in range(on, fixed))
