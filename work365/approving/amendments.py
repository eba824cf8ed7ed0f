"""An amendment of a contract as an approver is shown it: what changes, and what that makes of its prices.

Amounts are seats times prices before discounts, each subscription's cycles made months. What changes no price has no size and
waits for nobody: another bill day, another payer, a year that costs twelve months.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.approving.matters import Matter
from work365.approving.request import Request, Whose
from work365.approving.thresholds import Size
from work365.invoicing.rounds import terms_of
from work365.money import rounded
from work365.revenue.recurring import per_month
from work365.subscriptions.change_log import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from work365.amending.amended import Amended
    from work365.amending.listing import Relisted
    from work365.money import Currency
    from work365.periods import Frequency
    from work365.ports.amending import Amending, NewPrice
    from work365.subscriptions.change_log import Subscription

HUNDRED = 100


@dataclass(frozen=True, slots=True)
class _Price:
    """What some seats cost: each of them per cycle, None where tiers or packages say it; all of them, and each, a month."""

    unit: Decimal | None
    month: Fraction
    each: Fraction | None

    def __str__(self) -> str:
        return "by tiers" if self.unit is None else f"{self.unit.normalize():f}"


@dataclass(frozen=True, slots=True)
class _Moved:
    """A subscription whose price an amendment changes on a day."""

    called: str
    on: date
    seats: int
    before: _Price
    after: _Price
    currency: Currency

    @property
    def change(self) -> Fraction | None:
        """Of the price a month, in percent of the one before; None where one of the two is not known, or there was none."""
        before, after = self.before.each, self.after.each
        return (after - before) / before * HUNDRED if before and after is not None else None


def whose_contract(change: Amending) -> Whose:
    """Whose settings count for an amendment: those of the contract's customer."""
    return Whose(change.place.account, change.place.entity)


def of_amendment(change: Amending) -> Request:
    """The request that an amendment is."""
    amended = change.amended
    moved = [*(_repriced(one, amended) for one in change.repriced), *(_relisted(one, amended) for one in change.relisted)]
    facts = {
        "contract": change.place.contract.id,
        "from": amended.on.isoformat(),
        "change": amended.words,
        "reason": amended.wish.reason.strip(),
        **{one.called: f"{one.seats} seats at {one.after} instead of {one.before} per cycle from {one.on} on" for one in moved},
    }
    sizes = (*_monthly(moved), *_falls(moved), *(() if change.offer is None else _listed(moved)))
    return Request(f"Contract {change.place.number} amended from {amended.on} on: {amended.words}", sizes, facts)


def _monthly(moved: Sequence[_Moved]) -> Iterator[Size]:
    """What all of it adds or takes away a month, in each currency."""
    sums: dict[Currency, Fraction] = defaultdict(Fraction)
    for one in moved:
        sums[one.currency] += one.after.month - one.before.month
    for code, added in sorted(sums.items()):
        if added:
            yield Size(Matter.PURCHASE if added > 0 else Matter.REDUCTION, rounded(abs(added), code))


def _falls(moved: Sequence[_Moved]) -> Iterator[Size]:
    """The largest fall of a price; one that nobody knows is a size that is not known."""
    falls = [-one.change for one in moved if one.change is not None and one.change < 0]
    if any(one.after.each is None or one.before.each is None for one in moved):
        yield Size(Matter.DISCOUNT)
    elif falls:
        yield Size(Matter.DISCOUNT, percent=_decimal(max(falls)))


def _listed(moved: Sequence[_Moved]) -> Iterator[Size]:
    """The largest change by another price list, whichever way; not known where it prices nothing yet."""
    changes = [abs(one.change) for one in moved if one.change is not None]
    yield Size(Matter.PRICE_LIST, percent=_decimal(max(changes)) if len(changes) == len(moved) > 0 else None)


def _repriced(one: NewPrice, amended: Amended) -> _Moved:
    """A subscription whose cycles become longer or shorter."""
    sold, before, after = _cycles(one.subscription, one.on, amended)
    seats = Timeline(sold, sold.changes).at(one.on).quantity
    old, new = (_price(unit, seats, seats * Fraction(unit), every) for unit, every in ((one.before, before), (one.after, after)))
    return _Moved(f"{one.name} {sold.id}", one.on, seats, old, new, _currency(sold.id, amended))


def _relisted(one: Relisted, amended: Amended) -> _Moved:
    """A subscription that another list prices."""
    sold, before, after = _cycles(one.one.id, one.on, amended)
    state, seats, quote = Timeline(sold, sold.changes).at(one.on), one.quantity, one.quote
    cost = seats * Fraction(quote.unit_price or 0) if quote.pricing is None else Fraction(*quote.pricing.cost(seats))
    old = _price(state.unit_price, state.quantity, Fraction(*state.cost), before)
    new = _price(quote.unit_price, seats, cost, after)
    return _Moved(f"{one.one.name} {sold.id}", one.on, seats, old, new, _currency(sold.id, amended))


def _cycles(subscription: str, on: date, amended: Amended) -> tuple[Subscription, Frequency, Frequency]:
    """A subscription, and how long its cycles are on a day without an amendment and with it."""
    sold, then = (
        next(one for one in some if one.id == subscription) for some in (amended.work.subscriptions, amended.subscriptions)
    )
    old, new = terms_of(amended.work.contract, sold).on(on), terms_of(amended.contract, then).on(on)
    return sold, old.frequency, new.frequency


def _price(unit: Decimal | None, seats: int, cost: Fraction, frequency: Frequency) -> _Price:
    """Shape: `cost` is what the seats cost for a whole cycle."""
    month = per_month(cost, frequency)
    if unit is not None:
        return _Price(unit, month, per_month(Fraction(unit), frequency))
    return _Price(None, month, month / seats if seats else None)


def _currency(subscription: str, amended: Amended) -> Currency:
    """The currency of a subscription's own price."""
    converted = amended.work.conversions.get(subscription)
    return amended.work.contract.currency if converted is None else converted.currency


def _decimal(percent: Fraction) -> Decimal:
    return Decimal(percent.numerator) / Decimal(percent.denominator)
