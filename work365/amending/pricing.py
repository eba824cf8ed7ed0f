"""What an amendment does to prices, and to whatever else is agreed per cycle.

A price is per seat and cycle. Where an amendment changes how long a subscription's cycles are, its price changes with it on that
day: to the one that is said, else in proportion to the months, where that is exact. Weeks and months have no proportion, tiers
and amounts off are agreed per cycle too, and a minimum is counted in cycles: there a person decides before the terms change.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.invoicing.rounds import terms_of
from work365.subscriptions.change_log import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from work365.contracts.contract import BillingContract
    from work365.invoicing.work import ContractWork
    from work365.subscriptions.change_log import Subscription

PLACES = Decimal("0.0001")
"""A price that another frequency gives is exact to here, or a person says it."""


@dataclass(frozen=True, slots=True)
class Repriced:
    """A subscription whose cycles become longer or shorter on a day.

    Attributes:
        said: its price from then on; None: that of before times `factor`.
    """

    subscription: str
    on: date
    before: Decimal
    said: Decimal | None
    factor: Fraction | None = None

    def after(self, before: Decimal, name: str) -> Decimal:
        """The new price. Errors: Refused when nobody said it and the months do not give it exactly."""
        if self.said is not None:
            return self.said
        exact = Fraction(before) * self.factor if self.factor is not None else None
        price = None if exact is None else (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(PLACES)
        if price is None or Fraction(price) != exact:
            message = (
                f"{name} costs {before.normalize():f} per seat and cycle until then; say what a new cycle costs, with --price"
            )
            raise Refused(message)
        return price.normalize() if price else price


def keeps_what_is_agreed(work: ContractWork, contract: BillingContract, on: date) -> None:
    """Errors: Refused when something is agreed per cycle of the contract, and its cycles become others."""
    if work.contract.on(on).same_cycles(contract.on(on)):
        return
    if work.committed is not None:
        message = "the contract has a minimum or a maximum per cycle; take it off first, and enter one for the new cycles"
        raise Refused(message)
    running = [off.name for off in work.contract.amounts_off if off.end is None or off.end > on]
    if running:
        message = f"'{running[0]}' is an amount off each cycle; end it on {on}, and enter one for the new cycles"
        raise Refused(message)


def prices(
    work: ContractWork,
    contract: BillingContract,
    subscriptions: tuple[Subscription, ...],
    wished: Mapping[str, Decimal],
    on: date,
) -> Iterator[Repriced]:
    """The subscriptions whose cycles get another length. Errors: Refused where a person has to decide first."""
    unknown = set(wished) - {one.id for one in subscriptions}
    if unknown:
        message = f"the contract has no subscription '{min(unknown)}' that is billed; --price is for one that it has"
        raise Refused(message)
    for old, new in zip(work.subscriptions, subscriptions, strict=True):
        day = max(on, new.start)
        before, after = terms_of(work.contract, old).on(day).frequency, terms_of(contract, new).on(day).frequency
        said = wished.get(new.id)
        if (new.end is not None and new.end <= day) or (before == after and said is None):
            continue
        name = work.articles[new.id].name
        state = Timeline(new, new.changes).at(day)
        _agreed_per_cycle(new, name, day, priced=state.unit_price is not None)
        factor = Fraction(after.months, before.months) if after.months and before.months else None
        yield Repriced(new.id, day, state.unit_price or Decimal(0), said, factor)


def _agreed_per_cycle(one: Subscription, name: str, day: date, *, priced: bool) -> None:
    if not priced:
        message = f"{name} is priced by tiers or packages per cycle; give it a price of its own before its cycles change"
        raise Refused(message)
    later = [change.effective for change in one.changes if change.effective > day and change.unit_price is not None]
    before = Timeline(one, one.changes).at(day).unit_price
    moved = [on for on in later if Timeline(one, one.changes).at(on).unit_price != before]
    if moved:
        message = f"the price of {name} changes on {min(moved)} already; amend from then on, or take that change back first"
        raise Refused(message)
    running = [off.name for off in one.discounts if off.amount is not None and (off.end is None or off.end > day)]
    if running:
        message = f"'{running[0]}' takes an amount off each cycle of {name}; end it on {day}, and enter one for the new cycles"
        raise Refused(message)
