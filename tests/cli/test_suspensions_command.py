"""`w365 suspensions`: what would be proposed, what stands with its cost, and what people decide."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import suspensions
from cli.book_ports import Ports
from local.desks.suspending import SuspensionDesk
from work365.errors import BadInput, Refused

TODAY = date(2026, 3, 31)


@pytest.fixture(name="desk")
def _desk() -> SuspensionDesk:
    desk = SuspensionDesk()
    desk.choose("suspend-overdue-days", "20")
    desk.choose("suspend-warnings", "0")
    contract = desk.on_time("C-1")
    desk.licence(contract, "E3", external="s-1", cost="20.50")
    desk.late(contract, "INV-1", "100.00")
    desk.at(TODAY)
    return desk


def run(desk: SuspensionDesk, *arguments: str) -> tuple[int, Any]:
    """A command's exit code and its data. Errors: what the command raised."""
    app = typer.Typer()
    app.callback()(lambda: None)
    suspensions.register(app, lambda: Ports(desk.suspensions, desk.clock))
    result = CliRunner().invoke(app, ["suspensions", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, json.loads(result.stdout) if "json" in arguments else result.stdout


def test_a_dry_run_writes_nothing(desk: SuspensionDesk) -> None:
    """What tonight would do, and why."""
    code, said = run(desk, "check", "--dry-run", "--output", "json")
    why = "INV-1 has been overdue for 21 days, more than 20 days, and 100.00 EUR is open"
    assert (code, said["checked"]) == (
        0,
        [{"subscription": "E3", "customer": "Customer of C-1", "cause": "Overdue", "becomes": "Proposed", "why": why}],
    )
    assert desk.shown() == []


def test_a_person_confirms_and_reads_what_goes_on_costing(desk: SuspensionDesk) -> None:
    """F143: the page shows the cost that keeps running."""
    run(desk, "check")
    code, said = run(desk, "list", "--output", "json")
    [one] = said["suspensions"]
    assert (code, one["status"], one["cost"]) == (1, "Proposed", "205 EUR")
    _, words = run(desk, "confirm", "e3", "--reason", "no answer")
    assert "E3: confirmed. In Partner Center" in words
    assert "What it goes on costing: 205.00 EUR for each cycle: 10 x 20.5, the cost on the subscription." in words
    code, said = run(desk, "list", "--output", "json")
    [one] = said["suspensions"]
    assert (code, one["decided"], one["message"]) == (0, f"{desk.me}: no answer", "Pause of E3 was asked for.")


def test_a_declined_one_stays_and_what_is_unknown_is_said(desk: SuspensionDesk) -> None:
    """It is open, so that nothing proposes it again; `--all` shows those that are over."""
    run(desk, "check")
    run(desk, "decline", "E3", "--reason", "a good customer")
    assert desk.shown() == ["E3 Declined 0"]
    with pytest.raises(BadInput, match="no open suspension has the id or subscription 'E5'"):
        run(desk, "confirm", "E5", "--reason", "why not")


@pytest.mark.parametrize(
    ("before", "decided"),
    [((), "confirm"), ((), "decline"), (("confirm",), "resume")],
    ids=["confirm", "decline", "resume"],
)
def test_what_is_decided_twice_is_decided_once(desk: SuspensionDesk, before: tuple[str, ...], decided: str) -> None:
    """The second one finds it decided, and says so."""
    run(desk, "check")
    for each in before:
        run(desk, each, "E3", "--reason", "no answer")
    run(desk, decided, "E3", "--reason", "as agreed")
    stands, jobs = desk.shown(), desk.tenant.count("w365_job")
    with pytest.raises((BadInput, Refused), match="E3"):
        run(desk, decided, "E3", "--reason", "as agreed")
    assert (desk.shown(), desk.tenant.count("w365_job")) == (stands, jobs)


def test_a_limit_that_cannot_be_used_is_said_and_ends_1(desk: SuspensionDesk) -> None:
    """Nothing is guessed."""
    contract = desk.on_time("C-2", suspendoverduedays="soon")
    desk.licence(contract, "F1")
    desk.late(contract, "INV-2", "10.00")
    code, said = run(desk, "check", "--output", "json")
    assert (code, [one["subscription"] for one in said["checked"]]) == (1, ["E3"])
