"""Supplier's lines into values, the source that bills them, and what of a contract they take the place of. Pure: calls nobody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import both, not_null
from dataverse.rows import choice_label, day, etag, maybe
from dataverse.stores.billing_source import Around, Source, complete, unbilled
from work365.errors import BadInput
from work365.money import currency
from work365.periods import Period
from work365.supplied.charging import TABLE, Supplied, SupplierTerms, supplied_items
from work365.supplied.handing_over import handed_over

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from dataverse.webapi import Row
    from work365.invoicing.items import Item
    from work365.subscriptions.change_log import Subscription

SINCE, MARKUP = "w365_supplierlinesfrom", "w365_suppliermarkuppercent"
TERMS = (SINCE, MARKUP)
"""Columns of the contract that say whether and how suppliers' lines are billed."""
COLUMNS = (
    *("w365_providerinvoicelineid", "w365_linereference", "w365_part", "w365_chargetype", "w365_chargestart", "w365_chargeend"),
    *("w365_quantity", "w365_subtotal", "w365_costcurrency"),
)
EXPAND = (
    "w365_ProviderInvoice($select=w365_number),w365_Subscription($select=w365_name,w365_printedname;"
    "$expand=w365_Product($select=w365_productid,w365_printedname,w365_taxcategory))"
)
NEEDED = {"w365_chargestart": "first day", "w365_chargeend": "end", "w365_costcurrency": "currency", "w365_subtotal": "subtotal"}


def supplied_since(contract: Row) -> date | None:
    """The day from which a contract is billed by its suppliers' lines; None for one that is not."""
    return maybe(day, contract.get(SINCE))


def supplied(subscription: Row) -> bool:
    """Whether a supplier's lines are about a subscription: it has an id there."""
    return bool(subscription["w365_externalid"])


def needing_no_price(contracts: Iterable[Row], subscriptions: Iterable[Row]) -> Iterable[Row]:
    """Subscriptions; one that the supplier's lines bill from its first day on has a price of 0 here, as nobody enters one."""
    since = {row["w365_billingcontractid"]: one for row in contracts if (one := supplied_since(row)) is not None}
    if not since:
        return subscriptions
    return [_free(row) if begins_handed_over(row, since.get(row["_w365_contract_value"])) else row for row in subscriptions]


def begins_handed_over(row: Row, since: date | None) -> bool:
    """Whether the supplier's lines bill a subscription from its first day on, where they bill its contract from a day on."""
    return since is not None and supplied(row) and row["w365_startdate"] is not None and day(row["w365_startdate"]) >= since


def _free(row: Row) -> Row:
    return {**row, "w365_unitprice": row["w365_unitprice"] or Decimal(0), "_transactioncurrencyid_value": None}


def without_supplied(
    subscriptions: list[Subscription], rows: Sequence[Row], since: date | None
) -> tuple[list[Subscription], tuple[str, ...]]:
    """Subscriptions as our own rule bills them, and the changes that are settled without it. Shape: `rows` are theirs."""
    if since is None:
        return subscriptions, ()
    pairs = [handed_over(one, since) if supplied(row) else (one, ()) for one, row in zip(subscriptions, rows, strict=True)]
    return [one for one, _ in pairs], tuple(change for _, changes in pairs for change in changes)


def _read(rows: Sequence[Row], around: Around) -> Iterable[Item]:
    since = supplied_since(around.row)
    if since is None or not rows:
        return ()
    terms = SupplierTerms(since, maybe(Decimal, around.row[MARKUP]), around.contract.currency, around.rates)
    return supplied_items(map(_supplied, rows), terms)


def _supplied(row: Row) -> Supplied:
    reference, invoice = row["w365_linereference"], row["w365_ProviderInvoice"]["w365_number"]
    complete(row, NEEDED, f"line {reference} of the supplier's invoice {invoice}")
    subscription = row.get("w365_Subscription") or {}
    product = subscription.get("w365_Product")
    name = subscription.get("w365_printedname") or (product or {}).get("w365_printedname") or subscription.get("w365_name") or ""
    if product is None:
        message = f"line {reference} of the supplier's invoice {invoice} has no subscription with a product; choose one."
        raise BadInput(message)
    return Supplied(
        id=row["w365_providerinvoicelineid"],
        version=etag(row),
        invoice=invoice.removeprefix("~"),
        reference=printed_reference(reference),
        charge=choice_label(TABLE, "w365_chargetype", row["w365_chargetype"]),
        period=Period(day(row["w365_chargestart"]), day(row["w365_chargeend"])),
        quantity=Decimal(row["w365_quantity"]),
        subtotal=Decimal(row["w365_subtotal"]),
        currency=currency(row["w365_costcurrency"]),
        name=name,
        product=product["w365_productid"],
        tax_category=product["w365_taxcategory"],
        correction=(row["w365_part"] or 1) > 1,
    )


def printed_reference(reference: str) -> str:
    """The supplier's own part of a line's reference, which is what both sides can look up; "" where it gave none."""
    return "" if reference.startswith("~") else reference.split(":", 1)[0]


def supplier_sentence(row: Row) -> str:
    """What the supplier billed, where, and what was added, for whoever asks about the customer's line."""
    number, code = row["w365_ProviderInvoice"]["w365_number"].removeprefix("~"), row["w365_costcurrency"]
    reference = printed_reference(row["w365_linereference"])
    named = f"line {reference} of invoice {number}" if reference else f"invoice {number}"
    charge = choice_label(TABLE, "w365_chargetype", row["w365_chargetype"]).lower()
    seats = abs(Decimal(row["w365_quantity"])).normalize()
    what = f"a change of {charge}" if (row["w365_part"] or 1) > 1 else f"{charge} of {seats:f}"
    added = f"{Decimal(row['w365_markuppercent'] or 0).normalize():f} % is added"
    rate = Decimal(row["w365_billedrate"] or 1).normalize()
    converted = "" if rate == 1 else f" at {rate:f} for one {code}"
    return f"The supplier billed {Decimal(row['w365_subtotal']):.2f} {code} for it ({what}, {named}); {added}{converted}."


SUPPLIED = Source(
    table=TABLE,
    columns=COLUMNS,
    unbilled=both(unbilled(TABLE), not_null("_w365_contract_value")),
    day="w365_chargestart",
    read=_read,
    expand=EXPAND,
    order="w365_chargestart,w365_linereference",
)
