"""What a subscription without a price of its own costs at present: what its list says for the day that prices it.

It is the price that bills it. Pure: nobody is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.stores.billing_conditions import first_priced_on
from dataverse.stores.subscription_rows import called, item_terms
from work365.errors import BadInput

if TYPE_CHECKING:
    from decimal import Decimal

    from dataverse.stores.subscription_rows import Prices
    from dataverse.webapi import Row
    from work365.contracts.contract import BillingContract


def price_in_force(row: Row, contract: BillingContract, prices: Prices) -> Decimal:
    """Per seat and billing cycle. Errors: BadInput when its list says nothing, or prices it by tiers."""
    on = first_priced_on(row, with_log=False)
    terms = item_terms(contract, row).on(on)
    price = prices.conditions.quote(row, terms, prices.lists.on(on), on).unit_price
    if price is None:
        message = f"{called(row)} is priced by tiers or packages, so it has no price per seat"
        raise BadInput(message)
    return price
