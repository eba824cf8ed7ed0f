"""A change that a person excluded from its cycle counts from the next one, where no other is in force by then."""

from __future__ import annotations

from datetime import date

import pytest

from work365.contracts.contract import BillingContract
from work365.money import Currency
from work365.subscriptions.excluding import counted_from

MONTHLY = BillingContract("c", Currency("EUR"), date(2026, 1, 1))
CASES = {
    "nothing is excluded": ([("01-10", False), ("02-05", False)], ["01-10", "02-05"]),
    "the next cycle": ([("01-01", False), ("01-10", True)], ["01-01", "02-01"]),
    "one of the same day is in force": ([("01-10", True), ("01-10", False)], [None, "01-10"]),
    "one on the first day of the next cycle is in force": ([("01-10", True), ("02-01", False)], [None, "02-01"]),
    "one after that comes on top": ([("01-10", True), ("02-02", False)], ["02-01", "02-02"]),
    "excluded ones do not replace each other": ([("01-10", True), ("01-20", True)], ["02-01", "02-01"]),
}


@pytest.mark.parametrize(("log", "counted"), CASES.values(), ids=CASES)
def test_days_from_which_changes_count(log: list[tuple[str, bool]], counted: list[str | None]) -> None:
    """Days are of 2026; the contract's cycles are its months."""
    days = counted_from([(_day(on), excluded) for on, excluded in log], MONTHLY)
    assert days == [None if on is None else _day(on) for on in counted]


def _day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")
