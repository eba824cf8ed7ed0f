"""What one unit of a product costs that is sold once: the amount of the list's only offer, as it stands there.

A subscription is priced by its term and billing plan; a one-off line has neither. So the price is taken where the list leaves no
choice, and asked for where it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.catalogue.prices import in_force, reached
from work365.errors import BadInput
from work365.provisioning.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from work365.catalogue.prices import Price
    from work365.catalogue.quoting import Offered, PriceList
    from work365.money import Currency


def price_once(
    product: Offered, price_list: PriceList | None, prices: Iterable[Price], *, quantity: Decimal, currency: Currency, on: date
) -> Decimal:
    """The price of one unit on a day, by the tier that the quantity reaches.

    Errors: BadInput where there is no price, more than one offer, or tiers that share the quantity out.
    """
    mend = "write the price into the line, as in: at 120.00"
    if price_list is None or price_list.currency != currency:
        message = f"{product.name} has no list price: the contract has no price list in {currency}; {mend}"
        raise BadInput(message)
    if product.reading is not None:
        message = f"{product.name} is priced by tiers or packages; {mend}"
        raise BadInput(message)
    mine = [row for row in prices if row.product == product.id and row.price_list == price_list.id and row.holds_on(on)]
    offers = sorted({(row.term, row.plan.value, row.plan) for row in mine}, key=lambda offer: offer[:2])
    if len(offers) != 1:
        named = ", ".join(f"{term} {plan}" for term, plan, _ in offers)
        said = f"has several offers in price list {price_list.code} ({named})" if offers else f"has no price in {price_list.code}"
        message = f"{product.name} {said} on {on}; {mend}"
        raise BadInput(message)
    term, _, plan = offers[0]
    tier = reached(in_force(mine, Terms(term, plan), on), int(abs(quantity)))
    if tier is None:
        message = f"{product.name} has no price from quantity 1 on in price list {price_list.code} on {on}; {mend}"
        raise BadInput(message)
    return tier.amount
