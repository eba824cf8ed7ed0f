"""Service protection: 429 for too many requests, too much time, or too many at once, per user in a sliding window of five
minutes.

Off unless switched on; the sentences and codes are Dataverse's. Source: Microsoft Learn, "Service protection API limits".
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.dataverse.errors import DataverseError

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW_S = 300.0
LENGTHENED_S = 5.0
"""How much longer Retry-After becomes with every refusal in a row; Dataverse says that it grows, not by how much."""
REQUESTS, TIME, CONCURRENCY = "requests", "time", "concurrency"


@dataclass(frozen=True, slots=True)
class Limits:
    """Per user and window; None is no limit. Dataverse's own are 6000 requests, 1200 s and 52 at once."""

    requests: int | None = None
    time_s: float | None = None
    concurrent: int | None = None


def throttled(kind: str, after_s: float, limits: Limits | None = None) -> DataverseError:
    """The 429 of one kind."""
    given = limits or Limits()
    count = 6000 if given.requests is None else given.requests
    milliseconds = 1_200_000 if given.time_s is None else int(given.time_s * 1000)
    most = 52 if given.concurrent is None else given.concurrent
    spent = (
        f"Combined execution time of incoming requests exceeded limit of {milliseconds:,}  milliseconds over time window of 300 "
        "seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later."
    )
    code, message = {
        REQUESTS: ("0x80072322", f"Number of requests exceeded the limit of {count} over time window of 300 seconds."),
        TIME: ("0x80072321", spent),
        CONCURRENCY: ("0x80072326", f"Number of concurrent requests exceeded the limit of {most}."),
    }[kind]
    return DataverseError(429, code, message, (("Retry-After", str(max(1, math.ceil(after_s)))),))


@dataclass(slots=True)
class _Use:
    """What one user did in the window: begin and length of each request, how many run now, how many were refused in a row."""

    past: deque[tuple[float, float]] = field(default_factory=deque)
    running: int = 0
    refused: int = 0

    def forget(self, at_s: float) -> None:
        while self.past and self.past[0][0] <= at_s - WINDOW_S:
            self.past.popleft()

    @property
    def spent_s(self) -> float:
        return sum(spent for _, spent in self.past)

    def free_s(self, at_s: float, over: float, weight: Callable[[float], float]) -> float:
        """How long until requests that weigh `over` together have left the window."""
        for begun, spent in self.past:
            over -= weight(spent)
            if over < 0:
                return begun + WINDOW_S - at_s
        return WINDOW_S


class Protection:
    """Counts each user's requests.

    Who carries on while he is refused is told to wait longer each time; what he may do depends on the window alone, so that
    parallel workers who obey get through.
    """

    def __init__(self) -> None:
        self.limits = Limits()
        self._lock = threading.Lock()
        self._users: defaultdict[str, _Use] = defaultdict(_Use)

    def enter(self, user: str, at_s: float) -> None:
        """A request begins. Errors: 429."""
        limits = self.limits
        with self._lock:
            use = self._users[user]
            use.forget(at_s)
            over = self._over(use, at_s)
            if over is not None:
                kind, after_s = over
                wait_s = after_s + use.refused * LENGTHENED_S
                use.refused += 1
                raise throttled(kind, wait_s, limits)
            use.refused = 0
            use.running += 1

    def _over(self, use: _Use, at_s: float) -> tuple[str, float] | None:
        """The limit that a user has reached, and how long until it is free again."""
        limits = self.limits
        if limits.concurrent is not None and use.running >= limits.concurrent:
            return CONCURRENCY, 1
        if limits.requests is not None and len(use.past) >= limits.requests:
            return REQUESTS, use.free_s(at_s, len(use.past) - limits.requests, lambda _: 1)
        if limits.time_s is not None and use.spent_s >= limits.time_s:
            return TIME, use.free_s(at_s, use.spent_s - limits.time_s, lambda spent: spent)
        return None

    def leave(self, user: str, at_s: float, spent_s: float) -> None:
        """A request ends."""
        with self._lock:
            use = self._users[user]
            use.running -= 1
            if self.limits != Limits():
                use.past.append((at_s, spent_s))

    def headers(self, user: str) -> tuple[tuple[str, str], ...]:
        """The debugging headers, for the limits that are on."""
        limits, found = self.limits, []
        with self._lock:
            use = self._users[user]
            if limits.requests is not None:
                found.append(("x-ms-ratelimit-burst-remaining-xrm-requests", str(max(0, limits.requests - len(use.past)))))
            if limits.time_s is not None:
                found.append(("x-ms-ratelimit-time-remaining-xrm-requests", f"{max(0.0, limits.time_s - use.spent_s):.2f}"))
        return tuple(found)
