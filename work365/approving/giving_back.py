"""Credits, cancellations, refunds and write-offs as an approver is shown them: what is given up, and of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.approving.matters import Matter
from work365.approving.request import Request, Whose
from work365.approving.thresholds import Size
from work365.money import Money

if TYPE_CHECKING:
    from work365.crediting.noting import Note
    from work365.crediting.subject import Subject
    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.payments import Debt
    from work365.receivables.refunds import Refund
    from work365.receivables.writing_off import Moved, WriteOffCase


def of_credit(subject: Subject, made: Note, reason: str) -> Request:
    """A credit note over some lines of a document, or over all that is left of it."""
    amount = _size(made.total)
    return Request(f"{amount} credited of {subject.called}: {reason}", (Size(Matter.CREDIT, amount),), _document(subject, made))


def of_cancellation(subject: Subject, made: Note | None, reason: str) -> Request:
    """A document that is cancelled: it gives back what is left of it, and the next run bills again what it was about."""
    amount = subject.nothing if made is None else _size(made.total)
    what = f"{subject.called} cancelled, with {amount} credited: {reason}"
    return Request(what, (Size(Matter.CREDIT, amount),), _document(subject, made))


def of_refund(case: PaymentCase, made: Refund) -> Request:
    """Money of a payment that goes back through its gateway."""
    debt = case.uses.debt
    facts = {
        "payment": case.payment.id,
        "paid": str(case.payment.amount),
        "left to give back": str(case.refundable),
        "invoice": debt.number,
        "balance": str(debt.balance),
        "given back": str(made.amount),
        "reason": made.reason,
    }
    what = f"{made.amount} given back of {case.payment.amount} paid for {debt.number or 'a draft'}: {made.reason}"
    return Request(what, (Size(Matter.REFUND, made.amount),), facts)


def of_write_off(case: WriteOffCase, moved: Moved) -> Request:
    """What an invoice still owes and is given up."""
    debt, movement = case.debt, moved.movement
    facts = {
        "invoice": debt.id,
        "number": debt.number,
        "status": debt.status.value,
        "balance": str(debt.balance),
        "disputed": str(case.disputed),
        "written off": str(movement.amount),
        "reason": movement.reason,
    }
    what = f"{movement.amount} written off of {debt.number}: {movement.reason}"
    return Request(what, (Size(Matter.WRITE_OFF, movement.amount),), facts)


def whose_document(subject: Subject) -> Whose:
    """Whose settings count for a document."""
    return Whose(subject.account, subject.entity)


def whose_invoice(debt: Debt) -> Whose:
    """Whose settings count for an invoice and what was paid for it."""
    return Whose(debt.account, debt.entity)


def _document(subject: Subject, made: Note | None) -> dict[str, str]:
    facts = {"document": subject.id, "number": subject.number, "total": str(subject.total), "left": str(subject.rest)}
    for line in () if made is None else made.lines:
        facts[f"line {line.of.ordinal}"] = f"{line.net} and {line.tax} tax, {line.of.description}"
    return facts


def _size(amount: Money) -> Money:
    return Money(abs(amount.minor), amount.currency)
