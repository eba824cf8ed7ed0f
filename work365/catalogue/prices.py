"""Rows of a price list, and which of them hold on a day.

A row is about one product, list, term, billing plan and tier, from a day on. For each tier the newest row that has begun and not
ended counts, whatever the order in which rows were written: a later row for one tier leaves the others as they are, and a tier
that is no longer sold has an end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.provisioning.terms import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from work365.provisioning.terms import Terms


@dataclass(frozen=True, slots=True)
class Price:
    """A price per seat and billing-plan period, from a quantity and a day on.

    Attributes:
        amount: in major units of the list's currency.
        cost: what the supplier charges for the same; None when nobody said.
        flat: due once when the tier applies, beside the price per seat.
        valid_to: first day on which it can no longer be sold.
    """

    product: str
    price_list: str
    term: str
    plan: Plan
    tier_from: int
    valid_from: date
    amount: Decimal
    cost: Decimal | None = None
    flat: Decimal = Decimal(0)
    valid_to: date | None = None
    id: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it has begun and not ended."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def paid_by(self, plan: Plan, surcharge_percent: Decimal) -> Price:
        """The same as it is sold under a plan: paying monthly instead of for the whole plan costs the surcharge."""
        if plan is not Plan.MONTHLY or self.plan is Plan.MONTHLY or not surcharge_percent:
            return self
        return replace(self, amount=places(Fraction(self.amount) * (1 + Fraction(surcharge_percent) / 100)))


def in_force(prices: Iterable[Price], terms: Terms, on: date, paid_monthly_percent: Decimal = Decimal(0)) -> tuple[Price, ...]:
    """The rows of one product and list that hold on a day for a term, one per tier, tiers rising.

    The terms' billing plan comes first; a list that knows the term under other plans only is taken by the shortest of them, with
    the surcharge that is agreed on where it is paid monthly.
    """
    holding = [price for price in prices if price.term == terms.term and price.holds_on(on)]
    plan = min({price.plan for price in holding}, key=lambda plan: (plan is not terms.plan, plan.months), default=None)
    newest: dict[int, Price] = {}
    for price in holding:
        if price.plan is plan and (price.tier_from not in newest or _rank(price) > _rank(newest[price.tier_from])):
            newest[price.tier_from] = price
    return tuple(newest[tier].paid_by(terms.plan, paid_monthly_percent) for tier in sorted(newest))


def _rank(price: Price) -> tuple[date, Decimal, date, str]:
    """Two rows for one place and day cannot be in the tenant; here the dearer one would count, or the one that holds longer."""
    return price.valid_from, price.amount, price.valid_to or date.max, price.id


def reached(tiers: Sequence[Price], quantity: int) -> Price | None:
    """The row of the highest tier that a quantity reaches; None below the first one."""
    fitting = [price for price in tiers if price.tier_from <= max(quantity, 1)]
    return fitting[-1] if fitting else None


def per_months(amount: Decimal, plan: Plan, months: int) -> Decimal:
    """A price per billing-plan period as a price per so many months, to ten places."""
    return places(Fraction(amount) * months / plan.months)


def places(exact: Fraction) -> Decimal:
    """An exact number as the price columns keep it: ten places, half away from zero, no trailing zeros."""
    scaled = Fraction(exact) * 10**10
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    value = Decimal(-whole if scaled < 0 else whole).scaleb(-10).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
