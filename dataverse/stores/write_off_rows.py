"""Rows of the write-off ledger ⇄ values. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create
from dataverse.rows import amount, bind, choice_value, day
from work365.receivables.payments import InvoiceId, PaymentId
from work365.receivables.write_offs import WriteOff

if TYPE_CHECKING:
    from dataverse.rows import Row
    from work365.money import Currency

TABLE = "w365_writeoff"
COLUMNS = (
    *("w365_writeoffid", "_w365_invoice_value", "_w365_account_value", "w365_amount", "w365_reason", "w365_movedon"),
    *("_w365_payment_value", "_w365_job_value"),
)


def movement(row: Row, number: str, code: Currency) -> WriteOff:
    """One movement of an invoice, whose number and currency it has."""
    payment = row["_w365_payment_value"]
    return WriteOff(
        id=row["w365_writeoffid"],
        invoice=InvoiceId(row["_w365_invoice_value"]),
        number=number,
        account=row["_w365_account_value"] or "",
        amount=amount(row["w365_amount"], code),
        reason=row["w365_reason"],
        on=day(row["w365_movedon"]),
        payment=PaymentId(payment) if payment else None,
        job=row["_w365_job_value"],
    )


def movement_op(one: WriteOff, money: Row) -> Create:
    """Write a movement beside the invoice that it moves. `money` sets its currency."""
    row: Row = {
        "w365_name": f"{one.number}: {one.kind.value.lower()} {one.amount}"[:200],
        "w365_kind": choice_value(TABLE, "w365_kind", one.kind.value),
        "w365_amount": one.amount.major,
        "w365_movedon": one.on,
        "w365_reason": one.reason,
        **money,
        **bind("w365_Invoice", "w365_invoice", one.invoice),
        **bind("w365_Account", "account", one.account),
    }
    row |= bind("w365_Payment", "w365_payment", one.payment) if one.payment else {}
    row |= bind("w365_Job", "w365_job", one.job) if one.job else {}
    return Create(TABLE, row, one.id)
