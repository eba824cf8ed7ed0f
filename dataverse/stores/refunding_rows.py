"""Rows of refunds ⇄ values. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create, Update
from dataverse.rows import amount, bind, day, etag, instant, maybe, status, status_label
from dataverse.stores import payments_rows as paying
from dataverse.stores.uses_rows import moved_ops
from dataverse.webapi import Ref
from work365.receivables.payments import InvoiceId, PaymentId
from work365.receivables.refunds import Refund, RefundId, RefundState

if TYPE_CHECKING:
    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.payments import Payment
    from work365.receivables.refund_settling import RefundSettlement

TABLE = "w365_refund"
COLUMNS = (
    *("w365_refundid", "_w365_payment_value", "w365_attempt", "w365_amount", "w365_reason", "statuscode", "_w365_job_value"),
    *("_w365_account_value", "w365_gatewayreference", "w365_failurecode", "w365_message", "w365_senton", "createdon"),
    *("w365_givenon", "w365_camebackon"),
)
EXPAND = "w365_Job($select=statecode)"


def refund(row: Row, payment: Payment) -> Refund:
    """One refund of a payment, whose currency it has."""
    return Refund(
        id=RefundId(row["w365_refundid"]),
        payment=PaymentId(row["_w365_payment_value"]),
        invoice=InvoiceId(payment.invoice),
        attempt=int(row["w365_attempt"]),
        amount=amount(row["w365_amount"], payment.amount.currency),
        reason=row["w365_reason"],
        state=RefundState(status_label(TABLE, row)),
        account=row["_w365_account_value"] or "",
        job=row["_w365_job_value"],
        sent_on=instant(row["w365_senton"] or row["createdon"]),
        reference=row["w365_gatewayreference"] or "",
        code=row["w365_failurecode"] or "",
        message=row["w365_message"] or "",
        given_on=maybe(day, row["w365_givenon"]),
        came_back_on=maybe(day, row["w365_camebackon"]),
        job_final=(row.get("w365_Job") or {}).get("statecode") == paying.FINAL_STATE,
        etag=etag(row),
    )


def opened(one: Refund, case: PaymentCase, note: str, currency: Row) -> list[Op]:
    """A new attempt, and the note on its payment under the version that the decision was taken on."""
    row: Row = {
        "w365_name": f"{case.uses.debt.number} refund {one.attempt}",
        "w365_attempt": one.attempt,
        "w365_amount": one.amount.major,
        "w365_reason": one.reason,
        "w365_senton": one.sent_on,
        "w365_message": note[: paying.MESSAGE_MAX],
        **currency,
        **bind("w365_Payment", paying.PAYMENT_TABLE, one.payment),
        **status(TABLE, one.state.value),
    }
    row |= bind("w365_Account", paying.ACCOUNT_TABLE, one.account) if one.account else {}
    row |= bind("w365_Job", paying.JOB_TABLE, one.job) if one.job else {}
    noted = Update(Ref(paying.PAYMENT_TABLE, one.payment), {"w365_message": note[: paying.MESSAGE_MAX]}, case.payment.etag)
    return [Create(TABLE, row, one.id), noted]


def recorded(settlement: RefundSettlement, currency: Row) -> list[Op]:
    """An outcome: the refund, its payment, and what moved, under the versions that were read."""
    one, case, moved = settlement.refund, settlement.case, settlement.moved
    paid: Row = {"w365_message": settlement.words[: paying.MESSAGE_MAX]}
    row, ops = _outcome(one), []
    if moved is not None:
        paid["w365_spare"] = moved.uses.spare.major
        row |= bind("w365_CreditNote", paying.INVOICE_TABLE, moved.uses.notes[0].id) if moved.uses.notes else {}
        cause = f"{one.id}:{one.etag}"
        ops = moved_ops(case.payment, case.uses, moved, settlement.words, cause, settlement.on, currency)
    return [
        Update(Ref(TABLE, one.id), row, one.etag),
        Update(Ref(paying.PAYMENT_TABLE, one.payment), paid, case.payment.etag),
        *ops,
    ]


def _outcome(one: Refund) -> Row:
    return {
        "w365_gatewayreference": one.reference or None,
        "w365_failurecode": one.code[: paying.CODE_MAX] or None,
        "w365_message": one.message[: paying.MESSAGE_MAX],
        "w365_givenon": one.given_on,
        "w365_camebackon": one.came_back_on,
        **status(TABLE, one.state.value),
    }
