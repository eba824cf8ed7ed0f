"""Rows of prepaid balances ⇄ values, and what a draw writes beside its document's number. Pure: nothing here calls anybody."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Create, Get, Update
from dataverse.query import Query, both, eq, gt
from dataverse.rows import amount, bind, choice_label, choice_value, day, etag, maybe, status
from dataverse.webapi import Ref
from work365.ids import derived
from work365.money import currency, exactly
from work365.prepaid.balance import Balance, Lot, Movement, MovementKind
from work365.receivables.payments import InvoiceStatus, PaymentSource
from work365.receivables.settling import status_after

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.money import Currency, Money
    from work365.ports.billing import Numbered
    from work365.ports.prepaid import CreditNote
    from work365.prepaid.balance import Draw, Moved

BALANCE, MOVEMENT, INVOICE = "w365_prepaidbalance", "w365_prepaidmovement", "w365_invoice"
COLUMNS = ("w365_prepaidbalanceid", "w365_lots", "_w365_account_value", "_w365_legalentity_value")
EXPAND = "transactioncurrencyid($select=transactioncurrencyid,isocurrencycode)"
MOVEMENTS = (
    *("w365_prepaidmovementid", "w365_kind", "w365_amount", "w365_movedon", "w365_lot", "w365_expires", "w365_reason"),
    "_w365_invoice_value",
)


def open_balances(entity: str, account: str = "") -> Get:
    """The question for the balances of a legal entity, or of one customer there, that have something left.

    It rides in the batch that reads drafts: a run asks for those of every customer, as it does not know yet whose drafts wait.
    """
    mine = both(eq("_w365_legalentity_value", entity), eq("_w365_account_value", account) if account else "")
    return Get(Query(BALANCE, COLUMNS, filter=both(mine, gt("w365_balance", 0)), expand=EXPAND))


def balance(row: Row) -> Balance:
    """One balance."""
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    lots = tuple(_lot(one, code) for one in json.loads(row["w365_lots"] or "[]"))
    own = (row["w365_prepaidbalanceid"], row["_w365_account_value"], row["_w365_legalentity_value"])
    return Balance(*own, code, lots, etag(row))


def _lot(one: dict[str, str | None], code: Currency) -> Lot:
    left, since, expires = exactly(Decimal(str(one["left"])), code), str(one["since"]), one["expires"]
    return Lot(str(one["id"]), left, date.fromisoformat(since), maybe(day, expires))


def movement(row: Row, code: Currency) -> Movement:
    """One entry."""
    return Movement(
        row["w365_prepaidmovementid"],
        MovementKind(choice_label(MOVEMENT, "w365_kind", row["w365_kind"])),
        amount(row["w365_amount"], code),
        day(row["w365_movedon"]),
        row["w365_lot"],
        maybe(day, row["w365_expires"]),
        row["_w365_invoice_value"],
        row["w365_reason"] or "",
    )


def moved_ops(moved: Moved, money: Row) -> list[Op]:
    """A balance as it is now, under the version that was read, and its new movements. `money` sets their currency."""
    one = moved.balance
    lots = [_lot_row(lot) for lot in one.lots]
    row: Row = {"w365_balance": one.total.major, "w365_lots": json.dumps(lots)}
    if one.etag:
        return [Update(Ref(BALANCE, one.id), row, one.etag), *(_movement_op(move, one, money) for move in moved.movements)]
    row |= {
        "w365_name": f"Prepaid {one.currency}",
        **money,
        **bind("w365_Account", "account", one.account),
        **bind("w365_LegalEntity", "w365_legalentity", one.entity),
    }
    return [Create(BALANCE, row, one.id), *(_movement_op(move, one, money) for move in moved.movements)]


def _lot_row(lot: Lot) -> dict[str, str | None]:
    return {
        "id": lot.id,
        "left": f"{lot.left.major:f}",
        "since": lot.since.isoformat(),
        "expires": None if lot.expires is None else lot.expires.isoformat(),
    }


def _movement_op(move: Movement, of: Balance, money: Row) -> Create:
    row: Row = {
        "w365_name": f"{move.kind.value} {move.amount}",
        "w365_kind": choice_value(MOVEMENT, "w365_kind", move.kind.value),
        "w365_amount": move.amount.major,
        "w365_movedon": move.on,
        "w365_lot": move.lot,
        "w365_expires": move.expires,
        "w365_reason": move.reason or None,
        **money,
        **bind("w365_Balance", BALANCE, of.id),
        **(bind("w365_Invoice", INVOICE, move.invoice) if move.invoice else {}),
    }
    return Create(MOVEMENT, row, move.id)


def paid_columns(one: Numbered, draw: Draw) -> Row:
    """What a document says of the part that its customer had paid before."""
    owed = one.draft.owed
    left = owed - draw.amount
    paid_on = {} if left.minor else {"w365_paidon": one.issued}
    return {
        "w365_amountcharged": draw.amount.major,
        "w365_balance": left.major,
        "w365_prepaidused": draw.amount.major,
        "w365_prepaidleft": draw.left.major,
        **status(INVOICE, status_after(InvoiceStatus.ISSUED, left, draw.amount).value),
        **paid_on,
    }


def payment_ops(one: Numbered, draw: Draw, money: Row) -> list[Op]:
    """The draw as a payment that has succeeded, so that statements, books and refusals to cancel know it like any other."""
    said = f"{draw.amount} came from the prepaid balance; {draw.left} is left on it."
    return _paid(_Paid(one.draft.id, one.number, one.draft.account, draw.amount, one.issued, said), money)


def given_ops(note: CreditNote, on: date, money: Row) -> list[Op]:
    """A credit note that was put on a balance: nothing is owed of it any more, as if it had been paid out."""
    said = f"{note.owed} was put on the prepaid balance."
    row: Row = {
        "w365_amountcharged": note.total.major,
        "w365_balance": 0,
        "w365_paidon": on,
        **status(INVOICE, InvoiceStatus.PAID.value),
    }
    paid = _Paid(note.id, note.number, note.balance.account, -note.owed, on, said)
    return [Update(Ref(INVOICE, note.id), row, note.etag), *_paid(paid, money)]


@dataclass(frozen=True, slots=True)
class _Paid:
    """What is paid of a document by a balance, or with a negative amount to it."""

    invoice: str
    number: str
    account: str
    amount: Money
    on: date
    said: str


def _paid(one: _Paid, money: Row) -> list[Op]:
    """The first attempt to collect a document that was just issued; of a note its only one."""
    payment = derived("payment", one.invoice, "1")
    named = {"w365_amount": one.amount.major, **money, **bind("w365_Invoice", INVOICE, one.invoice)}
    row: Row = {
        **named,
        "w365_name": f"{one.number} and the prepaid balance",
        "w365_attempt": 1,
        "w365_source": choice_value("w365_payment", "w365_source", PaymentSource.PREPAID.value),
        "w365_receivedon": one.on,
        "w365_message": one.said,
        **status("w365_payment", "Succeeded"),
        **bind("w365_Account", "account", one.account),
    }
    allocated = {**named, "w365_name": f"{one.amount} for {one.number}", **bind("w365_Payment", "w365_payment", payment)}
    return [
        Create("w365_payment", row, payment),
        Create("w365_allocation", allocated, derived("allocation", payment, one.invoice)),
    ]


def balances(rows: Iterable[Row]) -> tuple[Balance, ...]:
    """Those with something left."""
    return tuple(balance(row) for row in rows)
