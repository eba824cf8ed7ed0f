"""Rows of suppliers' bills ⇄ values. Pure: nothing here calls anybody."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Create, Update
from dataverse.rows import bind, choice_label, choice_value, day, etag, status
from dataverse.stores.left_out import EXCLUDED_BY, REASON, left_out
from dataverse.webapi import Ref
from work365.ids import derived
from work365.periods import Period
from work365.provisioning.lines import Charge
from work365.supplied.charging import TABLE as LINE
from work365.supplied.keeping import EXCLUDED, NOBODY, Keeping, KeptLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.provisioning.holding import Provider, Subscription
    from work365.supplied.keeping import LineToKeep, SupplierBill

BILL = "w365_providerinvoice"
CORRECTED = "The supplier has changed the line since it was billed; this is the difference."
COLUMNS = (
    *("w365_providerinvoicelineid", "w365_linereference", "w365_part", "w365_subtotal", "w365_billingstate"),
    *(REASON, EXCLUDED_BY),
)
CHARGES: dict[Charge | None, str] = {
    Charge.NEW: "New",
    Charge.RENEW: "Renew",
    Charge.CYCLE: "Cycle fee",
    Charge.ADD: "Add quantity",
    Charge.REMOVE: "Remove quantity",
    Charge.CANCEL: "Cancel",
    Charge.CONVERT: "Convert",
}
"""The words of the table model; what is not there is 'Other', with the supplier's own word beside it."""


def bill_id(provider: Provider, invoice: str) -> str:
    """The id of a bill's row."""
    return derived("supplier bill", provider.code, invoice)


def kept(row: Row) -> KeptLine:
    """A line that is there, its bill expanded; read without the columns that say why it is left out, it does not say so."""
    part = row["w365_part"] or 1
    state = row["w365_billingstate"]
    return KeptLine(
        row["w365_providerinvoicelineid"],
        row["w365_ProviderInvoice"]["w365_number"],
        row["w365_linereference"] if part == 1 else row["w365_linereference"].removesuffix(_suffix(part)),
        part,
        Decimal(row["w365_subtotal"]),
        NOBODY if state is None else choice_label(LINE, "w365_billingstate", state),
        etag(row),
        row.get(REASON) or "",
        row.get(EXCLUDED_BY),
    )


def charge_days(row: Row) -> Period:
    """The days of a line; one that somebody entered without length is about its first day."""
    start, end = day(row["w365_chargestart"]), day(row["w365_chargeend"])
    return Period(start, max(end, start + timedelta(days=1)))


def _suffix(part: int) -> str:
    return f"~{part}"


def bill_ops(provider: Provider, bills: Iterable[SupplierBill], file: str) -> list[Op]:
    """Bills, as far as they are not there."""
    return [Create(BILL, _bill(provider, bill, file), bill_id(provider, bill.invoice)) for bill in bills]


def _bill(provider: Provider, bill: SupplierBill, file: str) -> Row:
    return {
        "w365_name": f"{provider.code} {bill.invoice}"[:200],
        "w365_number": bill.invoice,
        "w365_invoicedate": bill.last_start,
        "w365_periodstart": bill.start,
        "w365_periodend": bill.end,
        "w365_total": bill.total,
        "w365_source": file[:200],
        **status(BILL, "Imported"),
        **bind("w365_Provider", "w365_provider", provider.id),
    }


def line_op(
    provider: Provider, one: LineToKeep, subscriptions: Mapping[str, Subscription], currency_id: Callable[[str], str]
) -> Op:
    """A line, or what is new about one that nobody has billed."""
    charge = one.line.charge
    subscription = subscriptions[charge.subscription]
    told: Row = {
        "w365_quantity": charge.quantity,
        "w365_unitcost": charge.effective_unit_price,
        "w365_exchangerateused": charge.exchange_rate,
        "w365_subtotal": one.subtotal,
        "w365_total": one.subtotal,
        "w365_billingstate": None if one.state == NOBODY else choice_value(LINE, "w365_billingstate", one.state),
        **(left_out(LINE, one.left_out, one.left_out_by) if one.state == EXCLUDED else {}),
        **(bind("w365_Contract", "w365_billingcontract", subscription.contract) if subscription.contract else {}),
    }
    if one.keeping is Keeping.RESTATE:
        return Update(Ref(LINE, one.id), told, one.etag)
    correction = one.keeping is Keeping.CORRECT
    row: Row = {
        "w365_name": f"{charge.product_name or charge.product} {charge.start}"[:200],
        "w365_linereference": one.line.reference + (_suffix(one.part) if correction else ""),
        "w365_part": one.part,
        "w365_chargetype": choice_value(LINE, "w365_chargetype", CHARGES.get(charge.charge, "Other")),
        "w365_chargetypetext": charge.charge_text[:100],
        "w365_chargestart": charge.start,
        "w365_chargeend": charge.end,
        "w365_costcurrency": charge.currency,
        "w365_explanation": CORRECTED if correction else None,
        **bind("w365_ProviderInvoice", BILL, bill_id(provider, one.line.invoice)),
        **bind("w365_Subscription", "w365_subscription", subscription.id),
        **bind("transactioncurrencyid", "transactioncurrency", currency_id(charge.currency)),
        **(bind("w365_Product", "w365_product", subscription.product) if subscription.product else {}),
    }
    return Create(LINE, told | row, one.id)
