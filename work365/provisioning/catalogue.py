"""The catalogue as an import needs it: products by number, the parts of bundles, and prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.catalogue.prices import in_force, per_months, reached

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from work365.catalogue.prices import Price
    from work365.periods import Frequency
    from work365.provisioning.terms import Plan, Terms


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

    def price(
        self,
        product: str,
        price_list: str | None,
        terms: Terms,
        *,
        seats: int,
        on: date,
        paid_monthly_percent: Decimal = Decimal(0),
    ) -> Price | None:
        """The price of the term for so many seats on a day, with what is added where a longer plan is paid monthly.

        Which rows hold is said by `work365.catalogue.prices`.
        """
        rows = self.prices.get((product, price_list or ""), ())
        return reached(in_force(rows, terms, on, paid_monthly_percent), seats)


def per_cycle(amount: Decimal, plan: Plan, frequency: Frequency) -> Decimal | None:
    """A price per billing-plan period as a price per billing cycle of the contract, to ten places; None for cycles of weeks."""
    return None if frequency.months is None else per_months(amount, plan, frequency.months)
