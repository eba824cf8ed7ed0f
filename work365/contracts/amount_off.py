"""Amounts off a whole contract: so much per cycle, for some days or for good, never more than the cycle costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.periods import Period

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class AmountOff:
    """What is taken off a contract in each cycle.

    Attributes:
        id: names it among the discounts of the contract; part of the keys of its lines.
        amount: per whole cycle, in major units; for a part of a cycle its share by the contract's proration.
        start, end: first day, and first day after; None for no limit on that side.

    Errors: BadInput when it is negative or ends before it starts.
    """

    id: str
    name: str
    amount: Decimal
    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.amount < 0:
            message = f"discount '{self.name}' of {self.amount} would raise the price; use 0 or more"
            raise BadInput(message)
        if self.start is not None and self.end is not None and self.end < self.start:
            message = f"discount '{self.name}' ends on {self.end}, before it starts on {self.start}; correct one of the two dates"
            raise BadInput(message)

    def within(self, part: Period) -> Period | None:
        """The days of a part of a cycle on which it holds; None when there are none."""
        start = part.start if self.start is None else max(self.start, part.start)
        end = part.end if self.end is None else min(self.end, part.end)
        return Period(start, end) if start < end else None
