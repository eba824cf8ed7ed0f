"""Limits per company: 10 requests in any second, 500 in any minute.

Source: developer.intuit.com, "Limits and throttles".
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from local.quickbooks.faults import throttled

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """How many requests a company answers."""

    per_second: int = 10
    per_minute: int = 500


class Throttle:
    """Counts the requests of every company."""

    def __init__(self, limits: Limits | None) -> None:
        self._limits = limits
        self._seen: dict[str, deque[datetime]] = {}

    def count(self, realm: str, now: datetime) -> None:
        """Let one request pass. Errors: Refusal 3001 with status 429."""
        if self._limits is None:
            return
        seen = self._seen.setdefault(realm, deque())
        while seen and now - seen[0] >= timedelta(minutes=1):
            seen.popleft()
        in_second = sum(1 for moment in seen if now - moment < timedelta(seconds=1))
        if len(seen) >= self._limits.per_minute or in_second >= self._limits.per_second:
            raise throttled()
        seen.append(now)
