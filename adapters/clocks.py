"""What time it is: the one clock of a deployment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from providers.sandbox_clock.clock import SandboxClock

if TYPE_CHECKING:
    from datetime import date

    from settings import Settings
    from work365.ports.platform import Clock


def clock_for(settings: Settings) -> Clock:
    """The time of this machine; in a sandbox, the time that its clock was moved to."""
    return SystemClock() if settings.test_clock is None else SandboxClock(settings.test_clock)


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  the one clock of a deployment

    def today(self, zone: str) -> date:
        """Today in a time zone."""
        return self.now().astimezone(ZoneInfo(zone)).date()
