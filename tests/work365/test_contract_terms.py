"""When a contract is billed: due days, limits, offsets; and terms that contradict each other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from work365.contracts.contract import BillingContract
from work365.contracts.policy import Policy, Prorate
from work365.errors import BadInput
from work365.money import Currency
from work365.periods import Frequency, Period, Unit

MARCH = date(2024, 3, 1)


def contract(**terms: Any) -> BillingContract:  # noqa: ANN401  any term
    return BillingContract("C-1", Currency("USD"), **{"start": MARCH, **terms})


@pytest.mark.parametrize(
    ("terms", "run", "cycles"),
    [
        ({}, "2024-02-29", 0),
        ({}, "2024-03-01", 1),
        ({}, "2024-03-31", 1),
        ({}, "2024-04-01", 2),
        ({"policy": Policy.ARREARS}, "2024-03-31", 0),
        ({"policy": Policy.ARREARS}, "2024-04-01", 1),
        ({"policy": Policy.ARREARS, "end": date(2024, 4, 10)}, "2024-04-09", 1),
        ({"policy": Policy.ARREARS, "end": date(2024, 4, 10)}, "2024-04-10", 2),
        ({"offset_days": 3}, "2024-04-03", 1),
        ({"offset_days": 3}, "2024-04-04", 2),
        ({"end": date(2024, 4, 1)}, "2024-12-31", 1),
        ({"end": date(2024, 4, 2)}, "2024-12-31", 2),
        ({"end": MARCH}, "2024-12-31", 0),
        ({"start": date(2024, 2, 20), "bill_day": 15}, "2024-02-20", 1),
    ],
)
def test_the_cycles_that_a_run_bills(terms: dict[str, Any], run: str, cycles: int) -> None:
    """Advance on the first day, arrears on the day after the last one, both later by the offset; nothing beyond the end."""
    one = contract(**terms)
    assert one.due_limit(date.fromisoformat(run)) - one.first_cycle == cycles


@pytest.mark.parametrize(
    ("terms", "number", "expected"),
    [
        ({}, 0, "2024-03-01"),
        ({"policy": Policy.ARREARS}, 0, "2024-04-01"),
        ({"policy": Policy.ARREARS, "end": date(2024, 3, 20)}, 0, "2024-03-20"),
        ({"end": date(2024, 3, 20)}, 1, None),
        ({"start": date(2024, 2, 20), "bill_day": 15}, 0, "2024-02-20"),
        ({"offset_days": 2}, 1, "2024-04-03"),
    ],
)
def test_the_day_on_which_a_cycle_falls_due(terms: dict[str, Any], number: int, expected: str | None) -> None:
    """It is the first day on which a run bills the cycle."""
    one = contract(**terms)
    due = one.due_on(number)
    assert (due and due.isoformat()) == expected
    if due is not None:
        assert one.due_limit(due) > number
        assert one.due_limit(date.fromordinal(due.toordinal() - 1)) <= number


def test_the_billed_days_around_a_day() -> None:
    """Cut at both ends of the contract; a day before it means its first cycle."""
    one = contract(start=date(2024, 2, 20), bill_day=15, end=date(2024, 4, 1))
    assert one.period_of(date(2024, 3, 20)) == Period(date(2024, 3, 15), date(2024, 4, 1))
    assert one.period_of(date(2020, 1, 1)) == Period(date(2024, 2, 20), date(2024, 3, 15))


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"end": date(2024, 2, 1)}, "before it starts"),
        ({"discount_percent": Decimal(101)}, "101 percent"),
        ({"discount_percent": Decimal(-1)}, "-1 percent"),
        ({"offset_days": -1}, "offset"),
        ({"prorate": Prorate.MONTHS, "frequency": Frequency(2, Unit.WEEK)}, "months"),
        ({"prorate": Prorate.DAYS30, "frequency": Frequency(2, Unit.WEEK)}, "days30"),
        ({"bill_day": 32}, "bill day"),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: dict[str, Any], message: str) -> None:
    """With a sentence that says what to do."""
    with pytest.raises(BadInput, match=message):
        contract(**terms)
