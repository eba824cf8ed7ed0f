"""Real time plus an offset that stands in a file, so that every process of a sandbox agrees on the moment. Only read here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from pathlib import Path


class SandboxClock:
    """Implements work365.ports.platform.Clock; `clock()` also works, for stand-ins that take a callable.

    Shape: the file holds seconds, as a decimal number; without a file it is now.
    """

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
