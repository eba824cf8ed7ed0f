"""Promotions: who gets one, why not, and that it ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.catalogue.promotions import Benefit, Eligibility, NotEligible, Promotion, Sale, best, granted
from work365.contracts.contract import BillingContract
from work365.invoicing.billing import bill
from work365.money import currency
from work365.periods import MONTHLY, Cadence
from work365.provisioning.terms import Plan, Terms
from work365.subscriptions.change_log import Change, Subscription
from work365.subscriptions.discount import Discount

MAY = date(2026, 5, 1)
SALE = Sale("a", "p", Terms("P1Y", Plan.MONTHLY), 10, MAY, date(2027, 5, 1), MAY, Decimal(20), Cadence.around(MAY, 1, MONTHLY))
SPRING = Promotion("x", "SPRING", "Spring", "p", Benefit.PERCENTAGE, Decimal(15), date(2026, 4, 1), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("promotion", "reason"),
    [
        (replace(SPRING, product="q"), "another product"),
        (replace(SPRING, term="P3Y"), "for the term P3Y, not for P1Y"),
        (replace(SPRING, plan=Plan.ANNUAL), "another billing plan than Monthly"),
        (replace(SPRING, start=date(2026, 5, 2)), "it begins on 2026-05-02"),
        (replace(SPRING, end=MAY), "could be taken until 2026-05-01"),
        (replace(SPRING, seats_min=11), "needs 11 seats or more"),
        (replace(SPRING, seats_max=9), "for 9 seats at most"),
        (replace(SPRING, eligibility=Eligibility.NAMED, accounts=frozenset({"b"})), "for named customers"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(promotion: Promotion, reason: str) -> None:
    """F4: an ineligible product or term is refused with the reason."""
    answer = granted(promotion, SALE)
    assert isinstance(answer, NotEligible)
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("promotion", "off", "ends"),
    [
        (SPRING, (Decimal(15), None), date(2026, 7, 1)),
        (replace(SPRING, whole_term=True), (Decimal(15), None), date(2027, 5, 1)),
        (replace(SPRING, cycles_max=3), (Decimal(15), None), date(2026, 8, 1)),
        (replace(SPRING, end=None), (Decimal(15), None), None),
        (replace(SPRING, benefit=Benefit.AMOUNT, value=Decimal(3)), (None, Decimal(3)), date(2026, 7, 1)),
        (replace(SPRING, benefit=Benefit.PRICE, value=Decimal(16)), (None, Decimal(4)), date(2026, 7, 1)),
        (replace(SPRING, benefit=Benefit.PRICE, value=Decimal(25)), (None, Decimal(0)), date(2026, 7, 1)),
        (replace(SPRING, eligibility=Eligibility.NAMED, accounts=frozenset({"a"})), (Decimal(15), None), date(2026, 7, 1)),
        (replace(SPRING, eligibility=Eligibility.NEW), (Decimal(15), None), date(2026, 7, 1)),
    ],
)
def test_a_promotion_becomes_a_discount_with_its_days(
    promotion: Promotion, off: tuple[Decimal | None, Decimal | None], ends: date | None
) -> None:
    """To its end date, to the end of the term, or for some cycles."""
    discount = granted(promotion, SALE)
    assert isinstance(discount, Discount)
    assert ((discount.percent, discount.amount), discount.start, discount.end) == (off, MAY, ends)


def test_a_sale_gets_one_promotion_the_one_that_takes_most_off() -> None:
    """4.00 off a seat beats 15 % of 20.00; of equal ones the first by code."""
    four = replace(SPRING, id="y", code="FOUR", benefit=Benefit.AMOUNT, value=Decimal(4))
    twenty = replace(SPRING, id="z", code="TWENTY", value=Decimal(20))
    chosen = best([SPRING, twenty, four], SALE)
    assert chosen is not None
    assert chosen[0] is four
    assert best([replace(SPRING, product="q")], SALE) is None


@given(
    st.integers(0, 200),
    st.integers(0, 100),
    st.lists(st.tuples(st.integers(0, 150), st.integers(0, 50)), min_size=1, max_size=4),
)
def test_the_discount_of_a_promotion_is_the_sum_over_its_days(days: int, percent: int, seats: list[tuple[int, int]]) -> None:
    """Half a year of daily sums: what is taken off differs from them by less than half a cent for each cycle."""
    start = date(2026, 1, 1)
    contract = BillingContract("c", currency("EUR"), start)
    discount = Discount("d", "D", Decimal(percent), None, start, start + timedelta(days=days))
    log = tuple(Change(f"{n}", start + timedelta(days=on), count, start) for n, (on, count) in enumerate(seats))
    sold = Subscription("s", start, Decimal("31.17"), log, discounts=(discount,))
    last = date(2026, 6, 1)
    result = bill(contract, [sold], (), as_of=last)
    taken = -sum(line.amount.minor for line in result.lines if line.key.rpartition("/")[2].startswith("d-"))
    exact = sum((_off(log, contract, start + timedelta(days=day), percent) for day in range(min(days, 181))), Decimal(0))
    assert abs(taken - exact) <= Decimal("0.5") * 6 + Decimal("0.5") * 6 * (2 * len(log) + 1)


def _off(log: tuple[Change, ...], contract: BillingContract, day: date, percent: int) -> Decimal:
    """What a percentage takes off one day, in minor units."""
    begun = [change for change in sorted(log, key=lambda one: one.effective) if change.effective <= day]
    seats = begun[-1].quantity if begun else 0
    whole = contract.cadence.containing(day).days
    return Decimal("31.17") * seats * percent / whole
