"""What a subscription is worth a month, on any day: its price per cycle less its discounts, per month.

A cycle of months is divided by them; a year has 52 weeks and 365 days. Amounts off a whole contract are not divided among its
subscriptions here: they stand in what the bridge explains. Everything is exact until it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from work365.periods import Frequency, Period, Unit
from work365.subscriptions.change_log import Timeline
from work365.subscriptions.counting import counted
from work365.subscriptions.state import State

if TYPE_CHECKING:
    from work365.contracts.contract import BillingContract
    from work365.money import Currency
    from work365.subscriptions.change_log import Subscription
    from work365.subscriptions.discount import Discount

_DAY = timedelta(days=1)
_IN_A_YEAR = {Unit.WEEK: 52, Unit.DAY: 365}
_YEAR_MONTHS, _HUNDRED = 12, 100


class Worth(NamedTuple):
    """A subscription on one day.

    Attributes:
        cycle: what a whole cycle of it costs, in major units.
        month: the same for a month.
        change: id of the change that made its state; None for none.
    """

    state: State
    terms: BillingContract
    discounts: tuple[Discount, ...]
    cycle: Fraction
    month: Fraction

    def with_seats(self, quantity: int) -> Fraction:
        """What a month of it would be worth with other seats at the same price per seat and the same discounts."""
        price = self.state.unit_price or 0
        state = State(quantity, self.state.unit_price, (Fraction(price) * quantity).as_integer_ratio(), None, None)
        return per_month(_discounted(state, self.discounts, self.terms), self.terms.frequency)


@dataclass(frozen=True, slots=True)
class Running:
    """A subscription on its contract, with whom it belongs to.

    Attributes:
        account, contract, name: as people know them.
        currency: what its prices are in.
    """

    account: str
    contract: str
    name: str
    currency: Currency
    subscription: Subscription
    terms: BillingContract
    service: Period = field(init=False)
    timeline: Timeline = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        one = self.subscription
        start = max(one.start, self.terms.start)
        ends = [end for end in (one.end, self.terms.end) if end is not None]
        object.__setattr__(self, "service", Period(start, max(start, min(ends, default=date.max))))
        object.__setattr__(self, "timeline", Timeline(one, counted(one.changes, self.terms)))

    def on(self, day: date) -> Worth:
        """What it is on a day; nothing outside its service."""
        state, terms = self.timeline.at(day), self.terms.on(day)
        if day not in self.service:
            state = state._replace(quantity=0, cost=(0, 1))
        discounts = tuple(one for one in self.subscription.discounts if _holds(one, day))
        cycle = _discounted(state, discounts, terms)
        return Worth(state, terms, discounts, cycle, per_month(cycle, terms.frequency))

    def turns(self, span: Period) -> list[date]:
        """The days of a span on which it may be worth something else than the day before."""
        days = {self.service.start, self.service.end, *(day for day, _ in self.timeline.within(span.start - _DAY, span.end))}
        for one in self.subscription.discounts:
            days |= {day for day in (one.start, one.end) if day is not None}
        days |= {one.effective for one in self.terms.amendments}
        days |= {one.since for one in self.terms.schedules if one.since is not None}
        return sorted(day for day in days if day in span)

    def served(self, span: Period) -> Fraction:
        """What the days of a span are worth: each day its share of the cycle that it lies in."""
        total, day = Fraction(0), span.start
        turns = [*self.turns(Period(span.start, span.end)), span.end]
        while day < span.end:
            worth = self.on(day)
            cycle = worth.terms.cadence.containing(day)
            until = min(cycle.end, next(turn for turn in turns if turn > day))
            total += worth.cycle * (until - day).days / cycle.days
            day = until
        return total


def _holds(discount: Discount, day: date) -> bool:
    return discount.within(Period(day, day + _DAY)) is not None


def _discounted(state: State, discounts: tuple[Discount, ...], terms: BillingContract) -> Fraction:
    """A whole cycle less its own discounts, then less the contract's percentage of the rest."""
    rest = Fraction(*state.cost)
    for one in discounts:
        rest -= min(one.per_cycle(state), rest)
    return rest * (1 - Fraction(terms.discount_percent) / _HUNDRED)


def per_month(cycle: Fraction, frequency: Frequency) -> Fraction:
    """What an amount of a billing cycle comes to a month."""
    if frequency.months is not None:
        return cycle / frequency.months
    return cycle * _IN_A_YEAR[frequency.unit] / (frequency.every * _YEAR_MONTHS)
