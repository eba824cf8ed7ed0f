"""The catalogue as an import needs it: products by number, the parts of bundles, and prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from work365.provisioning.terms import Frequency, Plan, Terms


@dataclass(frozen=True, slots=True)
class Product:
    """A product. `number` is ProductId:SkuId for Microsoft's."""

    id: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a bundle. Shape: `quantity` per unit of the bundle; a part that is not billable comes with it for free."""

    product: Product
    quantity: int
    billable: bool


@dataclass(frozen=True, slots=True)
class Price:
    """A price per seat and billing-plan period, from a quantity and a day on."""

    product: str
    price_list: str
    term: str
    plan: Plan
    tier_from: int
    valid_from: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything about the products of one file.

    Shape: products by lower-case number; components by the bundle's id; prices by product and price list; known currency codes.
    """

    products: Mapping[str, Product] = field(default_factory=dict)
    components: Mapping[str, tuple[Component, ...]] = field(default_factory=dict)
    prices: Mapping[tuple[str, str], tuple[Price, ...]] = field(default_factory=dict)
    currencies: frozenset[str] = frozenset()

    def product(self, number: str) -> Product | None:
        """A product by its number; letter case does not count, as suppliers do not keep it."""
        return self.products.get(number.lower())

    def parts(self, product: str | None) -> tuple[Component, ...]:
        """The parts of a bundle, none for anything else."""
        return self.components.get(product or "", ())

    def price(self, product: str, price_list: str | None, terms: Terms, *, seats: int, on: date) -> Price | None:
        """The price of the term for so many seats on a day.

        The line's billing plan comes first; a list that knows the term under another plan only is taken by its months. Among
        the prices that have begun, the newest counts; among its tiers, the highest that the quantity reaches.
        """
        known = [
            price
            for price in self.prices.get((product, price_list or ""), ())
            if price.term == terms.term and price.valid_from <= on and price.tier_from <= max(seats, 1)
        ]
        same_plan = [price for price in known if price.plan is terms.plan]
        return max(same_plan or known, key=lambda price: (price.valid_from, price.tier_from, -price.plan.months), default=None)


def per_cycle(amount: Decimal, plan: Plan, frequency: Frequency) -> Decimal:
    """A price per billing-plan period as a price per billing cycle of the contract, to ten places."""
    exact = Fraction(amount) * frequency.months / plan.months
    return places(exact)


def places(exact: Fraction) -> Decimal:
    """An exact number as the price columns keep it: ten places, half away from zero, no trailing zeros."""
    scaled = Fraction(exact) * 10**10
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    value = Decimal(-whole if scaled < 0 else whole).scaleb(-10).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
