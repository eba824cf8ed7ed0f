"""`w365 contract close`: the plan with its hash, and a job that does exactly that."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import closing
from dataverse.stores.closing import Closing
from local.desks.closing import ClosingDesk
from work365.errors import Refused
from work365.jobs import JobState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer.testing import Result

MARCH, TODAY = date(2026, 3, 1), date(2026, 3, 17)
COMMAND = ("close", "C-1", "--on", "2026-03-17")


class Worker:
    """A queue that works on each job, and each chunk that follows, as it is sent."""

    def __init__(self, desk: ClosingDesk) -> None:
        self._desk = desk

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: float = 0) -> None:
        """A job is delivered until it rests."""
        while (result := self._desk.deliver(message["job"])) is not None and result.state is JobState.WAITING:
            self._desk.work()


@pytest.fixture
def desk() -> ClosingDesk:
    """C-1, billed for March; it is the 17th."""
    made = ClosingDesk(MARCH)
    made.standing("C-1", start=MARCH)
    made.run(MARCH)
    made.at(TODAY)
    return made


def types(desk: ClosingDesk, *words: str) -> Result:
    """What a person types."""
    app = typer.Typer()
    book = Closing(desk.api, desk.tenant.currencies)
    app.callback()(lambda: None)
    closing.register(app, lambda: closing.Ports(book, desk.api, Worker(desk), desk.clock))
    return CliRunner().invoke(app, words)


def test_the_plan_is_shown_and_nothing_is_written(desk: ClosingDesk) -> None:
    """With its hash, as a table and as JSON; the same twice."""
    shown = types(desk, *COMMAND)
    assert shown.exit_code == 0, shown.output
    assert "Contract C-1, closed on 2026-03-17, billed until 2026-03-17" in shown.stdout
    said = json.loads(types(desk, *COMMAND, "--dry-run", "--output", "json").stdout)
    assert f"do exactly this with --plan {said['plan']}" in shown.stdout
    assert [(line["what"], line["becomes"].split(".")[0]) for line in said["lines"]] == [("Subscription", "ends on 2026-03-17")]
    assert (said["contract"], said["on"], said["stops"]) == ("C-1", "2026-03-17", [])
    assert desk.tenant.count("w365_job") == 0


def test_the_hash_does_it(desk: ClosingDesk) -> None:
    """The job answers when the contract has ended; with another hash nothing is asked for."""
    plan = json.loads(types(desk, *COMMAND, "--output", "json").stdout)["plan"]
    assert isinstance(types(desk, *COMMAND, "--plan", "0123456789ab").exception, Refused)
    assert desk.tenant.count("w365_job") == 0
    shown = types(desk, *COMMAND, "--plan", plan, "--reason", "Moved to another partner")
    assert (shown.exit_code, "Contract C-1 is closed as of 2026-03-17" in shown.stdout) == (0, True), shown.output
    assert desk.status_of("C-1") == "Ended"


def test_what_stops_it_is_shown_and_ends_1(desk: ClosingDesk) -> None:
    """A day before the contract, in the table and in JSON."""
    words = ("close", "C-1", "--on", "2026-02-17")
    shown = types(desk, *words)
    assert (shown.exit_code, "stops: Contract C-1 starts on 2026-03-01" in shown.stdout) == (1, True)
    said = types(desk, *words, "--output", "json")
    assert (said.exit_code, len(json.loads(said.stdout)["stops"])) == (1, 1)
