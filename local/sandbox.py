"""A local system that runs, as whoever moves its clock: time passes timer by timer, and whatever that sets off is waited for.

Months are lived through, not jumped over: the clock stops at every tick of every timer that runs once a day or more rarely; one
that ticks more often runs once at each stop, as the platform makes one call of the ticks that were slept through.

Source: azure-webjobs-sdk-extensions, ScheduleMonitor.CheckPastDueAsync, for the missed ticks.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import requests

from local.roles import clock_of
from work365.errors import BadInput, Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.clock import SimulatedClock
    from local.roles import Addresses

SETTLE_TIMEOUT_S = 300.0
REQUEST_TIMEOUT_S = 120
POLL_S = 0.02
RARE = timedelta(hours=23)
"""Timers that wait longer than this between two ticks are stopped at."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer of the doors: when it ticks next, and when after that."""

    name: str
    next: datetime
    then: datetime

    @property
    def rare(self) -> bool:
        """It ticks once a day, or more rarely."""
        return self.then - self.next >= RARE


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of the time that passed: stops on the way, and functions that ended well or badly."""

    since: datetime
    until: datetime
    stops: int
    succeeded: int
    failed: int


class Sandbox:
    """A running local system and its clock."""

    def __init__(self, addresses: Addresses, clock: SimulatedClock) -> None:
        self._addresses = addresses
        self.clock = clock

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The system that runs in a folder. Errors: BadInput when none does."""
        try:
            addresses = json.loads((folder / "addresses.json").read_text())
            requests.get(f"{addresses['host_control']}/idle", timeout=REQUEST_TIMEOUT_S).raise_for_status()
        except (OSError, ValueError, KeyError):
            message = f"no local system runs in {folder}; start one there with `w365 local up --folder {folder}`"
            raise BadInput(message, "--folder") from None
        return cls(addresses, clock_of(folder.resolve()))

    def timers(self) -> list[Timer]:
        """Every timer of the doors, the next one first."""
        found = self.ask("GET", "host_control", "/timers")
        timers = (Timer(name, *map(datetime.fromisoformat, (at["next"], at["then"]))) for name, at in found.items())
        return sorted(timers, key=lambda one: (one.next, one.name))

    def jump(self, to: datetime) -> Lived:
        """Put the clock to a moment at once, and wait for what that sets off. Errors: Refused for a moment that is past."""
        return self._live(to, lambda _: None, stopping=False)

    def advance(self, to: datetime, say: Callable[[datetime], None] = lambda _: None) -> Lived:
        """Let time pass until a moment, stopping wherever something is due; `say` hears of each stop.

        Errors: Refused for a moment that is past; Unavailable when a stop does not come to rest.
        """
        return self._live(to, say, stopping=True)

    def _live(self, to: datetime, say: Callable[[datetime], None], *, stopping: bool) -> Lived:
        since = self.clock.now()
        if to < since:
            message = f"it is {since:%Y-%m-%d %H:%M} there already, and a clock only goes forward; start another system instead"
            raise Refused(message)
        good, bad = self._counts()
        stops = 0
        while stopping and (stop := self._next_stop()) is not None and stop <= to:
            say(stop)
            self.clock.set(stop)
            self.settle()
            stops += 1
        self.clock.set(max(to, self.clock.now()))
        self.settle()
        succeeded, failed = self._counts()
        return Lived(since, to, stops, succeeded - good, failed - bad)

    def _next_stop(self) -> datetime | None:
        return min((timer.next for timer in self.timers() if timer.rare), default=None)

    def _counts(self) -> tuple[int, int]:
        found = self.ask("GET", "host_control", "/counts").values()
        return sum(one["succeeded"] for one in found), sum(one["failed"] for one in found)

    def settle(self) -> None:
        """Wait until nothing is left to do: no webhook under way, no message on a queue, no function running.

        Errors: Unavailable when that takes longer than five minutes.
        """
        deadline = time.monotonic() + SETTLE_TIMEOUT_S
        quiet = 0
        while quiet < 2:
            sent = self.ask("POST", "dataverse", "/_local/drain")["drained"]
            idle = self.ask("GET", "host_control", "/idle")["idle"]
            quiet = quiet + 1 if sent and idle else 0
            if time.monotonic() > deadline:
                message = "the local system did not come to rest"
                raise Unavailable(message, system="local system")
            time.sleep(POLL_S)

    def ask(self, method: str, where: str, path: str, body: object = None) -> Any:  # noqa: ANN401  JSON
        """Ask a control surface of the system. Errors: requests' own, which no rule of ours explains."""
        answer = requests.request(method, f"{self._addresses[where]}{path}", json=body, timeout=REQUEST_TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()
