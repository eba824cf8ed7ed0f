"""List prices that stand beside what is charged: typed on a subscription, or those of its list on the day of its price.

They are read only where a template prints them, and nothing is billed by them: a list that says nothing leaves the column empty.
Pure: nobody is called.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dataverse.rows import decimal, maybe
from dataverse.stores.billing_conditions import first_priced_on, tiered, unpriced, was_listed
from work365.documents.template import LIST_PRICE, joined, read_template
from work365.errors import BadInput
from work365.invoicing.work import Listed

if TYPE_CHECKING:
    from dataverse.stores.billing_conditions import Conditions
    from dataverse.webapi import Row
    from work365.catalogue.dated_lists import DatedLists
    from work365.contracts.contract import BillingContract


@lru_cache(maxsize=1000)
def prints_list_prices(*templates: str) -> bool:
    """Whether templates, the nearest last, ask for them. One that cannot be read stops the sending; it stops no billing."""
    try:
        return LIST_PRICE in read_template(joined(*templates)).columns
    except BadInput:
        return False


def listed(
    subscription: Row, contract: BillingContract, lists: DatedLists, conditions: Conditions, *, printed: bool
) -> Listed | None:
    """The list price of a subscription: what somebody typed, else, where it is printed, what the list said on its day."""
    typed = maybe(decimal, subscription["w365_listprice"])
    if typed is not None:
        return Listed(typed)
    if not printed or tiered(subscription):
        return None
    on = first_priced_on(subscription, with_log=False)
    try:
        quote = conditions.quote(subscription, contract, lists.on(on), on)
    except BadInput:
        return None
    return None if quote.unit_price is None else Listed(quote.unit_price, on)


def needs_the_list(subscription: Row, *, printed: bool, changed: bool) -> bool:
    """Whether the list's price of a subscription's product is needed: to bill it, or to print it beside its own price.

    Shape: `changed` says that its log may be read, in which what it cost before it had a price of its own has no price.
    """
    needed = was_listed(subscription) if changed else unpriced(subscription)
    return not tiered(subscription) and (needed or (printed and subscription["w365_listprice"] is None))
