"""Values about the books into writes. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Delete, Update, Upsert
from dataverse.rows import bind, choice_value, status
from dataverse.stores import books_rows as wire
from dataverse.stores import left_over_rows
from dataverse.stores.findings import keep, resolve, row_id
from dataverse.stores.job_rows import follow_up
from dataverse.stores.payments_rows import owing
from dataverse.stores.write_off_rows import movement_op
from dataverse.webapi import Ref
from work365.accounting.settling import FROM_BOOKS
from work365.ids import derived
from work365.jobs import JobKind
from work365.receivables.payments import InvoiceStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.accounting.deciding import Link
    from work365.accounting.settling import BookedRow, Effect


def link_op(of: str, table: str, local_id: str, link: Link) -> Op:
    """Remember what a system calls a row of ours."""
    row = {
        "w365_name": f"{table} {local_id}"[:200],
        "w365_localtable": table,
        "w365_localid": local_id,
        "w365_externalid": link.external_id,
        "w365_payloadhash": link.payload_hash or None,
        **bind("w365_System", wire.SYSTEM_TABLE, of),
    }
    return Upsert(Ref(wire.LINK_TABLE, derived("accounting-link", of, table, local_id)), row)


def effect_ops(effect: Effect, source: str, currency_id: str) -> list[Op]:
    """The change set of one invoice: payments, allocations, balance and status, findings; under the invoice's ETag."""
    ops: list[Op] = [keep(finding, source) for finding in effect.findings]
    ops += [resolve(row_id(key)) for key in effect.mended]
    if not effect.rows:
        return ops
    money = bind("transactioncurrencyid", "transactioncurrency", currency_id)
    for row in effect.rows:
        ops += _booked_ops(row, effect, source, money)
    ops.append(Update(Ref(wire.INVOICE_TABLE, effect.debt.id), _standing(effect), effect.debt.etag))
    return [*ops, *left_over_rows.ops(effect.moved, effect.debt, money), *_told(effect, money)]


def _standing(effect: Effect) -> Row:
    row = owing(effect.debt)
    if effect.debt.status is not effect.receivable.debt.status:
        row["w365_paidon"] = effect.received_on if effect.debt.status is InvoiceStatus.PAID else None
    return row


def _told(effect: Effect, money: Row) -> Iterator[Op]:
    """What had been given up, and that the books must hear of what else this changed here."""
    if (back := effect.taken_back) is not None:
        yield movement_op(back, money)
    if effect.debt.to_books and (back is not None or effect.moved):
        yield follow_up(JobKind.SYNC, effect.debt.id, effect.debt.number, cause=effect.cause)


def _booked_ops(row: BookedRow, effect: Effect, source: str, money: Row) -> list[Op]:
    invoice, owed = effect.debt.id, effect.debt
    there = bool(row.amount.minor)
    words = f"Received in {source}" if there else f"Withdrawn in {source}"
    allocation = Ref(wire.ALLOCATION_TABLE, derived("allocation", row.id, invoice))
    payment = {
        "w365_name": f"{owed.number} {words}"[:200],
        "w365_amount": row.amount.major,
        "w365_receivedon": row.received_on,
        "w365_message": f"{words}, payment {row.external_id}",
        **status(wire.PAYMENT_TABLE, "Succeeded" if there else "Failed"),
    }
    if row.new:
        payment |= {
            "w365_attempt": row.attempt,
            "w365_source": choice_value(wire.PAYMENT_TABLE, "w365_source", FROM_BOOKS),
            "w365_gatewayreference": row.external_id,
            **bind("w365_Invoice", wire.INVOICE_TABLE, invoice),
            **bind("w365_Account", "account", owed.account),
            **money,
        }
    ops: list[Op] = [Upsert(Ref(wire.PAYMENT_TABLE, row.id), payment)]
    if not there:
        return [*ops, Delete(allocation)]
    paid = {
        "w365_name": payment["w365_name"],
        "w365_amount": row.amount.major,
        **bind("w365_Payment", wire.PAYMENT_TABLE, row.id),
        **bind("w365_Invoice", wire.INVOICE_TABLE, invoice),
        **money,
    }
    return [*ops, Upsert(allocation, paid)]
