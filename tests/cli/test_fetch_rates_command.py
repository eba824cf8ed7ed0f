"""`w365 import ecb-rates`: the timer's work by hand, a look before it, and what it says when nothing is due."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli.fetching_rates import Ports, attach
from local.desks.fetching import CODES, FetchingDesk
from local.ecb.app import DAILY, RECENT, Trouble
from work365.errors import Unavailable

if TYPE_CHECKING:
    from typer.testing import Result


@pytest.fixture
def desk() -> FetchingDesk:
    """An empty book, an hour after the bank has published."""
    return FetchingDesk(datetime(2026, 11, 26, 16, tzinfo=UTC))


def run(desk: FetchingDesk, *arguments: str) -> Result:
    """The command."""
    app, group = typer.Typer(), typer.Typer()
    group.callback()(lambda: None)
    attach(group, lambda: Ports(desk.source, desk.book, CODES, desk.clock.now()))
    app.add_typer(group, name="import")
    return CliRunner().invoke(app, ["import", "ecb-rates", *arguments])


def test_what_is_due_and_then_nothing(desk: FetchingDesk) -> None:
    """The first look brings 64 days in two currencies; the second asks nobody."""
    first = run(desk, "--output", "json")
    assert (first.exit_code, json.loads(first.stdout)["new"], desk.ecb.asked) == (0, 128, [RECENT])
    again = run(desk, "--output", "json")
    assert (again.exit_code, json.loads(again.stdout)["rows"], desk.ecb.asked) == (0, 0, [RECENT])
    assert "Everything that should be published is here" in again.stderr


def test_a_plan_is_done_as_it_was_shown(desk: FetchingDesk) -> None:
    """A dry run writes nothing; its hash is refused when the day has moved on."""
    shown = run(desk, "--dry-run", "--output", "json")
    plan = json.loads(shown.stdout)["plan"]
    assert desk.rows() == {}
    assert run(desk, "--plan", plan).exit_code == 0
    assert len(desk.rows()) == 128
    desk.clock.moment = datetime(2026, 11, 27, 16, tzinfo=UTC)
    assert run(desk, "--plan", plan).exit_code != 0
    assert len(desk.rows()) == 128


def test_all_of_ninety_days_is_asked_for_by_name(desk: FetchingDesk) -> None:
    """Whatever is due; rates that are there are counted."""
    run(desk)
    result = run(desk, "--history")
    assert (result.exit_code, desk.ecb.asked) == (0, [RECENT, RECENT])
    assert "rates that were there" in result.stdout


def test_late_and_absent_banks(desk: FetchingDesk) -> None:
    """A day that is late is named; a bank that is away is an error of its own."""
    run(desk)
    desk.clock.moment = datetime(2026, 11, 27, 16, tzinfo=UTC)
    desk.ecb.troubles = [Trouble.STALE, Trouble.AWAY]
    assert "The rates of 2026-11-27 are not published yet." in run(desk).stderr
    assert isinstance(run(desk).exception, Unavailable)
    assert desk.ecb.asked[1:] == [DAILY, DAILY]
