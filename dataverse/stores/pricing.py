"""Price lists over Dataverse: few reads for a whole list, one change set per price or subscription in large batches."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

from dataverse.batch import ChangeSet, Create, Failed, Get, Update, Upsert, in_parts
from dataverse.query import Query, any_of, both, eq
from dataverse.stores import pricing_rows as rows
from dataverse.stores.billing_conditions import prices_for
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.renewal_prices import RenewalPrices, lists_behind, products_of
from dataverse.stores.supply_rows import CHANGE_COLUMNS, PRICE, log_row, prices_where
from dataverse.stores.supply_rows import price as price_of
from dataverse.stores.typed_over import COLUMNS, NEWEST_ROW, typed_over
from dataverse.webapi import Ref
from work365.catalogue.list_changes import Kind
from work365.errors import BadInput
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from dataverse.batch import Op
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.catalogue.list_changes import Difference
    from work365.catalogue.prices import Price
    from work365.catalogue.repricing import NewPrice
    from work365.catalogue.sold import Sold
    from work365.errors import External
    from work365.ports.pricing import Market, Repriced, Staged
    from work365.subscriptions.ledger import LogRow

T = TypeVar("T")
VALUES_MAX, SETS_MAX = 400, 300
HASH_MIN = 12
"""Characters of a plan's hash that a person types at least."""


class Pricing:
    """The pricing book over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def price_list(self, code: str) -> Market:
        """An active list by its code."""
        query = Query("w365_pricelist", rows.LIST_COLUMNS, filter=both(eq("w365_code", code), eq("statecode", 0)))
        row = self._api.first(query) if code else None
        if row is None:
            message = f"there is no price list with the code '{code}'; look it up under Price lists"
            raise BadInput(message, "--list")
        return rows.market(row, self._currencies)

    def products(self, numbers: Collection[str] | None = None) -> dict[str, str]:
        """Active products."""
        active = eq("statecode", 0)
        columns = ("w365_productid", "w365_number")
        filters = (
            [active]
            if numbers is None
            else [both(active, any_of("w365_number", part)) for part in in_parts(sorted(numbers), VALUES_MAX)]
        )
        found = (row for which in filters for row in self._api.find(Query("w365_product", columns, filter=which)))
        return {row["w365_number"].lower(): row["w365_productid"] for row in found}

    def prices(self, price_list: str) -> list[Price]:
        """The active rows of a list."""
        which = both(eq("_w365_pricelist_value", price_list), eq("statecode", 0))
        return [price_of(row) for row in self._api.find(prices_where(which))]

    def sold(self, price_list: str, products: Collection[str]) -> list[Sold]:
        """Subscriptions behind contracts with this list; those that it prices with what it says for the day that prices each.

        Shape: without those whose price somebody typed over, which nobody has agreed to start from.
        """
        active = both(eq("w365_Contract/_w365_pricelist_value", price_list), eq("statecode", 0))
        inherited = Inherited(self._api.rows(SETTINGS)[0])
        found: list[Sold] = []
        for part in in_parts(sorted(products), VALUES_MAX):
            which = both(active, any_of("_w365_product_value", part))
            query = Query(rows.SUBSCRIPTION, rows.SOLD_COLUMNS, filter=which, expand=rows.SOLD_EXPAND)
            every, beside = self._api.rows(Get(query), Get(Query(rows.SUBSCRIPTION, COLUMNS, filter=which, expand=NEWEST_ROW)))
            typed = typed_over(beside)
            read = [row for row in every if row["w365_subscriptionid"] not in typed]
            prices = self._prices_behind([row for row in read if row["w365_unitprice"] is None])
            found += [one for row in read if (one := rows.sold(row, self._currencies, inherited, prices)) is not None]
        return found

    def _prices_behind(self, listed: Sequence[Row]) -> RenewalPrices:
        """A request more where something is priced by its list."""
        if not listed:
            return RenewalPrices()
        return RenewalPrices.of(self._api.find(prices_for(products_of(listed), lists_behind(listed))))

    def stage(self, plan: str, price_list: str, differences: Sequence[Difference], *, source: str, person: str) -> None:
        """One row per difference, by ids that come from the plan."""
        for part in in_parts(differences, SETS_MAX):
            staged = (rows.staged_row(plan, price_list, one, source=source, person=person) for one in part)
            ids = (derived("price change", plan, one.place) for one in part)
            sets = [ChangeSet([Upsert(Ref(rows.CHANGE, id_), row)]) for id_, row in zip(ids, staged, strict=True)]
            for outcome in self._api.batch(sets):
                if isinstance(outcome, Failed):
                    raise outcome.error

    def staged(self, plan: str) -> list[Staged]:
        """What waits under a hash; a person may type its beginning."""
        if len(plan) < HASH_MIN:
            message = f"give the plan's hash, at least its first {HASH_MIN} characters"
            raise BadInput(message)
        query = Query(rows.CHANGE, rows.CHANGE_COLUMNS, filter=eq("statecode", 0), expand=rows.CHANGE_PRODUCT, order="w365_place")
        return [rows.staged(row) for row in self._api.find(query) if row["w365_plan"].startswith(plan)]

    def approve(self, staged: Sequence[Staged], *, person: str) -> list[External | None]:
        """The price and the end of its waiting are one change set."""
        lists = sorted({one.price_list for one in staged})
        known = [price for price_list in lists for price in self.prices(price_list)]
        return self._each([[*_price_ops(one, known), rows.decided(one, "Approved", person)] for one in staged])

    def reject(self, staged: Sequence[Staged], *, person: str) -> list[External | None]:
        """Only the end of its waiting."""
        return self._each([[rows.decided(one, "Rejected", person)] for one in staged])

    def two_people(self) -> bool:
        """Asked of every active legal entity: a price list belongs to none of them."""
        wanted = both(eq("statecode", 0), eq("w365_twopeople", True))
        return self._api.first(Query("w365_legalentity", ("w365_legalentityid",), filter=wanted)) is not None

    def repriced(self, plan: str) -> list[Repriced]:
        """Rows of the change log and scheduled changes that a plan has made."""
        log, scheduled = self._api.rows(
            Get(Query(rows.LOG, rows.LOG_COLUMNS, filter=eq("w365_reference", rows.reference(plan)))),
            Get(Query(rows.SCHEDULED, rows.SCHEDULED_COLUMNS, filter=eq("w365_name", rows.reference(plan)))),
        )
        return [rows.repriced(row) for row in (*log, *scheduled)]

    def reprice(self, plan: str, prices: Sequence[NewPrice], *, now: datetime, today: date) -> list[External | None]:
        """Each subscription in a change set of its own, under its version, which guards the log that is read here."""
        logs = self._logs([one.sold.id for one in prices if one.on <= today])
        utc = now.astimezone(UTC)
        return self._each([rows.reprice_ops(plan, one, logs[one.sold.id], now=utc, today=today) for one in prices])

    def _logs(self, subscriptions: Sequence[str]) -> dict[str, list[LogRow]]:
        logs: dict[str, list[LogRow]] = defaultdict(list)
        for part in in_parts(subscriptions, VALUES_MAX):
            for row in self._api.find(Query(rows.LOG, CHANGE_COLUMNS, any_of("_w365_subscription_value", part))):
                logs[row["_w365_subscription_value"]].append(log_row(row))
        return logs

    def _each(self, sets: Sequence[list[Op]]) -> list[External | None]:
        outcomes = [outcome for part in in_parts(sets, SETS_MAX) for outcome in self._api.batch([ChangeSet(ops) for ops in part])]
        return [outcome.error if isinstance(outcome, Failed) else None for outcome in outcomes]


def _price_ops(staged: Staged, known: Sequence[Price]) -> list[Op]:
    """A removed price ends; another one is written, in place of a row that begins on the same day."""
    one = staged.difference
    mine = [
        price
        for price in known
        if (price.price_list, price.product, price.term, price.plan, price.tier_from)
        == (staged.price_list, one.product, one.term, one.plan, one.tier_from)
    ]
    if one.kind is Kind.REMOVED:
        holding = [price for price in mine if price.valid_to is None or price.valid_to > one.day]
        return [Update(Ref(PRICE, price.id), {"w365_validto": one.day}) for price in holding]
    row = rows.price_row(staged)
    same = next((price for price in mine if price.valid_from == one.day), None)
    if same is not None:
        return [Update(Ref(PRICE, same.id), row)]
    return [Create(PRICE, {**row, **rows.price_key(staged)}, derived("price", staged.price_list, one.place))]
