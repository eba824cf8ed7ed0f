"""Payments: what they pay, what stays on the customer's account, and how they are undone.

Source: developer.intuit.com, entity page of Payment: CustomerRef and TotalAmt required, each line names the invoice that it pays,
what is not applied is UnappliedAmt, PaymentRefNum at most 21 characters. Deleting leaves a tombstone for change data capture.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from local.quickbooks.faults import business, missing, too_long, unknown_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.quickbooks.books import Books, Entity
    from local.quickbooks.company import CompanySetup

REFERENCE_LIMIT = 21


def payment(setup: CompanySetup, books: Books, body: Entity, before: Entity | None) -> Entity:
    """A payment as it will be stored; its invoices must be checked against what is open on them before it."""
    if "TotalAmt" not in body:
        raise missing("TotalAmt")
    if len(body.get("PaymentRefNum", "")) > REFERENCE_LIMIT:
        raise too_long("PaymentRefNum", REFERENCE_LIMIT)
    customer = books.refer(setup.realm, "Customer", body.get("CustomerRef"), "CustomerRef")
    currency = body.get("CurrencyRef", {}).get("value", customer["CurrencyRef"]["value"])
    if currency != customer["CurrencyRef"]["value"]:
        raise business("A payment is in its customer's currency")
    freed = dict(applied(before)) if before else {}
    used = Decimal(0)
    for invoice_id, amount in applied(body):
        used += amount
        _check(setup, books, customer, invoice_id, amount, freed.get(invoice_id, Decimal(0)))
    total = Decimal(body["TotalAmt"])
    if total < used or total < 0:
        raise business("The amounts applied are more than the payment")
    return {
        **body,
        "TxnDate": body.get("TxnDate", books.now()[:10]),
        "CustomerRef": {"value": customer["Id"], "name": customer["DisplayName"]},
        "CurrencyRef": {"value": currency},
        "UnappliedAmt": total - used,
    }


def _check(setup: CompanySetup, books: Books, customer: Entity, invoice_id: str, amount: Decimal, freed: Decimal) -> None:
    invoice = books.find(setup.realm, "Invoice", invoice_id)
    if invoice is None:
        raise unknown_reference("Line.LinkedTxn.TxnId")
    if invoice["CustomerRef"]["value"] != customer["Id"]:
        raise business("The invoice belongs to another customer")
    if amount <= 0 or amount > invoice["Balance"] + freed:
        raise business(f"You can't apply {amount} to an invoice whose open balance is {invoice['Balance'] + freed}")


def applied(body: Entity) -> Iterator[tuple[str, Decimal]]:
    """What a payment pays of each invoice."""
    for line in body.get("Line", []):
        for linked in line.get("LinkedTxn", []):
            if linked.get("TxnType") != "Invoice":
                raise business("Only payments of invoices are part of this stand-in")
            yield str(linked["TxnId"]), Decimal(line["Amount"])


def move(setup: CompanySetup, books: Books, entity: Entity, sign: int) -> None:
    """Let a payment take effect on its invoices (sign 1), or undo that (-1)."""
    for invoice_id, amount in applied(entity):
        invoice = books.refer(setup.realm, "Invoice", {"value": invoice_id}, "Line.LinkedTxn.TxnId")
        link = {"TxnId": entity["Id"], "TxnType": "Payment"}
        others = [other for other in invoice["LinkedTxn"] if other != link]
        links = [*others, link] if sign > 0 else others
        books.change(setup.realm, "Invoice", {**invoice, "Balance": invoice["Balance"] - sign * amount, "LinkedTxn": links})
