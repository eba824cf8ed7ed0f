"""Figures are the sums of the listed rows, in any currencies; an order fits to the cent or says what it lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.currencies.rates import ExchangeRate, ExchangeRates, RateTerms
from work365.exposure.drawing import Check, Sources, draw
from work365.exposure.figure import USED_MAX, Debtor, Figure, Kind, Row, Valued
from work365.exposure.limiting import Exceeded, exceeded
from work365.exposure.valuing import allowed, valued
from work365.money import Currency, Money, total

TODAY = date(2026, 3, 16)
EUR, USD, JPY = Currency("EUR"), Currency("USD"), Currency("JPY")
RATES = ExchangeRates(
    ExchangeRate(code, EUR, TODAY, Decimal(rate), "ecb") for code, rate in ((USD, "0.9137"), (JPY, "0.0061237"))
)
MEMBERS = {"parent": "Parent", "a": "A", "b": "B"}
PARENT = Debtor("parent", "K-1", "Parent", EUR, Money(100_000, EUR), MEMBERS, 30)


def rows() -> st.SearchStrategy[list[Row]]:
    minor = st.integers(0, 10**9)
    amount = st.builds(Money, minor, st.sampled_from([EUR, USD, JPY]))
    due = st.none() | st.dates(TODAY - timedelta(days=90), TODAY + timedelta(days=90))
    account, kind = st.sampled_from([*MEMBERS, "stranger"]), st.sampled_from(Kind)
    one = st.builds(Row, account, kind, st.just("x"), amount, due)
    return st.lists(one.map(lambda row: row._replace(amount=-row.amount) if row.kind is Kind.CREDIT else row), max_size=12)


@given(rows())
def test_every_figure_is_the_sum_of_rows_that_are_listed(found: list[Row]) -> None:
    figure = draw(PARENT, Sources(tuple(found), rates=RATES), TODAY)
    said = figure.summary
    assert {one.row for one in figure.rows} == {row for row in found if row.account in MEMBERS}
    assert said.exposure == total((one.worth for one in figure.rows), EUR)
    assert said.open - said.unapplied + said.usage + said.committed + said.waiting == said.exposure
    assert said.limit is not None
    assert said.available == said.limit - said.exposure
    assert said.overdue <= said.open
    assert all(one.worth == one.row.amount for one in figure.rows if one.row.amount.currency == EUR)


@given(rows())
def test_a_parent_is_the_sum_of_itself_and_its_children(found: list[Row]) -> None:
    sources = Sources(tuple(found), rates=RATES)
    alone = [replace(PARENT, members={member: member}) for member in MEMBERS]
    parts = [draw(one, sources, TODAY).exposure for one in alone]
    assert draw(PARENT, sources, TODAY).exposure == total(parts, EUR)


@given(rows(), st.sets(st.sampled_from([USD, JPY])))
def test_what_has_no_rate_is_said_and_is_no_zero(found: list[Row], gone: set[Currency]) -> None:
    kept = ExchangeRates(ExchangeRate(code, EUR, TODAY, Decimal(1), "ecb") for code in {USD, JPY} - gone)
    worth, missing = valued(found, EUR, kept, RateTerms(), TODAY)
    lacking = {row.amount.currency for row in found} & gone
    assert len(missing) == len(lacking)
    assert [one.row for one in worth] == [row for row in found if row.amount.currency not in lacking]
    figure = Figure(PARENT, TODAY, worth, missing)
    assert bool(exceeded([Check(figure, Money(0, EUR))])) == bool(lacking)


@pytest.mark.parametrize(
    ("limit", "exposure", "order", "short", "used"),
    [
        ("1000.00", "737.80", "262.20", "0.00", "73.8"),
        ("1000.00", "737.80", "262.21", "0.01", "73.8"),
        ("1000.00", "737.80", "0.00", "0.00", "73.8"),
        ("1000.00", "1000.00", "0.01", "0.01", "100.0"),
        ("1000.00", "1250.00", "10.00", "260.00", "125.0"),
        ("1000.00", "-50.00", "1050.00", "0.00", "0.0"),
        ("0.00", "0.00", "0.01", "0.01", "0.0"),
        ("0.00", "5.00", "1.00", "6.00", str(USED_MAX)),
        ("0.01", "99999999.00", "1.00", "99999999.99", str(USED_MAX)),
    ],
)
def test_an_order_fits_to_the_cent(limit: str, exposure: str, order: str, short: str, used: str) -> None:
    debtor, owed = replace(PARENT, limit=money(limit)), money(exposure)
    figure = Figure(debtor, TODAY, (Valued(Row("a", Kind.OPEN, "INV-1", owed), owed),))
    assert (figure.shortfall(money(order)), str(figure.used_percent)) == (money(short), used)
    found = exceeded([Check(figure, money(order))])
    fits = money(order).minor == 0 or money(short).minor == 0
    expected = (
        f"the limit of Parent is {limit} EUR, its exposure {exposure} EUR, and this order adds {order} EUR; {short} EUR too much"
    )
    assert found == (None if fits else Exceeded(expected, money(short)))


def test_without_a_limit_everything_fits() -> None:
    figure = Figure(replace(PARENT, limit=None), TODAY)
    assert (figure.shortfall(money("1.00")), exceeded([Check(figure, money("1.00"))])) == (money("0.00"), None)
    assert (str(figure.summary), figure.used_percent) == ("0.00 EUR, no limit", None)


def test_a_rate_counts_that_any_legal_entity_allows() -> None:
    assert allowed([RateTerms(3, inverse=True), RateTerms(7, cross=True)]) == RateTerms(7, inverse=True, cross=True)
    assert allowed([]) == RateTerms()


def money(text: str) -> Money:
    return Money(int(Decimal(text) * 100), EUR)
