"""Timers: past due once, a changed schedule never, ticks that were slept through are not made up for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from local.azure.engine import Result, Text
from local.azure.ncrontab import Schedule
from local.azure.timers import NEVER, Status, TimerListener, begin, ticked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.local.azure.conftest import StillClock

NIGHTLY = Schedule.parse("0 15 2 * * *")
EARLIER = Schedule.parse("0 15 1 * * *")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_new_timer_is_not_past_due() -> None:
    """A timer that was never seen waits for its next tick."""
    status, past_due = begin(NIGHTLY, None, at("2026-03-01 12:00:00"))
    assert (status.last, status.next, past_due) == (NEVER, at("2026-03-02 02:15:00"), False)


def test_many_missed_ticks_are_one_call() -> None:
    """Down for ten days: past due once, and the next tick is tomorrow's."""
    known = Status(NEVER, at("2026-03-02 02:15:00"), at("2026-03-01 12:00:00"))
    now = at("2026-03-12 12:00:00")
    status, past_due = begin(NIGHTLY, known, now)
    assert (status, past_due) == (known, True)
    after = ticked(NIGHTLY, status, now)
    assert after == Status(now, at("2026-03-13 02:15:00"), now)
    assert begin(NIGHTLY, after, now + timedelta(hours=1)) == (after, False)


def test_a_changed_schedule_is_never_past_due() -> None:
    """The schedule moved while the app was down: the old tick is forgotten, even though it has gone by."""
    known = Status(at("2026-03-01 02:15:00"), at("2026-03-02 02:15:00"), at("2026-03-01 02:15:00"))
    status, past_due = begin(EARLIER, known, at("2026-03-12 12:00:00"))
    assert (status.next, past_due) == (at("2026-03-13 01:15:00"), False)
    soon, past_due = begin(EARLIER, known, at("2026-03-01 20:00:00"))
    assert (soon.next, past_due) == (at("2026-03-02 01:15:00"), False)


def test_a_tick_that_came_early_does_not_come_twice() -> None:
    """A clock that lags behind the tick it fired still moves on to the following one."""
    status = Status(NEVER, at("2026-03-02 02:15:00"), at("2026-03-01 12:00:00"))
    assert ticked(NIGHTLY, status, at("2026-03-02 02:14:59")).next == at("2026-03-03 02:15:00")


def test_status_survives_its_wire_form() -> None:
    """What is written is what is read."""
    status = Status(NEVER, at("2026-03-02 02:15:00"), at("2026-03-01 12:00:00.123456"))
    assert Status.read(json.dumps(status.wire())) == status


class Ticks:
    """Records what a timer function is given."""

    def __init__(self, *, ok: bool = True) -> None:
        self.past_due: list[bool] = []
        self._ok = ok

    def __call__(self, info: Text) -> Result:
        self.past_due.append(json.loads(info.value)["IsPastDue"])
        return Result(ok=self._ok)


def run(ticks: Ticks, clock: StillClock, path: Path | None, wait: Callable[[Callable[[], bool]], None], count: int) -> None:
    """Let a listener run until it has fired so often, then stop it."""
    listener = TimerListener("nightly", NIGHTLY, run=ticks, clock=clock, path=path)
    listener.start()
    wait(lambda: len(ticks.past_due) == count and not listener.due)
    listener.stop(5)


def test_past_due_is_told_once_across_restarts(
    tmp_path: Path, still: StillClock, wait: Callable[[Callable[[], bool]], None]
) -> None:
    """Start, stop, sleep through a week, start: one call that says past due; start again: none."""
    path = tmp_path / "nightly.json"
    ticks = Ticks()
    run(ticks, still, path, wait, 0)
    still.moment += timedelta(days=7)
    run(ticks, still, path, wait, 1)
    run(ticks, still, path, wait, 1)
    assert ticks.past_due == [True]


def test_a_jump_while_running_fires_once(still: StillClock, wait: Callable[[Callable[[], bool]], None]) -> None:
    """The clock jumps over three ticks: one call, not past due, for the app was up."""
    ticks = Ticks()
    listener = TimerListener("nightly", NIGHTLY, run=ticks, clock=still, path=None)
    listener.start()
    still.moment += timedelta(days=3)
    wait(lambda: not listener.due)
    listener.stop(5)
    assert ticks.past_due == [False]
    assert listener.status.next == at("2026-03-06 02:15:00")


def test_a_failed_tick_is_swallowed(still: StillClock, wait: Callable[[Callable[[], bool]], None]) -> None:
    """A tick that fails is not repeated; the next one comes as planned."""
    ticks = Ticks(ok=False)
    listener = TimerListener("nightly", NIGHTLY, run=ticks, clock=still, path=None)
    listener.start()
    for count in (1, 2):
        still.moment += timedelta(days=1)
        wait(lambda expected=count: len(ticks.past_due) == expected and not listener.due)  # type: ignore[misc]  # bound now
    listener.stop(5)
    assert ticks.past_due == [False, False]
