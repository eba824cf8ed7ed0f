"""Discounts of one subscription: a percentage, or an amount per seat and cycle, for some days or for good.

A promotion ends by itself because its discount has an end: from that day on the price is what it was. What is taken off follows
the days and seats that are charged, through every later change of either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.periods import Period

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.subscriptions.state import State

_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Discount:
    """What is taken off the price of a subscription.

    Attributes:
        id: names it among the discounts of its subscription; part of the keys of its lines.
        name: printed, e.g. "Promotion Spring".
        percent: 0 to 100, of what is charged. None for an amount.
        amount: per seat and whole cycle of the contract, in major units; never more than the price. None for a percentage.
        start, end: first day, and first day after; None for no limit on that side.
        recorded: the day from which the simulator's runs see it; None for all of them. The monthly run sees what there is.

    Errors: BadInput when it is neither a percentage nor an amount, or ends before it starts.
    """

    id: str
    name: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    start: date | None = None
    end: date | None = None
    recorded: date | None = None

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.amount is None):
            message = f"discount '{self.name}' needs a percentage or an amount per seat, one of the two"
            raise BadInput(message)
        if self.percent is not None and not 0 <= self.percent <= _HUNDRED:
            message = f"discount '{self.name}' of {self.percent} percent is not possible; use 0 to 100"
            raise BadInput(message)
        if self.amount is not None and self.amount < 0:
            message = f"discount '{self.name}' of {self.amount} per seat would raise the price; use 0 or more"
            raise BadInput(message)
        if self.start is not None and self.end is not None and self.end < self.start:
            message = f"discount '{self.name}' ends on {self.end}, before it starts on {self.start}; correct one of the two dates"
            raise BadInput(message)

    @property
    def called(self) -> str:
        """Its name with its percentage, unless the name says it already: `Promotion Spring 10 %`."""
        if self.percent is None:
            return self.name
        percent = f"{self.percent.normalize():f}"
        said = re.search(rf"(?<![\d.,]){re.escape(percent)}\s?%", self.name)
        return self.name if said else f"{self.name} {percent} %"

    def within(self, part: Period) -> Period | None:
        """The days of a part of a cycle on which it holds; None when there are none."""
        start = part.start if self.start is None else max(self.start, part.start)
        end = part.end if self.end is None else min(self.end, part.end)
        return Period(start, end) if start < end else None

    def per_cycle(self, state: State) -> Fraction:
        """What it takes off one whole cycle of a state, in major units; at most what the state costs."""
        cost = Fraction(*state.cost)
        if self.percent is not None:
            return cost * Fraction(self.percent) / _HUNDRED
        return min(cost, Fraction(self.amount or 0) * state.quantity)
