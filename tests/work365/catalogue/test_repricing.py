"""New prices for many subscriptions: how they are rounded, and from when they may count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from work365.catalogue.prices import Price
from work365.catalogue.repricing import by_percent, plan_hash, protected, raised
from work365.catalogue.sold import Sold
from work365.money import currency
from work365.provisioning.catalogue import Catalogue
from work365.provisioning.terms import Plan, Terms

TODAY = date(2026, 6, 1)


def sold(price: str, *, end: date | None = None, months: int = 1, id: str = "s") -> Sold:  # noqa: A002  the word of the value
    """A subscription of ten seats."""
    terms = Terms("P1Y", Plan.MONTHLY)
    return Sold(id, "Seat", "c", "C-1", "p", 10, Decimal(price), terms, end, months, currency("EUR"), 1)


@pytest.mark.parametrize(
    ("price", "percent", "code", "new"),
    [
        ("20.00", "5", "EUR", "21.00"),
        ("19.99", "5", "EUR", "20.99"),
        ("20.0000000000", "5", "EUR", "21.00"),
        ("0.1234", "5", "EUR", "0.1296"),
        ("1500", "2.5", "JPY", "1538"),
        ("10.00", "-100", "EUR", "0.00"),
        ("0.10", "-2.5", "EUR", "0.10"),
    ],
)
def test_a_price_keeps_its_places(price: str, percent: str, code: str, new: str) -> None:
    """At least those of the currency; half goes up."""
    assert f"{raised(Decimal(price), Decimal(percent), currency(code)):f}" == new


@pytest.mark.parametrize(
    ("end", "wanted", "on"),
    [
        (None, date(2026, 7, 1), date(2026, 7, 1)),
        (date(2026, 9, 1), date(2026, 7, 1), date(2026, 9, 1)),
        (date(2026, 5, 1), date(2026, 7, 1), date(2026, 7, 1)),
    ],
)
def test_no_price_moves_inside_a_commitment(end: date | None, wanted: date, on: date) -> None:
    """The first day after it is the first possible one; a commitment that is over protects nothing."""
    (one,) = by_percent([sold("20.00", end=end)], Decimal(5), wanted)
    assert (one.on, one.difference) == (on, Decimal("1.00"))


def test_a_price_that_does_not_move_is_not_in_the_plan() -> None:
    """Free stays free, and a cent that rounds to itself is no change."""
    assert by_percent([sold("0"), sold("0.10")], Decimal("-2.5"), TODAY) == ()


def test_the_next_price_is_that_of_the_day_on_which_it_may_count() -> None:
    """Per cycle of the contract; a price that begins after that day does not count yet."""
    terms = ("P1Y", Plan.MONTHLY)
    rows = [Price("p", "l", *terms, 1, date(2026, month, 1), Decimal(amount)) for month, amount in ((1, 20), (8, 22), (10, 25))]
    now, later = protected([sold("60", end=date(2026, 9, 1), months=3, id="b"), sold("20", id="a")], rows, TODAY)
    assert (now.on, now.new, now.difference) == (TODAY, Decimal(20), Decimal(0))
    assert (later.on, later.new, later.difference) == (date(2026, 9, 1), Decimal(66), Decimal(6))


def test_a_plan_is_named_by_what_it_does() -> None:
    """Not by the order in which subscriptions were read, nor by trailing zeros."""
    one, other = ("a", Decimal("21.00"), TODAY), ("b", Decimal(22), TODAY)
    assert plan_hash("x", [one, other]) == plan_hash("x", [other, ("a", Decimal(21), TODAY)])
    assert plan_hash("x", [one]) != plan_hash("y", [one])


def test_a_year_that_is_paid_monthly_is_repriced_and_imported_with_its_surcharge() -> None:
    """F113: what is agreed on beside the list holds wherever the list is read."""
    year = Price("p", "l", "P1Y", Plan.ANNUAL, 1, TODAY, Decimal(1200))
    [plan] = protected([replace(sold("100.00"), paid_monthly_percent=Decimal(5))], [year], TODAY)
    assert plan.new == Decimal(105)
    catalogue, terms = Catalogue(prices={("p", "l"): (year,)}), Terms("P1Y", Plan.MONTHLY)
    found = [
        catalogue.price("p", "l", terms, seats=1, on=TODAY, paid_monthly_percent=percent) for percent in (Decimal(0), Decimal(5))
    ]
    assert [one and one.amount for one in found] == [Decimal(1200), Decimal(1260)]
