"""Days as explanations say them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from work365.documents.formats import Plain

if TYPE_CHECKING:
    from datetime import date

    from work365.explaining.subject import LineBehind

_PLAIN = Plain()


def said_days(line: LineBehind) -> str:
    """The days of a line, both ends included: `1 January 2026 to 31 January 2026`."""
    first, last = line.period.start, line.period.end - timedelta(days=1)
    return said_day(first) if first >= last else f"{said_day(first)} to {said_day(last)}"


def said_day(day: date) -> str:
    """A day: `1 January 2026`."""
    return _PLAIN.day(day)
