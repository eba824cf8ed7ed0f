"""Rows of disputes ⇄ values. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create, Update
from dataverse.rows import amount, bind, day, etag, instant, maybe, status, status_label
from dataverse.stores import payments_rows as paying
from dataverse.stores.uses_rows import moved_ops
from dataverse.webapi import Ref
from work365.receivables.disputes import Dispute, DisputeId, DisputeNews, DisputeState
from work365.receivables.payments import PaymentId, PaymentState

if TYPE_CHECKING:
    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.money import Currency
    from work365.receivables.disputing import DisputeSettlement

TABLE = "w365_dispute"
COLUMNS = (
    *("w365_disputeid", "_w365_payment_value", "w365_gatewayreference", "w365_amount", "w365_away", "w365_taken", "statuscode"),
    *("w365_takenon", "w365_backon", "w365_reason", "w365_evidencedueby", "w365_message"),
)
REASON_MAX = 300


def dispute(row: Row, code: Currency) -> Dispute:
    """One dispute."""
    news = DisputeNews(
        reference=row["w365_gatewayreference"],
        state=DisputeState(status_label(TABLE, row)),
        amount=amount(row["w365_amount"], code),
        away=amount(row["w365_away"], code),
        words=row["w365_reason"] or "",
        due_by=maybe(instant, row["w365_evidencedueby"]),
    )
    return Dispute(
        id=DisputeId(row["w365_disputeid"]),
        payment=PaymentId(row["_w365_payment_value"]),
        news=news,
        taken=amount(row["w365_taken"], code),
        taken_on=maybe(day, row["w365_takenon"]),
        back_on=maybe(day, row["w365_backon"]),
        message=row["w365_message"] or "",
        etag=etag(row),
    )


def recorded(settlement: DisputeSettlement, currency: Row) -> list[Op]:
    """News: the dispute, its payment, and what moved, under the versions that were read."""
    one, case, moved = settlement.dispute, settlement.case, settlement.moved
    paid: Row = {"w365_message": settlement.words[: paying.MESSAGE_MAX], **status(paying.PAYMENT_TABLE, settlement.state.value)}
    ops: list[Op] = []
    if moved is not None:
        back = settlement.state is not PaymentState.RETURNED
        paid |= {"w365_spare": moved.uses.spare.major, "w365_returnreason": None if back else one.news.words[:REASON_MAX] or None}
        cause = f"{one.id}:{case.payment.etag}"
        ops = moved_ops(case.payment, case.uses, moved, settlement.words, cause, settlement.on, currency)
    head: Op = Update(Ref(TABLE, one.id), _news(one), one.etag) if one.etag else Create(TABLE, _new(settlement, currency), one.id)
    return [head, Update(Ref(paying.PAYMENT_TABLE, one.payment), paid, case.payment.etag), *ops]


def _new(settlement: DisputeSettlement, currency: Row) -> Row:
    one, debt = settlement.dispute, settlement.case.uses.debt
    account = settlement.case.payment.account
    return {
        **_news(one),
        "w365_name": f"{debt.number} {one.news.reference}",
        "w365_gatewayreference": one.news.reference,
        **currency,
        **bind("w365_Payment", paying.PAYMENT_TABLE, one.payment),
        **bind("w365_Invoice", paying.INVOICE_TABLE, debt.id),
        **(bind("w365_Account", paying.ACCOUNT_TABLE, account) if account else {}),
    }


def _news(one: Dispute) -> Row:
    return {
        "w365_amount": one.news.amount.major,
        "w365_away": one.away.major,
        "w365_taken": one.taken.major,
        "w365_takenon": one.taken_on,
        "w365_backon": one.back_on,
        "w365_reason": one.news.words[:REASON_MAX] or None,
        "w365_evidencedueby": one.news.due_by,
        "w365_message": one.message[: paying.MESSAGE_MAX],
        **status(TABLE, one.news.state.value),
    }
