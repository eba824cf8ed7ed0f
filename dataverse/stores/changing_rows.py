"""Rows of subscriptions and their logs into values. Pure: nothing here calls anybody."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import choice_label, day, etag, maybe, status_label
from dataverse.stores import billing_rows
from dataverse.stores.billing_source import complete
from dataverse.stores.contract_rows import CONTRACT as CONTRACT_NEEDS
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.hold_rows import asks, hold_of, limit_rule
from dataverse.stores.inheriting import Above
from dataverse.stores.log_entries import asked_on
from dataverse.stores.payment_rule_rows import ACCOUNT_RULE, agreed, ruled
from dataverse.stores.subscription_rows import end_of, schedules_of
from dataverse.stores.supply_rows import CHANGE_COLUMNS, log_row
from work365.errors import BadInput
from work365.subscriptions.held import Agreed, Entry, Held, Place, Status, Supplied, opening
from work365.terms.coterm import Neighbour
from work365.terms.renewal import AtEnd, PriceRule, Uplifts
from work365.terms.said import said
from work365.terms.term import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from work365.money import Currency

SUBSCRIPTION, CHANGE, CONTRACT = "w365_subscription", "w365_changelog", "w365_billingcontract"
PRODUCT = "w365_product"
CODE_ID = "_transactioncurrencyid_value"
CONTRACT_COLUMNS = (*billing_rows.CONTRACT, "w365_pausestops", "statecode")
CONTRACT_ENTITY = "w365_LegalEntity($select=w365_timezone,_w365_team_value)"
CONTRACT_OWNERS = f"{CONTRACT_ENTITY},{ACCOUNT_RULE},{ruled(billing_rows.CONTRACT_PRICE_LIST)}"
CONTRACT_EXPAND = f"w365_Contract($select={','.join(CONTRACT_COLUMNS)};$expand={CONTRACT_OWNERS})"
PRODUCT_EXPAND = (
    f"{billing_rows.SUBSCRIPTION_PRODUCT.removesuffix(')')},w365_billingtype,w365_extendedpercent,w365_extendedannualpercent)"
)
BUNDLE_EXPAND = "w365_Parent($select=w365_subscriptionid,w365_name,w365_printedname)"
HELD_EXPAND = f"{CONTRACT_EXPAND},{PRODUCT_EXPAND},{BUNDLE_EXPAND}"
SUBSCRIPTION_COLUMNS = (
    *("w365_subscriptionid", "w365_name", "w365_printedname", "_w365_account_value", "_w365_product_value", "statuscode"),
    *("w365_quantity", "w365_unitprice", "w365_startdate", "w365_billable", "w365_lastsequence"),
    *(
        "w365_term",
        "w365_termstart",
        "w365_commitmentend",
        "w365_atend",
        "w365_renewalprice",
        "w365_renewalpercent",
        "w365_extended",
    ),
    *("w365_supplierwindows", "_w365_provider_value", "_w365_provideraccount_value", "w365_externalid", "w365_billingplan"),
    *("w365_unitcost", "w365_extended", "_transactioncurrencyid_value", "_w365_splitof_value", "w365_splitfrom"),
    "_w365_parent_value",
    "_w365_tierof_value",
    *("w365_pricedon", "w365_ownpricefrom", "w365_enddate"),
    *("w365_frequency", "w365_frequencycount", "w365_cycleanchor", "w365_schedules"),
)
NEIGHBOUR = ("w365_name", "w365_printedname", "w365_term", "w365_commitmentend")
LOG_COLUMNS = (*CHANGE_COLUMNS, "w365_changelogid", "w365_recordedon", "w365_askedon")


def place(own: Row, code_of: Callable[[str], Currency], inherited: Inherited) -> Place:
    """The contract that a subscription is on. Errors: BadInput when its row says too little."""
    row = inherited.terms(own)
    complete(row, CONTRACT_NEEDS, f"contract {row['w365_number']}")
    rule = agreed(row["w365_Account"], row.get("w365_PriceList"))
    above = Above(own["_w365_account_value"], own["_w365_legalentity_value"])
    return Place(
        contract_of(row, code_of(row[CODE_ID])),
        row["w365_number"],
        row["_w365_account_value"],
        row["w365_LegalEntity"]["w365_timezone"],
        pause_stops=bool(row["w365_pausestops"]),
        next_invoice_date=maybe(day, row["w365_nextinvoicedate"]),
        ended=row["statecode"] != 0,
        price_list=row["_w365_pricelist_value"],
        entity=row["_w365_legalentity_value"],
        paid_monthly_percent=rule.paid_monthly_percent or Decimal(0),
        paid_first=bool(rule.paid_first),
        hold=hold_of(own["w365_Account"], above, inherited),
        limit_rule=limit_rule(above, inherited),
        asks=asks(above, inherited),
    )


def held(row: Row, log: Iterable[Row], code_of: Callable[[str], Currency], inherited: Inherited) -> Held:
    """A subscription. Errors: BadInput when it is on no contract, or its rows say too little."""
    name = called(row)
    if row.get("w365_Contract") is None:
        message = f"{name} is on no contract; choose one on its form"
        raise BadInput(message)
    found = list(log)
    listed = _listed(row, found)
    entries = [Entry(log_row(one), one["w365_changelogid"], asked_on(one)) for one in found]
    first = None
    if not entries and row["w365_quantity"]:
        first = opening(day(row["w365_startdate"]), row["w365_quantity"], Decimal(row["w365_unitprice"] or 0))
        entries = [Entry(first, "")]
    return Held(
        id=row["w365_subscriptionid"],
        name=name,
        place=place(row["w365_Contract"], code_of, inherited),
        product=row["_w365_product_value"],
        status=Status(status_label(SUBSCRIPTION, row)),
        quantity=row["w365_quantity"],
        unit_price=Decimal(0 if listed else row["w365_unitprice"] or 0),
        start=day(row["w365_startdate"]),
        entries=tuple(sorted(entries, key=lambda entry: entry.row.sequence)),
        agreed=_agreed(row),
        supplied=_supplied(row),
        printed_name=row["w365_printedname"],
        currency=row[CODE_ID],
        billable=bool(row["w365_billable"]),
        listed=listed,
        bound_to_list=_bound_to_list(row),
        own_from=maybe(day, row["w365_ownpricefrom"]),
        opening=first,
        part=row["_w365_splitof_value"] is not None or row["_w365_tierof_value"] is not None,
        split=row["w365_splitfrom"] is not None,
        schedules=schedules_of(row),
        ends=end_of(row),
        bundle=None if row["_w365_parent_value"] is None else called(row["w365_Parent"]),
        etag=etag(row),
    )


def _listed(row: Row, log: Sequence[Row]) -> bool:
    """Whether its price list prices it: by its log, whatever price somebody typed over since; by its form where it has none."""
    own = row["w365_unitprice"] is not None and (not log or row["w365_ownpricefrom"] is not None)
    return not own and all(one["w365_unitprice"] is None for one in log)


def _bound_to_list(row: Row) -> str:
    """Why what its price list prices cannot have a price of its own, in words; "" where it can."""
    if (row.get("w365_Product") or {}).get("w365_tiermodel") is not None:
        return "its product is priced by tiers or packages"
    if row[CODE_ID] not in (None, row["w365_Contract"][CODE_ID]):
        return "its own currency is another than its contract's; empty it on the form first"
    return "its seats are split over several payers" if row["w365_splitfrom"] is not None else ""


def neighbour(row: Row) -> Neighbour | None:
    """A subscription as far as its end matters to another; None when its term is not one that we know."""
    term = Term.named(row["w365_term"])
    return None if term is None else Neighbour(called(row), day(row["w365_commitmentend"]), term)


def called(row: Row) -> str:
    """What a person calls a subscription."""
    product = (row.get("w365_Product") or {}).get("w365_printedname")
    return str(row["w365_printedname"] or product or row.get("w365_name") or row.get("w365_subscriptionid"))


def _agreed(row: Row) -> Agreed | None:
    term, end = Term.named(row["w365_term"]), maybe(day, row["w365_commitmentend"])
    if term is None or end is None:
        return None
    at_end, rule = row["w365_atend"], row["w365_renewalprice"]
    return Agreed(
        term,
        maybe(day, row["w365_termstart"]),
        end,
        None if at_end is None else AtEnd(choice_label(SUBSCRIPTION, "w365_atend", at_end)),
        PriceRule.KEEP if rule is None else PriceRule(choice_label(SUBSCRIPTION, "w365_renewalprice", rule)),
        Decimal(row["w365_renewalpercent"] or 0),
        said(row["w365_supplierwindows"]),
        _uplifts(row.get("w365_Product") or {}),
        extended=bool(row["w365_extended"]),
    )


def _uplifts(product: Row) -> Uplifts:
    """Those of the product; what Microsoft announced where it says nothing."""
    own = {"monthly": product.get("w365_extendedpercent"), "annual": product.get("w365_extendedannualpercent")}
    return replace(Uplifts(), **{name: Decimal(value) for name, value in own.items() if value is not None})


def _supplied(row: Row) -> Supplied:
    plan, cost = row["w365_billingplan"], row["w365_unitcost"]
    return Supplied(
        row["_w365_provider_value"],
        row["_w365_provideraccount_value"],
        row["w365_externalid"],
        None if plan is None else choice_label(SUBSCRIPTION, "w365_billingplan", plan),
        maybe(Decimal, cost),
    )
