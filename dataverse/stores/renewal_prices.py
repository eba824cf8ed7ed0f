"""The prices that the end of a term may need: the one in force, and those of the list for the next term. Pure: nobody is called.

A price is per billing cycle: the contract's, or on a contract by item the subscription's own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dataverse.stores.billing_conditions import Conditions
from dataverse.stores.dated_lists import list_ids, lists_of
from dataverse.stores.listed_prices import price_in_force
from dataverse.stores.subscription_rows import Prices as ListPrices
from dataverse.stores.subscription_rows import item_terms
from dataverse.stores.supply_rows import price as price_of
from work365.catalogue.dated_lists import list_on
from work365.errors import BadInput
from work365.provisioning.catalogue import Catalogue, per_cycle
from work365.provisioning.terms import Plan, Terms
from work365.subscriptions.ledger import standing
from work365.terms.renewal import Prices
from work365.terms.term import Term

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row
    from work365.catalogue.prices import Price
    from work365.subscriptions.held import Agreed, Held


@dataclass(frozen=True, slots=True)
class RenewalPrices:
    """Rows of price lists, and what they say when a term ends."""

    catalogue: Catalogue = field(default_factory=Catalogue)

    @classmethod
    def of(cls, found: Iterable[Row]) -> RenewalPrices:
        """Rows of prices, sorted by product and list."""
        prices: dict[tuple[str, str], list[Price]] = defaultdict(list)
        for row in found:
            one = price_of(row)
            prices[one.product, one.price_list].append(one)
        return cls(Catalogue(prices={key: tuple(some) for key, some in prices.items()}))

    def at_end(self, row: Row, held: Held, agreed: Agreed, currencies: Currencies) -> Prices:
        """The prices of a subscription, by its row, when a term ends."""
        plan = Plan(held.supplied.plan) if held.supplied.plan else Plan.MONTHLY
        following = self._listed(row, held, agreed, Terms(agreed.term.value, plan))
        monthly = self._listed(row, held, agreed, Terms(Term.MONTH.value, Plan.MONTHLY))
        if not held.listed:
            return Prices(_logged(held, agreed.end), following, monthly)
        try:
            return Prices(self.in_force(row, held, currencies), following, monthly)
        except BadInput as error:
            return Prices(held.unit_price, following, monthly, unknown=error.message)

    def _listed(self, row: Row, held: Held, agreed: Agreed, terms: Terms) -> Decimal | None:
        """What the list of the day after the term says for the seats that there are."""
        began, later = list_ids(row["w365_Contract"])
        found = self.catalogue.price(
            held.product or "",
            list_on(agreed.end, began, later),
            terms,
            seats=held.quantity,
            on=agreed.end,
            paid_monthly_percent=held.place.paid_monthly_percent,
        )
        cycle = item_terms(held.place.contract, row).on(agreed.end).frequency
        return None if found is None else per_cycle(found.amount, found.plan, cycle)

    def in_force(self, row: Row, held: Held, currencies: Currencies) -> Decimal:
        """The price by which its list bills it. Errors: BadInput when the list says none."""
        lists = lists_of(row["w365_Contract"], currencies)
        mine = tuple(price for one in lists.all for price in self.catalogue.prices.get((held.product or "", one.id), ()))
        return price_in_force(row, held.place.contract, ListPrices(Conditions(prices=mine), lists))


def _logged(held: Held, on: date) -> Decimal:
    """The price of its log on a day, whatever somebody typed over on its form; that of its form where the log says none."""
    own = None if held.own_from is not None and on < held.own_from else standing(held.rows, on).unit_price
    return held.unit_price if own is None else own


def lists_behind(rows: Iterable[Row]) -> list[str]:
    """Every list that one of these subscriptions' contracts buys by, or bought by."""
    behind = (list_ids(row["w365_Contract"]) for row in rows)
    return sorted({one for began, later in behind for one in (began, *(since[1] for since in later)) if one})


def products_of(rows: Iterable[Row]) -> list[str]:
    """The products of subscriptions."""
    return sorted({row["_w365_product_value"] for row in rows if row["_w365_product_value"]})
