"""A clock that a demo can move: real time plus an offset kept in a file, so that every process of the local system agrees."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from pathlib import Path


class SimulatedClock:
    """Implements work365.ports.platform.Clock; `clock()` also works, for stand-ins that take a callable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = -1
        self._offset = timedelta()

    def now(self) -> datetime:
        """Simulated time: it passes as real time does, from wherever it was last set."""
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return datetime.now(UTC)  # noqa: TID251  the clock itself
        if changed != self._seen:
            self._offset = timedelta(seconds=float(self._path.read_text() or "0"))
            self._seen = changed
        return datetime.now(UTC) + self._offset  # noqa: TID251  the clock itself

    __call__ = now

    def today(self, zone: str) -> date:
        """The simulated date in a time zone."""
        return self.now().astimezone(ZoneInfo(zone)).date()

    def set(self, moment: datetime) -> None:
        """Move the clock; every process sees it at its next look. The file is replaced whole, so no one reads half a number."""
        offset = (moment - datetime.now(UTC)).total_seconds()  # noqa: TID251  the clock itself
        fresh = self._path.with_suffix(".new")
        fresh.write_text(repr(offset))
        fresh.replace(self._path)


class FixedClock:
    """A clock that stands still until it is set: for tests and benchmarks."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.moment

    __call__ = now

    def today(self, zone: str) -> date:
        """Its date in a time zone."""
        return self.moment.astimezone(ZoneInfo(zone)).date()
