"""How often somebody who has not signed in may ask: a bucket for each caller, refilled as time passes.

The buckets live in this process: with several instances a caller may ask as often of each. That is enough, because nothing hangs
on it: a token has 256 random bits, which no rate of guessing finds, and what a link does is done once however often it is asked
for. The limit keeps one caller from using up what the tenant and the gateway allow us. At most so many callers are remembered;
beyond that the one that was quiet for longest is forgotten, who then begins with a full bucket.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CALLERS_MAX = 10_000
GRACE_MS = 1
"""Whoever waits as long as was said goes on, although a clock is read with fractions."""
SITE_BITS = 64
"""One household or company has a whole /64 of IPv6 addresses. Source: RFC 6177."""


class Limit:
    """So many requests at once, and one more every so many seconds: each request keeps its caller busy for that time.

    Shape: `clock` counts seconds and never goes back.
    """

    def __init__(self, at_once: int, one_more_s: float, clock: Callable[[], float], *, callers: int = CALLERS_MAX) -> None:
        self._each_ms = round(one_more_s * 1000)
        self._most_ms = self._each_ms * at_once + GRACE_MS
        self._clock, self._callers = clock, callers
        self._busy_until_ms: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, caller: str) -> int:
        """Count a request of a caller; 0 when it may go on, else after how many seconds it may ask again."""
        now_ms = round(self._clock() * 1000)
        with self._lock:
            busy_until_ms = max(now_ms, self._busy_until_ms.pop(caller, now_ms))
            over_ms = busy_until_ms + self._each_ms - now_ms - self._most_ms
            self._busy_until_ms[caller] = busy_until_ms if over_ms > 0 else busy_until_ms + self._each_ms
            while len(self._busy_until_ms) > self._callers:
                self._busy_until_ms.popitem(last=False)
            return math.ceil(over_ms / 1000) if over_ms > 0 else 0

    def __len__(self) -> int:
        return len(self._busy_until_ms)


def caller(forwarded: str) -> str:
    """Who asks, by the header X-Forwarded-For: the last address, which the platform's own front end saw; "" where there is none.

    Source: learn.microsoft.com, App Service "Configure an ASP.NET Core app", "Detect HTTPS session": the front ends append the
    client's address to X-Forwarded-For, for IPv4 with its port; whatever stands before was sent by the caller and may be made up.
    """
    last = forwarded.rsplit(",", 1)[-1].strip()
    for text in (last, last.rsplit(":", 1)[0].strip("[]")):
        try:
            address = ip_address(text)
        except ValueError:
            continue
        if isinstance(address, IPv6Address):
            return str(ip_network((address, SITE_BITS), strict=False))
        return str(address)
    return ""
