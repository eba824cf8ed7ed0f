"""Usage records and meter prices into values, and the source that bills them. Pure: nothing here calls anybody."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, either, eq, is_null
from dataverse.rows import choice_label, choice_value, day, etag, maybe
from dataverse.stores.billing_source import CONTRACT, Around, Source, unbilled
from work365.errors import BadInput
from work365.money import Currency
from work365.usage.charging import TABLE, UsageTerms, usage_items
from work365.usage.grouping import GroupBy, Grouping
from work365.usage.pricing import MeterPrice, PriceBook
from work365.usage.records import Metered, Prior

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from dataverse.webapi import Row
    from work365.currencies.rates import ExchangeRates, RateTerms
    from work365.invoicing.items import Item

CONTRACT_TABLE, PRICE_TABLE = "w365_billingcontract", "w365_meterprice"
TERMS = ("w365_usagemarkuppercent", "w365_usagegroup", "w365_usagetag")
"""Columns of the contract that say how usage is billed."""
COLUMNS = (
    *("w365_usageid", "_w365_subscription_value", "w365_usedon", "w365_meter", "w365_metercategory", "w365_region"),
    *("w365_resourcegroup", "w365_resource", "w365_tags", "w365_quantity", "w365_unit", "w365_cost", "w365_costcurrency"),
    *("w365_certainty", "w365_prioramount", "w365_claim"),
)
EXPAND = (
    "w365_Subscription($select=w365_name,w365_printedname;"
    "$expand=w365_Product($select=w365_productid,w365_printedname,w365_taxcategory,w365_usagemarkuppercent)),"
    "w365_PriorInvoice($select=w365_number,w365_invoicedate)"
)
PRICE = (
    *("w365_meterpriceid", "_w365_product_value", "w365_meter", "w365_metercategory", "w365_region", "w365_tag"),
    *("w365_validfrom", "w365_markuppercent", "w365_unitprice", "w365_packagesize", "_transactioncurrencyid_value", CONTRACT),
)


@dataclass(frozen=True, slots=True)
class DatedRates:
    """The exchange rates that were read, on the terms that a legal entity allows."""

    rows: ExchangeRates
    terms: RateTerms

    def rate(self, source: str, target: str, on: date) -> Decimal | None:
        """The rate of the day of use; None where there is none."""
        quoted = self.rows.quoted(Currency(source), Currency(target), on, self.terms)
        return None if quoted is None else quoted.rate


def confirmed() -> str:
    """The filter for what the provider has invoiced itself."""
    return eq("w365_certainty", choice_value(TABLE, "w365_certainty", "Confirmed"))


def meter_prices(contracts: Sequence[str]) -> Get:
    """Everybody's prices and those of these contracts."""
    theirs = either(is_null(CONTRACT), any_of(CONTRACT, contracts))
    return Get(Query(PRICE_TABLE, PRICE, filter=both(eq("statecode", 0), theirs)))


def metered(row: Row) -> Metered:
    """One usage record. Errors: BadInput when its subscription has no product."""
    subscription = row["w365_Subscription"]
    product = subscription.get("w365_Product")
    name = subscription.get("w365_printedname") or (product or subscription).get("w365_printedname") or subscription["w365_name"]
    if product is None:
        message = f"subscription {name} has usage but no product; choose one on its form."
        raise BadInput(message)
    return Metered(
        id=row["w365_usageid"],
        subscription=row["_w365_subscription_value"],
        name=name,
        product=product["w365_productid"],
        tax_category=product["w365_taxcategory"],
        used=day(row["w365_usedon"]),
        meter=row["w365_meter"],
        quantity=Decimal(row["w365_quantity"]),
        unit=row["w365_unit"],
        cost=Decimal(row["w365_cost"]),
        cost_currency=row["w365_costcurrency"],
        category=row["w365_metercategory"] or "",
        region=row["w365_region"] or "",
        resource_group=row["w365_resourcegroup"] or "",
        resource=row["w365_resource"] or "",
        tags=tags(row["w365_tags"]),
        product_markup=maybe(Decimal, product["w365_usagemarkuppercent"]),
        prior=_prior(row),
        confirmed=choice_label(TABLE, "w365_certainty", row["w365_certainty"]) == "Confirmed",
        version=etag(row),
    )


def tags(text: str | None) -> dict[str, str]:
    """The tags of a record; what is no JSON object has none."""
    try:
        found: Any = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _prior(row: Row) -> Prior | None:
    if row["w365_prioramount"] is None:
        return None
    invoice = row.get("w365_PriorInvoice") or {}
    return Prior(Decimal(row["w365_prioramount"]), invoice.get("w365_number") or "", maybe(day, invoice.get("w365_invoicedate")))


def meter_price(row: Row) -> MeterPrice:
    """One row of prices. Errors: BadInput when it contradicts itself."""
    name, _, value = (row["w365_tag"] or "").partition("=")
    return MeterPrice(
        id=row["w365_meterpriceid"],
        valid_from=day(row["w365_validfrom"]),
        own=row[CONTRACT] is not None,
        product=row["_w365_product_value"] or "",
        meter=row["w365_meter"] or "",
        category=row["w365_metercategory"] or "",
        region=row["w365_region"] or "",
        tag=(name, value),
        unit_price=maybe(Decimal, row["w365_unitprice"]),
        markup_percent=maybe(Decimal, row["w365_markuppercent"]),
        package=maybe(Decimal, row["w365_packagesize"]),
    )


def usage_terms(around: Around) -> UsageTerms:
    """How a contract bills usage. Errors: BadInput when its row or a meter price contradicts itself."""
    row = around.row
    label = maybe(lambda value: choice_label(CONTRACT_TABLE, "w365_usagegroup", value), row["w365_usagegroup"])
    mine = [
        meter_price(price)
        for price in around.prices
        if price[CONTRACT] in (None, around.contract.id) and _same_currency(price, row)
    ]
    book = PriceBook(around.contract.currency, tuple(mine), maybe(Decimal, row["w365_usagemarkuppercent"]), around.rates)
    grouping = Grouping(GroupBy(label or "None"), row["w365_usagetag"] or "")
    return UsageTerms(around.contract, book, grouping, maybe(day, row["w365_billedthrough"]))


def _same_currency(price: Row, contract: Row) -> bool:
    """A mark-up holds in every currency, a price in its own."""
    in_its_own = price["_transactioncurrencyid_value"] == contract["_transactioncurrencyid_value"]
    return price["w365_unitprice"] is None or in_its_own


def _read(rows: Sequence[Row], around: Around) -> Iterable[Item]:
    return usage_items(map(metered, rows), usage_terms(around)) if rows else ()


USAGE = Source(
    table=TABLE,
    columns=COLUMNS,
    unbilled=both(unbilled(TABLE), confirmed()),
    day="w365_usedon",
    read=_read,
    expand=EXPAND,
    order="w365_usedon,w365_lineid",
    with_cycle=True,
)
