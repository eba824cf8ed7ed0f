"""Rows of receipts ⇄ values. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create, Update
from dataverse.rows import amount, bind, choice_label, choice_value, day, etag, status, status_label
from dataverse.stores import spreading_rows as spreading
from dataverse.webapi import Ref
from work365.money import currency
from work365.receivables.receipts import Method, Receipt, ReceiptState

if TYPE_CHECKING:
    from datetime import date

    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.receivables.receipts import Applied, TakenBack

TABLE = "w365_receipt"
COLUMNS = (
    *("w365_receiptid", "_w365_account_value", "_w365_legalentity_value", "w365_method", "w365_reference", "w365_receivedon"),
    *("w365_amount", "w365_unapplied", "w365_postedfor", "statuscode"),
)
EXPAND = "transactioncurrencyid($select=transactioncurrencyid,isocurrencycode)"


def purse(receipt: str) -> spreading.PurseRow:
    """The row that payments of a receipt name."""
    return spreading.PurseRow("w365_Receipt", TABLE, receipt)


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
        posted_for=row["w365_postedfor"] or "",
        etag=etag(row),
    )


def applied_ops(applied: Applied, money: Row) -> list[Op]:
    """A new receipt, or one under the version that was read, and its payments."""
    one = applied.receipt
    left: Row = {"w365_unapplied": one.unapplied.major, **status(TABLE, one.state.value)}
    head: Op = Update(Ref(TABLE, one.id), left, one.etag) if one.etag else Create(TABLE, left | _new(one, money), one.id)
    return [head, *(op for each in applied.payments for op in spreading.paid_ops(each, purse(one.id), one.label, money))]


def _new(one: Receipt, money: Row) -> Row:
    return {
        "w365_name": one.label[:200],
        "w365_method": choice_value(TABLE, "w365_method", one.method.value),
        "w365_reference": one.reference,
        "w365_receivedon": one.received_on,
        "w365_amount": one.amount.major,
        "w365_postedfor": one.posted_for,
        **money,
        **bind("w365_Account", "account", one.account),
        **bind("w365_LegalEntity", "w365_legalentity", one.entity),
    }


def taken_back_ops(taken: TakenBack, today: date, money: Row) -> list[Op]:
    """A receipt that has its money again, or has lost it; payments that are none any more; invoices that are open again."""
    one = taken.receipt
    left: Row = {"w365_unapplied": one.unapplied.major, **status(TABLE, one.state.value)}
    if one.state is ReceiptState.RETURNED:
        left |= {"w365_returnreason": taken.reason, "w365_returnedon": today}
    undone = (op for each in taken.parts for op in spreading.undone_ops(each, taken.reason, today, money))
    return [Update(Ref(TABLE, one.id), left, one.etag), *undone]
