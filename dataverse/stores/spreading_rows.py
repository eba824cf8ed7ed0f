"""Rows of what receipts and credit notes pay of invoices ⇄ values. Only `parts` and `parts_behind` call anybody.

A purse is the row whose money pays: of a receipt, or of a credit note.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.batch import Create, Delete, Get, Update, Upsert
from dataverse.query import Query, any_of, both, either, eq, gt, ne, not_null
from dataverse.rows import amount, bind, choice_value, day, maybe, status, status_label
from dataverse.stores import left_over_rows
from dataverse.stores import payments_rows as paying
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.job_rows import follow_up
from dataverse.webapi import Ref
from work365.ids import derived
from work365.jobs import JobKind
from work365.receivables.pay_pages import OPEN_STATES
from work365.receivables.payments import InvoiceStatus, PaymentState
from work365.receivables.spreading import OpenInvoice, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.money import Currency
    from work365.receivables.settling import Settlement
    from work365.receivables.spreading import Undone

DEBT = (*paying.INVOICE, "w365_duedate", "w365_invoicedate")
ATTEMPT = (
    *("_w365_invoice_value", "statecode", "statuscode", "_w365_receipt_value", "_w365_creditnote_value", "w365_amount"),
    *("_w365_leftoverof_value", "w365_customerreference"),
)
SUCCEEDED = status(paying.PAYMENT_TABLE, PaymentState.SUCCEEDED.value)["statuscode"]


@dataclass(frozen=True, slots=True)
class PurseRow:
    """The row whose money pays. Shape: `column` is that of a payment which names it, `table` its own."""

    column: str
    table: str
    id: str

    @property
    def value(self) -> str:
        """The column as queries and answers call it."""
        return f"_{self.column.lower()}_value"


def left_over_of(payment: str) -> PurseRow:
    """What payments of other invoices name which use what a payment had left over."""
    return PurseRow("w365_LeftOverOf", paying.PAYMENT_TABLE, payment)


def owed(account: str, entity: str, money: str) -> tuple[Get, Get]:
    """The questions for what a customer owes a company in a currency, and for every payment of it: these first."""
    whose = (
        ("_w365_account_value", account),
        ("_w365_legalentity_value", entity),
        ("_transactioncurrencyid_value", money),
    )
    cancelled = status(paying.INVOICE_TABLE, InvoiceStatus.CANCELLED.value)["statuscode"]
    mine = both(*(eq(name, value) for name, value in whose))
    theirs = both(*(eq(f"w365_Invoice/{name}", value) for name, value in whose))
    open_ones = both(_payable(""), not_null("w365_number"), ne("statuscode", cancelled))
    return (
        Get(Query(paying.PAYMENT_TABLE, ATTEMPT, both(theirs, _payable("w365_Invoice/")))),
        Get(Query(paying.INVOICE_TABLE, DEBT, both(mine, open_ones), "w365_number", paying.CONTRACT_EXPAND)),
    )


def _payable(path: str) -> str:
    return either(gt(f"{path}w365_balance", 0), gt(f"{path}w365_writtenoff", 0))


def open_invoices(
    purse: PurseRow,
    answers: tuple[Iterable[Row], Iterable[Row]],
    said: Sequence[Row],
    code_of: paying.CodeOf,
    *,
    code: Currency,
    due: date,
) -> list[OpenInvoice]:
    """Answers to `owed`, with what the purse pays of each already. Shape: `due` is for invoices that say no day at all."""
    attempts, invoices = answers
    rows = list(attempts)
    count = Counter(row["_w365_invoice_value"] for row in rows)
    busy = {row["_w365_invoice_value"] for row in rows if not _state(row).final}
    paged = {row["_w365_invoice_value"] for row in rows if _state(row) in OPEN_STATES and row["w365_customerreference"]}
    taken = {
        row["_w365_invoice_value"]: amount(row["w365_amount"], code)
        for row in rows
        if row[purse.value] == purse.id and _state(row) is PaymentState.SUCCEEDED
    }
    inherited = Inherited(said)
    return [
        OpenInvoice(
            debt=paying.debt(row, code_of, inherited),
            due=maybe(day, row["w365_duedate"]) or maybe(day, row["w365_invoicedate"]) or due,
            attempts=count[row["w365_invoiceid"]],
            busy=row["w365_invoiceid"] in busy,
            on_page=row["w365_invoiceid"] in paged,
            taken=taken.get(row["w365_invoiceid"]),
        )
        for row in invoices
    ]


def _state(row: Row) -> PaymentState:
    return PaymentState(status_label(paying.PAYMENT_TABLE, row))


def parts(api: WebApi, purse: PurseRow, code_of: paying.CodeOf) -> list[Part]:
    """What a purse pays now, in the order of the invoices' numbers: two requests."""
    return sorted(parts_behind(api, list(api.find(payments_of(purse))), code_of), key=lambda part: part.debt.number)


def payments_of(purse: PurseRow) -> Query:
    """The question for the payments of a purse that pay now, the oldest first; those of one moment by their names."""
    mine = both(eq(purse.value, purse.id), eq("statuscode", SUCCEEDED))
    return Query(paying.PAYMENT_TABLE, paying.PAYMENT, mine, "createdon,w365_name", paying.JOB_EXPAND)


def parts_behind(api: WebApi, payments: Sequence[Row], code_of: paying.CodeOf) -> list[Part]:
    """Answers to `payments_of` with their invoices, in their order: one request, or none where there is none.

    Shape: an invoice is asked for apart, as a row that came along with another one would say no version.
    """
    if not payments:
        return []
    ids = [row["_w365_invoice_value"] for row in payments]
    invoices, spare, said = api.rows(
        Get(Query(paying.INVOICE_TABLE, paying.INVOICE, any_of("w365_invoiceid", ids), expand=paying.CONTRACT_EXPAND)),
        left_over_rows.question(ids),
        SETTINGS,
    )
    inherited, others = Inherited(said), left_over_rows.shares(spare, code_of)
    debts = {row["w365_invoiceid"]: paying.debt(row, code_of, inherited) for row in invoices}
    made = [paying.payment(row, code_of) for row in payments]
    return [Part(one, debts[one.invoice], others.get(one.invoice, ())) for one in made]


def paid_ops(settlement: Settlement, purse: PurseRow, label: str, money: Row) -> list[Op]:
    """A payment that has succeeded, and what it changes. `money` sets its currency."""
    one, owes = settlement.payment, settlement.debt
    row: Row = {
        "w365_name": f"{owes.number} by {label}"[:200],
        "w365_attempt": one.attempt,
        "w365_amount": one.amount.major,
        "w365_source": choice_value(paying.PAYMENT_TABLE, "w365_source", one.source.value),
        "w365_receivedon": one.received_on,
        "w365_message": one.message,
        **money,
        **bind("w365_Invoice", paying.INVOICE_TABLE, one.invoice),
        **bind("w365_Account", "account", one.account),
        **bind(purse.column, purse.table, purse.id),
        **status(paying.PAYMENT_TABLE, one.state.value),
    }
    return [Create(paying.PAYMENT_TABLE, row, one.id), *paying.settled(settlement, money)]


def undone_ops(undone: Undone, reason: str, today: date, money: Row) -> list[Op]:
    """A payment that is less or none, and its invoice that is open again; the books hear of it where they hear by themselves."""
    payment, owes = undone.payment, undone.debt
    allocated = Ref(paying.ALLOCATION_TABLE, derived("allocation", payment.id, owes.id))
    gone: Row = {"w365_message": payment.message}
    if payment.state is PaymentState.RETURNED:
        gone |= {"w365_returnreason": reason, "w365_returnedon": today, **status(paying.PAYMENT_TABLE, payment.state.value)}
        pays: Op = Delete(allocated)
    else:
        gone |= {"w365_amount": payment.amount.major}
        pays = Upsert(allocated, paying.allocation(payment.id, owes, payment.amount, money))
    invoice: Row = {"w365_lastchargestatus": payment.message[: paying.STATUS_MAX], **paying.owing(owes)}
    if owes.status is not InvoiceStatus.PAID:  # else what others had left over pays all of it at once
        invoice["w365_paidon"] = None
    ops: list[Op] = [
        Update(Ref(paying.PAYMENT_TABLE, payment.id), gone, payment.etag),
        pays,
        Update(Ref(paying.INVOICE_TABLE, owes.id), invoice, owes.etag),
        *left_over_rows.ops(undone.others, owes, money),
    ]
    if owes.to_books:
        ops.append(follow_up(JobKind.SYNC, owes.id, owes.number, cause=f"{payment.id}:{payment.etag}"))
    return ops
