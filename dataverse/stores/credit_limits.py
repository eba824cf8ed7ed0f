"""The credit limits that an order is held to, over Dataverse."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.errors import DuplicateKey
from dataverse.query import Query, eq
from dataverse.stores.debtors import known, members_of
from dataverse.stores.exposure_rows import ACCOUNT, ACCOUNT_COLUMNS, blank, debtor_of
from dataverse.stores.exposure_sources import ExposureSources
from dataverse.stores.waiting_orders import order_id
from work365.exposure.drawing import check
from work365.exposure.ordering import LAST, Order
from work365.ports.changing import Guard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.stores.debtors import Known
    from dataverse.stores.waiting_orders import DecidingBook
    from dataverse.webapi import WebApi
    from work365.exposure.figure import Debtor
    from work365.ports.changing import Recorded

ABOVE = f"parentaccountid($select={','.join(ACCOUNT_COLUMNS)})"


class CreditLimits:
    """How whoever pays for a change, and the account above it, stand before it."""

    def __init__(self, api: WebApi, currencies: Currencies, changing: DecidingBook) -> None:
        self._api = api
        self._currencies = currencies
        self._sources = ExposureSources(api, currencies, changing)

    def guards(self, change: Recorded, today: date) -> tuple[Guard, ...]:
        """One request where neither has a limit. The versions are read before everything that is counted.

        Errors: BadInput for a limit without a currency, or a horizon that cannot be used.
        """
        place = change.held.place if change.fresh is None else change.fresh.place
        payer = place.payer_on(change.wish.on)
        (found,) = self._api.rows(Get(Query(ACCOUNT, ACCOUNT_COLUMNS, eq("accountid", payer), expand=ABOVE)))
        limited = [debtor_of(row, self._currencies) for row in _chain(found) if row["creditlimit"] is not None]
        if not limited:
            return ()
        seen = self._with_rows(limited)
        codes = [one.currency for one in seen.debtors]
        sources = self._sources.of(members_of(seen.debtors), codes, today, change.now, change)
        own = order_id(change)
        order = next((one for one in sources.orders if one.id == own), Order(own, payer, "", frozenset()))
        waiting = change.planned is None and order.entered != LAST
        checks = [replace(check(one, sources, order, today), waiting=waiting) for one in seen.debtors]
        return tuple(Guard(one, seen.kept[one.figure.debtor.id].version) for one in checks)

    def _with_rows(self, debtors: Sequence[Debtor]) -> Known:
        """The debtors, each with a row whose version can guard an order."""
        seen = known(self._api, debtors)
        if seen.broken:
            raise seen.broken[0]
        missing = [one for one in debtors if one.id not in seen.kept]
        for one in missing:
            with suppress(DuplicateKey):
                self._api.change([blank(one, self._currencies)])
        return known(self._api, debtors) if missing else seen


def _chain(found: Sequence[Row]) -> list[Row]:
    """An account, and the one above it."""
    return [row for own in found for row in (own, own["parentaccountid"]) if row is not None]
