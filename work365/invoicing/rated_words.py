"""How tiers and packages made a line's amount, in words: what a customer needs to do the sum again from the printed line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.invoicing.proration import amount_minor
from work365.money import EXPONENT
from work365.pricing import Package, TierModel, price_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.invoicing.lines import Line
    from work365.pricing import Pricing, Tier
    from work365.subscriptions.change_log import Subscription


def rated(subscription: Subscription, line: Line) -> str:
    """The tiers that a line uses, e.g. "50 x 10.00 + 50 x 9.00"; "" for a price per seat, or when none of them gives its amount.

    Of several prices that the subscription had in time, the one that gives the line's amount is named.
    """
    scale = 10 ** EXPONENT[line.amount.currency]
    used, whole = line.fraction
    for pricing in _pricings(subscription):
        if amount_minor(pricing.cost(int(line.quantity)), used, whole, scale) == abs(line.amount.minor):
            return words(pricing, int(line.quantity), EXPONENT[line.amount.currency])
    return ""


def words(pricing: Pricing, quantity: int, places: int) -> str:
    """What a quantity costs, tier by tier."""
    if isinstance(pricing, Package):
        billed = max(0, quantity - pricing.free)
        free = f", {pricing.free} free" if pricing.free else ""
        return f"{-(-billed // pricing.size)} packages of {pricing.size} x {price_text(pricing.price, places)}{free}"
    said = []
    for tier, units in pricing.parts(quantity):
        if pricing.model is not TierModel.FLAT and tier.unit:
            said.append(f"{-(-units // tier.size)} x {price_text(tier.unit, places)}")
        said += _once(tier, places)
    return " + ".join(said)


def _once(tier: Tier, places: int) -> list[str]:
    return [price_text(tier.flat, places)] if tier.flat else []


def _pricings(subscription: Subscription) -> Iterator[Pricing]:
    found = [subscription.pricing, *(change.pricing for change in subscription.changes)]
    return (pricing for pricing in found if pricing is not None)
