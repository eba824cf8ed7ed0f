"""Which row of a price list holds: by tier, by day, whatever the order of the rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.catalogue.prices import Price, in_force, reached
from work365.catalogue.quoting import Offered, PriceList, Question, Reading, quoted
from work365.errors import BadInput
from work365.money import currency
from work365.provisioning.terms import Plan, Terms

YEAR = Terms("P1Y", Plan.MONTHLY)
FIRST = date(2026, 1, 1)
EUR = currency("EUR")


def price(tier: int = 1, since: int = 0, amount: str = "10", plan: Plan = Plan.MONTHLY, until: int | None = None) -> Price:
    """A row that begins some days after the first of January."""
    ends = None if until is None else FIRST + timedelta(days=until)
    return Price("p", "l", "P1Y", plan, tier, FIRST + timedelta(days=since), Decimal(amount), valid_to=ends)


ROWS = st.lists(
    st.builds(
        price,
        st.sampled_from([1, 10, 50]),
        st.integers(0, 20),
        st.sampled_from(["8", "9", "10"]),
        st.sampled_from([Plan.MONTHLY, Plan.ANNUAL]),
        st.one_of(st.none(), st.integers(0, 25)),
    ),
    max_size=8,
)


@given(ROWS, st.randoms(use_true_random=False), st.integers(0, 30))
def test_a_price_never_depends_on_the_order_of_the_rows(rows: list[Price], shuffling: object, on: int) -> None:
    """Tiers rise, all hold on the day, all are of one plan, and any other order says the same."""
    day = FIRST + timedelta(days=on)
    tiers = in_force(rows, YEAR, day)
    mixed = list(rows)
    shuffling.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a Random
    assert in_force(mixed, YEAR, day) == tiers
    assert [one.tier_from for one in tiers] == sorted({one.tier_from for one in tiers})
    assert all(one.holds_on(day) for one in tiers)
    assert len({one.plan for one in tiers}) <= 1


@pytest.mark.parametrize(
    ("plan", "rows", "months", "wanted"),
    [
        (Plan.MONTHLY, [Plan.ANNUAL], 1, "105"),
        (Plan.MONTHLY, [Plan.ANNUAL], 3, "315"),
        (Plan.MONTHLY, [Plan.TRIENNIAL], 1, "35"),
        (Plan.ANNUAL, [Plan.ANNUAL], 12, "1200"),
        (Plan.ANNUAL, [Plan.TRIENNIAL], 12, "400"),
        (Plan.MONTHLY, [Plan.ANNUAL, Plan.MONTHLY], 1, "1200"),
    ],
)
def test_a_year_that_is_paid_monthly_costs_the_lists_surcharge(plan: Plan, rows: list[Plan], months: int, wanted: str) -> None:
    """F113: 1,200.00 a year and five per cent is 105.00 a month; a price for the monthly plan has it in it already."""
    prices = [price(amount="1200", plan=one) for one in rows]
    listed = PriceList("l", "L", "EUR", paid_monthly_percent=Decimal(5))
    question = Question(Offered("p", "Seat"), listed, Terms("P1Y", plan), EUR, months, FIRST)
    assert quoted(question, prices).unit_price == Decimal(wanted)


def test_of_two_rows_that_differ_in_their_end_the_longer_one_counts() -> None:
    """Found by the property above: both orders must say the same."""
    longer, shorter = price(), price(until=1)
    assert in_force([longer, shorter], YEAR, FIRST) == in_force([shorter, longer], YEAR, FIRST) == (longer,)


@pytest.mark.parametrize(
    ("quantity", "on", "amount"),
    [(1, 0, "10"), (9, 0, "10"), (10, 0, "9"), (10, 14, "9"), (10, 15, "8"), (9, 15, "10"), (60, 15, "7"), (60, 20, "8")],
)
def test_a_row_for_one_tier_leaves_the_others_as_they_are(quantity: int, on: int, amount: str) -> None:
    """The tier from 10 gets cheaper on the 16th, the one from 50 ends on the 21st."""
    rows = [price(), price(10, 0, "9"), price(50, 0, "7", until=20), price(10, 15, "8")]
    found = reached(in_force(rows, YEAR, FIRST + timedelta(days=on)), quantity)
    assert found is not None
    assert found.amount == Decimal(amount)


def test_the_billing_plan_of_the_terms_comes_first() -> None:
    """Term and plan are offers of their own (F7); a list that knows another plan only is taken by its months."""
    offers = [price(amount="10"), price(amount="114", plan=Plan.ANNUAL)]
    assert [one.amount for one in in_force(offers, Terms("P1Y", Plan.ANNUAL), FIRST)] == [Decimal(114)]
    assert [one.amount for one in in_force(offers, YEAR, FIRST)] == [Decimal(10)]
    assert in_force(offers, Terms("P3Y", Plan.ANNUAL), FIRST) == ()
    seat = Question(Offered("p", "Seat"), PriceList("l", "L", "EUR"), Terms("P1Y", Plan.ANNUAL), EUR, 1, FIRST)
    assert quoted(seat, offers).unit_price == Decimal("9.5")


def test_the_answer_says_which_row_and_since_when() -> None:
    """What is printed in an explanation."""
    rows = [replace(price(), id="old"), replace(price(since=5, amount="12"), id="new")]
    question = Question(Offered("p", "Seat"), PriceList("l", "L", "EUR"), YEAR, EUR, 3, FIRST + timedelta(days=9))
    quote = quoted(question, rows)
    assert (quote.unit_price, quote.rows[0].id, quote.rows[0].valid_from) == (Decimal(36), "new", date(2026, 1, 6))


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (Question(Offered("p", "Seat"), None, YEAR, EUR, 1, FIRST), "the contract has no price list"),
        (Question(Offered("p", "Seat"), PriceList("l", "L", "USD"), YEAR, EUR, 1, FIRST), "choose a list in EUR"),
        (Question(Offered("p", "Seat"), PriceList("l", "L", "EUR"), None, EUR, 1, FIRST), "enter them on the subscription"),
        (Question(Offered("p", "Seat"), PriceList("l", "L", "EUR"), YEAR, EUR, None, FIRST), "by weeks"),
        (Question(Offered("q", "Seat"), PriceList("l", "L", "EUR"), YEAR, EUR, 1, FIRST), "no price from quantity 1"),
        (
            Question(Offered("p", "Pack", Reading.PACKAGE), PriceList("l", "L", "EUR"), YEAR, EUR, 1, FIRST),
            "needs a package size",
        ),
    ],
)
def test_what_is_missing_is_said_with_the_place_to_enter_it(question: Question, says: str) -> None:
    """Never a guess."""
    with pytest.raises(BadInput, match=says):
        quoted(question, [price()])
