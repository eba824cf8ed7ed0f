"""Rows of price lists, staged prices and price changes ⇄ values. Pure: nothing here calls anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Create, Update
from dataverse.rows import bind, choice_label, choice_value, day, etag, maybe, status
from dataverse.stores import changing_rows
from dataverse.stores.billing_conditions import terms_of
from dataverse.stores.log_entries import log_entry
from dataverse.stores.subscription_rows import item_terms
from dataverse.webapi import Ref
from work365.catalogue.list_changes import Difference, Kind
from work365.catalogue.quoting import PriceList
from work365.catalogue.sold import Sold
from work365.errors import BadInput
from work365.ids import derived
from work365.ports.pricing import Market, Repriced, Staged
from work365.provisioning.terms import Plan
from work365.subscriptions.held import opening
from work365.subscriptions.ledger import Event, Source, appended, in_order, standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.stores.inheriting import Inherited
    from dataverse.stores.renewal_prices import RenewalPrices
    from work365.catalogue.repricing import NewPrice
    from work365.subscriptions.ledger import LogRow

SUBSCRIPTION, CHANGE, LOG, SCHEDULED = "w365_subscription", "w365_pricechange", "w365_changelog", "w365_scheduledchange"
CURRENCY = "_transactioncurrencyid_value"
LIST_COLUMNS = ("w365_pricelistid", "w365_code", "w365_market", "w365_segment", CURRENCY)
SOLD_COLUMNS = (*changing_rows.SUBSCRIPTION_COLUMNS, "w365_lastsequence")
SOLD_EXPAND = f"{changing_rows.CONTRACT_EXPAND},{changing_rows.PRODUCT_EXPAND}"
CHANGE_COLUMNS = (
    *("w365_pricechangeid", "w365_plan", "w365_kind", "_w365_pricelist_value", "w365_term", "w365_billingplan", "w365_tierfrom"),
    *(
        "w365_validfrom",
        "w365_validto",
        "w365_oldprice",
        "w365_oldcost",
        "w365_unitprice",
        "w365_unitcost",
        "_w365_stagedby_value",
    ),
)
CHANGE_PRODUCT = "w365_Product($select=w365_productid,w365_number)"
LOG_COLUMNS = ("_w365_subscription_value", "w365_effective", "w365_unitprice")
SCHEDULED_COLUMNS = ("_w365_subscription_value", "w365_dueon", "w365_unitprice")


LAST_DAY = date.max
"""New prices are per cycle of a contract's latest terms."""


def market(row: Row, currencies: Currencies) -> Market:
    """A price list."""
    code = row[CURRENCY]
    own = PriceList(row["w365_pricelistid"], row["w365_code"], "" if code is None else currencies.code(code))
    return Market(own, row["w365_market"] or "", row["w365_segment"] or "")


def sold(row: Row, currencies: Currencies, inherited: Inherited, prices: RenewalPrices) -> Sold | None:
    """A subscription with its contract; None where its contract has no cycle of months to read a price in, or has no price.

    Shape: what tiers price has no price per seat, and a part of what is split over payers follows it.
    """
    try:
        held = changing_rows.held(row, (), currencies.code, inherited)
        months = item_terms(held.place.contract, row).on(LAST_DAY).frequency.months
        price = prices.in_force(row, held, currencies) if held.listed else held.unit_price
    except BadInput:
        return None  # its contract cannot be billed either, and the run says why
    if months is None or held.product is None or (held.listed and (held.bound_to_list or held.part or not held.billable)):
        return None
    return Sold(
        id=held.id,
        name=held.name,
        contract=held.place.contract.id,
        number=held.place.number,
        product=held.product,
        quantity=held.quantity,
        price=price,
        terms=terms_of(row),
        commitment_end=maybe(day, row["w365_commitmentend"]),
        months=months,
        currency=held.place.contract.currency,
        last_sequence=row["w365_lastsequence"] or 0,
        etag=held.etag,
        paid_monthly_percent=held.place.paid_monthly_percent,
        start=held.start,
        listed=held.listed,
    )


def staged_row(plan: str, price_list: str, one: Difference, *, source: str, person: str) -> Row:
    """A price that waits."""
    return {
        "w365_name": one.place[:200],
        "w365_plan": plan,
        "w365_place": one.place[:300],
        "w365_kind": choice_value(CHANGE, "w365_kind", one.kind.value),
        "w365_term": one.term,
        "w365_billingplan": choice_value(CHANGE, "w365_billingplan", one.plan.value),
        "w365_tierfrom": one.tier_from,
        "w365_validfrom": one.day,
        "w365_validto": one.valid_to,
        "w365_oldprice": one.old,
        "w365_oldcost": one.old_cost,
        "w365_unitprice": one.new,
        "w365_unitcost": one.new_cost,
        "w365_source": source[:200],
        **status(CHANGE, "Staged"),
        **bind("w365_PriceList", "w365_pricelist", price_list),
        **bind("w365_Product", "w365_product", one.product),
        **bind("w365_StagedBy", "systemuser", person),
    }


def staged(row: Row) -> Staged:
    """A price that waits, its product expanded."""
    product = row["w365_Product"]
    difference = Difference(
        Kind(choice_label(CHANGE, "w365_kind", row["w365_kind"])),
        product["w365_productid"],
        product["w365_number"],
        row["w365_term"],
        Plan(choice_label(CHANGE, "w365_billingplan", row["w365_billingplan"])),
        row["w365_tierfrom"],
        day(row["w365_validfrom"]),
        maybe(Decimal, row["w365_oldprice"]),
        maybe(Decimal, row["w365_oldcost"]),
        maybe(Decimal, row["w365_unitprice"]),
        maybe(Decimal, row["w365_unitcost"]),
        maybe(day, row["w365_validto"]),
    )
    return Staged(
        row["w365_pricechangeid"], row["_w365_pricelist_value"], difference, row["_w365_stagedby_value"] or "", etag(row)
    )


def decided(one: Staged, label: str, person: str) -> Op:
    """The end of its waiting, under the version that was read."""
    return Update(Ref(CHANGE, one.id), {**status(CHANGE, label), **bind("w365_DecidedBy", "systemuser", person)}, one.etag)


def price_row(one: Staged) -> Row:
    """What a price row says besides its key; a cost that the file does not say stays what it was."""
    difference = one.difference
    cost = difference.old_cost if difference.new_cost is None else difference.new_cost
    return {"w365_unitprice": difference.new, "w365_unitcost": cost, "w365_validto": difference.valid_to}


def price_key(one: Staged) -> Row:
    """The key of a new price row."""
    difference = one.difference
    return {
        "w365_name": difference.place[:200],
        "w365_term": difference.term,
        "w365_billingplan": choice_value("w365_price", "w365_billingplan", difference.plan.value),
        "w365_tierfrom": difference.tier_from,
        "w365_validfrom": difference.day,
        **bind("w365_Product", "w365_product", difference.product),
        **bind("w365_PriceList", "w365_pricelist", one.price_list),
    }


def reference(plan: str) -> str:
    """What marks the rows that a plan has made."""
    return f"prices change {plan}"


def reprice_ops(plan: str, one: NewPrice, log: Sequence[LogRow], *, now: datetime, today: date) -> list[Op]:
    """Rows of the change log with the subscription's new price; for a day to come a scheduled change, which knows no seats."""
    own = derived("prices change", plan, one.sold.id)
    if one.on > today:
        return [_touched(one), Create(SCHEDULED, _scheduled(plan, one), own)]
    begun = log or [opening(one.sold.start, one.sold.quantity, one.sold.price)]
    price = one.sold.price if one.new is None else one.new  # a list that says none leaves it as it was
    first, *kept = appended(begun, one.on, standing(begun, one.on).quantity, price, Event.PRICE)
    rows = [replace(first, reference=reference(plan)), *kept]
    row: Row = {"w365_unitprice": in_order([*begun, *rows])[-1].unit_price, "w365_lastsequence": rows[-1].sequence}
    row |= {"w365_ownpricefrom": one.on} if one.sold.listed else {"w365_pricedon": one.on}
    ops: list[Op] = [Update(Ref(SUBSCRIPTION, one.sold.id), row, one.sold.etag)]
    ops += [] if log else [Create(LOG, _opening(one, begun[0], now), derived("opening", one.sold.id))]
    ids = [own, *(derived("prices change", plan, one.sold.id, str(later.sequence)) for later in kept)]
    return [*ops, *(Create(LOG, _entry(one, each, now), id_) for each, id_ in zip(rows, ids, strict=True))]


def _opening(one: NewPrice, row: LogRow, now: datetime) -> Row:
    """What a log that is still empty begins with: the seats from the start on, at the price before."""
    return _entry(one, row, now) | ({"w365_unitprice": None} if one.sold.listed else {})


def _entry(one: NewPrice, row: LogRow, now: datetime) -> Row:
    return log_entry(row, one.sold.id, one.sold.contract, source=Source.STAFF, now=now, billable=True)


def _touched(one: NewPrice) -> Op:
    """Nothing changes yet, but only for the version that the plan was made of."""
    return Update(Ref(SUBSCRIPTION, one.sold.id), {"w365_lastsequence": one.sold.last_sequence}, one.sold.etag)


def _scheduled(plan: str, one: NewPrice) -> Row:
    return {
        "w365_name": reference(plan),
        "w365_key": f"{one.sold.id}:{one.on}:Price",
        "w365_dueon": one.on,
        "w365_unitprice": one.new,
        "w365_event": choice_value(SCHEDULED, "w365_event", "Price"),
        "w365_source": choice_value(SCHEDULED, "w365_source", "Schedule"),
        **bind("w365_Subscription", SUBSCRIPTION, one.sold.id),
    }


def repriced(row: Row) -> Repriced:
    """A row that a plan has made, of the change log or scheduled."""
    on = row.get("w365_effective") or row["w365_dueon"]
    return Repriced(row["_w365_subscription_value"], Decimal(row["w365_unitprice"]), day(on))
