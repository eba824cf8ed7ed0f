"""Promotions in the simulator's format: they apply by themselves or by the offered code, end by themselves, or say why not."""

from __future__ import annotations

from typing import Any

import pytest

from work365.errors import BadInput
from work365.scenario import scenario
from work365.simulation import answer, simulate

SPRING = {"code": "SPRING", "product": "E3", "percent": "15", "start": "2026-01-01", "end": "2026-03-01"}
LOYAL = {"code": "LOYAL", "product": "E3", "amount": "2", "start": "2026-01-01", "cycles_max": 1, "term": "P1Y", "plan": "annual"}


def written(promotions: list[dict[str, Any]], sold: dict[str, Any] | None, **more: Any) -> dict[str, Any]:  # noqa: ANN401  members
    """Ten seats at 20.00, billed for three months."""
    own = {"changes": [{"id": "c1", "effective": "2026-01-01", "quantity": 10}], **({"sold": sold} if sold else {}), **more}
    return {
        "currency": "EUR",
        "contract": {"start": "2026-01-01"},
        "subscriptions": [{"id": "s1", "start": "2026-01-01", "unit_price": "20.00", **own}],
        "promotions": promotions,
        "runs": ["2026-01-01", "2026-02-01", "2026-03-01"],
    }


def billed(document: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What each invoice comes to, and what the findings say."""
    said = answer(simulate(scenario(document)))
    return [one["total"] for one in said["invoices"]], [one["message"] for one in said["findings"]]


@pytest.mark.parametrize(
    ("promotions", "sold", "totals", "refused"),
    [
        ([SPRING], {"product": "E3"}, ["170.00", "170.00", "200.00"], []),
        ([SPRING], None, ["200.00"] * 3, []),
        ([SPRING], {"product": "E5"}, ["200.00"] * 3, []),
        (
            [SPRING],
            {"product": "E5", "promotion": "SPRING"},
            ["200.00"] * 3,
            ["promotion SPRING does not apply: it is for another product"],
        ),
        (
            [LOYAL],
            {"product": "E3", "term": "P3Y", "plan": "annual", "promotion": "loyal"},
            ["200.00"] * 3,
            ["promotion LOYAL does not apply: it is for the term P1Y, not for P3Y"],
        ),
        ([SPRING, LOYAL], {"product": "E3", "term": "P1Y", "plan": "annual"}, ["170.00", "170.00", "200.00"], []),
        (
            [SPRING, LOYAL],
            {"product": "E3", "term": "P1Y", "plan": "annual", "promotion": "LOYAL"},
            ["180.00", "200.00", "200.00"],
            [],
        ),
        (
            [{**SPRING, "percent": None, "price": "12.50", "lasts": "term"}],
            {"product": "E3", "term_end": "2026-02-01"},
            ["125.00", "200.00", "200.00"],
            [],
        ),
    ],
)  # fmt: skip
def test_a_sale_gets_the_best_one_or_the_offered_one_or_the_reason(
    promotions: list[dict[str, Any]], sold: dict[str, Any] | None, totals: list[str], refused: list[str]
) -> None:
    """F4: the first cycle from its end on is billed at the normal price."""
    assert billed(written(promotions, sold)) == (totals, refused)


def test_a_discount_that_is_recorded_later_is_seen_by_later_runs_alone() -> None:
    """January and February were billed at 200.00; March brings their 15 % back."""
    late = {"id": "off", "percent": "15", "start": "2026-01-01", "recorded": "2026-02-10"}
    assert billed(written([], None, discounts=[late])) == (["200.00", "200.00", "110.00"], [])


@pytest.mark.parametrize(
    ("wrong", "path", "says"),
    [
        ({"percent": None}, "promotions[0]", "give 'percent' off"),
        ({"price": "1"}, "promotions[0]", "one of the three"),
        ({"percent": "101"}, "promotions[0].percent", "use 0 to 100"),
        ({"term": "P2Y"}, "promotions[0].term", "use P1M, P1Y or P3Y"),
        ({"plan": "weekly"}, "promotions[0].plan", "use monthly, annual, triennial"),
        ({"lasts": "ever"}, "promotions[0].lasts", "to its end date or its term"),
        ({"for": "all"}, "promotions[0].for", "no such member"),
    ],
)
def test_nonsense_is_refused_with_its_path(wrong: dict[str, Any], path: str, says: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(BadInput, match=says) as refused:
        scenario(written([{**SPRING, **wrong}], {"product": "E3"}))
    assert refused.value.path == path
