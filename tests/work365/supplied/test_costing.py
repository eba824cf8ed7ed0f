"""Which supplier's lines are the cost of a customer's line: those of its days and sign, first of all those of its quantity."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.money import Currency
from work365.periods import Period
from work365.supplied.costing import CostLine, costs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

START = date(2026, 3, 1)
JANUARY = "2026-01-01..2026-01-31"
LATE_JANUARY = "2026-01-16..2026-01-31"
MONTH = f"{JANUARY} +10 @20"
CHANGE = (f"{LATE_JANUARY} -10 @10.3226", f"{LATE_JANUARY} +15 @10.3226")


def period(text: str) -> Period:
    first, last = (date.fromisoformat(day) for day in text.split(".."))
    return Period(first, last + timedelta(days=1))


def cost(text: str) -> CostLine:
    """`2026-01-01..2026-01-31 +10 @20`: inclusive days, signed seats, price; its text is its id."""
    days, seats, price = text.split()
    quantity, unit = Decimal(seats), Decimal(price[1:])
    told = (period(days), abs(quantity), unit, Decimal(1), quantity * unit, Currency("EUR"))
    return CostLine(text, "G-1", "r", "Cycle fee", *told)


@pytest.mark.parametrize(
    ("days", "seats", "billed", "expected"),
    [
        (JANUARY, 10, (MONTH,), ((MONTH, 31),)),
        (JANUARY, 10, ("2026-02-01..2026-02-28 +10 @20",), ()),
        (JANUARY, 10, (MONTH, *CHANGE), ((MONTH, 31),)),
        (LATE_JANUARY, -10, (MONTH, *CHANGE), ((CHANGE[0], 16),)),
        (LATE_JANUARY, 15, (MONTH, *CHANGE), ((CHANGE[1], 16),)),
        (LATE_JANUARY, -10, (MONTH,), ()),
        (LATE_JANUARY, 15, (MONTH,), ((MONTH, 16),)),
        (JANUARY, 12, (MONTH, CHANGE[1]), ((MONTH, 31), (CHANGE[1], 16))),
        (JANUARY, 15, (MONTH, CHANGE[1]), ((MONTH, 31), (CHANGE[1], 16))),
        (
            "2026-03-01..2026-03-31",
            10,
            ("2026-03-04..2026-04-03 +10 @20", "2026-02-04..2026-03-03 +10 @20"),
            (("2026-02-04..2026-03-03 +10 @20", 3), ("2026-03-04..2026-04-03 +10 @20", 28)),
        ),
    ],
)
def test_what_a_line_leads_to(days: str, seats: int, billed: Sequence[str], expected: Sequence[tuple[str, int]]) -> None:
    """Also where the supplier credited nothing, or where its seats are others than ours."""
    found = costs_of(period(days), Decimal(seats), map(cost, billed))
    assert tuple((one.line.id, one.days) for one in found) == tuple(expected)


def test_the_part_of_an_amount_is_by_days_and_rounded_once() -> None:
    """28 of 31 days of 200.00 are 180.65."""
    (share,) = costs_of(period("2026-03-04..2026-03-31"), Decimal(10), [cost("2026-03-04..2026-04-03 +10 @20")])
    assert (share.days, share.amount.major) == (28, Decimal("180.65"))


PIECES = st.lists(st.integers(1, 40), min_size=1, max_size=8)


@given(PIECES, PIECES)
def test_every_day_of_a_suppliers_line_is_in_one_line_of_an_unbroken_row(ours: list[int], theirs: list[int]) -> None:
    """However both sides cut their time: a supplier's line that lies within ours is shared out day by day, none twice."""
    lines = [
        CostLine(str(number), "G-1", "", "Cycle fee", one, Decimal(10), Decimal(2), Decimal(1), Decimal(20), Currency("EUR"))
        for number, one in enumerate(_row(theirs))
    ]
    shared: dict[str, int] = {}
    for one in _row([*ours, 400]):
        for share in costs_of(one, Decimal(10), lines):
            shared[share.line.id] = shared.get(share.line.id, 0) + share.days
    assert shared == {one.id: one.period.days for one in lines}


def _row(lengths: Sequence[int]) -> list[Period]:
    ends = [START + timedelta(days=sum(lengths[: count + 1])) for count in range(len(lengths))]
    return [Period(start, end) for start, end in zip([START, *ends], ends, strict=False)]
