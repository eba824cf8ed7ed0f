"""Promotions and the sales that they are given to, over Dataverse: a sale is read as billing reads it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dataverse.batch import Get
from dataverse.query import Query, both, eq, not_null
from dataverse.rows import day, maybe, status_label
from dataverse.stores import billing_rows, changing_ops
from dataverse.stores import changing_rows as rows
from dataverse.stores.billing_conditions import (
    DISCOUNT,
    PROMOTION,
    PROMOTION_COLUMNS,
    Conditions,
    present,
    prices_for,
    promotion_of,
    was_listed,
)
from dataverse.stores.billing_ops import grant_op
from dataverse.stores.billing_questions import FIRST_CONTRACT
from dataverse.stores.changing import Changing
from dataverse.stores.dated_lists import lists_of
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.payment_rule_rows import ACCOUNT_RULE, ruled
from dataverse.stores.subscription_rows import Prices, subscription_of
from dataverse.webapi import Ref
from work365.ports.giving import Running, Sold, Use

if TYPE_CHECKING:
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.catalogue.promotions import Sale
    from work365.invoicing.work import Grant
    from work365.ports.changing import Recorded
    from work365.subscriptions.held import Held

BUYS_BY = f"{ruled(billing_rows.CONTRACT_PRICE_LIST)},{ACCOUNT_RULE}"
PRODUCT = "w365_Product($select=w365_number)"
USED = ("_w365_promotion_value", "_w365_subscription_value", "w365_startdate", "w365_enddate")
USER = (
    "w365_Contract($select=w365_number;$expand=w365_Account($select=name)),"
    "w365_Subscription($select=w365_name,w365_printedname;$expand=w365_Product($select=w365_printedname))"
)


class Giving:
    """The book of promotions over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies
        self._changing = Changing(api, currencies)

    def load(self, subscription: str) -> Sold:
        """Three requests: the subscription as it is changed, then as it is billed, then the prices of its product."""
        held = self._changing.load(subscription)
        contract, account = held.place.contract.id, held.place.account
        mine = Query(rows.CHANGE, billing_rows.CHANGE, eq("_w365_subscription_value", subscription), "w365_sequence")
        (row,), (own,), log, said, firsts, discounts, promotions, prices = self._api.rows(
            Get(Ref(rows.SUBSCRIPTION, subscription), billing_rows.SUBSCRIPTION, billing_rows.SUBSCRIPTION_PRODUCT),
            Get(Ref(rows.CONTRACT, contract), billing_rows.CONTRACT, BUYS_BY),
            Get(mine),
            SETTINGS,
            Get(Query(rows.CONTRACT, FIRST_CONTRACT, filter=eq("_w365_account_value", account))),
            *present([contract]),
        )
        known, lists = Conditions.of(discounts, promotions, prices), lists_of(Inherited(said).terms(own), self._currencies)
        asked = was_listed(row) and held.product and lists.all
        listed = self._api.find(prices_for([held.product or ""], sorted({one.id for one in lists.all}))) if asked else ()
        known = known.with_prices(listed, firsts)
        sale = None if row["w365_Product"] is None else _sale(held, row, log, Prices(known, lists))
        has = known.promoted(contract, subscription)
        return Sold(held, sale, known.promotions, "" if has is None else has["w365_printedname"])

    def record(self, change: Recorded, grant: Grant) -> None:
        """One change set, under the subscription's version."""
        self._api.change([grant_op(grant, change.held.place.contract.id), *changing_ops.writes(change)])

    def running(self) -> list[Running]:
        """Two queries: the promotions, and the discounts that came of them."""
        columns = (*PROMOTION_COLUMNS, "statuscode")
        found, used = self._api.rows(
            Get(Query(PROMOTION, columns, expand=PRODUCT, order="w365_code")),
            Get(Query(DISCOUNT, USED, filter=both(not_null("_w365_promotion_value"), eq("statecode", 0)), expand=USER)),
        )
        uses: dict[str, list[Use]] = defaultdict(list)
        for row in used:
            if row.get("w365_Subscription"):
                uses[row["_w365_promotion_value"]].append(_use(row))
        return [_running(row, uses[row["w365_promotionid"]]) for row in found]


def _sale(held: Held, row: Row, log: list[Row], prices: Prices) -> Sale | None:
    """What was sold, by the log from its start on. Errors: BadInput when it has no price."""
    terms = held.place.contract
    billed = subscription_of(row, log, terms, ZoneInfo(held.place.zone), prices)
    return prices.conditions.sale(billed, row, terms, held.place.account)


def _running(row: Row, uses: list[Use]) -> Running:
    by_end = sorted(uses, key=lambda use: (use.end is None, use.end, use.contract, use.subscription))
    return Running(
        promotion_of(row), (row.get("w365_Product") or {}).get("w365_number") or "", status_label(PROMOTION, row), tuple(by_end)
    )


def _use(row: Row) -> Use:
    contract, subscription = row["w365_Contract"], row["w365_Subscription"]
    return Use(
        row["_w365_subscription_value"],
        rows.called({**subscription, "w365_subscriptionid": row["_w365_subscription_value"]}),
        contract["w365_number"],
        (contract.get("w365_Account") or {}).get("name") or "",
        maybe(day, row["w365_startdate"]),
        maybe(day, row["w365_enddate"]),
    )
