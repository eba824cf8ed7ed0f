"""A file against a price list: what it changes, and that a list which has taken it in is not changed again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from work365.catalogue.list_changes import Difference, Kind, SheetRow, compared, plan_hash
from work365.catalogue.prices import Price
from work365.provisioning.terms import Plan, Terms

FIRST = date(2026, 1, 1)
TODAY = date(2026, 6, 1)
PRODUCTS = {"a": "id-a", "b": "id-b"}
TERMS = (Terms("P1M", Plan.MONTHLY), Terms("P1Y", Plan.MONTHLY), Terms("P1Y", Plan.ANNUAL))


def row(number: str, terms: Terms, tier: int, since: int, amount: int, cost: int | None = None) -> SheetRow:
    """A row of a file."""
    return SheetRow(
        number, terms, tier, FIRST + timedelta(days=since), Decimal(amount), "EUR", None if cost is None else Decimal(cost)
    )


FILES = st.lists(
    st.builds(
        row,
        st.sampled_from(["A", "b", "stranger"]),
        st.sampled_from(TERMS),
        st.sampled_from([1, 50]),
        st.sampled_from([0, 30, 200]),
        st.integers(1, 4),
        st.one_of(st.none(), st.integers(1, 2)),
    ),
    max_size=8,
    unique_by=lambda one: (one.number, one.terms, one.tier_from),
)


def taken_in(prices: list[Price], differences: tuple[Difference, ...]) -> list[Price]:
    """The list after every difference was approved."""
    held = {(one.product, one.term, one.plan, one.tier_from, one.valid_from): one for one in prices}
    for one in differences:
        place = (one.product, one.term, one.plan, one.tier_from)
        if one.kind is Kind.REMOVED:
            ended = {key: replace(price, valid_to=one.day) for key, price in held.items() if key[:4] == place}
            held |= ended
        else:
            cost = one.old_cost if one.new_cost is None else one.new_cost
            held[*place, one.day] = Price(
                one.product, "l", one.term, one.plan, one.tier_from, one.day, one.new or Decimal(0), cost, valid_to=one.valid_to
            )
    return list(held.values())


@given(FILES, FILES)
def test_importing_twice_changes_nothing(first: list[SheetRow], second: list[SheetRow]) -> None:
    """Whatever was in the list before: after a file was taken in, the same file finds no difference."""
    prices: list[Price] = []
    for file in (first, second):
        whole = {PRODUCTS[one.number.lower()] for one in file if one.number.lower() in PRODUCTS}
        found = compared(file, PRODUCTS, prices, today=TODAY, whole=whole)
        prices = taken_in(prices, found.differences)
        again = compared(file, PRODUCTS, prices, today=TODAY, whole=whole)
        assert again.differences == ()
        assert again.unchanged == sum(one.number.lower() in PRODUCTS for one in file)
        assert again.strangers == found.strangers == tuple(sorted({one.number for one in file} & {"stranger"}))


def test_the_same_differences_have_the_same_hash_in_any_order_and_others_another() -> None:
    """What is approved is what was shown."""
    file = [row("a", TERMS[0], 1, 0, 1), row("b", TERMS[1], 1, 0, 2)]
    found = compared(file, PRODUCTS, [], today=TODAY, whole=()).differences
    assert plan_hash("l", found) == plan_hash("l", reversed(found))
    dearer = compared([file[0], row("b", TERMS[1], 1, 0, 3)], PRODUCTS, [], today=TODAY, whole=()).differences
    assert len({plan_hash("l", found), plan_hash("m", found), plan_hash("l", dearer), plan_hash("l", found[:1])}) == 4


def test_a_price_that_comes_back_is_added_again() -> None:
    """Removed on a day, and in a later file again: from its old first day it has no end any more, or it begins anew."""
    prices = taken_in([], compared([row("a", TERMS[0], 1, 0, 5)], PRODUCTS, [], today=TODAY, whole=()).differences)
    gone = compared([row("a", TERMS[1], 1, 0, 5)], PRODUCTS, prices, today=TODAY, whole={"id-a"})
    assert [(one.kind, one.term, one.day) for one in gone.differences] == [
        (Kind.ADDED, "P1Y", FIRST),
        (Kind.REMOVED, "P1M", TODAY),
    ]
    prices = taken_in(prices, gone.differences)
    for since, said in ((0, (Kind.CHANGED, Decimal(5))), (200, (Kind.ADDED, None))):
        back = compared([row("a", TERMS[0], 1, since, 5)], PRODUCTS, prices, today=TODAY, whole=())
        assert [(one.kind, one.old) for one in back.differences] == [said]
