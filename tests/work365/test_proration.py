"""Rulers: how parts of a cycle are measured."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.contracts.contract import BillingContract
from work365.contracts.policy import Prorate
from work365.errors import BadInput
from work365.invoicing.proration import amount_minor, prorated, ruler
from work365.money import Currency
from work365.periods import ANNUAL, MONTHLY, QUARTERLY, Frequency, Period

USD = Currency("USD")


def contract(prorate: Prorate, start: date, frequency: Frequency = MONTHLY, bill_day: int | None = None) -> BillingContract:
    return BillingContract("C", USD, start, frequency, bill_day, prorate=prorate)


@given(
    st.sampled_from([Prorate.DAYS, Prorate.DAYS30]),
    st.dates(date(2020, 1, 1), date(2028, 1, 1)),
    st.integers(1, 31),
    st.sampled_from([MONTHLY, QUARTERLY, ANNUAL]),
)
def test_marks_rise_from_nothing_to_the_whole(prorate: Prorate, start: date, bill_day: int, frequency: Frequency) -> None:
    """However a cycle is cut, its parts add up to the whole: marks never fall, begin at 0 and end at the length."""
    one = contract(prorate, start, frequency, bill_day)
    measure, cycle = ruler(one, one.first_cycle), one.cadence.cycle(one.first_cycle)
    marks = [measure.end_mark(cycle.start + timedelta(days=day)) for day in range(cycle.days + 1)]
    assert marks == sorted(marks)
    assert (marks[0], marks[-1]) == (0, measure.length)
    middle = cycle.start + timedelta(days=cycle.days // 2)
    assert measure.used(Period(cycle.start, middle)) + measure.used(Period(middle, cycle.end)) == measure.length


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-01", "2027-01-01", 12),
        ("2026-07-10", "2027-01-01", 6),
        ("2026-07-01", "2027-01-01", 6),
        ("2026-01-01", "2026-03-20", 3),
        ("2026-01-01", "2026-03-01", 2),
        ("2026-03-10", "2026-03-20", 1),
    ],
)
def test_months_begun_count_whole(start: str, end: str, months: int) -> None:
    """At both ends of a part."""
    measure = ruler(contract(Prorate.MONTHS, date(2026, 1, 1), ANNUAL), 0)
    assert (measure.used(Period(date.fromisoformat(start), date.fromisoformat(end))), measure.length) == (months, 12)


def test_without_proration_a_cycle_begun_counts_whole() -> None:
    """Any part of it is all of it."""
    measure = ruler(contract(Prorate.NONE, date(2026, 1, 1)), 0)
    assert (measure.used(Period(date(2026, 1, 30), date(2026, 2, 1))), measure.length) == (1, 1)


def test_multiply_first_then_round_once() -> None:
    """1,000 seats at 0.2741935… are not a rounded unit times 1,000 (D7)."""
    assert amount_minor((8500, 31), 1, 1, 100) == 27419
    assert str(
        prorated(
            Decimal("8.50"), 1000, Period(date(2026, 1, 1), date(2026, 1, 2)), Period(date(2026, 1, 1), date(2026, 2, 1)), USD
        )
    ) == ("274.19 USD")


def test_a_part_lies_inside_its_cycle() -> None:
    """Anything else is refused, not measured."""
    with pytest.raises(BadInput, match="not inside the cycle"):
        prorated(Decimal(1), 1, Period(date(2026, 1, 1), date(2026, 2, 2)), Period(date(2026, 1, 1), date(2026, 2, 1)), USD)
