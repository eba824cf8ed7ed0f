"""The end of a term: what happens, what it costs afterwards, and until when it can be changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from work365.contracts.contract import BillingContract
from work365.errors import Refused
from work365.money import Currency
from work365.periods import ANNUAL, MONTHLY, Period
from work365.terms.coterm import stub
from work365.terms.renewal import AtEnd, PriceRule, Prices, Uplifts, next_term, notice, price_after, refuse_locked
from work365.terms.term import Term

EUR = Currency("EUR")
PRICES = Prices(Decimal(20), listed=Decimal(22), monthly=Decimal(24))


@pytest.mark.parametrize(
    ("then", "rule", "percent", "price"),
    [
        (AtEnd.RENEW, PriceRule.KEEP, 0, "20"),
        (AtEnd.RENEW, PriceRule.LIST, 0, "22"),
        (AtEnd.RENEW, PriceRule.PERCENT, 5, "21"),
        (AtEnd.RENEW, PriceRule.PERCENT, -5, "19"),
        (AtEnd.RENEW, PriceRule.PERCENT, "0.00000000025", "20.0000000001"),
        (AtEnd.EXTEND, PriceRule.KEEP, 0, "24.72"),
    ],
    ids=[
        "keep",
        "new list",
        "percentage up",
        "percentage down",
        "half goes up",
        "extended: monthly price + 3 %",
    ],
)
def test_the_price_after_the_renewal(then: AtEnd, rule: PriceRule, percent: int | str, price: str) -> None:
    assert price_after(then, rule, PRICES, percent=Decimal(percent)) == Decimal(price)


def test_an_extended_term_without_a_monthly_price_is_dearer_than_the_annual_one_by_the_products_own_uplift() -> None:
    annual = Prices(Decimal(20))
    assert price_after(AtEnd.EXTEND, PriceRule.KEEP, annual) == Decimal("24.6")
    assert price_after(AtEnd.EXTEND, PriceRule.KEEP, annual, uplifts=Uplifts(annual=Decimal("12.5"))) == Decimal("22.5")


@pytest.mark.parametrize(
    ("then", "rule", "monthly", "price"),
    [
        (AtEnd.RENEW, PriceRule.KEEP, "24", None),
        (AtEnd.RENEW, PriceRule.PERCENT, "24", None),
        (AtEnd.RENEW, PriceRule.LIST, None, "22"),
        (AtEnd.EXTEND, PriceRule.KEEP, None, None),
        (AtEnd.EXTEND, PriceRule.KEEP, "24", "24.72"),
    ],
)
def test_a_price_in_force_that_nobody_knows_is_not_guessed(
    then: AtEnd, rule: PriceRule, monthly: str | None, price: str | None
) -> None:
    """Only what goes by it is refused, with the reason."""
    prices = Prices(Decimal(0), Decimal(22), None if monthly is None else Decimal(monthly), "its list says nothing")
    if price is not None:
        assert price_after(then, rule, prices) == Decimal(price)
    else:
        with pytest.raises(Refused, match="its list says nothing"):
            price_after(then, rule, prices)


def test_a_missing_list_price_is_not_guessed() -> None:
    with pytest.raises(Refused, match="no list price"):
        price_after(AtEnd.RENEW, PriceRule.LIST, Prices(Decimal(20)))


@pytest.mark.parametrize(
    ("then", "following"),
    [
        (AtEnd.RENEW, Period(date(2026, 6, 1), date(2027, 6, 1))),
        (AtEnd.EXTEND, Period(date(2026, 6, 1), date(2026, 7, 1))),
        (AtEnd.END, None),
    ],
)
def test_the_next_term(then: AtEnd, following: Period | None) -> None:
    assert next_term(then, Term.YEAR, date(2026, 6, 1)) == following


def test_a_change_after_the_lock_is_refused_with_the_time_it_closed() -> None:
    refuse_locked(date(2026, 6, 1), datetime(2026, 5, 31, 23, 59, tzinfo=UTC))
    with pytest.raises(Refused, match=r"until 2026-06-01 00:00 UTC.* after 2026-06-02 00:00 UTC"):
        refuse_locked(date(2026, 6, 1), datetime(2026, 6, 1, 0, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("days", "said"), [(91, None), (90, 90), (61, 90), (60, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)]
)
def test_notice_ninety_sixty_thirty_and_seven_days_ahead(days: int, said: int | None) -> None:
    assert notice(date.fromordinal(date(2026, 6, 1).toordinal() + days), date(2026, 6, 1)) == said


def test_a_stub_is_priced_by_the_lines_that_will_be_billed() -> None:
    """An annual contract of 1 April, joined on 16 March: 16 of 365 days; a monthly one: 16 of 31."""
    yearly = BillingContract("C", EUR, date(2025, 4, 1), ANNUAL)
    found = stub(yearly, date(2026, 3, 16), date(2026, 4, 1), Term.YEAR, seats=10, unit_price=Decimal("372.00"))
    assert (found.period.days, found.fraction, found.price.major) == (16, (16, 365), Decimal("163.07"))
    assert [line.fraction for line in found.lines] == [(16, 365)]
    monthly = BillingContract("C", EUR, date(2025, 4, 1), MONTHLY)
    found = stub(monthly, date(2026, 3, 16), date(2026, 5, 1), Term.YEAR, seats=10, unit_price=Decimal("31.00"))
    assert [(line.fraction, line.amount.major) for line in found.lines] == [
        ((16, 31), Decimal("160.00")),
        ((30, 30), Decimal("310.00")),
    ]
    assert found.price.major == Decimal("470.00")
