"""Rows of receipts, and of what they pay, ⇄ values. Pure: nothing here calls anybody."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dataverse.batch import Create, Delete, Get, Update
from dataverse.query import Query, any_of, both, eq, gt, not_null
from dataverse.rows import amount, bind, choice_label, choice_value, day, etag, maybe, status, status_label
from dataverse.stores import payments_rows as paying
from dataverse.stores.inheriting import Inherited
from dataverse.stores.job_rows import follow_up
from dataverse.webapi import Ref
from work365.ids import derived
from work365.jobs import JobKind
from work365.money import currency
from work365.ports.receipts import Part
from work365.receivables.pay_links import OPEN_STATES
from work365.receivables.payments import PaymentState
from work365.receivables.receipts import Method, OpenInvoice, Receipt, ReceiptState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.receivables.receipts import Applied, TakenBack, Undone
    from work365.receivables.settling import Settlement

TABLE = "w365_receipt"
COLUMNS = (
    *("w365_receiptid", "_w365_account_value", "_w365_legalentity_value", "w365_method", "w365_reference", "w365_receivedon"),
    *("w365_amount", "w365_unapplied", "statuscode"),
)
EXPAND = "transactioncurrencyid($select=transactioncurrencyid,isocurrencycode)"
DEBT = (*paying.INVOICE, "w365_duedate", "w365_invoicedate")
ATTEMPT = ("_w365_invoice_value", "statecode", "statuscode", "_w365_receipt_value", "w365_amount", "w365_customerreference")


def receipt(row: Row) -> Receipt:
    """One receipt."""
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    return Receipt(
        id=row["w365_receiptid"],
        account=row["_w365_account_value"],
        entity=row["_w365_legalentity_value"],
        method=Method(choice_label(TABLE, "w365_method", row["w365_method"])),
        reference=row["w365_reference"],
        received_on=day(row["w365_receivedon"]),
        amount=amount(row["w365_amount"], code),
        unapplied=amount(row["w365_unapplied"], code),
        state=ReceiptState(status_label(TABLE, row)),
        etag=etag(row),
    )


def owed(one: Receipt, money: str) -> tuple[Get, Get]:
    """The questions for what a customer owes in a receipt's company and currency, and for every payment of it: these first."""
    whose = (
        ("_w365_account_value", one.account),
        ("_w365_legalentity_value", one.entity),
        ("_transactioncurrencyid_value", money),
    )
    open_ones = both(gt("w365_balance", 0), not_null("w365_number"), eq("statecode", 0))
    mine = both(*(eq(name, value) for name, value in whose))
    theirs = both(*(eq(f"w365_Invoice/{name}", value) for name, value in whose), gt("w365_Invoice/w365_balance", 0))
    return (
        Get(Query(paying.PAYMENT_TABLE, ATTEMPT, theirs)),
        Get(Query(paying.INVOICE_TABLE, DEBT, both(mine, open_ones), "w365_number", paying.CONTRACT_EXPAND)),
    )


def open_invoices(
    one: Receipt, attempts: Iterable[Row], invoices: Iterable[Row], said: Sequence[Row], code_of: paying.CodeOf
) -> list[OpenInvoice]:
    """Answers to `owed`, with what the receipt pays of each already."""
    rows = list(attempts)
    count = Counter(row["_w365_invoice_value"] for row in rows)
    busy = {row["_w365_invoice_value"] for row in rows if not _state(row).final}
    paged = {row["_w365_invoice_value"] for row in rows if _state(row) in OPEN_STATES and row["w365_customerreference"]}
    taken = {row["_w365_invoice_value"]: row for row in rows if row["_w365_receipt_value"] == one.id and _counts(row)}
    inherited, code = Inherited(said), one.amount.currency
    return [
        OpenInvoice(
            debt=paying.debt(row, code_of, inherited),
            due=maybe(day, row["w365_duedate"]) or maybe(day, row["w365_invoicedate"]) or one.received_on,
            attempts=count[row["w365_invoiceid"]],
            busy=row["w365_invoiceid"] in busy,
            on_page=row["w365_invoiceid"] in paged,
            taken=amount(taken[row["w365_invoiceid"]]["w365_amount"], code) if row["w365_invoiceid"] in taken else None,
        )
        for row in invoices
    ]


def _state(row: Row) -> PaymentState:
    return PaymentState(status_label(paying.PAYMENT_TABLE, row))


def _counts(row: Row) -> bool:
    return _state(row) is PaymentState.SUCCEEDED


def parts_of(receipt_id: str) -> Query:
    """The question for what a receipt pays now."""
    counting = eq("statuscode", status(paying.PAYMENT_TABLE, PaymentState.SUCCEEDED.value)["statuscode"])
    mine = both(eq("_w365_receipt_value", receipt_id), counting)
    return Query(paying.PAYMENT_TABLE, paying.PAYMENT, mine, expand=paying.JOB_EXPAND)


def paid_by(payments: Iterable[Row]) -> Get:
    """The question for the invoices of payments; a row that came along with another one would say no version."""
    ids = [row["_w365_invoice_value"] for row in payments]
    return Get(Query(paying.INVOICE_TABLE, paying.INVOICE, any_of("w365_invoiceid", ids), expand=paying.CONTRACT_EXPAND))


def parts(payments: Iterable[Row], invoices: Iterable[Row], said: Sequence[Row], code_of: paying.CodeOf) -> list[Part]:
    """Answers to `parts_of` and `paid_by`, in the order of the invoices' numbers."""
    inherited = Inherited(said)
    debts = {row["w365_invoiceid"]: paying.debt(row, code_of, inherited) for row in invoices}
    found = [Part(paying.payment(row, code_of), debts[row["_w365_invoice_value"]]) for row in payments]
    return sorted(found, key=lambda part: part.debt.number)


def applied_ops(applied: Applied, money: Row) -> list[Op]:
    """A new receipt, or one under the version that was read, and its payments."""
    one = applied.receipt
    left: Row = {"w365_unapplied": one.unapplied.major, **status(TABLE, one.state.value)}
    head: Op = Update(Ref(TABLE, one.id), left, one.etag) if one.etag else Create(TABLE, left | _new(one, money), one.id)
    return [head, *(op for settlement in applied.payments for op in _payment(settlement, one, money))]


def _new(one: Receipt, money: Row) -> Row:
    return {
        "w365_name": one.label[:200],
        "w365_method": choice_value(TABLE, "w365_method", one.method.value),
        "w365_reference": one.reference,
        "w365_receivedon": one.received_on,
        "w365_amount": one.amount.major,
        **money,
        **bind("w365_Account", "account", one.account),
        **bind("w365_LegalEntity", "w365_legalentity", one.entity),
    }


def _payment(settlement: Settlement, of: Receipt, money: Row) -> list[Op]:
    one, owes = settlement.payment, settlement.debt
    row: Row = {
        "w365_name": f"{owes.number} by {of.label}"[:200],
        "w365_attempt": one.attempt,
        "w365_amount": one.amount.major,
        "w365_source": choice_value(paying.PAYMENT_TABLE, "w365_source", one.source.value),
        "w365_receivedon": one.received_on,
        "w365_message": one.message,
        **money,
        **bind("w365_Invoice", paying.INVOICE_TABLE, one.invoice),
        **bind("w365_Account", "account", one.account),
        **bind("w365_Receipt", TABLE, of.id),
        **status(paying.PAYMENT_TABLE, one.state.value),
    }
    return [Create(paying.PAYMENT_TABLE, row, one.id), *paying.settled(settlement, money)]


def taken_back_ops(taken: TakenBack, today: Row) -> list[Op]:
    """A receipt that has its money again, or has lost it; payments that are none any more; invoices that are open again."""
    one = taken.receipt
    left: Row = {"w365_unapplied": one.unapplied.major, **status(TABLE, one.state.value)}
    if one.state is ReceiptState.RETURNED:
        left |= {"w365_returnreason": taken.reason, **today}
    undone = (op for each in taken.parts for op in _undone(each, taken.reason, today))
    return [Update(Ref(TABLE, one.id), left, one.etag), *undone]


def _undone(undone: Undone, reason: str, today: Row) -> list[Op]:
    payment, owes = undone.payment, undone.debt
    gone: Row = {
        "w365_message": payment.message,
        "w365_returnreason": reason,
        **today,
        **status(paying.PAYMENT_TABLE, payment.state.value),
    }
    invoice: Row = {"w365_lastchargestatus": payment.message[: paying.STATUS_MAX], "w365_paidon": None, **paying.owing(owes)}
    ops: list[Op] = [
        Update(Ref(paying.PAYMENT_TABLE, payment.id), gone, payment.etag),
        Delete(Ref(paying.ALLOCATION_TABLE, derived("allocation", payment.id, owes.id))),
        Update(Ref(paying.INVOICE_TABLE, owes.id), invoice, owes.etag),
    ]
    if owes.to_books:
        ops.append(follow_up(JobKind.SYNC, owes.id, owes.number, cause=f"{payment.id}:returned"))
    return ops
