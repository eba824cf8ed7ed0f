"""Splits in the simulator's format: the parts of all payers, what is held, and nonsense refused with a path."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from cli.simulate import register
from work365.errors import BadInput
from work365.scenario import scenario
from work365.simulation import answer, simulate

if TYPE_CHECKING:
    from pathlib import Path

DEPARTMENT = {"attribute": "department"}
EXAMPLE: dict[str, Any] = {
    "currency": "EUR",
    "contract": {"start": "2026-03-01"},
    "subscriptions": [
        {
            "id": "s1",
            "start": "2026-03-01",
            "unit_price": "31.00",
            "changes": [{"id": "c1", "effective": "2026-03-01", "quantity": 10}],
            "split": {
                "payer": "Finance",
                "main": "Hall",
                "terms": [
                    {
                        "start": "2026-03-01",
                        "licence": "SPE_E3",
                        "rest": "main",
                        "shares": [
                            {"payer": "Finance", **DEPARTMENT, "values": ["Finance", "Treasury"], "included": 1},
                            {"payer": "School", "groups": ["Teachers"], "minimum": 3},
                            {"payer": "Works", "users": ["dora"]},
                            {"payer": "Works", "seats": 2},
                        ],
                    }
                ],
            },
        }
    ],
    "users": [
        {"id": "anna", "start": "2026-03-01", "attributes": {"Department": "finance"}, "licences": ["spe_e3"]},
        {"id": "ben", "start": "2026-03-01", "attributes": {"Department": "Treasury"}, "licences": ["SPE_E3"]},
        {"id": "carl", "start": "2026-03-01", "groups": ["teachers"], "licences": ["SPE_E3"]},
        {"id": "dora", "start": "2026-03-01", "licences": ["SPE_E3"]},
        {"id": "emil", "start": "2026-03-01", "attributes": {"department": "finance"}},
    ],
    "runs": ["2026-03-01"],
}
SPLIT = "subscriptions.0.split"
TERMS = f"{SPLIT}.terms.0"


def changed(path: str, value: object) -> dict[str, Any]:
    """The example with one member replaced or added."""
    document = copy.deepcopy(EXAMPLE)
    *steps, last = path.split(".")
    place: Any = document
    for step in steps:
        place = place[int(step) if step.isdecimal() else step]
    place[int(last) if last.isdecimal() else last] = value
    return document


def total(document: dict[str, Any]) -> str:
    return ", ".join(invoice["total"] for invoice in answer(simulate(scenario(document)))["invoices"])


@pytest.mark.parametrize(("payer", "seats"), [("Finance", 1), ("School", 3), ("Works", 3), ("Hall", 3)])
def test_each_payer_is_billed_its_part(payer: str, seats: int) -> None:
    """Two users of finance, one of them included; the school's minimum; a user and two seats of the works; the rest."""
    assert total(changed(f"{SPLIT}.payer", payer)) == f"{31 * seats}.00"


def test_what_waits_for_a_person_is_billed_by_the_run_that_knows_better() -> None:
    """Two seats are nobody's: the run of the first bills nothing. Once they are given back, the next one bills."""
    document = changed(f"{TERMS}.rest", "hold")
    document["runs"] = ["2026-03-01", "2026-03-16"]
    document["subscriptions"][0]["changes"].append(
        {"id": "c2", "effective": "2026-03-01", "quantity": 8, "recorded": "2026-03-10"}
    )
    answered = answer(simulate(scenario(document)))
    assert [(invoice["run"], invoice["total"]) for invoice in answered["invoices"]] == [("2026-03-16", "31.00")]
    assert [finding["code"] for finding in answered["findings"]] == ["split-held"]


def test_users_in_more_number_than_seats_are_a_finding(tmp_path: Path) -> None:
    """Through the command: the payers are billed what was bought, and the exit code says that somebody must look."""
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps(changed("subscriptions.0.changes.0.quantity", 4)))
    app = Typer()
    app.callback()(lambda: None)
    register(app)
    result = CliRunner().invoke(app, ["simulate", str(file)])
    assert result.exit_code == 1
    assert [finding["code"] for finding in json.loads(result.stdout)["findings"]] == ["split-more-asked-than-bought"]


@pytest.mark.parametrize(
    ("path", "value", "where", "message"),
    [
        (f"{SPLIT}.payer", "Nobody", "subscriptions[0].split.payer", "pays for nothing; use Hall, Finance, School, Works"),
        (f"{SPLIT}.terms", [], "subscriptions[0].split.terms", "a split needs terms"),
        (f"{TERMS}.rest", "all", "subscriptions[0].split.terms[0].rest", "use main, payer, proportion, hold"),
        (f"{TERMS}.rest", "payer", "subscriptions[0].split.terms[0]", "name a payer of the rest"),
        (f"{TERMS}.shares.1.seats", 4, "subscriptions[0].split.terms[0].shares[1]", "one of them"),
        (f"{TERMS}.shares.1.values", ["x"], "subscriptions[0].split.terms[0].shares[1].values", "name one, or leave them out"),
        (f"{TERMS}.shares.0.values", [], "subscriptions[0].split.terms[0].shares[0]", "names no value of its attribute"),
        (f"{TERMS}.shares.0.included", -1, "subscriptions[0].split.terms[0].shares[0].included", "a whole number from 0"),
        ("users.0.end", "2026-03-01", "users[0].end", "correct one of the two dates"),
        ("users.0.attributes", ["x"], "users[0].attributes", "an object of texts is needed"),
        ("users.0.office", "x", "users[0].office", "the format has no such member"),
    ],
)
def test_nonsense_is_refused_with_its_place(path: str, value: object, where: str, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        scenario(changed(path, value))
    assert refused.value.path == where
    assert message in refused.value.message


def test_more_moves_than_anybody_means_are_refused() -> None:
    users = [{"id": f"u{index}", "start": f"{1900 + index // 12}-{1 + index % 12:02}-01"} for index in range(1500)]
    document = changed("users", users)
    with pytest.raises(BadInput, match="divided again on 1501 days for 1500 users, which is too much"):
        simulate(scenario(document))
