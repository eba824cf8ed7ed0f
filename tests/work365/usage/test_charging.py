"""Usage as items: what a line is the sum of, in whatever way it is grouped, restated or packed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.contracts.contract import BillingContract
from work365.contracts.policy import Policy
from work365.errors import BadInput
from work365.money import Currency, rounded
from work365.periods import Period
from work365.usage.charging import UsageTerms, usage_items
from work365.usage.grouping import GroupBy, Grouping
from work365.usage.pricing import MeterPrice, PriceBook
from work365.usage.records import Metered, Prior

if TYPE_CHECKING:
    from random import Random

    from work365.invoicing.items import Item

EUR = Currency("EUR")
START = date(2026, 1, 1)
CONTRACT = BillingContract("c", EUR, START, bill_day=1)
BOOK = PriceBook(EUR, markup_percent=Decimal("17.64"))
TERMS = UsageTerms(CONTRACT, BOOK, billed_through=date(2026, 2, 1))
HALF_A_CENT = Fraction(1, 200)


def metered(number: int = 0, **fields: Any) -> Metered:  # noqa: ANN401  values of fields
    base = Metered(
        id=f"r{number}",
        subscription="s",
        name="Azure plan",
        product="p",
        tax_category="standard",
        used=date(2026, 1, 10),
        meter="Compute",
        quantity=Decimal(1),
        unit="1 Hour",
        cost=Decimal(1),
        cost_currency="EUR",
    )
    return replace(base, **fields)


@st.composite
def months(draw: st.DrawFn) -> list[Metered]:
    """A month of records with costs to ten decimals, in three resource groups and two categories."""
    rows = draw(
        st.lists(
            st.tuples(
                st.decimals(-100, 1000, places=10),
                st.integers(0, 30),
                st.sampled_from(["", "web", "db"]),
                st.sampled_from(["Compute", "Storage"]),
                st.sampled_from([{}, {"Centre": "1"}, {"Centre": "2"}]),
            ),
            max_size=12,
        )
    )
    return [
        metered(index, cost=cost, used=START + timedelta(days=days), resource_group=group, category=category, tags=tags)
        for index, (cost, days, group, category, tags) in enumerate(rows)
    ]


def exact(items: list[Item]) -> Fraction:
    return sum((Fraction(item.quantity) * Fraction(item.unit_price) for item in items), Fraction())


@given(months(), st.sampled_from(GroupBy))
def test_groups_sum_to_the_whole(records: list[Metered], by: GroupBy) -> None:
    """Before rounding to the last decimal; after it within half a cent for each line."""
    whole = list(usage_items(records, TERMS))
    grouped = list(usage_items(records, replace(TERMS, grouping=Grouping(by, "Centre"))))
    assert exact(grouped) == exact(whole)
    assert sorted(row for item in grouped for row in item.rows) == sorted(record.id for record in records)
    printed = sum(item.amount(EUR).minor for item in grouped)
    assert abs(Fraction(printed, 100) - exact(whole)) <= HALF_A_CENT * len(grouped)


@given(months())
def test_a_line_is_the_sum_of_what_its_records_keep(records: list[Metered]) -> None:
    """Whoever adds the records of an invoice gets its lines; each record's part is exact to ten decimals."""
    for item in usage_items(records, TERMS):
        kept = sum((Fraction(mark.amount or 0) for mark in item.marks), Fraction())
        assert rounded(kept, EUR) == item.amount(EUR)


@given(months(), st.randoms(use_true_random=False))
def test_the_order_of_reading_changes_nothing(records: list[Metered], chance: Random) -> None:
    shuffled = list(records)
    chance.shuffle(shuffled)
    assert list(usage_items(shuffled, TERMS)) == list(usage_items(records, TERMS))


@given(st.lists(st.decimals(-50, 500, places=10), min_size=2, max_size=5), st.decimals(0, 50, places=4))
def test_restating_again_and_again_nets_to_the_newest(costs: list[Decimal], markup: Decimal) -> None:
    """Whatever mark-up each version was billed with, all bills together are the newest version at the newest mark-up."""
    billed, prior = Fraction(), None
    for number, cost in enumerate(costs):
        terms = replace(TERMS, book=replace(BOOK, markup_percent=markup + number))
        [item] = usage_items([metered(cost=cost, prior=prior)], terms)
        billed += exact([item])
        prior = Prior(item.marks[0].amount or Decimal(0), "INV-1", date(2026, 2, 1))
    [newest] = usage_items([metered(cost=costs[-1])], terms)
    assert billed == exact([newest])


@given(st.lists(st.decimals("0.0001", 3000, places=4), min_size=1, max_size=6))
def test_a_package_begun_counts_whole_and_its_records_share_it(units: list[Decimal]) -> None:
    price = MeterPrice("m", meter="Messages", unit_price=Decimal("2.50"), package=Decimal(1000))
    book = replace(BOOK, prices=(price,))
    records = [metered(index, meter="Messages", quantity=one) for index, one in enumerate(units)]
    [item] = usage_items(records, replace(TERMS, book=book))
    assert item.quantity == ceil(sum(units) / 1000)
    assert sum((mark.amount or Decimal(0) for mark in item.marks), Decimal(0)) == item.quantity * Decimal("2.50")


@pytest.mark.parametrize(
    ("policy", "billed_through", "late"),
    [
        (Policy.ADVANCE, None, False),
        (Policy.ADVANCE, date(2026, 2, 1), False),
        (Policy.ADVANCE, date(2026, 3, 1), True),
        (Policy.ARREARS, date(2026, 1, 1), False),
        (Policy.ARREARS, date(2026, 2, 1), True),
    ],
)
def test_what_is_late(policy: Policy, billed_through: date | None, late: bool) -> None:
    """January's usage is billed with February in advance, or with January in arrears; later it is late."""
    terms = UsageTerms(replace(CONTRACT, policy=policy), BOOK, billed_through=billed_through)
    [item] = usage_items([metered()], terms)
    assert terms.late(Period(START, date(2026, 2, 1))) is late
    assert item.description.endswith(", received late") is late


def test_an_offset_waits_for_the_providers_numbers() -> None:
    """A contract that is invoiced two weeks later bills its usage then."""
    [item] = usage_items([metered()], replace(TERMS, contract=replace(CONTRACT, offset_days=14)))
    assert not item.ready(date(2026, 2, 14), between_cycles=False)
    assert item.ready(date(2026, 2, 15), between_cycles=False)
    assert not item.ready(date(2026, 2, 15), between_cycles=True)


class Rates:
    """One rate: a dollar of any day is 0.90 euro."""

    def rate(self, source: str, target: str, on: date) -> Decimal | None:
        return Decimal("0.90") if (source, target) == ("USD", "EUR") else None


def test_cost_in_another_currency_is_converted_before_the_mark_up() -> None:
    book = replace(BOOK, markup_percent=Decimal(10), rates=Rates())
    [item] = usage_items([metered(cost=Decimal(100), cost_currency="USD")], replace(TERMS, book=book))
    assert item.unit_price == Decimal(99)
    with pytest.raises(BadInput, match="'GBP to EUR on 2026-01-10'"):
        list(usage_items([metered(cost_currency="GBP")], replace(TERMS, book=book)))


PRICES = (
    MeterPrice("everybody", markup_percent=Decimal(1)),
    MeterPrice("region", region="EU West", markup_percent=Decimal(2)),
    MeterPrice("category", category="Storage", markup_percent=Decimal(3)),
    MeterPrice("meter", meter="Blob", markup_percent=Decimal(4)),
    MeterPrice("newer", meter="Blob", markup_percent=Decimal(5), valid_from=date(2026, 1, 10)),
    MeterPrice("own", own=True, category="Storage", markup_percent=Decimal(6), valid_from=date(2026, 1, 20)),
    MeterPrice("tag", tag=("Centre", "9"), markup_percent=Decimal(7)),
)


@pytest.mark.parametrize(
    ("fields", "percent"),
    [
        ({}, 1),
        ({"region": "eu west"}, 2),
        ({"region": "EU West", "category": "Storage"}, 3),
        ({"category": "Storage", "meter": "Blob", "used": date(2026, 1, 9)}, 4),
        ({"category": "Storage", "meter": "Blob"}, 5),
        ({"category": "Storage", "meter": "Blob", "used": date(2026, 1, 20)}, 6),
        ({"tags": {"Centre": "9"}}, 7),
        ({"tags": {"Centre": "8"}}, 1),
    ],
)
def test_the_most_special_price_counts(fields: dict[str, Any], percent: int) -> None:
    book = replace(BOOK, prices=PRICES)
    [item] = usage_items([metered(cost=Decimal(100), **fields)], replace(TERMS, book=book))
    assert item.unit_price == 100 + percent


def test_a_price_that_says_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="neither a price nor a mark-up"):
        MeterPrice("m", meter="Blob")
    with pytest.raises(BadInput, match="package size above 0"):
        MeterPrice("m", meter="Blob", markup_percent=Decimal(1), package=Decimal(5))
    with pytest.raises(BadInput, match="does not name the tag"):
        Grouping(GroupBy.TAG)


def test_every_meter_without_a_price_is_named() -> None:
    with pytest.raises(BadInput, match="'Blob', 'Compute'"):
        list(usage_items([metered(), metered(1, meter="Blob")], UsageTerms(CONTRACT, PriceBook(EUR))))
