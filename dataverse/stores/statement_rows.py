"""Rows of invoices, payments, allocations and refunds into the accounts of a statement. Pure: nothing here calls anybody."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.query import either, eq, not_null
from dataverse.rows import amount, choice_label, day, instant, maybe, status, status_label
from dataverse.stores import document_rows, sending_rows
from work365.money import Currency, currency
from work365.ports.statements import Account, Company
from work365.receivables.payments import PaymentState
from work365.receivables.statement import Billed, Means, Received

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from dataverse.rows import Row
    from work365.documents.document import Buyer
    from work365.money import Money

ACCOUNT_TABLE, INVOICE_TABLE, PAYMENT_TABLE = "account", "w365_invoice", "w365_payment"
ALLOCATION_TABLE, REFUND_TABLE, RECEIPT_TABLE = "w365_allocation", "w365_refund", "w365_receipt"
WRITE_OFF_TABLE = "w365_writeoff"
ACCOUNT = ("accountid", *sending_rows.ACCOUNT)
INVOICE = (
    *("w365_invoiceid", "w365_number", "w365_kind", "w365_invoicedate", "w365_duedate", "w365_total", "statuscode"),
    *("_w365_account_value", "_w365_legalentity_value"),
    "_w365_original_value",
)
OF_ENTITY = f"w365_LegalEntity($select={','.join(sending_rows.ENTITY)},w365_timezone)"
INVOICE_EXPAND = f"{OF_ENTITY},transactioncurrencyid($select=isocurrencycode)"
PAYMENT = (
    *("w365_paymentid", "w365_amount", "w365_receivedon", "createdon", "_w365_receipt_value", "w365_returnedon"),
    *("statuscode", "_w365_creditnote_value", "_w365_leftoverof_value"),
)
OF_INVOICE = "$select=w365_number,_w365_account_value,_w365_legalentity_value,_transactioncurrencyid_value"
OF_MOVEMENT = f"w365_Invoice({OF_INVOICE}),transactioncurrencyid($select=isocurrencycode)"
PAYMENT_EXPAND = f"{OF_MOVEMENT},w365_CreditNote($select=w365_number)"
RECEIPT = (
    *("w365_receiptid", "w365_amount", "w365_receivedon", "w365_returnedon", "_w365_account_value"),
    "_w365_legalentity_value",
)
RECEIPT_EXPAND = f"{OF_ENTITY},transactioncurrencyid($select=isocurrencycode)"
ALLOCATION = ("w365_amount", "_w365_payment_value", "_w365_invoice_value")
REFUND = ("w365_amount", "w365_givenon", "w365_camebackon", "_w365_payment_value")
REFUND_EXPAND = "transactioncurrencyid($select=isocurrencycode)"
CAME_IN = either(
    *(
        eq("statuscode", status(PAYMENT_TABLE, state.value)["statuscode"])
        for state in (PaymentState.SUCCEEDED, PaymentState.RETURNED)
    )
)
"""Payments that counted once; of one that was returned both ways are shown."""
DISPUTE_TABLE = "w365_dispute"
DISPUTE = ("w365_taken", "w365_away", "w365_takenon", "w365_backon", "_w365_payment_value")
TAKEN = not_null("w365_takenon")
"""Disputes that took money once; of one that gave it back both ways are shown."""
REFUNDED = not_null("w365_givenon")
"""Refunds that counted once; of one that came back both ways are shown."""
WRITE_OFF = ("w365_amount", "w365_movedon")
NOT_ISSUED = ("Draft", "Verified")
"""A cancelled document with a number stands beside the note that gives it back; one without a number is never read."""

Key = tuple[str, Currency]
"""A company and a currency."""


def buyer(row: Row) -> Buyer:
    """The customer."""
    return sending_rows.buyer(row)


def accounts(
    invoices: Sequence[Row],
    payments: Sequence[Row],
    allocations: Iterable[Row],
    refunds: Iterable[Row],
    disputes: Iterable[Row],
    receipts: Sequence[Row],
    write_offs: Iterable[Row],
) -> tuple[Account, ...]:
    """One account per company and currency. Shape: the rows that the store asks for, in its order.

    Money that came as a receipt, or is left over of a payment, stands there once, whichever invoices it pays; other payments
    stand for themselves.
    """
    issued = [row for row in invoices if status_label(INVOICE_TABLE, row) not in NOT_ISSUED]
    companies = {row["_w365_legalentity_value"]: row["w365_LegalEntity"] for row in (*receipts, *invoices)}
    billed: dict[Key, list[Billed]] = {}
    numbers = {row["w365_invoiceid"]: row["w365_number"] for row in issued}
    for row in issued:
        original = numbers.get(row["_w365_original_value"], "")
        billed.setdefault(_key(row, row), []).append(_billed(row, original))
    received: dict[Key, list[Received]] = {}
    parts = _parts(allocations, numbers)
    for row in receipts:
        own = [part for one in payments if one["_w365_receipt_value"] == row["w365_receiptid"] for part in _of(one, parts)]
        received.setdefault(_key(row, row), []).extend(
            _ways(row, row["_w365_account_value"], sorted(own, key=lambda part: part["number"]))
        )
    elsewhere: defaultdict[str, list[Row]] = defaultdict(list)
    for row in payments:
        elsewhere[row["_w365_leftoverof_value"] or ""] += _of(row, parts)
    for row in (row for row in payments if not (row["_w365_receipt_value"] or row["_w365_leftoverof_value"])):
        own = [*_of(row, parts), *sorted(elsewhere[row["w365_paymentid"]], key=lambda part: part["number"])]
        ways = _applied(row) if row["_w365_creditnote_value"] else _ways(row, row["w365_Invoice"]["_w365_account_value"], own)
        received.setdefault(_key(row["w365_Invoice"], row), []).extend(ways)
    made_for = {row["w365_paymentid"]: row["w365_Invoice"] for row in payments}
    for row in (row for row in refunds if row["_w365_payment_value"] in made_for):
        invoice = made_for[row["_w365_payment_value"]]
        received.setdefault(_key(invoice, row), []).extend(_refunded(row, invoice))
    for row in (row for row in disputes if row["_w365_payment_value"] in made_for):
        invoice = made_for[row["_w365_payment_value"]]
        received.setdefault(_key(invoice, row), []).extend(_disputed(row, invoice))
    for row in write_offs:
        received.setdefault(_key(row["w365_Invoice"], row), []).append(_given_up(row))
    keys = sorted(billed.keys() | received.keys(), key=lambda key: (companies[key[0]]["w365_code"], key[1]))
    return tuple(
        Account(_company(companies[key[0]]), key[1], tuple(billed.get(key, ())), tuple(received.get(key, ()))) for key in keys
    )


def _of(payment: Row, parts: dict[str, tuple[Row, ...]]) -> tuple[Row, ...]:
    return parts.get(payment["w365_paymentid"], ())


def _key(invoice: Row, money: Row) -> Key:
    return invoice["_w365_legalentity_value"], currency(money["transactioncurrencyid"]["isocurrencycode"])


def _company(entity: Row) -> Company:
    return Company(sending_rows.seller(entity), document_rows.template(entity), entity["w365_timezone"] or "UTC")


def _billed(row: Row, original: str) -> Billed:
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    credit = choice_label(INVOICE_TABLE, "w365_kind", row["w365_kind"]) == "Credit note"
    total = amount(row["w365_total"], code)
    return Billed(
        number=row["w365_number"],
        account=row["_w365_account_value"],
        issued=day(row["w365_invoicedate"]),
        due=maybe(day, row["w365_duedate"]),
        total=-total if credit and total.minor > 0 else total,
        credit_note=credit,
        original=original,
        id=row["w365_invoiceid"],
    )


def _parts(rows: Iterable[Row], numbers: dict[str, str]) -> dict[str, tuple[Row, ...]]:
    """Allocations by payment, each with the number of its document; those of documents that are not issued are left out."""
    parts: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        number = numbers.get(row["_w365_invoice_value"])
        if number is not None:
            parts[row["_w365_payment_value"]] = (*parts.get(row["_w365_payment_value"], ()), {**row, "number": number})
    return parts


def _ways(row: Row, account: str, parts: Iterable[Row]) -> list[Received]:
    """Money that came in, and if it went away again, that too.

    A negative amount is a credit note that went to the prepaid balance, which is money given back.
    """
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    back = row["w365_amount"] < 0
    sign = -1 if back else 1
    came = Received(
        account=account,
        day=maybe(day, row["w365_receivedon"]) or instant(row["createdon"]).date(),
        amount=amount(sign * row["w365_amount"], code),
        applied=tuple((part["number"], amount(sign * part["w365_amount"], code)) for part in parts),
        refund=back,
    )
    gone = maybe(day, row["w365_returnedon"])
    return [came] if gone is None else [came, replace(came, day=gone, refund=True, taken=not back)]


def _applied(row: Row) -> list[Received]:
    """What a credit note paid of an invoice, and if that was taken back, that too: each a pair that changes no balance."""
    invoice, part = row["w365_Invoice"], amount(row["w365_amount"], currency(row["transactioncurrencyid"]["isocurrencycode"]))
    at = day(row["w365_receivedon"])
    paid = Received(invoice["_w365_account_value"], at, part, ((invoice["w365_number"], part),), means=Means.CREDIT)
    used = replace(paid, applied=((row["w365_CreditNote"]["w365_number"], part),), refund=True)
    gone = maybe(day, row["w365_returnedon"])
    back = [] if gone is None else [replace(one, day=gone, refund=not one.refund) for one in (paid, used)]
    return [paid, used, *back]


def _given_up(row: Row) -> Received:
    """What was written off, or with a negative amount taken back."""
    invoice, back = row["w365_Invoice"], row["w365_amount"] < 0
    moved = amount(abs(row["w365_amount"]), currency(row["transactioncurrencyid"]["isocurrencycode"]))
    applied = ((invoice["w365_number"], moved),)
    return Received(invoice["_w365_account_value"], day(row["w365_movedon"]), moved, applied, back, Means.WRITE_OFF)


def _refunded(row: Row, invoice: Row) -> list[Received]:
    """Money that was given back, and if it came back, that too; what that pays is with its payment's allocation."""
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    back = amount(row["w365_amount"], code)
    return _gone(invoice, back, day(row["w365_givenon"]), maybe(day, row["w365_camebackon"]), back)


def _disputed(row: Row, invoice: Row) -> list[Received]:
    """Money that a bank took, and what it gave back of it."""
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    taken = amount(row["w365_taken"], code)
    again = taken - amount(row["w365_away"], code)
    gone, *back = _gone(invoice, taken, day(row["w365_takenon"]), maybe(day, row["w365_backon"]), again)
    return [replace(gone, taken=True), *back]


def _gone(invoice: Row, amount: Money, on: date, again_on: date | None, again: Money) -> list[Received]:
    number = invoice["w365_number"]
    applied = ((number, amount),) if number else ()
    gone = Received(invoice["_w365_account_value"], on, amount, applied, refund=True)
    return [gone] if again_on is None else [gone, replace(gone, day=again_on, amount=again, applied=(), refund=False)]
