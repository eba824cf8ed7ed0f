"""Service protection: 429 for too many requests, too much time, or too many at once, per user in a sliding window of five
minutes.

Off unless switched on; the sentences and codes are Dataverse's. Source: Microsoft Learn, "Service protection API limits".
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict, deque
from dataclasses import dataclass

from local.dataverse.errors import DataverseError

WINDOW_S = 300.0
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


class Protection:
    """Counts each user's requests."""

    def __init__(self) -> None:
        self.limits = Limits()
        self._lock = threading.Lock()
        self._past: defaultdict[str, deque[tuple[float, float]]] = defaultdict(deque)
        self._now: defaultdict[str, int] = defaultdict(int)

    def enter(self, user: str, at_s: float) -> None:
        """A request begins. Errors: 429."""
        limits = self.limits
        with self._lock:
            past = self._past[user]
            while past and past[0][0] <= at_s - WINDOW_S:
                past.popleft()
            until_s = past[0][0] + WINDOW_S - at_s if past else WINDOW_S
            if limits.concurrent is not None and self._now[user] >= limits.concurrent:
                raise throttled(CONCURRENCY, 1, limits)
            if limits.requests is not None and len(past) >= limits.requests:
                raise throttled(REQUESTS, until_s, limits)
            if limits.time_s is not None and sum(spent for _, spent in past) >= limits.time_s:
                raise throttled(TIME, until_s, limits)
            self._now[user] += 1

    def leave(self, user: str, at_s: float, spent_s: float) -> None:
        """A request ends."""
        with self._lock:
            self._now[user] -= 1
            if self.limits != Limits():
                self._past[user].append((at_s, spent_s))

    def headers(self, user: str) -> tuple[tuple[str, str], ...]:
        """The debugging headers, when limits are on."""
        limits = self.limits
        if limits.requests is None:
            return ()
        with self._lock:
            past = self._past[user]
            left_s = (limits.time_s or 1200) - sum(spent for _, spent in past)
            return (
                ("x-ms-ratelimit-burst-remaining-xrm-requests", str(max(0, limits.requests - len(past)))),
                ("x-ms-ratelimit-time-remaining-xrm-requests", f"{max(0.0, left_s):.2f}"),
            )
