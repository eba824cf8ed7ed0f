"""What the money of one payment is used for: rows into values, and what moved into rows. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dataverse.batch import Create, Delete, Get, Update
from dataverse.query import Query, both, eq, lt, not_null
from dataverse.rows import amount
from dataverse.stores import left_over_rows
from dataverse.stores import payments_rows as paying
from dataverse.stores import spreading_rows as spreading
from dataverse.stores.inheriting import Inherited
from dataverse.stores.job_rows import follow_up
from dataverse.stores.write_off_rows import movement_op
from dataverse.webapi import Ref
from work365.ids import derived
from work365.jobs import JobKind
from work365.money import total, zero
from work365.receivables.payments import CAME
from work365.receivables.refunding import Uses, why_lost
from work365.receivables.settling import paid_again
from work365.receivables.write_offs import taken_back

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.money import Money
    from work365.receivables.payments import Debt, Payment
    from work365.receivables.refunding import Moved
    from work365.receivables.spreading import Part


def questions(payment: str, invoice: str) -> tuple[Get, Get, Get, Get, Get]:
    """For the invoice, what the payment pays of it, its open credit notes, the oldest first, what other payments of it have left
    over, and what other invoices use that this one had left over.
    """
    its = both(eq("_w365_payment_value", payment), eq("_w365_invoice_value", invoice))
    open_notes = both(eq("_w365_original_value", invoice), not_null("w365_number"), lt("w365_balance", 0))
    return (
        Get(Ref(paying.INVOICE_TABLE, invoice), paying.INVOICE, paying.CONTRACT_EXPAND),
        Get(Query(paying.ALLOCATION_TABLE, ("w365_amount",), its)),
        Get(Query(paying.INVOICE_TABLE, paying.INVOICE, open_notes, "w365_number", paying.CONTRACT_EXPAND)),
        left_over_rows.question([invoice]),
        Get(spreading.payments_of(spreading.left_over_of(payment))),
    )


class Answers(NamedTuple):
    """What is used of a payment, as it was read: answers to `questions`, with the parts of other invoices and their invoices."""

    invoices: list[Row]
    allocations: list[Row]
    notes: list[Row]
    spare: list[Row]
    parts: list[Part]


def uses(payment: Payment, answers: Answers, said: list[Row], gone: Money, code_of: paying.CodeOf) -> Uses:
    """What the money of a payment is used for. Shape: `gone` is what went back of it, by refunds and otherwise."""
    [invoice], allocations, notes, spare, parts = answers
    code, inherited = payment.amount.currency, Inherited(said)
    used = total((amount(row["w365_amount"], code) for row in allocations), code)
    here = payment.amount - gone if payment.state in CAME else zero(code)
    debt, *credited = (paying.debt(row, code_of, inherited) for row in (invoice, *notes))
    shares = left_over_rows.shares(spare, code_of).get(debt.id, ())
    elsewhere = total((part.payment.amount for part in parts), code)
    others = tuple(one for one in shares if one.payment != payment.id)
    return Uses(debt, used, here - used - elsewhere, tuple(credited), others, tuple(parts))


def moved_ops(payment: Payment, before: Uses, moved: Moved, words: str, cause: str, on: date, currency: Row) -> list[Op]:
    """Invoice, credit notes and allocation under the versions that were read; the books hear of it where they hear by themselves.

    Shape: `cause` names this one change; whoever writes these writes the payment too.
    """
    back = taken_back(before.debt, moved.uses.debt, payment.id, cause, on)
    return [
        _invoice(before, moved.uses, words, on),
        *([movement_op(back, currency)] if back else ()),
        *(_note(note, on) for note in moved.uses.notes),
        *_allocation(payment, before, moved.uses, currency),
        *left_over_rows.ops(moved.uses.others, moved.uses.debt, currency),
        *(op for one in moved.undone for op in spreading.undone_ops(one, why_lost(before.debt), on, currency)),
        *_to_books(before, moved.uses, cause),
    ]


def _invoice(before: Uses, after: Uses, words: str, on: date) -> Op:
    owed = after.debt
    row: Row = {"w365_lastchargestatus": words[: paying.STATUS_MAX]}
    if owed != before.debt:
        row |= paying.owing(owed)
        if owed.status is not before.debt.status:
            row["w365_paidon"] = on if paid_again(before.debt, owed) else None
    return Update(Ref(paying.INVOICE_TABLE, owed.id), row, owed.etag)


def _note(note: Debt, on: date) -> Op:
    row = paying.owing(note) | ({} if note.balance.minor else {"w365_paidon": on})
    return Update(Ref(paying.INVOICE_TABLE, note.id), row, note.etag)


def _allocation(payment: Payment, before: Uses, after: Uses, currency: Row) -> Iterable[Op]:
    if after.used == before.used:
        return
    id_, row = derived("allocation", payment.id, after.debt.id), paying.allocation(payment.id, after.debt, after.used, currency)
    if not after.used.minor:
        yield Delete(Ref(paying.ALLOCATION_TABLE, id_))
    elif before.used.minor:
        yield Update(Ref(paying.ALLOCATION_TABLE, id_), {name: row[name] for name in ("w365_name", "w365_amount")})
    else:
        yield Create(paying.ALLOCATION_TABLE, row, id_)


def _to_books(before: Uses, after: Uses, cause: str) -> Iterable[Op]:
    if before.debt.to_books and (after.used, after.spare) != (before.used, before.spare):
        yield follow_up(JobKind.SYNC, before.debt.id, before.debt.number, cause=cause)
