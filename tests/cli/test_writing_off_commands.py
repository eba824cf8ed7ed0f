"""`w365 writeoff` over a tenant in memory, with a worker that is always there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli import writing_off as commands
from local.desks.writing_off import WritingOffDesk
from tests.cli.keyboard import Keyboard
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def finance() -> Iterator[Keyboard[WritingOffDesk]]:
    """An open invoice."""
    desk = WritingOffDesk()
    yield Keyboard(desk, desk.billed(), commands.register)
    desk.close()


def test_given_up_claimed_again_and_listed(finance: Keyboard[WritingOffDesk]) -> None:
    """Each waits for what the worker says; the list names who did it, the newest first."""
    shown = finance.types("writeoff", "post", finance.number, "40.00", "--reason", "Insolvent")
    assert (shown.exit_code, shown.stdout, shown.stderr) == (
        0,
        f"40.00 EUR of invoice {finance.number} is written off: Insolvent. Balance 110.00 EUR.\n",
        "",
    )
    said = json.loads(finance.types("writeoff", "take-back", finance.number, "--reason", "Has paid", "--output", "json").stdout)
    assert said["message"] == f"40.00 EUR of invoice {finance.number} is owed again: Has paid. Balance 150.00 EUR."
    listed = json.loads(finance.types("writeoff", "list", "K-1", "--output", "json").stdout)
    assert [(row["kind"], row["amount"], row["reason"]) for row in listed["write-offs"]] == [
        ("Taken back", "-40.00", "Has paid"),
        ("Written off", "40.00", "Insolvent"),
    ]
    assert {row["who"] for row in listed["write-offs"]} != {""}
    nobody = finance.types("writeoff", "list", "K-2", "--output", "json").exception
    assert str(nobody) == "ACCOUNT: no account has the number 'K-2'; look it up under Accounts"


def test_what_is_refused_says_why_on_stderr(finance: Keyboard[WritingOffDesk]) -> None:
    """Too much, and a number that nothing has, before anything is written."""
    shown = finance.types("writeoff", "post", finance.number, "150.01", "--reason", "Insolvent")
    assert (shown.exit_code, "Write off at most 150.00 EUR." in shown.stderr) == (2, True)
    for words, says in (
        (("post", "INV-X", "--reason", "Insolvent"), "no invoice has the number 'INV-X'"),
        (("post", finance.number, "--reason", " "), "say why"),
    ):
        error = finance.types("writeoff", *words).exception
        assert isinstance(error, BadInput)
        assert says in str(error)
