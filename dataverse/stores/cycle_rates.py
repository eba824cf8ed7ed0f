"""The exchange rates of one cycle, read when the first cost in another currency comes: most cycles have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.stores.billing_usage import DatedRates
from dataverse.stores.exchange_rates import exchange_rate, rate_terms, rates_of
from work365.currencies.rates import ExchangeRates
from work365.money import Currency

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.periods import Period


class RatesOfCycle:
    """As the contract's legal entity allows them, one request per other currency. Shape: `entity` is that entity's row."""

    def __init__(self, api: WebApi, entity: Row, cycle: Period) -> None:
        self._api, self._cycle = api, cycle
        self._terms = rate_terms(entity)
        self._known: dict[tuple[str, str], DatedRates] = {}

    def rate(self, source: str, target: str, on: date) -> Decimal | None:
        """The rate of a day; None where there is none."""
        pair = (source, target)
        if pair not in self._known:
            query = rates_of(self._cycle.end, self._terms, {Currency(source), Currency(target)}, self._cycle.start)
            self._known[pair] = DatedRates(ExchangeRates(map(exchange_rate, self._api.find(query))), self._terms)
        return self._known[pair].rate(source, target, on)
