"""How long to wait before a read is sent again: what they ask for, else a growing pause with jitter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from work365.errors import External, Throttled

if TYPE_CHECKING:
    from collections.abc import Mapping

THROTTLED_DEFAULT_S = 30.0
THROTTLED_LIMIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how long a read may be repeated.

    Attributes:
        attempts: requests in all, the first included.
        first_s, longest_s: the pause doubles from the one to the other.
        total_s: no further attempt once waiting and requests together would exceed this.
    """

    attempts: int = 4
    first_s: float = 0.5
    longest_s: float = 20.0
    total_s: float = 90.0


NO_RETRIES = Retries(attempts=1)


def pause_s(retries: Retries, attempt: int, error: External, jitter: float) -> float:
    """The pause after the failed attempt number `attempt` (from 1).

    Shape: jitter in [0, 1). A throttled read waits at least as long as it was told to; others wait between half and all of the
           doubling pause, so that workers which failed together do not come back together.
    """
    step = min(retries.first_s * float(2 ** (attempt - 1)), retries.longest_s)
    if isinstance(error, Throttled):
        return error.after_s + step * jitter
    return step * (1 + jitter) / 2


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """What a `Retry-After` header asks for, or None without one that can be read.

    Shape:  seconds, or an HTTP date that is compared with the answer's own `Date` (their clock), else with `now_s`.
    Units:  seconds, between 0 and an hour.
    Source: RFC 9110 section 10.2.3.
    """
    text = headers.get("retry-after", "").strip()
    wait = _seconds(text)
    if wait is None:
        moment = _moment(text)
        if moment is None:
            return None
        sent = _moment(headers.get("date", ""))
        wait = moment - (now_s if sent is None else sent)
    return min(max(wait, 0.0), THROTTLED_LIMIT_S)


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
