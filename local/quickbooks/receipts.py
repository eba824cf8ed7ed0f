"""Payments: what they pay, which credit memos they use, what stays on the customer's account, and how they are undone.

Source: developer.intuit.com, entity page of Payment: CustomerRef and TotalAmt required, each line names the invoice that it pays
or the credit memo that it uses, what is not applied is UnappliedAmt, PaymentRefNum at most 21 characters. Deleting leaves a
tombstone for change data capture. Credit memos that pay an invoice are lines with a positive amount, in a payment whose total may
be zero (docs.breadwinner.com, "Applying Credit to an Invoice").
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
LINKED = ("Invoice", "CreditMemo")


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
    freed = {(kind, id_): amount for kind, id_, amount in applied(before)} if before else {}
    used = Decimal(0)
    for kind, id_, amount in applied(body):
        used += amount if kind == "Invoice" else -amount
        _check(setup, books, customer, (kind, id_), amount, freed.get((kind, id_), Decimal(0)))
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


def _check(setup: CompanySetup, books: Books, customer: Entity, linked: tuple[str, str], amount: Decimal, freed: Decimal) -> None:
    document = books.find(setup.realm, *linked)
    if document is None:
        raise unknown_reference("Line.LinkedTxn.TxnId")
    if document["CustomerRef"]["value"] != customer["Id"]:
        raise business(f"The {linked[0]} belongs to another customer")
    if amount <= 0 or amount > document["Balance"] + freed:
        raise business(f"You can't apply {amount} of a {linked[0]} whose open balance is {document['Balance'] + freed}")


def applied(body: Entity) -> Iterator[tuple[str, str, Decimal]]:
    """What a payment pays of each invoice and uses of each credit memo: kind, id, amount."""
    for line in body.get("Line", []):
        for linked in line.get("LinkedTxn", []):
            if linked.get("TxnType") not in LINKED:
                raise business("Only payments of invoices, with money or credit memos, are part of this stand-in")
            yield str(linked["TxnType"]), str(linked["TxnId"]), Decimal(line["Amount"])


def move(setup: CompanySetup, books: Books, entity: Entity, sign: int) -> None:
    """Let a payment take effect on what it links (sign 1), or undo that (-1)."""
    for kind, id_, amount in applied(entity):
        document = books.refer(setup.realm, kind, {"value": id_}, "Line.LinkedTxn.TxnId")
        link = {"TxnId": entity["Id"], "TxnType": "Payment"}
        others = [other for other in document["LinkedTxn"] if other != link]
        links = [*others, link] if sign > 0 else others
        books.change(setup.realm, kind, {**document, "Balance": document["Balance"] - sign * amount, "LinkedTxn": links})
