"""Scenarios E and F that are about the rules alone: late news, and the last cent. The others stand where documents are made."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adversarial.bills import billed, net, sub
from work365.invoicing.discounts import combined
from work365.money import Currency, exactly


def test_e3_a_late_change_of_a_month_that_was_repaired_already() -> None:
    """Scenario E3 (killbill 159): 12 seats from the 10th are learned of in April, 11 from the 5th in May; March has both."""
    seats = sub(
        "s", "2026-03-01", "31.00", ("2026-03-01", 10), ("2026-03-10", 12, "2026-04-02"), ("2026-03-05", 11, "2026-05-02")
    )
    late = billed(seats, ["2026-03-01", "2026-04-02", "2026-05-02"])
    once = billed(seats, ["2026-05-02"])
    march = [[row for row in rows if row.start < "2026-04-01"] for rows in (late, once)]
    assert net(march[0]) == net(march[1]) == 10 * 4 + 11 * 5 + 12 * 22


def test_e8_a_back_dated_subscription_with_a_downgrade_ahead_has_no_month_too_many() -> None:
    """Scenario E8 (lago 215): learned of on 20 March, from 15 January on; fewer seats from 15 April."""
    seats = sub("s", "2026-01-15", "10.00", ("2026-01-15", 5, "2026-03-20"), ("2026-04-15", 3, "2026-03-20"))
    rows = billed(seats, ["2026-03-20", "2026-04-15", "2026-05-15"])
    assert [(row.start, row.quantity, row.amount) for row in rows] == [
        *(("2026-01-15", 5, "50.00"), ("2026-02-15", 5, "50.00"), ("2026-03-15", 5, "50.00")),
        *(("2026-04-15", 3, "30.00"), ("2026-05-15", 3, "30.00")),
    ]


def test_f3_nothing_is_taken_off_below_zero() -> None:
    """Scenario F3 (lago 4642: 17.71 against 17.72, and a negative total): discounts of 120 per cent leave 0.00."""
    seats = sub(
        "s", "2026-01-01", "17.71", ("2026-01-01", 1), discounts=[{"id": "a", "amount": "17.72"}, {"id": "b", "percent": "20"}]
    )
    assert [row.amount for row in billed(seats, ["2026-01-01"], discount_percent="50")] == ["17.71", "-17.71"]


@pytest.mark.parametrize(
    ("currency", "price", "amount"), [("JPY", "1000", "323"), ("KWD", "10.000", "3.226"), ("USD", "10.00", "3.23")]
)
def test_f5_a_line_has_the_decimals_of_its_currency(currency: str, price: str, amount: str) -> None:
    """Scenario F5: ten of 31 days in yen, dinars and dollars."""
    (row,) = billed(sub("s", "2026-01-01", price, ("2026-01-01", 0), ("2026-01-22", 1)), ["2026-01-22"], currency=currency)
    assert row.amount == amount


@given(st.lists(st.integers(1, 9_999), min_size=2, max_size=4), st.integers(1, 20_000))
def test_f7_what_an_amount_takes_off_does_not_depend_on_the_order(prices: list[int], off: int) -> None:
    """Scenario F7 (lago 4889): an amount off the contract comes to the same sum in every order, never to more than there is."""
    sums = set()
    for order in list(permutations(range(len(prices))))[:6]:
        seats = [sub(f"s{index}", "2026-01-01", f"{Decimal(prices[index]) / 100:.2f}", ("2026-01-01", 1)) for index in order]
        amount = [{"id": "off", "name": "Off", "amount": f"{Decimal(off) / 100:.2f}"}]
        sums.add(net(billed(seats, ["2026-01-01"], amounts_off=amount)))
    assert sums == {max(Decimal(sum(prices) - off), Decimal(0)) / 100}


def test_f7_percentages_do_not_depend_on_their_order() -> None:
    """Scenario F7: percentages one after the other, then amounts, whichever was listed first."""
    usd = Currency("USD")
    subtotal, fixed = exactly(Decimal("100.00"), usd), [exactly(Decimal("5.00"), usd)]
    assert combined(subtotal, [Decimal(10), Decimal(20)], fixed) == combined(subtotal, [Decimal(20), Decimal(10)], fixed)
