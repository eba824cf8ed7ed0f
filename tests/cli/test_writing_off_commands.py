"""`w365 writeoff` over a tenant in memory, with a worker that is always there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import writing_off as commands
from cli.job_ports import Ports
from dataverse.stores.currencies import Currencies
from local.desks.writing_off import WritingOffDesk
from work365.errors import BadInput
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from typer.testing import Result


class Finance:
    """A person at the keyboard, whose worker works on each job as it is sent, and an open invoice."""

    def __init__(self) -> None:
        self.desk = WritingOffDesk()
        self.invoice = self.desk.billed()
        self.number = self.desk.number(self.invoice)

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: float = 0) -> None:
        """The queue."""
        assert (queue, delay_s) == (JOBS, 0)
        self.desk.run(message["job"])

    def now(self) -> datetime:
        """The clock: no two commands in one moment."""
        self.desk.later(seconds=1)
        return self.desk.now

    def today(self, zone: str) -> date:
        """Its day."""
        assert zone
        return self.desk.now.date()

    def types(self, *words: str) -> Result:
        """One command."""
        app = typer.Typer()
        ports = Ports(self.desk.quiet, Currencies(self.desk.quiet), self, self)
        commands.register(app, lambda: ports)
        return CliRunner().invoke(app, ["writeoff", *words])


@pytest.fixture
def finance() -> Iterator[Finance]:
    """A fresh desk."""
    made = Finance()
    yield made
    made.desk.close()


def test_given_up_claimed_again_and_listed(finance: Finance) -> None:
    """Each waits for what the worker says; the list names who did it, the newest first."""
    shown = finance.types("post", finance.number, "40.00", "--reason", "Insolvent")
    assert (shown.exit_code, shown.stdout, shown.stderr) == (
        0,
        f"40.00 EUR of invoice {finance.number} is written off: Insolvent. Balance 110.00 EUR.\n",
        "",
    )
    said = json.loads(finance.types("take-back", finance.number, "--reason", "Has paid", "--output", "json").stdout)
    assert said["message"] == f"40.00 EUR of invoice {finance.number} is owed again: Has paid. Balance 150.00 EUR."
    listed = json.loads(finance.types("list", "K-1", "--output", "json").stdout)
    assert [(row["kind"], row["amount"], row["reason"]) for row in listed["write-offs"]] == [
        ("Taken back", "-40.00", "Has paid"),
        ("Written off", "40.00", "Insolvent"),
    ]
    assert {row["who"] for row in listed["write-offs"]} != {""}
    assert finance.types("list", "K-2", "--output", "json").stdout.strip() == '{"write-offs": []}'


def test_what_is_refused_says_why_on_stderr(finance: Finance) -> None:
    """Too much, and a number that nothing has, before anything is written."""
    shown = finance.types("post", finance.number, "150.01", "--reason", "Insolvent")
    assert (shown.exit_code, "Write off at most 150.00 EUR." in shown.stderr) == (2, True)
    for words, says in (
        (("post", "INV-X", "--reason", "Insolvent"), "no invoice has the number 'INV-X'"),
        (("post", finance.number, "--reason", " "), "say why"),
    ):
        error = finance.types(*words).exception
        assert isinstance(error, BadInput)
        assert says in str(error)
