"""Stripe's minor units, which are not ISO's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.receivables import money
from local.stripe.amounts import KNOWN
from providers.stripe.amounts import STRIPE_EXPONENT, from_stripe, to_stripe
from work365.errors import InvariantBroken, Refused
from work365.money import EXPONENT, Currency, Money

ROWS = json.loads((Path(__file__).parents[2] / "data" / "stripe" / "minor_units.json").read_text())["rows"]


def test_the_table_is_the_published_one() -> None:
    """Every listed currency has Stripe's exponent; UGX, about which sources disagree, has none."""
    listed = {code: row["stripe"] for code, row in ROWS.items() if code != "UGX"}
    assert {code: STRIPE_EXPONENT[Currency(code)] for code in listed} == listed
    assert Currency("UGX") not in STRIPE_EXPONENT
    assert {code for code in STRIPE_EXPONENT if code not in EXPONENT} == set()
    assert {"usd", "eur", "gbp"} <= KNOWN


@pytest.mark.parametrize(
    ("amount", "units"),
    [
        ("10.05 EUR", 1005),
        ("500 JPY", 500),
        ("500 ISK", 50000),
        ("7.00 MGA", 7),
        ("1.230 KWD", 1230),
        ("1.230 IQD", 123),
        ("1.2300 CLF", 123),
    ],
)
def test_there_and_back(amount: str, units: int) -> None:
    """Our money and Stripe's units say the same."""
    assert to_stripe(money(amount)) == units
    assert from_stripe(units, amount.split()[1].lower()) == money(amount)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("5 UGX", "Stripe cannot be charged in UGX"),
        ("7.50 MGA", "does not take 7.50 MGA to the last decimal place"),
        ("1.235 KWD", "charge an amount that ends in 0"),
        ("1.235 IQD", "to the last decimal place"),
        ("1000000.00 EUR", "more than Stripe takes in one payment"),
    ],
)
def test_amounts_that_stripe_does_not_take(amount: str, words: str) -> None:
    """Refused in words, never rounded."""
    with pytest.raises(Refused, match=words):
        to_stripe(money(amount))


def test_units_that_we_cannot_have_sent() -> None:
    """Half a króna or an unknown currency stops everything."""
    for units, code in ((50050, "isk"), (5, "ugx")):
        with pytest.raises(InvariantBroken):
            from_stripe(units, code)


@given(st.sampled_from(sorted(STRIPE_EXPONENT)), st.integers(1, 90_000))
def test_every_amount_that_is_taken_comes_back(code: Currency, minor: int) -> None:
    """No currency changes an amount on the way."""
    try:
        units = to_stripe(Money(minor, code))
    except Refused:
        return
    assert from_stripe(units, code.lower()) == Money(minor, code)
