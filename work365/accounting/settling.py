"""Cash that a bookkeeper applied in the books, as payments and a status here.

Settling is reconciliation: what the books say is applied to a document, minus what we know of it. Reading the same payment twice
changes nothing; an amount that was corrected, withdrawn or deleted there moves the balance back. A payment that both sides know,
because we entered our own charge there or the bookkeeper copied it, is recognised by its reference and counted once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.accounting.documents import RECEIPT_PREFIX, receipt_reference
from work365.accounting.giving_up import memo_receipt_id
from work365.findings import Finding, Severity
from work365.ids import derived
from work365.money import zero
from work365.receivables.payments import InvoiceStatus
from work365.receivables.settling import status_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.accounting.documents import BookPayment
    from work365.money import Money

FROM_BOOKS = "Books"


@dataclass(frozen=True, slots=True)
class KnownPayment:
    """A payment of ours on the invoice.

    Attributes:
        amount: what of it pays this invoice.
        source: "Books" when it was read back; else we collected it.
        gateway_reference: the gateway's id; for one that was read back, its id in the books.
        counted: it has succeeded, so the balance contains it.
        failed: it never will.
    """

    id: str
    attempt: int
    source: str
    amount: Money
    gateway_reference: str = ""
    counted: bool = True
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Receivable:
    """An invoice that is in the books, as our rows have it.

    Attributes:
        external_id: the document's id in the books.
        status: its status reason, in words.
        written_off: what of it is given up; None is nothing.
    """

    invoice: str
    number: str
    external_id: str
    account: str
    paid: Money
    balance: Money
    status: str
    payments: tuple[KnownPayment, ...] = ()
    written_off: Money | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True)
class BookedRow:
    """A payment row to write: new, or the amount of one that was corrected; zero when it was withdrawn."""

    id: str
    attempt: int
    external_id: str
    amount: Money
    received_on: date | None
    new: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What reading the books changes about one invoice. `received_on` is the day of the last payment that was counted."""

    receivable: Receivable
    rows: tuple[BookedRow, ...]
    paid: Money
    balance: Money
    received_on: date | None
    findings: tuple[Finding, ...]

    @property
    def status(self) -> str:
        """The invoice's status reason afterwards; it is left alone when nothing came in or went."""
        if not self.rows:
            return self.receivable.status
        before = InvoiceStatus(self.receivable.status)
        return status_after(before, self.balance, self.paid, self.receivable.written_off).value


def row_id(system: str, payment: str, invoice: str) -> str:
    """The id of the payment row for what one payment in the books pays of one invoice."""
    return derived("books-payment", system, payment, invoice)


def settle(receivable: Receivable, payments: Iterable[BookPayment], *, system: str, books: str) -> Effect:
    """Compare what the books applied to an invoice with what we know of it.

    Shape:  `payments` may contain some that concern other invoices only, and any of them twice.
    """
    effect = Effect(receivable, (), receivable.paid, receivable.balance, None, ())
    for payment in sorted({each.external_id: each for each in payments}.values(), key=_in_order):
        effect = _one(effect, payment, system=system, books=books)
    return effect


def _in_order(payment: BookPayment) -> tuple[str, str]:
    return (payment.received_on.isoformat() if payment.received_on else "", payment.external_id)


def _one(effect: Effect, payment: BookPayment, *, system: str, books: str) -> Effect:
    receivable = effect.receivable
    if payment.reference == receipt_reference(memo_receipt_id(receivable.invoice)):
        return effect  # it applies a write-off of ours, perhaps one that was taken back and waits for its sync
    nothing = zero(receivable.balance.currency)
    amount = payment.applied.get(receivable.external_id, nothing)
    copied = _copy_of(payment, receivable.payments)
    if copied is not None:
        if amount == copied.amount or payment.reference == receipt_reference(copied.id):
            return (
                effect  # what we entered ourselves may wait for a sync; the nightly check compares it, and closes what it found
            )
        return _with(effect, _changed_copy(receivable, payment, copied, amount, books))
    known = _known(receivable.payments, row_id(system, payment.external_id, receivable.invoice))
    before = known.amount if known is not None and known.counted else nothing
    if amount == before:
        return effect
    refusal = _refusal(effect, payment, amount - before, books)
    if refusal is not None:
        return _with(effect, refusal)
    taken = [payment.attempt for payment in receivable.payments] + [row.attempt for row in effect.rows]
    row = BookedRow(
        id=row_id(system, payment.external_id, receivable.invoice),
        attempt=known.attempt if known is not None else max(taken, default=0) + 1,
        external_id=payment.external_id,
        amount=amount,
        received_on=payment.received_on,
        new=known is None,
    )
    more = amount - before
    return replace(
        effect,
        rows=(*effect.rows, row),
        paid=effect.paid + more,
        balance=effect.balance - more,
        received_on=payment.received_on or effect.received_on,
    )


def _known(payments: Sequence[KnownPayment], wanted: str) -> KnownPayment | None:
    return next((payment for payment in payments if payment.id == wanted), None)


def _copy_of(payment: BookPayment, known: Sequence[KnownPayment]) -> KnownPayment | None:
    """The payment of ours that this one in the books is a copy of, whoever entered it there."""
    for ours in known:
        if ours.source == FROM_BOOKS or ours.failed:
            continue
        if payment.reference and payment.reference == receipt_reference(ours.id):
            return ours
        if ours.gateway_reference and ours.gateway_reference in f"{payment.reference} {payment.note}".split():
            return ours
    return None


def _refusal(effect: Effect, payment: BookPayment, more: Money, books: str) -> Finding | None:
    """Why this payment cannot be counted, if it cannot."""
    receivable = effect.receivable
    where = f"{books} payment {payment.external_id}"
    subject = f"{receivable.number}: {where}"
    if payment.reference.startswith(RECEIPT_PREFIX):
        message = f"{where} looks like one that we entered, but no such payment exists here; it was not counted. Check it there."
        return Finding("books-unknown-receipt", subject, message)
    if receivable.status == "Cancelled":
        message = (
            f"{where} pays {more} of invoice {receivable.number}, which is cancelled here; apply it to another invoice there."
        )
        return Finding("books-cancelled", subject, message)
    if effect.balance < more and receivable.written_off is not None and receivable.written_off.minor:
        message = (
            f"{where} pays {more} of invoice {receivable.number}, of which {receivable.written_off} is written off here; it was "
            "not counted. Take the write-off back (`w365 writeoff take-back`); the payment counts with the next reading."
        )
        return Finding("books-written-off", subject, message)
    if effect.balance < more:
        message = (
            f"{where} would pay {more} of invoice {receivable.number}, of which only {effect.balance} is open here; it was not "
            "counted. Look whether the same money was entered twice."
        )
        return Finding("books-overpaid", subject, message)
    return None


def _changed_copy(receivable: Receivable, payment: BookPayment, ours: KnownPayment, amount: Money, books: str) -> Finding:
    message = (
        f"{books} payment {payment.external_id} shows {amount} of our payment of {ours.amount} on invoice {receivable.number}. "
        "Nothing was changed here; correct it there."
    )
    return Finding(
        "books-receipt-differs", f"{receivable.number}: {books} payment {payment.external_id}", message, Severity.WARNING
    )


def _with(effect: Effect, finding: Finding) -> Effect:
    return replace(effect, findings=(*effect.findings, finding))
