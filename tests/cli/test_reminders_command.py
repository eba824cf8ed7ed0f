"""`w365 reminders`: a dry run for a day, the log, and what stops reminders of an invoice."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import typer
from typer.testing import CliRunner

from cli import reminders
from cli.book_ports import Ports
from local.desks.reminding import ReminderDesk

DUE = date(2026, 3, 10)


def run(desk: ReminderDesk, *arguments: str) -> Any:  # noqa: ANN401  JSON
    """A command's answer, None where it has no data. Errors: what the command raised."""
    app = typer.Typer()
    app.callback()(lambda: None)
    reminders.register(app, lambda: Ports(desk.reminders, desk.clock))
    result = CliRunner().invoke(app, ["reminders", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout) if result.stdout else None


def test_a_person_looks_ahead_stops_one_and_reads_the_log() -> None:
    """F137: dry run for a date, pause by a promise, dispute, opt-out; then what was sent to whom."""
    desk = ReminderDesk()
    desk.reminder_plan("STD", (3,))
    desk.say("reminder-plan", "STD")
    account = desk.customer("A-1")
    for number in ("INV-1", "INV-2", "INV-3", "INV-4"):
        desk.open(account, number, "100.00", due=DUE)
    run(desk, "pause", "INV-1", "--until", "2026-03-20", "--reason", "promised")
    run(desk, "dispute", "INV-2", "--reason", "asked what it is")
    run(desk, "opt-out", "INV-3", "--reason", "board decision")
    due = run(desk, "due", "--as-of", "2026-03-14", "--output", "json")["due"]
    assert {one["invoice"]: one["held back"] for one in due} == {
        "INV-1": "it is paused until 2026-03-20",
        "INV-2": "all of what is open is disputed",
        "INV-3": "it is never reminded of",
        "INV-4": "",
    }
    desk.day(date(2026, 3, 13))
    log = run(desk, "list", "--output", "json")["reminders"]
    assert [(one["invoice"], one["step"], one["to"], one["status"]) for one in log] == [("INV-4", "+3", "ap@a-1.example", "Sent")]
    run(desk, "pause", "INV-1", "--reason", "promise broken")
    run(desk, "opt-out", "INV-3", "--reason", "reconsidered", "--back")
    run(desk, "dispute", "INV-2", "--amount", "0", "--reason", "explained")
    assert len(desk.day(date(2026, 3, 15))) == 1
    assert desk.taken() == ["INV-1 +3", "INV-2 +3", "INV-3 +3", "INV-4 +3"]


def test_a_person_sees_what_a_step_does_besides_before_it_is_taken() -> None:
    """F137: a dry run shows actions too: what was late before there was a plan begins at the newest step."""
    desk = ReminderDesk()
    plan = desk.reminder_plan("STD", (3,))
    desk.step(plan, 20, by="Mail and task", credithold="Yes", suspend="Yes")
    desk.say("reminder-plan", "STD")
    account = desk.customer("A-1")
    desk.open(account, "INV-1", "100.00", due=DUE)
    desk.open(account, "INV-2", "100.00", due=date(2026, 3, 20))
    due = run(desk, "due", "--as-of", "2026-04-01", "--output", "json")["due"]
    assert [(one["invoice"], one["also"]) for one in due] == [
        ("INV-1", "task for staff, credit hold, asks for suspension"),
        ("INV-2", ""),
    ]
