"""Calendar months, each named by its first day."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.periods import Period, plus_months

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPED = re.compile(r"(\d{4})-(\d{2})")


def month_of(day: date) -> Period:
    """The calendar month that a day lies in."""
    first = day.replace(day=1)
    return Period(first, plus_months(first, 1))


def months(first: Period, last: Period) -> Iterator[Period]:
    """The months from one to another, both included; none when they are the wrong way round."""
    month = first
    while month.start <= last.start:
        yield month
        month = month_of(month.end)


def typed_month(text: str, path: str) -> Period:
    """The month that a person means by `2026-01`. Errors: BadInput."""
    found = _TYPED.fullmatch(text)
    try:
        return month_of(date(int(found.group(1)), int(found.group(2)), 1)) if found else _refuse(text, path)
    except ValueError:
        return _refuse(text, path)


def _refuse(text: str, path: str) -> Period:
    message = f"'{text}' is not a month; write it as 2026-01"
    raise BadInput(message, path)


def shown(month: Period) -> str:
    """The month as a person types it."""
    return f"{month.start:%Y-%m}"
