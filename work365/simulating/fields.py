"""What contracts and subscriptions of a scenario say alike: percentages, last days, how many discounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from work365.strict_json import day, number, optional, refuse

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


MOST_DISCOUNTS = 20
_HUNDRED = 100


def percent_of(value: object, path: str) -> Decimal:
    """A percentage from 0 to 100. Errors: BadInput."""
    percent = number(value, path)
    if percent > _HUNDRED:
        refuse(path, f"{percent} percent is not possible; use 0 to 100")
    return percent


def last_day(row: dict[str, Any], path: str, start: date) -> date | None:
    """The `end` of a row that starts on a day; None where it says none. Errors: BadInput for an end before the start."""
    end = optional(row, path, "end", day)
    if end is not None and end < start:
        refuse(f"{path}.end", f"it ends on {end}, before it starts on {start}; correct one of the two dates")
    return end
