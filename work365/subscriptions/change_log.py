"""A subscription is its change log: rows of absolute quantities, each with the day it takes effect and the day we learned of it.

Rows are never edited. Several rows for one day: the one recorded last counts, among those recorded on one day the one listed
last; rows for different days do not touch each other, so the order in which they were recorded does not matter.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.subscriptions.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from work365.contracts.amendment import Schedule
    from work365.crediting.policy import RefundRule
    from work365.pricing import Pricing
    from work365.subscriptions.discount import Discount


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a reduction gives back of the cycle that it falls into, where that is not the days that are left.

    Attributes:
        asked: when it was asked for, in the contract's zone; on the day of the change it is the moment from which hours count.
    """

    rule: RefundRule
    asked: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the ledger.

    Attributes:
        quantity: seats after the change; 0 pauses.
        recorded: the day we learned of it, in the contract's zone; None means `effective`.
        unit_price: price per seat and cycle after the change; None leaves the price as it was.
        pricing: the tiers or packages that price it from then on; None leaves the price as it was.
        settled: an earlier bill has taken it into account, so it is known whatever `recorded` says.
        given: what fewer seats give back; None for the days that are left.
    """

    id: str
    effective: date
    quantity: int
    recorded: date | None = None
    unit_price: Decimal | None = None
    settled: bool = False
    pricing: Pricing | None = None
    given: GivenBack | None = None

    @property
    def known_on(self) -> date:
        """The day from which runs see it."""
        return self.recorded or self.effective


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription on a contract.

    Attributes:
        end: first day without service, when that was known from the start; a cancellation is a change to quantity 0.
        unit_price: per seat and cycle that it is billed in, until a change says otherwise.
        pricing: instead of a price per seat, until a change says otherwise; it then wins over every unit price.
        discounts: what is taken off, each in lines of its own; each id once.
        schedules: its own cycles on a contract by item, from days on; none for the contract's.
        changes: in the order in which they were listed. With bounded history the first one is the state on `open_from`.

    Errors: BadInput when it ends before it starts.
    """

    id: str
    start: date
    unit_price: Decimal = Decimal(0)
    changes: tuple[Change, ...] = ()
    end: date | None = None
    pricing: Pricing | None = None
    discounts: tuple[Discount, ...] = ()
    schedules: tuple[Schedule, ...] = ()

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            message = f"subscription {self.id} ends on {self.end}, before it starts on {self.start}; correct one of the two dates"
            raise BadInput(message)


class Timeline:
    """The states of one subscription that are known to a run, in order of their days."""

    __slots__ = ("_days", "_states")

    def __init__(self, subscription: Subscription, changes: Sequence[Change]) -> None:
        pricing = subscription.pricing
        price = subscription.unit_price
        before = State(0, None if pricing else price, (0, 1), None, None)
        self._days: list[date] = []
        self._states = [before]
        for change in winners(changes):
            price = price if change.unit_price is None else change.unit_price
            repriced, pricing = change.pricing is not None, change.pricing or pricing
            quantity, unit_price = change.quantity, None if pricing else price
            if repriced or quantity != before.quantity or unit_price != before.unit_price:
                ended = None if change.given is None else change.given.asked
                before = State(quantity, unit_price, _cost(quantity, price, pricing), change.id, change.effective, ended)
                self._days.append(change.effective)
                self._states.append(before)

    def at(self, day: date) -> State:
        """The state on a day."""
        return self._states[bisect_right(self._days, day)]

    def within(self, start: date, end: date) -> list[tuple[date, State]]:
        """The days after `start` and before `end` on which the state changes, with the states from then on."""
        if not self._days or self._days[-1] <= start:
            return []
        first, last = bisect_right(self._days, start), bisect_left(self._days, end)
        return [(self._days[index], self._states[index + 1]) for index in range(first, last)]


def known(changes: Sequence[Change], seen_to: date) -> list[Change]:
    """The changes that a run sees: those that were recorded by its day, and those that earlier bills knew."""
    return [change for change in changes if change.settled or (change.recorded or change.effective) <= seen_to]


def with_discounts_known(subscriptions: Sequence[Subscription], seen_to: date) -> Sequence[Subscription]:
    """The subscriptions with the discounts that a run sees."""
    if all(off.recorded is None for one in subscriptions for off in one.discounts):
        return subscriptions
    return [
        replace(one, discounts=tuple(off for off in one.discounts if off.recorded is None or off.recorded <= seen_to))
        for one in subscriptions
    ]


def winners(changes: Sequence[Change]) -> list[Change]:
    """The changes that count, in the order of their days: for each day the one recorded last."""
    winners: list[Change] = []
    for change in in_order(changes) if len(changes) > 1 else changes:
        if winners and winners[-1].effective == change.effective:
            winners.pop()
        winners.append(change)
    return winners


def in_order(changes: Iterable[Change]) -> list[Change]:
    """The changes day by day, those of one day as they were recorded."""
    return sorted(changes, key=_order)


def _order(change: Change) -> tuple[date, date]:
    return change.effective, change.recorded or change.effective


def _cost(quantity: int, price: Decimal, pricing: Pricing | None) -> tuple[int, int]:
    if pricing is not None:
        return pricing.cost(quantity)
    numerator, denominator = price.as_integer_ratio()
    return quantity * numerator, denominator
