"""What a currency is worth on a day: never guessed, exact, and turned round only if that is said."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.currencies.rates import ExchangeRate, ExchangeRates, NoExchangeRate, RateTerms, converted, converted_price
from work365.money import Currency, Money

EUR, USD, GBP, JPY, KWD = (Currency(code) for code in ("EUR", "USD", "GBP", "JPY", "KWD"))
FRIDAY = date(2026, 10, 30)
MONDAY = FRIDAY + timedelta(days=3)


def row(base: Currency, quote: Currency, day: date, rate: str, source: str = "ECB", reason: str = "") -> ExchangeRate:
    """A row of the book."""
    return ExchangeRate(base, quote, day, Decimal(rate), source, reason)


BOOK = ExchangeRates(
    [
        row(EUR, USD, FRIDAY, "1.0850"),
        row(EUR, USD, MONDAY, "1.1000"),
        row(USD, EUR, MONDAY, "0.9"),
        row(EUR, GBP, MONDAY, "0.8400"),
        row(GBP, EUR, FRIDAY, "1.19", "manual"),
        row(GBP, EUR, MONDAY, "1.19", "manual", "agreed with the customer"),
    ]
)


@pytest.mark.parametrize(
    ("base", "quote", "day", "terms", "rate", "inverted"),
    [
        (EUR, USD, FRIDAY, RateTerms(), "1.0850", False),
        (EUR, USD, FRIDAY + timedelta(days=1), RateTerms(), None, False),
        (EUR, USD, FRIDAY + timedelta(days=1), RateTerms(age_days=1), "1.0850", False),
        (EUR, USD, FRIDAY + timedelta(days=2), RateTerms(age_days=1), None, False),
        (EUR, USD, MONDAY, RateTerms(age_days=3), "1.1000", False),
        (USD, EUR, FRIDAY, RateTerms(), None, False),
        (USD, EUR, FRIDAY, RateTerms(inverse=True), "0.9216589862", True),
        (USD, EUR, MONDAY, RateTerms(inverse=True), "0.9", False),
        (USD, GBP, MONDAY, RateTerms(age_days=9, inverse=True), None, False),
        (GBP, EUR, FRIDAY, RateTerms(), None, False),
        (GBP, EUR, MONDAY, RateTerms(), "1.19", False),
        (EUR, USD, FRIDAY - timedelta(days=1), RateTerms(age_days=9, inverse=True), None, False),
        (USD, GBP, MONDAY, RateTerms(cross=True), "0.7636363636", False),
        (GBP, USD, MONDAY, RateTerms(cross=True), "1.3095238095", False),
        (USD, GBP, MONDAY + timedelta(days=1), RateTerms(age_days=1, cross=True), "0.7636363636", False),
        (USD, GBP, FRIDAY, RateTerms(age_days=9, cross=True, inverse=True), None, False),
        (USD, EUR, FRIDAY, RateTerms(cross=True), None, False),
    ],
    ids=[
        "of the day", "a Saturday", "a Saturday, a day old", "a Sunday, a day old", "the newest day", "the other way round",
        "turned round", "stated before turned round", "no detour over the euro", "manual without a reason",
        "manual with a reason", "never a later day",
        "over the euro", "over the euro and back", "over the euro, a day old", "never over two days", "the euro itself",
    ],
)  # fmt: skip
def test_the_rate_of_a_day(
    base: Currency, quote: Currency, day: date, terms: RateTerms, rate: str | None, *, inverted: bool
) -> None:
    """A row of that day in that direction; older and turned round only as far as it is allowed."""
    quoted = BOOK.quoted(base, quote, day, terms)
    assert (quoted and str(quoted.rate), bool(quoted and quoted.inverted)) == (rate, inverted)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (row(EUR, EUR, FRIDAY, "1"), "against itself"),
        (row(EUR, USD, FRIDAY, "0"), "is not possible"),
        (row(EUR, USD, FRIDAY, "-1.1"), "is not possible"),
        (row(EUR, USD, FRIDAY, "NaN"), "is not possible"),
        (row(EUR, USD, FRIDAY, "1.08500000001"), "at most 10 decimal places"),
        (row(EUR, USD, FRIDAY, "1.1", ""), "has no source"),
        (row(EUR, USD, FRIDAY, "1.1", "Manual"), "needs a reason"),
    ],
)
def test_a_row_that_cannot_be_used_is_as_if_it_were_not_there(broken: ExchangeRate, why: str) -> None:
    """It says why, and no bill uses it."""
    assert why in broken.problem
    assert ExchangeRates([broken]).quoted(EUR, USD, FRIDAY) is None


@pytest.mark.parametrize(
    ("amount", "quote", "rate", "expected"),
    [
        (Money(1000, USD), EUR, "0.9216589862", Money(922, EUR)),
        (Money(1000, EUR), JPY, "163.25", Money(1633, JPY)),
        (Money(-1000, EUR), JPY, "163.25", Money(-1633, JPY)),
        (Money(1000, JPY), KWD, "0.00205", Money(2050, KWD)),
        (Money(1, KWD), EUR, "3", Money(0, EUR)),
    ],
)
def test_an_amount_in_another_currency(amount: Money, quote: Currency, rate: str, expected: Money) -> None:
    """Rounded once, half away from zero, to the other currency's own places."""
    assert converted(amount, quote, Decimal(rate)) == expected


def test_a_price_in_another_currency_keeps_its_places() -> None:
    """A price is no amount: it has ten places, and only the line is rounded to cents."""
    assert converted_price(Decimal("12.34"), Decimal("0.9216589862")) == Decimal("11.3732718897")


def test_what_is_missing_is_said() -> None:
    """The finding names contract, currencies, day, and where to enter the rate."""
    finding = NoExchangeRate(USD, EUR, FRIDAY).finding("id-1", "C-1")
    assert (finding.code, finding.subject, finding.contract) == ("no-exchange-rate", "C-1 USD EUR", "id-1")
    assert "no exchange rate from USD to EUR on 2026-10-30" in finding.message
    assert "under Exchange rates" in finding.message


RATES = st.decimals("0.0001", "100000", places=4)


@given(RATES, RATES)
def test_over_the_euro_is_one_division_rounded_once(in_dollars: Decimal, in_pounds: Decimal) -> None:
    """0.8400 pounds and 1.1000 dollars for a euro are 0.84 / 1.10 pounds for a dollar, within half of the tenth place."""
    book = ExchangeRates([row(EUR, USD, FRIDAY, str(in_dollars)), row(EUR, GBP, FRIDAY, str(in_pounds))])
    quoted = book.quoted(USD, GBP, FRIDAY, RateTerms(cross=True))
    assert quoted is not None
    assert (quoted.crossed, quoted.day) == (True, FRIDAY)
    assert abs(Fraction(quoted.rate) - Fraction(in_pounds) / Fraction(in_dollars)) <= Fraction(1, 2 * 10**10)


@given(st.decimals("0.0001", "100000", places=4), st.integers(-(10**9), 10**9))
def test_there_and_back_is_the_same_amount(rate: Decimal, minor: int) -> None:
    """Turned round with ten places, an amount of up to ten million comes back within its own rounding."""
    there = converted(Money(minor, EUR), USD, rate)
    quoted = ExchangeRates([row(EUR, USD, FRIDAY, str(rate))]).quoted(USD, EUR, FRIDAY, RateTerms(inverse=True))
    assert quoted is not None
    back = converted(there, EUR, quoted.rate)
    lost = Decimal("0.5") / rate + Decimal("0.5") + abs(there.minor) * Decimal("1e-10")
    assert abs(back.minor - minor) <= lost
