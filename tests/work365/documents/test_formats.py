"""How amounts, quantities and dates are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.desks.documents import ENGLISH
from work365.documents.formats import DateStyle
from work365.money import EXPONENT, Currency, Money
from work365.periods import Period

LONG, ISO = ENGLISH, replace(ENGLISH, dates=DateStyle.ISO)
DASH = "\N{EN DASH}"


@pytest.mark.parametrize(
    ("minor", "code", "written"),
    [
        (0, "USD", "0.00"),
        (5, "USD", "0.05"),
        (-5670, "USD", "-56.70"),
        (123456789, "USD", "1,234,567.89"),
        (1000, "JPY", "1,000"),
        (1234567, "KWD", "1,234.567"),
        (12345, "CLF", "1.2345"),
    ],
)
def test_money_has_the_currencys_own_places(minor: int, code: str, written: str) -> None:
    """Thousands are grouped, and there are as many places as ISO 4217 says."""
    assert LONG.money(Money(minor, Currency(code))) == written


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(EXPONENT)))
def test_what_is_written_reads_back_exactly(minor: int, code: Currency) -> None:
    """Formatting loses nothing: the digits are the amount."""
    amount = Money(minor, code)
    assert Decimal(LONG.money(amount).replace(",", "")) == amount.major


@pytest.mark.parametrize(
    ("price", "code", "written"),
    [
        ("22", "USD", "22.00"),
        ("22.5000000000", "USD", "22.50"),
        ("0.0125", "USD", "0.0125"),
        ("1874", "JPY", "1,874"),
        ("0.5", "JPY", "0.5"),
        ("12345.678901", "USD", "12,345.678901"),
    ],
)
def test_a_price_keeps_every_place_that_it_has(price: str, code: str, written: str) -> None:
    """A unit price is never rounded for display, and never shorter than an amount."""
    assert LONG.price(Decimal(price), Currency(code)) == written


@pytest.mark.parametrize(
    ("quantity", "written"), [("10", "10"), ("10.0000", "10"), ("2.50", "2.5"), ("0", "0"), ("1000", "1,000"), ("-3", "-3")]
)
def test_a_quantity_has_no_trailing_zeros(quantity: str, written: str) -> None:
    """Seats read as whole numbers, hours as they are."""
    assert LONG.quantity(Decimal(quantity)) == written


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        ("2026-03-01", "2026-04-01", f"1 {DASH} 31 Mar 2026"),
        ("2026-03-10", "2026-04-10", f"10 Mar {DASH} 9 Apr 2026"),
        ("2025-12-10", "2026-01-10", f"10 Dec 2025 {DASH} 9 Jan 2026"),
        ("2026-03-05", "2026-03-06", "5 Mar 2026"),
        ("2024-02-01", "2024-03-01", f"1 {DASH} 29 Feb 2024"),
    ],
)
def test_periods_are_printed_with_their_last_day(start: str, end: str, written: str) -> None:
    """A half-open period prints the day before its end."""
    assert LONG.period(Period(date.fromisoformat(start), date.fromisoformat(end))) == written


def test_iso_dates_are_iso_everywhere() -> None:
    """The other style writes every date as year, month, day."""
    period = Period(date(2026, 3, 1), date(2026, 4, 1))
    assert (ISO.period(period), ISO.day(period.start)) == (f"2026-03-01 {DASH} 2026-03-31", "2026-03-01")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 400))
def test_a_printed_period_ends_one_day_before_its_end(start: date, days: int) -> None:
    """Whatever the period, the text ends with its last day."""
    period = Period(start, start + timedelta(days=days))
    assert LONG.period(period).endswith(LONG.short_day(period.end - timedelta(days=1)))
