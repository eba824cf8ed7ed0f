"""A subscription that is priced in another currency than its contract, as the contract bills it.

A cycle is billed at one rate: the one that its first bill used, which stands on its lines. So a change that comes later takes
back what was charged at the rate at which it was charged, and a run on another day finds nothing to correct.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from work365.currencies.rates import converted_price
from work365.errors import BadInput
from work365.subscriptions.change_log import Change, Timeline, known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from work365.money import Currency
    from work365.periods import Cycles
    from work365.subscriptions.change_log import Subscription


@dataclass(frozen=True, slots=True)
class Conversion:
    """The rates of one subscription.

    Attributes:
        currency: that its price is in.
        rate: of the day of the bill, for cycles that nothing has billed.
        kept: rates that lines of a cycle carry already, by the first day of the cycle.
    """

    currency: Currency
    rate: Decimal
    kept: Mapping[date, Decimal] = field(default_factory=dict)

    def at(self, cycle_start: date) -> Decimal:
        """The rate of a cycle."""
        return self.kept.get(cycle_start, self.rate)


def in_contract_currency(subscription: Subscription, conversion: Conversion, cadence: Cycles, *, as_of: date) -> Subscription:
    """The same subscription with its prices in the contract's currency; where the rate of a cycle is another, so is its price.

    Errors: BadInput for tiers and packages, whose prices are not converted.
    """
    if subscription.pricing is not None:
        message = (
            f"subscription {subscription.id} is priced by tiers or packages in {conversion.currency}, which are not converted; "
            "price it in the contract's currency"
        )
        raise BadInput(message)

    def price(foreign: Decimal | None, on: date) -> Decimal:
        own = subscription.unit_price if foreign is None else foreign
        return converted_price(own, conversion.at(cadence.containing(on).start))

    timeline = Timeline(subscription, known(subscription.changes, as_of))
    changes = [
        replace(change, unit_price=price(timeline.at(change.effective).unit_price, change.effective))
        for change in subscription.changes
    ]
    taken = {change.effective for change in known(subscription.changes, as_of)}
    for start in _turns(conversion, cadence):
        state = timeline.at(start)
        if start not in taken and state.since is not None and state.since < start:
            changes.append(Change("", start, state.quantity, unit_price=price(state.unit_price, start), settled=True))
    return replace(subscription, unit_price=price(None, subscription.start), changes=tuple(changes))


def _turns(conversion: Conversion, cadence: Cycles) -> Iterable[date]:
    """The first days of cycles from which another rate may hold: those with a rate of their own, and those after them."""
    return sorted({day for start in conversion.kept for day in (start, cadence.containing(start).end)})
