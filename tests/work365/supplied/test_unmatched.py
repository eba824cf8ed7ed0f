"""Cost without revenue and revenue without cost: day by day, whatever lines either side makes of the same days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from work365.money import Currency
from work365.periods import Period
from work365.supplied.unmatched import Side, SidedLine, unmatched

EUR, USD = Currency("EUR"), Currency("USD")
JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))


def line(side: Side, first: int, days: int, amount: str, *, quantity: int = 10, code: Currency = EUR, of: str = "s") -> SidedLine:
    """Days count from 1 January; they may lie outside it."""
    start = JANUARY.start + timedelta(days=first - 1)
    named = f"{side.name} {first} {amount}"
    return SidedLine(side, of, Period(start, start + timedelta(days=days)), Decimal(quantity), Decimal(amount), code, named)


def told(*lines: SidedLine) -> list[tuple[str, int, str]]:
    return [(one.side.name, one.days, str(one.amount)) for one in unmatched(JANUARY, lines)]


def test_the_largest_come_first_within_a_side_and_a_currency() -> None:
    found = told(
        line(Side.COST, 1, 31, "20", of="a"),
        line(Side.COST, 1, 31, "-90", of="b"),
        line(Side.COST, 1, 31, "500", of="c", code=USD),
        line(Side.REVENUE, 1, 31, "900", of="d"),
    )
    assert found == [
        ("COST", 31, "-90.00 EUR"),
        ("COST", 31, "20.00 EUR"),
        ("COST", 31, "500.00 USD"),
        ("REVENUE", 31, "900.00 EUR"),
    ]


def test_a_charge_that_was_given_back_whole_asks_for_nothing() -> None:
    """Also where the supplier cuts off a cent per seat: 64.51 is given back of what 10 of 31 days of 200.00 came to."""
    charge, credit = line(Side.COST, 1, 31, "200"), line(Side.COST, 22, 10, "-64.50")
    assert told(charge, credit, line(Side.REVENUE, 1, 21, "250")) == []


def test_costs_in_one_currency_and_revenue_in_another_meet() -> None:
    assert told(line(Side.COST, 1, 31, "20", code=USD), line(Side.REVENUE, 1, 31, "25")) == []


SPAN = st.tuples(st.integers(-20, 40), st.integers(1, 60))


@given(st.lists(SPAN, max_size=5), st.lists(SPAN, max_size=5))
def test_every_day_of_the_month_is_matched_or_listed(costs: list[tuple[int, int]], sold: list[tuple[int, int]]) -> None:
    """The days that are listed are exactly those that one side covers and the other does not."""
    lines = [line(side, *one, "310") for side, some in ((Side.COST, costs), (Side.REVENUE, sold)) for one in some]
    covered = {side: {day for one in lines if one.side is side for day in range(31) if _on(day) in one.period} for side in Side}
    found = {one.side: one.days for one in unmatched(JANUARY, lines)}
    expected = {Side.COST: covered[Side.COST] - covered[Side.REVENUE], Side.REVENUE: covered[Side.REVENUE] - covered[Side.COST]}
    assert found == {side: len(days) for side, days in expected.items() if days}


def _on(day: int) -> date:
    return JANUARY.start + timedelta(days=day)
