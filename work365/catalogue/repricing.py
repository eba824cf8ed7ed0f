"""A change of many subscriptions' prices from a day on, by a percentage or to the list's: what each would pay, and from when."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from work365.catalogue.prices import in_force, per_months
from work365.catalogue.sold import applies_on
from work365.errors import BadInput
from work365.money import EXPONENT
from work365.planning import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.catalogue.prices import Price
    from work365.catalogue.sold import Sold
    from work365.money import Currency
    from work365.provisioning.terms import Terms

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class NewPrice:
    """What one subscription will pay per seat and cycle, and the first day of it; `new` is None when the list has no price."""

    sold: Sold
    new: Decimal | None
    on: date

    @property
    def difference(self) -> Decimal | None:
        """Per seat and cycle."""
        return None if self.new is None else self.new - self.sold.price


def raised(price: Decimal, percent: Decimal, code: Currency) -> Decimal:
    """A price moved by a percentage, to the places that it has, at least those of its currency.

    Errors: BadInput when nothing would be left.
    """
    if percent < -_HUNDRED:
        message = f"a change of {percent} percent leaves less than nothing; use -100 or more"
        raise BadInput(message)
    exponent = price.normalize().as_tuple().exponent
    places = max(EXPONENT[code], -exponent if isinstance(exponent, int) else 0)
    return (price * (_HUNDRED + percent) / _HUNDRED).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def by_percent(sold: Iterable[Sold], percent: Decimal, wanted: date) -> tuple[NewPrice, ...]:
    """The plan for every subscription whose price moves, each no earlier than its commitment allows."""
    plan = (NewPrice(one, raised(one.price, percent, one.currency), applies_on(one, wanted)) for one in sold)
    return tuple(sorted((one for one in plan if one.difference), key=lambda one: (one.sold.number, one.sold.id)))


def _in_force(one: Sold, terms: Terms, prices: Iterable[Price], on: date) -> tuple[Price, ...]:
    """The rows that hold for a subscription on a day."""
    return in_force((row for row in prices if row.product == one.product), terms, on, one.paid_monthly_percent)


def protected(sold: Iterable[Sold], prices: Sequence[Price], today: date) -> tuple[NewPrice, ...]:
    """What the list says for each subscription on the first day on which a new price may count."""
    plan = []
    for one in sold:
        on = applies_on(one, today)
        rows = [] if one.terms is None else _in_force(one, one.terms, prices, on)
        fitting = [row for row in rows if row.tier_from <= max(one.quantity, 1)]
        new = per_months(fitting[-1].amount, fitting[-1].plan, one.months) if fitting else None
        plan.append(NewPrice(one, new, on))
    return tuple(sorted(plan, key=lambda one: (one.on, one.sold.number, one.sold.id)))


def to_list(sold: Iterable[Sold], prices: Sequence[Price], wanted: date) -> tuple[NewPrice, ...]:
    """The plan for every subscription that pays something else than its list says on the day on which that may count."""
    return tuple(
        sorted((one for one in protected(sold, prices, wanted) if one.difference), key=lambda one: (one.sold.number, one.sold.id))
    )


def plan_hash(of: str, plan: Iterable[tuple[str, Decimal, date]]) -> str:
    """What names a plan: what it is about, and each subscription with its new price and the day."""
    return fingerprint(of, (f"{one}|{new.normalize():f}|{on}" for one, new, on in plan))
