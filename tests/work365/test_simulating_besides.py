"""The simulator beside seats: items, commitments, tax, other currencies, and what people did to earlier invoices."""

from __future__ import annotations

from typing import Any

import pytest

from work365.errors import BadInput
from work365.scenario import scenario
from work365.simulation import answer, simulate

SEATS: dict[str, Any] = {
    "id": "s1", "start": "2026-01-01", "unit_price": "31.00",
    "changes": [{"id": "c1", "effective": "2026-01-01", "quantity": 10}],
}  # fmt: skip
MONTHS = ["2026-01-01", "2026-02-01", "2026-03-01"]


def story(**members: Any) -> dict[str, Any]:  # noqa: ANN401  whatever JSON holds
    """Ten seats of 31.00 from January on, in euros, run on the first of three months."""
    return {"currency": "EUR", "contract": {"start": "2026-01-01"}, "subscriptions": [SEATS], "runs": MONTHS, **members}


def only(*items: dict[str, Any], **members: Any) -> dict[str, Any]:  # noqa: ANN401  as above
    """Nothing but items."""
    return story(subscriptions=[], items=list(items), **members)


def amounts(document: dict[str, Any]) -> dict[str, list[str]]:
    """Each invoice's amounts by the day of its run; of several on one day the later."""
    invoices = answer(simulate(scenario(document)))["invoices"]
    return {invoice["run"]: [line["amount"] for line in invoice["lines"]] for invoice in invoices}


def taxed(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Net, tax and gross of the last invoice's lines."""
    lines = answer(simulate(scenario(document)))["invoices"][-1]["lines"]
    return [(line["amount"], line["tax"], line["gross"]) for line in lines]


ITEM = {"id": "i1", "start": "2026-01-20"}
TIERS = {"model": "graduated", "tiers": [{"up_to": 4, "unit": "10.00", "flat": "1"}, {"up_to": None, "unit": "9.00"}]}
BLOCKS = {"model": "graduated", "tiers": [{"up_to": None, "unit": "10.00", "size": 4}]}


@pytest.mark.parametrize(
    ("item", "billed"),
    [
        ({"quantity": "2.5", "unit_price": "31.00"}, {"2026-02-01": ["77.50"]}),
        ({"unit_price": "31.00", "recorded": "2026-02-20"}, {"2026-03-01": ["31.00"]}),
        ({"quantity": "-1", "unit_price": "31.00"}, {"2026-02-01": ["-31.00"]}),
        ({"quantity": 3, "unit_price": "100.05", "discount_percent": 10}, {"2026-02-01": ["300.15", "-30.02"]}),
        ({"kind": "credit", "quantity": "-10", "unit_price": "7.99", "fraction": "16/31"}, {"2026-02-01": ["-41.24"]}),
        ({"quantity": 10, "pricing": TIERS}, {"2026-02-01": ["95.00"]}),
        ({"quantity": -10, "pricing": TIERS, "fraction": "1/2"}, {"2026-02-01": ["-47.50"]}),
        ({"quantity": 10, "pricing": BLOCKS}, {"2026-02-01": ["30.00"]}),
        ({"kind": "time", "unit_price": "95.50", "parts": [{"id": "a", "quantity": "1.75"}, {"id": "b", "quantity": "2"}]},
         {"2026-02-01": ["358.13"]}),
        ({"kind": "usage", "parts": [{"id": "u", "amount": "13.3333333333"}, {"id": "v", "amount": "9.324", "less": "12"}]},
         {"2026-02-01": ["10.66"]}),
        ({"kind": "usage", "parts": [{"id": "u", "amount": "100", "less": "120.005"}]}, {"2026-02-01": ["-20.01"]}),
        ({"kind": "supplier", "parts": [{"id": "p", "cost": "120.00", "rate": "0.9", "markup_percent": "15"}]},
         {"2026-02-01": ["124.20"]}),
    ],
)  # fmt: skip
def test_what_is_billed_once(item: dict[str, Any], billed: dict[str, list[str]]) -> None:
    """By the first run on or after its day, or the day on which it was recorded."""
    assert amounts(only({**ITEM, **item})) == billed


def test_usage_waits_for_its_cycle_and_the_contracts_discount_is_taken_off() -> None:
    """Metered in January: not on the run of the 25th, but with the cycle of February."""
    usage = {"id": "u1", "kind": "usage", "start": "2026-01-03", "end": "2026-01-10", "unit_price": "12.50"}
    told = story(items=[usage], runs=["2026-01-01", "2026-01-25", "2026-02-01"])
    told["contract"] = {"start": "2026-01-01", "discount_percent": "10"}
    assert amounts(told) == {"2026-01-01": ["310.00", "-31.00"], "2026-02-01": ["310.00", "-31.00", "12.50", "-1.25"]}
    (*_, line, _) = answer(simulate(scenario(told)))["invoices"][-1]["lines"]
    assert (line["subscription"], line["item"], line["kind"]) == ("", "u1", "usage")


def test_a_minimum_and_a_maximum() -> None:
    """F35: 310.00 and 100.00 of usage lack 90.00 to 500.00; with 250.00 of usage 60.00 are above the maximum."""
    usage = {"id": "u1", "kind": "usage", "start": "2026-01-15", "unit_price": "100.00"}
    assert amounts(story(items=[usage], commitment={"minimum": "500"}))["2026-02-01"] == ["310.00", "100.00", "90.00"]
    more = {**usage, "unit_price": "250.00"}
    assert amounts(story(items=[more], commitment={"maximum": "500"}))["2026-02-01"] == ["310.00", "250.00", "-60.00"]
    assert amounts(story(commitment={"minimum": "700", "cycles": 2}))["2026-03-01"] == ["310.00", "80.00"]


@pytest.mark.parametrize(
    ("tax", "lines"),
    [
        ({"percent": "19"}, [("310.00", "58.90", "368.90")]),
        ({"percent": "19", "prices": "with_tax"}, [("260.50", "49.50", "310.00")]),
        ({}, [("310.00", "0.00", "310.00")]),
    ],
)
def test_net_tax_and_gross(tax: dict[str, Any], lines: list[tuple[str, str, str]]) -> None:
    """310.00 is the net, or the price with its tax; the total stays the net."""
    told = story(tax=tax, runs=["2026-01-01"])
    assert taxed(told) == lines
    (invoice,) = answer(simulate(scenario(told)))["invoices"]
    assert (invoice["total"], invoice["tax"], invoice["gross"]) == lines[0]


def test_rates_of_their_own_and_tax_rounded_on_the_whole_document() -> None:
    """Three times 0.13 with 19 % are 0.02 each; together 0.0741 is 0.07, and the first has the cent that is over."""
    items = [{**ITEM, "id": name, "unit_price": "0.13"} for name in "abc"]
    assert [tax for _, tax, _ in taxed(only(*items, tax={"percent": 19}))] == ["0.02"] * 3
    assert [tax for _, tax, _ in taxed(only(*items, tax={"percent": 19, "rounding": "document"}))] == ["0.03", "0.02", "0.02"]
    own: list[dict[str, Any]] = [
        {**items[0], "tax": {"percent": 7, "code": "DE7"}},
        {**items[1], "tax": {"amount": "0.05"}},
        items[2],
    ]
    assert [tax for _, tax, _ in taxed(only(*own, tax={"percent": 19, "rounding": "document"}))] == ["0.01", "0.05", "0.02"]
    seats = story(tax={"percent": 19, "surcharge": {"percent": 0}}, surcharge_percent="1", runs=["2026-01-01"])
    seats["subscriptions"] = [{**SEATS, "tax": {"percent": 7}}]
    assert taxed(seats) == [("310.00", "21.70", "331.70"), ("3.10", "0.00", "3.10")]


def test_a_price_in_another_currency_has_the_rate_of_its_cycle() -> None:
    """20.00 dollars at 0.90 and at 0.8765; the later cycles have the last rate."""
    dollars = {"currency": "USD", "rates": [{"start": "2026-01-01", "rate": "0.9"}, {"start": "2026-02-01", "rate": "0.8765"}]}
    told = story(subscriptions=[{**SEATS, "unit_price": "20.00", "priced_in": dollars}])
    assert amounts(told) == {"2026-01-01": ["180.00"], "2026-02-01": ["175.30"], "2026-03-01": ["175.30"]}


def test_a_cancelled_invoice_is_billed_again() -> None:
    """January was billed and cancelled: the run of the 20th bills it again, item and all, and February follows as ever."""
    item = {**ITEM, "start": "2026-01-01", "unit_price": "5.00"}
    told = story(items=[item], runs=["2026-01-01", "2026-01-20", "2026-02-01"], cancelled=[{"run": 1, "before": 2}])
    both = ["310.00", "5.00"]
    assert amounts(told) == {"2026-01-01": both, "2026-01-20": both, "2026-02-01": ["310.00"]}


def test_what_was_given_back_is_not_given_back_twice() -> None:
    """Scenario E6: 62.00 were given back by hand; seats that end on the 2nd give back 248.00 and no 300.00."""
    gone = {"id": "c2", "effective": "2026-01-02", "quantity": 0, "recorded": "2026-01-20"}
    told = story(subscriptions=[{**SEATS, "changes": [*SEATS["changes"], gone]}], runs=["2026-01-01", "2026-01-20"])
    assert amounts(told)["2026-01-20"] == ["-300.00"]
    told["given_back"] = [{"subscription": "s1", "cycle": "2026-01-01", "amount": "62.00", "before": 2}]
    assert amounts(told)["2026-01-20"] == ["-248.00"]


def test_cycles_that_are_skipped_or_billed_one_by_one() -> None:
    """A run on 5 March is late for three cycles: one is skipped, or each has an invoice as if its own day had made it."""
    assert amounts(story(runs=["2026-03-05"], skipped=["2026-01-01", "2026-02-01"])) == {"2026-03-05": ["310.00"]}
    due = [{"run": 1, "day": "2026-01-01"}, {"run": 2, "day": "2026-02-01"}]
    made = answer(simulate(scenario(story(runs=["2026-03-05"] * 3, due=due))))["invoices"]
    assert [(one["run"], one["lines"][0]["start"]) for one in made] == [("2026-03-05", month) for month in MONTHS]


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"items": [{**ITEM}]}, "items[0].unit_price"),
        ({"items": [{**ITEM, "unit_price": "1", "end": "2026-01-01"}]}, "items[0].end"),
        ({"items": [{**ITEM, "unit_price": "1"}, {**ITEM, "unit_price": "1"}]}, "items[1].id"),
        ({"items": [{**ITEM, "unit_price": "1", "kind": "gift"}]}, "items[0].kind"),
        ({"items": [{**ITEM, "unit_price": "1", "fraction": "1/0"}]}, "items[0].fraction"),
        ({"items": [{**ITEM, "unit_price": "1", "fraction": "1"}]}, "items[0].fraction"),
        ({"items": [{**ITEM, "unit_price": "1", "discount_percent": "101"}]}, "items[0].discount_percent"),
        ({"items": [{**ITEM, "unit_price": "1", "discount_percent": "1", "fraction": "1/2"}]}, "items[0].discount_percent"),
        ({"items": [{**ITEM, "pricing": TIERS, "quantity": "1.5"}]}, "items[0].quantity"),
        ({"items": [{**ITEM, "quantity": 1, "unit_price": "1", "parts": [{"id": "a", "quantity": 1}]}]}, "items[0].quantity"),
        ({"items": [{**ITEM, "unit_price": "1", "parts": [{"id": "a", "amount": "1"}]}]}, "items[0].parts"),
        ({"items": [{**ITEM, "parts": [{"id": "a", "amount": "1"}, {"id": "b", "quantity": 1}]}]}, "items[0].parts"),
        ({"items": [{**ITEM, "parts": [{"id": "a"}]}]}, "items[0].parts[0]"),
        ({"items": [{**ITEM, "parts": [{"id": "a", "amount": "1", "rate": "2"}]}]}, "items[0].parts[0]"),
        ({"items": [{**ITEM, "unit_price": "1", "parts": [{"id": "a", "quantity": 1, "less": 1}]}]}, "items[0].parts[0].less"),
        ({"items": [{**ITEM, "unit_price": "1", "tax": {}}]}, "items[0].tax"),
        ({"tax": {"percent": "19", "prices": "gross"}}, "tax.prices"),
        ({"tax": {"rounding": "never"}}, "tax.rounding"),
        ({"commitment": {}}, "commitment"),
        ({"commitment": {"minimum": "500", "maximum": "100"}}, "commitment"),
        ({"cancelled": [{"run": 2, "before": 2}]}, "cancelled[0].before"),
        ({"cancelled": [{"run": 1, "before": 9}]}, "cancelled[0]"),
        ({"cancelled": [{"run": 1, "before": 2}, {"run": 1, "before": 3}]}, "cancelled[1].run"),
        ({"items": [{**ITEM, "unit_price": "1"}], "catch_up": {}}, "items"),
        ({"due": [{"run": 9, "day": "2026-01-01"}]}, "due[0]"),
        ({"subscriptions": [{**SEATS, "priced_in": {"currency": "USD", "rates": []}}]}, "subscriptions[0].priced_in.rates"),
        ({"subscriptions": [{**SEATS, "priced_in": {"currency": "USD", "rates": [{"start": "2026-01-01", "rate": 0}]}}]},
         "subscriptions[0].priced_in.rates[0].rate"),
        ({"subscriptions": [{**SEATS, "pricing": TIERS, "priced_in": {"currency": "USD", "rates": [
            {"start": "2026-01-01", "rate": 1}]}}]}, "subscriptions[0].priced_in"),
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_refused(members: dict[str, Any], path: str) -> None:
    """With the path of what is wrong, and a sentence."""
    with pytest.raises(BadInput) as error:
        scenario(story(**members))
    assert error.value.path == path
