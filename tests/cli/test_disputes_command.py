"""`w365 disputes`: what must be answered by when, and how it ended."""

from __future__ import annotations

import json

import typer
from typer.testing import CliRunner

from cli import disputes as commands
from local.desks.giving_back import GivingDesk


def test_open_disputes_are_listed_by_their_deadline_and_ended_ones_on_request() -> None:
    """F141: the evidence deadline and the outcome are shown."""
    desk = GivingDesk()
    desk.listen()
    app = typer.Typer()
    commands.register(app, lambda: desk.disputing)
    first = desk.paid()
    lost = desk.dispute(first)
    desk.later(days=1)
    second = desk.paid("90.00")
    desk.dispute(second, 4000)
    said = json.loads(CliRunner().invoke(app, ["--output", "json"]).stdout)["disputes"]
    assert [(one["disputed"], one["away"], one["state"], one["evidence due"]) for one in said] == [
        ("150.00", "150.00", "Open", "2026-03-19"),
        ("40.00", "40.00", "Open", "2026-03-20"),
    ]
    assert (said[1]["invoice"], said[1]["customer"], said[1]["currency"]) == (desk.number(second), "Contoso", "EUR")
    desk.disputed(lost, "lost")
    assert "2026-03-19" not in CliRunner().invoke(app, []).stdout
    ended = json.loads(CliRunner().invoke(app, ["--ended", "--output", "json"]).stdout)["disputes"]
    assert {(one["disputed"], one["state"]) for one in ended} == {("150.00", "Lost"), ("40.00", "Open")}
    desk.close()
