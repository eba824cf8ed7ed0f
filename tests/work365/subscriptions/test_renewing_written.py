"""The end of a term in the simulator: by the rules of the daily timer, with the timer's figures (tests/work365/handlers)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.desks.changes import ChangeDesk
from work365.errors import BadInput
from work365.scenario import scenario
from work365.simulation import answer, simulate

MAY = date(2026, 5, 1)
MONTHS = ("2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01")
TERM = {"term": "P1Y", "end": "2026-06-16"}


def written(term: dict[str, Any], changes: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:  # noqa: ANN401  members
    """Ten seats at 31.00 whose year ends with 15 June, billed with the next cycle's invoice."""
    first = {"id": "c1", "effective": "2026-05-01", "quantity": 10}
    own = {
        "id": "s1",
        "start": "2026-05-01",
        "unit_price": "31.00",
        "changes": [first, *changes],
        "term": {**TERM, **term},
        **more,
    }
    contract = {"start": "2026-05-01", "changes_billed": "next_cycle"}
    return {"currency": "EUR", "contract": contract, "subscriptions": [{**own, **more}], "runs": list(MONTHS)}


def billed(document: dict[str, Any]) -> dict[str, list[str]]:
    """The amounts of each run."""
    return {one["run"]: [line["amount"] for line in one["lines"]] for one in answer(simulate(scenario(document)))["invoices"]}


@pytest.mark.parametrize(
    ("term", "june", "july", "august"),
    [
        ({}, ["310.00"], ["310.00"], ["310.00"]),
        ({"price": "list", "list_price": "33.00"}, ["310.00"], ["-155.00", "165.00", "330.00"], ["330.00"]),
        ({"price": "percent", "percent": "10"}, ["310.00"], ["-155.00", "170.50", "341.00"], ["341.00"]),
        ({"price": "percent", "percent": "-10"}, ["310.00"], ["-155.00", "139.50", "279.00"], ["279.00"]),
        (
            {"at_end": "extend", "monthly_price": "40.00"},
            ["310.00"],
            ["-155.00", "206.00", "412.00"],
            ["412.00"],
        ),
        ({"at_end": "end"}, ["155.00"], [], []),
    ],
)
def test_the_next_term_has_the_price_of_its_rule(
    term: dict[str, Any], june: list[str], july: list[str], august: list[str]
) -> None:
    """F30: keep, new list, a percentage; an uplift is added once; what ends is not billed after it."""
    found = billed(written(term))
    assert [found.get(month, []) for month in MONTHS] == [["310.00"], june, july, august]


def test_a_missing_price_is_a_finding_and_the_price_before_stays() -> None:
    """As in the tenant, nothing is guessed."""
    said = answer(simulate(scenario(written({"price": "list"}))))
    (finding,) = said["findings"]
    assert (finding["code"], "no list price for the day of the renewal" in finding["message"]) == ("renewal-not-done", True)
    assert [one["total"] for one in said["invoices"]] == ["310.00"] * 4


@settings(max_examples=12, deadline=None)
@given(
    percent=st.integers(-50, 90),
    late=st.lists(st.tuples(st.integers(0, 75), st.integers(1, 9)), max_size=3, unique_by=lambda one: one[0]).map(sorted),
)
def test_the_simulator_bills_what_the_tenant_bills(percent: int, late: list[tuple[int, int]]) -> None:
    """Whatever seats were added on whatever days before or after the renewal, told in their order on 20 July."""
    desk = ChangeDesk(MAY)
    contract = desk.contract("C-1", start=MAY)
    rule: dict[str, Any] = {"atend": "Renew", "renewalprice": "Percentage", "renewalpercent": percent}
    one = desk.bought(contract, term="P1Y", until=date(2026, 6, 16), start=MAY, **rule)
    for month in MONTHS[:3]:
        desk.month(date.fromisoformat(month))
    desk.at(date(2026, 7, 20))
    changes, seats = [], 10
    for days, more in late:
        seats += more
        on = date.fromordinal(MAY.toordinal() + days).isoformat()
        assert desk.ask(one, "Quantity", quantity=seats, on=on)[0] == "Succeeded"
        changes.append({"id": f"c{on}", "effective": on, "quantity": seats, "recorded": "2026-07-20"})
    desk.month(date(2026, 8, 1))
    document = written({"price": "percent", "percent": str(percent)}, tuple(changes))
    totals = [one["total"] for one in answer(simulate(scenario(document)))["invoices"]]
    assert [Decimal(total) for total in totals] == [invoice.net for invoice in desk.invoices()]


@pytest.mark.parametrize(
    ("term", "more", "path", "says"),
    [
        ({"term": "P2Y"}, {}, "term.term", "use P1M, P1Y, P3Y"),
        ({"at_end": "stop"}, {}, "term.at_end", "use renew, extend, end"),
        ({"price": "half"}, {}, "term.price", "use keep, list, percent"),
        ({"price": "percent"}, {}, "term.percent", "goes by 'percent'"),
        ({"percent": "5"}, {}, "term.percent", "and only there"),
        ({"price": "percent", "percent": "-100"}, {}, "term.percent", "not a percentage"),
        ({"term": "P1M", "end": "1900-01-01"}, {}, "term", "use earlier runs"),
        ({}, {"pricing": {"model": "package", "size": 5, "price": "9.00"}}, "term", "tiers and packages go on"),
    ],
)
def test_nonsense_is_refused_with_its_path(term: dict[str, Any], more: dict[str, Any], path: str, says: str) -> None:
    """And what tiers price has no price that a rule could change."""
    with pytest.raises(BadInput, match=says) as refused:
        scenario(written(term, **more))
    assert refused.value.path == f"subscriptions[0].{path}"
