"""Rows of an import ⇄ values: provider accounts, contracts, catalogue, subscriptions and change logs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.batch import Create, Op, Update
from dataverse.query import Query
from dataverse.rows import Row, bind, choice_label, choice_value, day, etag, maybe, status
from dataverse.stores.contract_rows import frequency_of
from dataverse.stores.dated_lists import list_ids
from dataverse.stores.log_entries import log_entry
from dataverse.stores.payment_rule_rows import ACCOUNT_RULE, PRICE_LIST_RULE, paid_monthly_percent
from dataverse.webapi import Ref
from work365.catalogue.prices import Price
from work365.periods import MONTHLY
from work365.provisioning.catalogue import Component, Product
from work365.provisioning.holding import Contract, Held, Subscription, Tenant, log_row_id
from work365.provisioning.terms import Plan
from work365.subscriptions.ledger import Event, LogRow, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from work365.provisioning.holding import Provider, Write

SUBSCRIPTION, CHANGE, TENANT = "w365_subscription", "w365_changelog", "w365_provideraccount"
CURRENCY_ID = "_transactioncurrencyid_value"

TENANT_COLUMNS = ("w365_provideraccountid", "w365_externalid", "w365_name", "w365_domain", "w365_country", "_w365_account_value")
CONTRACT_COLUMNS = (
    *("w365_billingcontractid", "w365_number", "w365_frequency", "w365_frequencycount", "w365_isdefault", "_w365_account_value"),
    *("_w365_pricelist_value", "w365_supplierlinesfrom", "w365_amendments", CURRENCY_ID),
)
CONTRACT_RULES = f"{ACCOUNT_RULE},{PRICE_LIST_RULE}"
PRODUCT_COLUMNS = ("w365_productid", "w365_number", "w365_printedname")
COMPONENT_COLUMNS = ("_w365_bundle_value", "w365_quantity", "w365_billable")
COMPONENT_PRODUCT = f"w365_Component($select={','.join(PRODUCT_COLUMNS)})"
PRICE_COLUMNS = (
    *("_w365_product_value", "_w365_pricelist_value", "w365_term", "w365_billingplan", "w365_tierfrom", "w365_validfrom"),
    *("w365_unitprice", "w365_unitcost", "w365_flatamount", "w365_validto", "w365_priceid"),
)
PRICE = "w365_price"
SUBSCRIPTION_COLUMNS = (
    *("w365_subscriptionid", "w365_externalid", "_w365_provider_value", "_w365_provideraccount_value", "_w365_account_value"),
    *("_w365_contract_value", "_w365_product_value", "_w365_parent_value", "w365_name", "w365_printedname", "w365_startdate"),
    *("w365_enddate", "w365_quantity", "w365_unitprice", "w365_unitcost", CURRENCY_ID, "w365_term", "w365_billingplan"),
    *("w365_commitmentend", "w365_billable", "w365_lastsequence", "w365_ownpricefrom", "statuscode"),
)
CHANGE_COLUMNS = (
    *("_w365_subscription_value", "w365_sequence", "w365_effective", "w365_quantity", "w365_quantitydelta", "w365_unitprice"),
    *("w365_event", "w365_reference"),
)
CANCELLED = status(SUBSCRIPTION, "Cancelled")


def tenant(row: Row) -> Tenant:
    """A provider account."""
    return Tenant(
        row["w365_provideraccountid"],
        row["w365_externalid"].lower(),
        row["w365_name"] or "",
        row["w365_domain"] or "",
        row["w365_country"] or "",
        row["_w365_account_value"],
    )


def tenant_op(provider: Provider, fresh: Tenant) -> Create:
    """A new provider account."""
    row = {
        "w365_name": (fresh.name or fresh.external_id)[:200],
        "w365_externalid": fresh.external_id,
        "w365_domain": fresh.domain or None,
        "w365_country": fresh.country or None,
        **bind("w365_Provider", "w365_provider", provider.id),
    }
    return Create(TENANT, row, fresh.id)


def contract(row: Row, codes: Mapping[str, str]) -> Contract:
    """A billing contract."""
    began, later = list_ids(row)
    return Contract(
        row["w365_billingcontractid"],
        row["w365_number"],
        row["_w365_account_value"],
        codes.get(row[CURRENCY_ID] or "", ""),
        frequency_of(row, "w365_billingcontract") or MONTHLY,
        began,
        bool(row["w365_isdefault"]),
        maybe(day, row["w365_supplierlinesfrom"]),
        paid_monthly_percent(row["w365_Account"], row.get("w365_PriceList")),
        later,
    )


def product(row: Row) -> Product:
    """A product."""
    return Product(row["w365_productid"], row["w365_number"], row["w365_printedname"] or row["w365_number"])


def component(row: Row) -> Component:
    """A part of a bundle, its product expanded."""
    return Component(product(row["w365_Component"]), row["w365_quantity"], bool(row["w365_billable"]))


def prices_where(which: str) -> Query:
    """Rows of price lists."""
    return Query(PRICE, PRICE_COLUMNS, filter=which)


def price(row: Row) -> Price:
    """A price."""
    return Price(
        row["_w365_product_value"],
        row["_w365_pricelist_value"],
        row["w365_term"],
        Plan(choice_label("w365_price", "w365_billingplan", row["w365_billingplan"])),
        row["w365_tierfrom"],
        day(row["w365_validfrom"]),
        Decimal(row["w365_unitprice"]),
        maybe(Decimal, row["w365_unitcost"]),
        Decimal(row["w365_flatamount"] or 0),
        maybe(day, row["w365_validto"]),
        row["w365_priceid"],
    )


def log_row(row: Row) -> LogRow:
    """A row of the change log; those of what a price list prices have no price, and count as if they had none to pay."""
    label = choice_label(CHANGE, "w365_event", row["w365_event"])
    event = Event(label) if label in {known.value for known in Event} else Event.QUANTITY
    return LogRow(
        row["w365_sequence"],
        day(row["w365_effective"]),
        row["w365_quantity"],
        row["w365_quantitydelta"],
        Decimal(row["w365_unitprice"] or 0),
        event,
        row["w365_reference"] or "",
    )


def held(row: Row, rows: tuple[LogRow, ...], children: tuple[Held, ...], codes: Mapping[str, str]) -> Held:
    """A subscription with its change log and parts."""
    plan = row["w365_billingplan"]
    subscription = Subscription(
        id=row["w365_subscriptionid"],
        external_id=row["w365_externalid"] or "",
        provider=row["_w365_provider_value"],
        tenant=row["_w365_provideraccount_value"],
        account=row["_w365_account_value"],
        contract=row["_w365_contract_value"],
        product=row["_w365_product_value"],
        parent=row["_w365_parent_value"],
        name=row["w365_name"] or "",
        printed_name=row["w365_printedname"] or "",
        start=maybe(day, row["w365_startdate"]),
        end=maybe(day, row["w365_enddate"]),
        quantity=row["w365_quantity"],
        unit_price=maybe(Decimal, row["w365_unitprice"]),
        unit_cost=maybe(Decimal, row["w365_unitcost"]),
        currency=codes.get(row[CURRENCY_ID] or "", ""),
        term=row["w365_term"] or "",
        plan=None if plan is None else Plan(choice_label(SUBSCRIPTION, "w365_billingplan", plan)),
        commitment_end=maybe(day, row["w365_commitmentend"]),
        billable=bool(row["w365_billable"]),
        cancelled=row["statuscode"] == CANCELLED["statuscode"],
        last_sequence=row["w365_lastsequence"] or 0,
        own_price_from=maybe(day, row["w365_ownpricefrom"]),
    )
    return Held(subscription, etag(row), rows, children)


_TEXTS = {"external_id": "w365_externalid", "name": "w365_name", "printed_name": "w365_printedname", "term": "w365_term"}
_VALUES = {
    "start": "w365_startdate",
    "end": "w365_enddate",
    "quantity": "w365_quantity",
    "unit_price": "w365_unitprice",
    "unit_cost": "w365_unitcost",
    "commitment_end": "w365_commitmentend",
    "billable": "w365_billable",
    "last_sequence": "w365_lastsequence",
}
_LOOKUPS = {
    "provider": ("w365_Provider", "w365_provider"),
    "tenant": ("w365_ProviderAccount", "w365_provideraccount"),
    "account": ("w365_Account", "account"),
    "contract": ("w365_Contract", "w365_billingcontract"),
    "product": ("w365_Product", "w365_product"),
    "parent": ("w365_Parent", "w365_subscription"),
}


def subscription_row(write: Write, ids: Callable[[str], str]) -> Row:
    """The columns of a write, but for its status.

    Shape: `ids` finds the id of a currency by its code; empty columns of new rows are left out.
    """
    subscription, new = write.subscription, not write.etag
    row: Row = {}
    for name in sorted(write.columns - {"id", "plan", "currency", "cancelled", "own_price_from"}):
        value: Any = getattr(subscription, name)
        value = value or None if name in _TEXTS else value
        if new and value is None:
            continue
        row |= bind(_LOOKUPS[name][0], _LOOKUPS[name][1], value) if name in _LOOKUPS else {(_TEXTS | _VALUES)[name]: value}
    if "plan" in write.columns and subscription.plan is not None:
        row["w365_billingplan"] = choice_value(SUBSCRIPTION, "w365_billingplan", subscription.plan.value)
    if "currency" in write.columns and subscription.currency:
        row |= bind("transactioncurrencyid", "transactioncurrency", ids(subscription.currency))
    return row


def write_ops(write: Write, ids: Callable[[str], str], now: datetime) -> list[Op]:
    """One subscription and the rows that its log gets; the subscription's version guards their sequence."""
    subscription = write.subscription
    where = Ref(SUBSCRIPTION, subscription.id)
    row = subscription_row(write, ids)
    ended = "cancelled" in write.columns and (subscription.cancelled or bool(write.etag))
    standing = status(SUBSCRIPTION, "Cancelled" if subscription.cancelled else "Active") if ended else {}
    if write.etag:
        first: list[Op] = [Update(where, row | standing, write.etag)]
    else:
        first = [Create(SUBSCRIPTION, row, subscription.id)]
        first += [Update(where, standing)] if standing else []
    return [*first, *(_change_op(subscription, change, now) for change in write.rows)]


def _change_op(subscription: Subscription, change: LogRow, now: datetime) -> Create:
    """A row of its log, which has no price where the subscription has none, or had none yet: its list's holds then."""
    row = log_entry(change, subscription.id, subscription.contract, source=Source.IMPORT, now=now, billable=subscription.billable)
    own_from = subscription.own_price_from
    if subscription.unit_price is None or (own_from is not None and change.effective < own_from):
        row["w365_unitprice"] = None
    return Create(CHANGE, row, log_row_id(subscription.id, change.sequence))
