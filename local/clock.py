"""Clocks that stand where they are put: one that a sandbox moves, one that stands still."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from providers.sandbox_clock.clock import SandboxClock


class SimulatedClock(SandboxClock):
    """The clock of a local system, with the hand that moves it."""

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
