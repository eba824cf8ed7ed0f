"""On which days a declined charge is tried again, as a person says it."""

from __future__ import annotations

from dataclasses import dataclass

from work365.errors import Refused

DAYS_MAX = 60
RETRIES_MAX = 8
NONE = "none"


@dataclass(frozen=True, slots=True)
class Plan:
    """After how many days a declined charge is tried again, one figure for each time; none at all means never."""

    days: tuple[int, ...] = ()


def read_plan(text: str) -> Plan:
    """A plan as a person types it: `3,5,7`, or `none`. Errors: Refused."""
    if text.strip() == NONE:
        return Plan()
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > RETRIES_MAX or not all(_is_days(part) for part in parts):
        message = f"is neither '{NONE}' nor up to {RETRIES_MAX} numbers of days from 1 to {DAYS_MAX}, as 3,5,7"
        raise Refused(message)
    return Plan(tuple(map(int, parts)))


def _is_days(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= DAYS_MAX
