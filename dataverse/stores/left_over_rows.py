"""Rows of payments through gateways as their own invoices see them ⇄ values. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Delete, Get, Update, Upsert
from dataverse.names import collection
from dataverse.query import Query, any_of, both, gt
from dataverse.rows import amount, etag
from dataverse.stores import payments_rows as paying
from dataverse.webapi import Ref
from work365.ids import derived
from work365.money import total
from work365.receivables.left_over import Share, words
from work365.receivables.payments import PaymentId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.money import Currency
    from work365.receivables.payments import Debt

COLUMNS = ("w365_paymentid", "_w365_invoice_value", "w365_attempt", "w365_spare", "_transactioncurrencyid_value")
PARTS = collection(paying.PAYMENT_TABLE, paying.ALLOCATION_TABLE, "w365_payment")
PARTS_EXPAND = f"{PARTS}($select=w365_amount,_w365_invoice_value)"


def question(invoices: Collection[str]) -> Get:
    """The payments of some invoices of which something is left over; to be asked after the invoices.

    Whatever changes one of them writes its invoice too, so a version of the invoice that was read before this covers them.
    """
    theirs = both(any_of("_w365_invoice_value", sorted(invoices)), gt("w365_spare", 0))
    return Get(Query(paying.PAYMENT_TABLE, COLUMNS, theirs, "w365_attempt", PARTS_EXPAND))


def shares(rows: Iterable[Row], code_of: paying.CodeOf) -> dict[str, tuple[Share, ...]]:
    """Answers to `question`, by invoice."""
    found: dict[str, tuple[Share, ...]] = {}
    for row in rows:
        invoice = row["_w365_invoice_value"]
        found[invoice] = (*found.get(invoice, ()), share(row, code_of(row["_transactioncurrencyid_value"])))
    return found


def share(row: Row, code: Currency) -> Share:
    """One payment, as its own invoice sees it."""
    own = [part["w365_amount"] for part in row[PARTS] if part["_w365_invoice_value"] == row["_w365_invoice_value"]]
    used = total((amount(part, code) for part in own), code)
    return Share(PaymentId(row["w365_paymentid"]), int(row["w365_attempt"]), used, amount(row["w365_spare"], code), etag(row))


def ops(changed: Iterable[Share], owed: Debt, currency: Row) -> list[Op]:
    """Payments that pay more or less of their invoice now, under the versions that were read. `currency` sets that of a part."""
    return [op for one in changed for op in _ops(one, owed, currency)]


def _ops(one: Share, owed: Debt, currency: Row) -> tuple[Op, Op]:
    part = Ref(paying.ALLOCATION_TABLE, derived("allocation", one.payment, owed.id))
    pays: Op = Upsert(part, paying.allocation(one.payment, owed, one.used, currency)) if one.used.minor else Delete(part)
    return spare_op(one, owed), pays


def spare_op(one: Share, owed: Debt) -> Op:
    """What is left over of a payment, under the version that was read."""
    said: Row = {"w365_spare": one.spare.major, "w365_message": words(one, owed.number)}
    return Update(Ref(paying.PAYMENT_TABLE, one.payment), said, one.etag)
