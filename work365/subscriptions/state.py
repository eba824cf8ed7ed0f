"""What a subscription is from some day on: its seats, and what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal


class State(NamedTuple):
    """What a subscription is from some day on.

    Attributes:
        unit_price: None when tiers or packages price it.
        cost: numerator and denominator of the price of the whole quantity for one whole cycle, in major units.
        change: the change that made it so; None before the first one.
        since: the day from which it holds; None before the first change.
        ended: the moment from which what was before is given back by the hour; None for by the day.
    """

    quantity: int
    unit_price: Decimal | None
    cost: tuple[int, int]
    change: str | None
    since: date | None
    ended: datetime | None = None
