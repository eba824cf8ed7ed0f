"""Time that passes in a sandbox: every due tick happens, once and in order, and the clock waits for what it set off."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import local_clock
from local.azure.account import DEVELOPMENT
from local.azure.host import Host
from local.azure.queues import QueueService
from local.dataverse.app import DataverseApp
from local.http import Server
from local.roles import clock_of, host_control
from local.sandbox import Sandbox
from work365.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEGIN = datetime(2028, 2, 27, 1, tzinfo=UTC)
APP = """
import os, time
import azure.functions as func
from pathlib import Path
from providers.sandbox_clock.clock import SandboxClock

app = func.FunctionApp()
here = Path(__file__).parent
clock = SandboxClock(here.parent / "clock")

def note(word):
    with (here.parent / "ticks.txt").open("a") as ticks:
        ticks.write(f"{word} {clock.now():%Y-%m-%d %H:%M}\\n")

@app.timer_trigger(arg_name="timer", schedule="0 15 2 * * *")
def nightly(timer: func.TimerRequest) -> None:
    note("nightly begins")
    time.sleep(0.05)
    note("nightly ends")

@app.timer_trigger(arg_name="timer", schedule="0 5 * * * *")
def hourly(timer: func.TimerRequest) -> None:
    note("hourly")

@app.timer_trigger(arg_name="timer", schedule="0 30 6 1 * *")
def monthly(timer: func.TimerRequest) -> None:
    note("monthly")
    raise RuntimeError("the first of the month is a holiday")
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Iterator[Path]:
    """A running host with a nightly, an hourly and a monthly timer, of which the last one fails."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "function_app.py").write_text(APP)
    (tmp_path / "app" / "host.json").write_text('{"version": "2.0"}')
    clock = clock_of(tmp_path)
    clock.set(BEGIN)
    tenant = DataverseApp(clock=clock, any_token=True, deliver=lambda _webhook: 202)
    with Server(QueueService()) as queues:
        connection = DEVELOPMENT.connection_string(queues.url)
        host = Host(tmp_path / "app", queues_connection=connection, clock=clock, longest_poll_s=0.1)
        with host, Server(host_control(host)) as control, Server(tenant) as dataverse:
            addresses = {"host_control": control.url, "dataverse": dataverse.url}
            (tmp_path / "addresses.json").write_text(json.dumps(addresses))
            yield tmp_path


def ticks(folder: Path, word: str) -> list[str]:
    """When a timer's function ran."""
    told = (folder / "ticks.txt").read_text().splitlines() if (folder / "ticks.txt").exists() else []
    return [line.removeprefix(f"{word} ") for line in told if line.startswith(word)]


def test_each_night_happens_once_and_in_order(folder: Path) -> None:
    """Three nights over a leap day and the first of a month; each is over before the next one begins."""
    seen: list[datetime] = []
    lived = Sandbox.of(folder).advance(datetime(2028, 3, 1, 7, tzinfo=UTC), seen.append)
    nights = ["2028-02-27 02:15", "2028-02-28 02:15", "2028-02-29 02:15", "2028-03-01 02:15"]
    assert ticks(folder, "nightly begins") == nights
    assert [f"{stop:%Y-%m-%d %H:%M}" for stop in seen] == [*nights, "2028-03-01 06:30"]
    told = (folder / "ticks.txt").read_text().splitlines()
    of_nights = [line.split()[1] for line in told if line.startswith("nightly")]
    assert of_nights == ["begins", "ends"] * 4
    assert ticks(folder, "monthly") == ["2028-03-01 06:30"]
    assert (lived.stops, lived.failed) == (5, 1)


def test_what_ticks_more_often_runs_once_at_each_stop(folder: Path) -> None:
    """Twenty-four ticks of an hourly timer that were slept through are one call, as on the platform."""
    Sandbox.of(folder).advance(BEGIN + timedelta(days=2))
    assert ticks(folder, "hourly") == ["2028-02-27 02:15", "2028-02-28 02:15", "2028-02-29 01:00"]


def test_a_jump_stops_nowhere(folder: Path) -> None:
    """A year later each timer has run once."""
    lived = Sandbox.of(folder).jump(datetime(2029, 3, 1, 7, tzinfo=UTC))
    assert (lived.stops, ticks(folder, "nightly ends")) == (0, ["2029-03-01 07:00"])


def test_a_clock_only_goes_forward(folder: Path) -> None:
    """Rows have been stamped with later days."""
    with pytest.raises(Refused, match="it is 2028-02-27 01:00 there already"):
        Sandbox.of(folder).advance(BEGIN - timedelta(days=1))


def run(*arguments: str) -> tuple[int, str]:
    """A command of `w365 local clock`. Errors: what it raised."""
    app = typer.Typer()
    app.callback()(lambda: None)
    local_clock.add_clock(app)
    result = CliRunner().invoke(app, ["clock", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def test_a_person_moves_the_clock(folder: Path) -> None:
    """Show, a month further with a failure on the way (1), a jump, and JSON for programs."""
    where = ("--folder", str(folder))
    assert run("show", *where)[1].splitlines() == [
        "It is 2028-02-27 01:00 UTC.",
        "hourly           2028-02-27 01:05",
        "nightly          2028-02-27 02:15",
        "monthly          2028-03-01 06:30",
    ]
    code, said = run("advance", *where, "--days", "4", "--output", "json")
    lived = json.loads(said)
    assert (code, lived["stops"], lived["failed"]) == (1, 5, 1)
    assert lived["until"].startswith("2028-03-02T01:00")
    assert run("set", "2028-03-15T12:00", *where)[0] == 0
    assert json.loads(run("show", *where, "--output", "json")[1])["now"].startswith("2028-03-15T12:00")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("advance",), "say how far: one of --to DAY"),
        (("advance", "--days", "1", "--months", "1"), "say how far"),
        (("advance", "--to", "tomorrow"), "'tomorrow' is no moment"),
        (("set", "2028-13-01"), "'2028-13-01' is no moment"),
    ],
)
def test_what_is_no_moment_is_refused(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    """In a sentence; the clock stays where it is."""
    with pytest.raises(BadInput, match=words):
        run(*arguments, "--folder", str(folder))
    assert ticks(folder, "nightly") == []


def test_where_nothing_runs_no_clock_is_moved(tmp_path: Path) -> None:
    """A folder without a system, and one whose system has stopped."""
    with pytest.raises(BadInput, match="no local system runs in"):
        run("show", "--folder", str(tmp_path))
    (tmp_path / "addresses.json").write_text('{"host_control": "http://127.0.0.1:9"}')
    with pytest.raises(BadInput, match="start one there with `w365 local up"):
        run("show", "--folder", str(tmp_path))
