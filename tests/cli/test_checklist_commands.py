"""`w365 hold checklist` over a tenant in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer
from typer.testing import CliRunner

from cli import checklists
from cli.book_ports import Ports
from local.desks.checklists import ChecklistDesk

if TYPE_CHECKING:
    from typer.testing import Result


def types(desk: ChecklistDesk, *words: str) -> Result:
    app = typer.Typer()
    checklists.register(app, lambda: Ports(desk.checklists, desk.clock))
    result = CliRunner().invoke(app, ["checklist", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_asked_shown_ticked_and_opened() -> None:
    """`show` ends 1 while something is missing; who and when stand in every row."""
    desk = ChecklistDesk()
    desk.enters("N-1")
    items = json.loads(types(desk, "items", "--output", "json").stdout)["items"]
    assert [(row["item"], row["ticked by"], row["needed"]) for row in items] == [
        ("agreement", "Agreement", "yes"),
        ("payment-profile", "Payment profile", "yes"),
        ("tax-form", "By hand", "yes"),
        ("logo", "By hand", "no"),
    ]
    assert "Nothing was asked for; not held" in types(desk, "show", "N-1").stdout
    assert "Customer N-1: Missing: Agreement, Payment profile, Tax form; held by Documents" in types(desk, "start", "N-1").stdout
    shown = types(desk, "tick", "N-1", "tax-form", "--note", "W-8BEN of 3 March", "--output", "json")
    row = json.loads(shown.stdout)["checklist"][2]
    assert row == {
        "item": "tax-form",
        "name": "Tax form",
        "needed": "yes",
        "done": "yes",
        "note": "W-8BEN of 3 March",
        "by": "# Work365",
        "at": desk.clock.now().isoformat(),
    }
    for code in ("agreement", "payment-profile"):
        assert types(desk, "show", "N-1").exit_code == 1
        types(desk, "tick", "N-1", code, "--note", "Seen")
    said = json.loads(types(desk, "show", "N-1", "--output", "json").stdout)
    assert (said["says"], said["held by"]) == ("Complete", "Documents")
    assert types(desk, "show", "N-1").exit_code == 0
    assert "Missing: Tax form" in types(desk, "untick", "N-1", "tax-form", "--reason", "It has expired").stdout
