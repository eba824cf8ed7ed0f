"""`w365 question`: what a customer asks, what staff answer, as a person at the keyboard sees it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import questions
from cli.book_ports import Ports
from local.desks.reminding import ReminderDesk

if TYPE_CHECKING:
    from typer.testing import Result


@pytest.fixture
def desk() -> ReminderDesk:
    """One open invoice over 100.00."""
    made = ReminderDesk()
    made.open(made.customer("A-1"), "INV-1", "100.00", due=date(2026, 3, 10))
    return made


def run(desk: ReminderDesk, *arguments: str) -> Result:
    """A command. Errors: what the command raised."""
    app = typer.Typer()
    app.callback()(lambda: None)
    questions.register(app, lambda: Ports(desk.questions, desk.clock))
    result = CliRunner().invoke(app, ["question", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def listed(desk: ReminderDesk, *arguments: str) -> list[dict[str, object]]:
    found = json.loads(run(desk, "list", *arguments, "--output", "json").stdout)["questions"]
    assert isinstance(found, list)
    return found


def test_from_the_question_to_its_end(desk: ReminderDesk) -> None:
    asked = run(desk, "ask", "INV-1", "--text", "Why seven seats?", "--by", "Ann Gray", "--dispute", "40.00")
    assert asked.stderr.startswith("w365: INV-1: open, 40.00 EUR of it disputed; answer with:  w365 question answer ")
    (one,) = listed(desk)
    id_ = str(one.pop("question"))
    assert one == {
        "document": "INV-1",
        "status": "Open",
        "disputed": "40.00 EUR",
        "asked": desk.clock.now().date().isoformat(),
        "about": "Why seven seats?",
        "messages": 1,
    }
    assert "answered" in run(desk, "answer", id_, "--text", "One came in March.").stderr
    assert "INV-1: open" in run(desk, "add", id_, "--text", "From whom?", "--by", "Ann Gray").stderr
    assert "INV-1: closed" in run(desk, "close", id_, "--reason", "Explained by phone").stderr
    assert listed(desk) == []
    assert [one["messages"] for one in listed(desk, "INV-1", "--closed")] == [4]
    shown = [line.split(": ", 1)[1] if line.startswith("  ") else "" for line in run(desk, "show", "INV-1").stdout.splitlines()]
    assert shown[1:] == ["Why seven seats?", "One came in March.", "From whom?", "Explained by phone"]
    assert "Customer (Ann Gray): Why seven seats?" in run(desk, "show", "INV-1").stdout
