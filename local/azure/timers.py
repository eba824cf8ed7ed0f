"""Timer triggers: when each is due, what is remembered between starts, and the thread that fires it.

The rules are those of the WebJobs schedule monitor: however many ticks were missed while the app was down, there is *one*
past-due call at start-up; a changed schedule is never past due; a failed tick is logged and the next one comes as planned. The
real host holds a blob lease so that only one instance fires; here there is one instance.

Source: azure-webjobs-sdk-extensions, ScheduleMonitor.CheckPastDueAsync and TimerListener.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from local.azure.engine import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.azure.engine import Result
    from local.azure.ncrontab import Schedule

log = logging.getLogger("local.azure.host")
LOOK_S: Final = 0.05  # the clock may be a simulated one that jumps
NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Status:
    """What is remembered about a timer: the last tick, the next one, and the moment that `next` was computed from."""

    last: datetime
    next: datetime
    updated: datetime

    def wire(self) -> dict[str, str]:
        """The shape that the host gives to the function and keeps in its status blob."""
        return {"Last": self.last.isoformat(), "Next": self.next.isoformat(), "LastUpdated": self.updated.isoformat()}

    @classmethod
    def read(cls, text: str) -> Status:
        """Read what `wire` wrote."""
        found = json.loads(text)
        return cls(*(datetime.fromisoformat(found[name]) for name in ("Last", "Next", "LastUpdated")))


def begin(schedule: Schedule, known: Status | None, now: datetime) -> tuple[Status, bool]:
    """The status at start-up, and whether the timer is past due.

    Shape: never seen before → not past due. Schedule changed since → not past due. Else past due if its next tick has gone by.
    """
    if known is None:
        return Status(NEVER, schedule.next_after(now), now), False
    expected = schedule.next_after(known.updated)
    if abs((known.next - expected).total_seconds()) >= 1:
        if now > expected:
            return Status(NEVER, schedule.next_after(now), now), False
        return Status(NEVER, expected, known.updated), False
    return known, now > known.next


def ticked(schedule: Schedule, status: Status, now: datetime) -> Status:
    """The status after a tick: the next one lies after now, so ticks that were slept through are not made up for."""
    base = max(now, status.next)
    return Status(now, schedule.next_after(base), base)


class TimerListener:
    """One timer function: a thread that looks at the clock every 50 ms of real time."""

    def __init__(
        self,
        function: str,
        schedule: Schedule,
        *,
        run: Callable[[Text], Result],
        clock: Callable[[], datetime],
        path: Path | None,
        run_on_startup: bool = False,
    ) -> None:
        self.function = function
        self._schedule = schedule
        self._run = run
        self._clock = clock
        self._path = path
        self._run_on_startup = run_on_startup
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"timer-{function}", daemon=True)
        known = Status.read(path.read_text()) if path is not None and path.exists() else None
        self.status, self._past_due = begin(schedule, known, clock())
        if known != self.status:
            self._save()

    def start(self) -> None:
        """Begin to watch the clock."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Fire no more; wait for a running tick."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    @property
    def due(self) -> bool:
        """A tick is due, or is running."""
        return self._past_due or self._run_on_startup or self._clock() >= self.status.next

    @property
    def ticks(self) -> tuple[datetime, datetime]:
        """The next tick and the one after it."""
        following = self.status.next
        return following, self._schedule.next_after(following)

    def fire(self) -> Result:
        """Call the function now, by hand: its schedule stays as it is."""
        return self._call(past_due=False)

    def _watch(self) -> None:
        while not self._stopping.is_set():
            if self.due:
                self._tick()
            self._stopping.wait(LOOK_S)

    def _tick(self) -> None:
        self._call(past_due=self._past_due)
        self.status = ticked(self._schedule, self.status, self._clock())
        self._save()
        self._past_due = self._run_on_startup = False

    def _call(self, *, past_due: bool) -> Result:
        info = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": self.status.wire(), "IsPastDue": past_due}
        return self._run(Text("json", json.dumps(info)))

    def _save(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self.status.wire()))
        fresh.replace(self._path)
