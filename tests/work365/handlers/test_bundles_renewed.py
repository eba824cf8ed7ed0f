"""F1, F30: when the term of a bundle ends, its parts begin the next one with it; what is paid first is paid for all of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataverse.query import Query
from dataverse.rows import bind, choice_value
from dataverse.stores.explaining import Explanations
from dataverse.webapi import Ref
from local.desks.billing import CONTRACT, SUBSCRIPTION
from local.desks.bundles import MARCH, Bundled
from local.desks.prepaying import TODAY, PrepayingDesk
from work365.explaining.rerun import scenario_of
from work365.explaining.words import explain
from work365.scenario import scenario
from work365.simulation import simulate

APRIL, MAY, JUNE = (date(2026, month, 1) for month in (4, 5, 6))
CENT = Decimal("0.01")
MONTHLY = choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")
TERM: dict[str, Any] = {"term": "P1Y", "until": MAY, "billingplan": MONTHLY}


def on_list(sold: Bundled, amounts: tuple[str, ...]) -> None:
    """The contract's list, with a price of the bundle and of each part for a year that is paid monthly."""
    made = sold.catalogue.price_list("RETAIL")
    sold.desk.api.update(Ref(CONTRACT, sold.contract), bind("w365_PriceList", "w365_pricelist", made))
    for product, amount in zip((sold.product, *sold.products), amounts, strict=False):
        sold.catalogue.price(product, made, amount, term="P1Y")


@pytest.mark.parametrize(
    ("policy", "rule", "more", "prices", "end"),
    [
        ("Renew", "Keep", {}, ("20.00", "1.00", "0.50"), "2027-05-01"),
        ("Renew", "New list price", {}, ("22.00", "1.20", "0.60"), "2027-05-01"),
        ("Renew", "Percentage", {"renewalpercent": 10}, ("22.00", "1.10", "0.55"), "2027-05-01"),
        ("Extended service term", "Keep", {}, ("24.60", "1.23", "0.62"), "2026-06-01"),
    ],
    ids=["keep", "new list price", "10 percent more", "extended: 23 % over the annual price"],
)
def test_the_parts_are_in_the_next_term_with_the_bundle_at_prices_of_its_rule(
    policy: str, rule: str, more: dict[str, Any], prices: tuple[str, ...], end: str
) -> None:
    """One row each; the part that is not billable keeps its 3.00 and is billed nowhere; the seats stay 4, 4, 20 and 8."""
    sold = Bundled(atend=policy, renewalprice=rule, **TERM, **more)
    on_list(sold, ("22.00", "1.20", "0.60"))
    sold.desk.month(MARCH)
    sold.desk.month(APRIL)
    assert sold.desk.renew(MAY).subscriptions == 1
    assert sold.agreed() == [("2026-05-01", end, price) for price in (*prices, "3.00")]
    assert [sold.desk.log(one)[1:] for one in (sold.bundle, *sold.parts)] == [
        [("Renewal", "2026-05-01", seats, 0)] for seats in (4, 4, 20, 8)
    ]
    assert sold.desk.renew(MAY).subscriptions == 0
    sold.desk.run(MAY)
    exact = (*prices[:2], "0.615" if prices[2] == "0.62" else prices[2])
    lines = [f"{Decimal(price) * seats:.2f}" for price, seats in zip(exact, (4, 4, 20), strict=True)]
    assert sold.desk.invoices()[-1].amounts == lines


def test_parts_that_their_list_prices_have_their_price_of_the_next_term_as_their_own() -> None:
    """Every line says by which rule, and can be made again."""
    sold = Bundled(prices=("20.00", None, None, None), atend="Renew", renewalprice="Percentage", renewalpercent=5, **TERM)
    on_list(sold, ("20.00", "1.00", "0.60", "3.00"))
    for month in (MARCH, APRIL, MAY):
        sold.desk.month(month)
    assert [agreed[2] for agreed in sold.agreed()[:3]] == ["21.00", "1.05", "0.63"]
    assert sold.desk.invoices()[-1].amounts == ["84.00", "4.20", "12.60"]
    explanations = Explanations(sold.desk.api)
    explained = explanations.document(sold.desk.invoices()[-1].number)
    assert explained is not None
    assert explained.history is not None
    again = simulate(scenario(scenario_of(explained.history))).invoices[-1]
    assert [f"{line.amount.major:.2f}" for line in again.lines] == ["84.00", "4.20", "12.60"]
    said = [sentence for line in explained.lines for sentence in explain(line) if sentence.startswith("The price is that")]
    assert said == [
        "The price is that of the term: Renew from 2026-05-01 to 2027-05-01, at 21 per seat (+5 %).",
        *(
            f"The price is that of the term: It follows the bundle The BUNDLE: Renew from 2026-05-01 to 2027-05-01, at {price} "
            "per seat (+5 %)."
            for price in ("1.05", "0.63")
        ),
    ]


def test_a_part_without_a_price_holds_the_whole_bundle_back_and_is_named() -> None:
    """Nothing is renewed by halves; once the price is there, it counts from the day of the renewal."""
    sold = Bundled(atend="Renew", renewalprice="New list price", **TERM)
    on_list(sold, ("22.00", "1.20"))
    (finding,) = sold.desk.renew(MAY).findings
    assert "its part The FIVE: there is no list price for the day of the renewal" in finding.message
    assert {end for _, end, _ in sold.agreed()} == {"2026-05-01"}
    listed = next(iter(sold.desk.api.find(Query("w365_pricelist", ("w365_pricelistid",)))))["w365_pricelistid"]
    sold.catalogue.price(sold.products[1], listed, "0.60", term="P1Y")
    assert sold.desk.renew(JUNE).subscriptions == 1
    assert [agreed[2] for agreed in sold.agreed()] == ["22.00", "1.20", "0.60", "3.00"]


def test_a_part_is_not_renewed_by_itself() -> None:
    """Even where somebody said on the part what happens at its end."""
    sold = Bundled(**TERM)
    end = {"w365_atend": choice_value(SUBSCRIPTION, "w365_atend", "Renew")}
    sold.desk.api.update(Ref(SUBSCRIPTION, sold.parts[0]), end)
    assert sold.desk.renew(MAY).subscriptions == 0


@settings(max_examples=10, deadline=None)
@given(percent=st.integers(-30, 60), cents=st.lists(st.integers(0, 3000), min_size=4, max_size=4))
def test_the_renewed_bundle_costs_the_sum_of_itself_and_its_billable_parts(percent: int, cents: list[int]) -> None:
    """Each price is raised by itself, and the line of each is rounded once."""
    before = [Decimal(price).scaleb(-2) for price in cents]
    rule: dict[str, Any] = {"atend": "Renew", "renewalprice": "Percentage", "renewalpercent": percent}
    sold = Bundled(prices=tuple(str(price) for price in before), **TERM, **rule)
    for month in (MARCH, APRIL, MAY):
        sold.desk.month(month)
    prices = [sold.desk.held(one).unit_price for one in (sold.bundle, *sold.parts)]
    assert prices == [*(price * (100 + percent) / 100 for price in before[:3]), before[3]]
    expected = [(price * seats).quantize(CENT, ROUND_HALF_UP) for price, seats in zip(prices, (4, 4, 20), strict=False)]
    billed = [line for invoice in sold.desk.invoices() for line in invoice.lines if line["w365_periodstart"] == MAY.isoformat()]
    assert sum((Decimal(line["w365_amount"]) for line in billed), Decimal(0)) == sum(expected)


def test_what_is_paid_first_is_paid_for_the_bundle_and_its_billable_parts() -> None:
    """Two bundles more for 16 of 31 days: 20.65, 1.03 and 2.58; the four of TWO are free.

    Paid a day later they come then, and all that is billed is what the same increase on that day costs.
    """
    desk = PrepayingDesk()
    sold = Bundled({"changesbilled": "Now"}, desk=desk, number="C-2", printedname="Suite")
    desk.run(TODAY)
    state, said = desk.wants(6, subscription=sold.bundle)
    assert (state, "6 seats of Suite, once 24.26 EUR are paid" in said) == ("Succeeded", True)
    desk.run(TODAY + timedelta(days=1))
    assert desk.invoices()[-1].amounts == ["24.26"]
    assert sold.stand()[1:] == [(4, "Active"), (20, "Active"), (8, "Active")]
    desk.pays()
    assert desk.look().released == 1
    assert sold.stand() == [(6, "Active"), (6, "Active"), (30, "Active"), (12, "Active")]
    plain, same = PrepayingDesk(), {"changesbilled": "Now"}
    bundle = Bundled(same, desk=plain, number="C-2", printedname="Suite").bundle
    plain.run(TODAY)
    plain.at(TODAY + timedelta(days=1))
    plain.ask(bundle, "Quantity", quantity=6, on=TODAY + timedelta(days=1))
    for one in (desk, plain):
        one.run(APRIL)
    assert "-24.26" in [amount for invoice in desk.invoices() for amount in invoice.amounts]
    assert sum(invoice.net for invoice in desk.invoices()) == sum(invoice.net for invoice in plain.invoices())


@settings(max_examples=8, deadline=None)
@given(more=st.integers(1, 9), day=st.integers(16, 31))
def test_what_is_asked_first_is_the_sum_of_what_each_costs_to_the_end_of_the_cycle(more: int, day: int) -> None:
    """Each is rounded by itself, as its line will be."""
    desk = PrepayingDesk()
    sold = Bundled({"changesbilled": "Now"}, desk=desk, number="C-2")
    desk.run(TODAY)
    desk.wants(4 + more, subscription=sold.bundle, on=date(2026, 3, day))
    desk.run(date(2026, 3, day))
    costs = [Decimal(price) * each * more * (32 - day) / 31 for price, each in (("20.00", 1), ("1.00", 1), ("0.50", 5))]
    assert desk.invoices()[-1].net == sum(cost.quantize(CENT, ROUND_HALF_UP) for cost in costs)
