"""What is charged for resold subscriptions by every tier: the chains of the tiers, joined to what each subscription is worth."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from dataverse.query import Query, not_null
from dataverse.stores.part_rows import SUBSCRIPTION
from dataverse.stores.recurring import Recurring
from work365.parts.keeping import part_id
from work365.reselling.chain import Circular, chains
from work365.reselling.following import PURPOSE
from work365.reselling.margins import Sale, TierSale
from work365.reselling.wording import circular

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dataverse.stores.recurring import BookRates
    from dataverse.stores.reselling import Reselling
    from dataverse.webapi import WebApi
    from work365.periods import Period
    from work365.ports.reselling import Market, ResoldSeen
    from work365.reselling.chain import Chain
    from work365.revenue.recurring import Running


class Sales(NamedTuple):
    """Every resold subscription, and what cannot be valued, in sentences."""

    sales: list[Sale]
    unvalued: list[str]


class Margins:
    """Resold subscriptions with all their charges, over Dataverse."""

    def __init__(self, api: WebApi, tiers: Reselling) -> None:
        self._api = api
        self._tiers = tiers
        self._recurring = Recurring(api)

    def sales(self, subscription: str = "") -> Sales:
        """Everything that is resold, or one subscription."""
        market = self._tiers.market(subscription)
        if not market.resold:
            return Sales([], [one.message for one in market.broken])
        portfolio = self._recurring.portfolio()
        running = {one.subscription.id: one for one in portfolio.running}
        split = self._split()
        found = Sales([], [*(one.message for one in market.broken), *portfolio.unvalued])
        for seen in market.resold:
            try:
                steps = chains(market.purchases, seen.entity, seen.provider)
            except Circular as error:
                found.unvalued.append(circular(error, seen, market.entities).message)
            else:
                found.sales.append(_sale(seen, steps, market, running, split.get(seen.id, ())))
        return found

    def _split(self) -> Mapping[str, Sequence[str]]:
        """The parts of split subscriptions, by what they are parts of."""
        parts: dict[str, list[str]] = defaultdict(list)
        columns = ("w365_subscriptionid", "_w365_splitof_value")
        for row in self._api.find(Query(SUBSCRIPTION, columns, filter=not_null("_w365_splitof_value"))):
            parts[row["_w365_splitof_value"]].append(row["w365_subscriptionid"])
        return parts

    def rates(self, month: Period) -> BookRates:
        """The rates of a month, as the legal entities allow them."""
        return self._recurring.rates(month.start, month.end)


def _sale(seen: ResoldSeen, steps: Sequence[Chain], market: Market, running: Mapping[str, Running], parts: Sequence[str]) -> Sale:
    tiers = {}
    for contract in {one.contract: one for step in steps for one in step.tiers}:
        above = market.contracts[contract]
        own = running.get(part_id(PURPOSE, seen.id, contract))
        tiers[contract] = TierSale(market.entities[above.seller], above.payer.number, own)
    ids = (seen.id, *parts)
    sold = tuple(running[one] for one in ids) if all(one in running for one in ids) else ()
    seller = market.entities.get(seen.entity, "")
    return Sale(seen.name, seen.customer, seller, seen.number, sold, seen.unit_cost, tuple(steps), tiers)
