"""Cash that a bookkeeper applied in the books, as payments and a status here.

Settling is reconciliation: what the books say is applied to a document, minus what we know of it. Reading the same payment twice
changes nothing; an amount that was corrected, withdrawn or deleted there moves the balance back. A payment that both sides know,
because we entered our own charge there or the bookkeeper copied it, is recognised by its reference and counted once.

What the books apply, pays here: a charge that paid the same gives way, so that as much of it is left over as if it had come
later, and what was given up is taken back. So it does not matter which of both is heard of first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.accounting.documents import RECEIPT_PREFIX, receipt_reference
from work365.accounting.giving_up import memo_receipt_id
from work365.findings import Finding, Severity
from work365.ids import derived
from work365.money import zero
from work365.receivables.left_over import made_room, reused
from work365.receivables.payments import InvoiceStatus, PaymentId
from work365.receivables.settling import open_for, owing
from work365.receivables.write_offs import taken_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.accounting.documents import BookPayment
    from work365.money import Money
    from work365.receivables.left_over import Share
    from work365.receivables.payments import Debt
    from work365.receivables.write_offs import WriteOff

FROM_BOOKS = "Books"
PAID_TWICE = "books-paid-twice"
SAID = ("books-unknown-receipt", "books-cancelled", "books-overpaid", PAID_TWICE, "books-receipt-differs")
"""What is said about a payment in the books."""


@dataclass(frozen=True, slots=True)
class KnownPayment:
    """A payment of ours on the invoice.

    Attributes:
        amount: what of it pays this invoice.
        source: "Books" when it was read back; else we collected it.
        gateway_reference: the gateway's id; for one that was read back, its id in the books.
        counted: it has succeeded, so the balance contains it.
        failed: it never will.
        share: of one that came through a gateway, what else it is used for; None of every other one.
    """

    id: str
    attempt: int
    source: str
    amount: Money
    gateway_reference: str = ""
    counted: bool = True
    failed: bool = False
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Receivable:
    """An invoice that is in the books, as our rows have it.

    Attributes:
        external_id: the document's id in the books.
        said: keys of the findings that stand open about payments in the books, also about those of other invoices.
    """

    debt: Debt
    external_id: str
    payments: tuple[KnownPayment, ...] = ()
    said: frozenset[str] = frozenset()

    @property
    def shares(self) -> tuple[Share, ...]:
        """Its payments through gateways."""
        return tuple(one.share for one in self.payments if one.share is not None)


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
    """What reading the books changes about one invoice.

    Attributes:
        receivable: as it was read.
        debt: the invoice afterwards.
        shares: its payments through gateways afterwards, whether or not they changed.
        received_on: the day of the last payment that was counted.
        on: the day of the reading.
        mended: keys of findings that stood open, and do not hold any more.
    """

    receivable: Receivable
    debt: Debt
    shares: tuple[Share, ...]
    on: date
    rows: tuple[BookedRow, ...] = ()
    received_on: date | None = None
    findings: tuple[Finding, ...] = ()
    mended: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.rows or self.findings or self.mended)

    @property
    def moved(self) -> tuple[Share, ...]:
        """Those of the payments through gateways that pay more or less of the invoice now."""
        return tuple(one for one in self.shares if one not in self.receivable.shares)

    @property
    def taken_back(self) -> WriteOff | None:
        """What of the invoice had been given up, and was paid."""
        before = self.receivable.debt
        return taken_back(before, self.debt, PaymentId(self.rows[-1].id), self.cause, self.on) if self.rows else None

    @property
    def cause(self) -> str:
        """Names this one change of the invoice."""
        return f"{self.rows[-1].id}:{self.receivable.debt.etag}"


def row_id(system: str, payment: str, invoice: str) -> str:
    """The id of the payment row for what one payment in the books pays of one invoice."""
    return derived("books-payment", system, payment, invoice)


def settle(receivable: Receivable, payments: Iterable[BookPayment], *, system: str, books: str, today: date) -> Effect:
    """Compare what the books applied to an invoice with what we know of it.

    Shape:  `payments` may contain some that concern other invoices only, and any of them twice.
    """
    effect = Effect(receivable, receivable.debt, receivable.shares, today)
    for payment in sorted({each.external_id: each for each in payments}.values(), key=_in_order):
        after = _one(effect, payment, system=system, books=books)
        effect = replace(after, mended=(*after.mended, *_mended(effect, after, _about(payment, receivable.debt, books))))
    return effect


def _mended(before: Effect, after: Effect, about: str) -> list[str]:
    """Keys of the findings about a payment that its reading does not say again; that it was paid twice is said but once."""
    said = {one.identity for one in after.findings}
    counted_anew = len(after.rows) > len(before.rows)
    mine = [key for key in after.receivable.said if key.partition(":")[2] == about and key not in said]
    return [key for key in mine if counted_anew or not key.startswith(f"{PAID_TWICE}:")]


def _about(payment: BookPayment, debt: Debt, books: str) -> str:
    """What a finding about a payment in the books is about: `INV-1: QuickBooks payment 7`."""
    return f"{debt.number}: {books} payment {payment.external_id}"


def _in_order(payment: BookPayment) -> tuple[str, str]:
    return (payment.received_on.isoformat() if payment.received_on else "", payment.external_id)


def _one(effect: Effect, payment: BookPayment, *, system: str, books: str) -> Effect:
    receivable = effect.receivable
    if payment.reference == receipt_reference(memo_receipt_id(receivable.debt.id)):
        return effect  # it applies a write-off of ours, perhaps one that was taken back and waits for its sync
    nothing = zero(effect.debt.balance.currency)
    amount = payment.applied.get(receivable.external_id, nothing)
    copied = _copy_of(payment, receivable.payments)
    if copied is None:
        return _counted(effect, payment, amount, system=system, books=books)
    effect = _counted(effect, payment, nothing, system=system, books=books)  # it was, until a bookkeeper said whose it is
    pays = next((share.used for share in effect.shares if share.payment == copied.id), copied.amount)
    if amount == pays or payment.reference == receipt_reference(copied.id):
        return effect  # what we entered ourselves may wait for a sync; the nightly check compares it, and closes what it found
    return _with(effect, _changed_copy(effect.debt, payment, amount, pays, books))


def _counted(effect: Effect, payment: BookPayment, amount: Money, *, system: str, books: str) -> Effect:
    """The invoice once a payment in the books counts with an amount, instead of with what it counted before."""
    receivable = effect.receivable
    known = _known(receivable.payments, row_id(system, payment.external_id, receivable.debt.id))
    before = known.amount if known is not None and known.counted else zero(amount.currency)
    if amount == before:
        return effect
    paid = _paid(effect, payment, amount - before, books)
    if isinstance(paid, Finding):
        return _with(effect, paid)
    taken = [payment.attempt for payment in receivable.payments] + [row.attempt for row in effect.rows]
    row = BookedRow(
        id=row_id(system, payment.external_id, receivable.debt.id),
        attempt=known.attempt if known is not None else max(taken, default=0) + 1,
        external_id=payment.external_id,
        amount=amount,
        received_on=payment.received_on,
        new=known is None,
    )
    return replace(paid, rows=(*paid.rows, row), received_on=payment.received_on or paid.received_on)


def _paid(effect: Effect, payment: BookPayment, more: Money, books: str) -> Effect | Finding:
    """The invoice once the books apply so much more to it, or less with a negative amount; or why that cannot be counted."""
    if more.minor < 0:
        debt, changed = reused(owing(effect.debt, -more), effect.shares)
        return replace(effect, debt=debt, shares=_changed(effect.shares, changed))
    room, gave_way = made_room(effect.debt, effect.shares, more)
    refusal = _refusal(effect.debt, open_for(room), payment, more, books)
    if refusal is not None:
        return refusal
    paid = replace(effect, debt=owing(room, -more), shares=_changed(effect.shares, gave_way))
    return _with(paid, _twice(effect.debt, room, payment, books)) if gave_way else paid


def _changed(shares: Iterable[Share], changed: Iterable[Share]) -> tuple[Share, ...]:
    by_payment = {one.payment: one for one in shares}
    return tuple((by_payment | {one.payment: one for one in changed}).values())


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


def _refusal(debt: Debt, room: Money, payment: BookPayment, more: Money, books: str) -> Finding | None:
    """Why this payment cannot be counted, if it cannot. Shape: `room` is what could be open for it at most."""
    where, subject = f"{books} payment {payment.external_id}", _about(payment, debt, books)
    if payment.reference.startswith(RECEIPT_PREFIX):
        message = f"{where} looks like one that we entered, but no such payment exists here; it was not counted. Check it there."
        return Finding("books-unknown-receipt", subject, message)
    if debt.status is InvoiceStatus.CANCELLED:
        message = f"{where} pays {more} of invoice {debt.number}, which is cancelled here; apply it to another invoice there."
        return Finding("books-cancelled", subject, message)
    if room < more:
        message = (
            f"{where} would pay {more} of invoice {debt.number}, of which only {open_for(debt)} is open here; it was not "
            "counted. Look whether the same money was entered twice."
        )
        return Finding("books-overpaid", subject, message)
    return None


def _twice(debt: Debt, room: Debt, payment: BookPayment, books: str) -> Finding:
    """Counted, and still for a person to look at: a bookkeeper may have typed our own charge in."""
    where, over = f"{books} payment {payment.external_id}", room.balance - debt.balance
    message = (
        f"{where} pays {over} of invoice {debt.number} that had been charged here, so as much of it is left over. Look whether "
        "the same money was entered twice, and delete it there; else give back what is left over (`w365 refund`)."
    )
    return Finding("books-paid-twice", _about(payment, debt, books), message, Severity.WARNING)


def _changed_copy(debt: Debt, payment: BookPayment, amount: Money, ours: Money, books: str) -> Finding:
    message = (
        f"{books} payment {payment.external_id} shows {amount} of our payment of {ours} on invoice {debt.number}. Nothing was "
        "changed here; correct it there."
    )
    return Finding("books-receipt-differs", _about(payment, debt, books), message, Severity.WARNING)


def _with(effect: Effect, finding: Finding) -> Effect:
    return replace(effect, findings=(*effect.findings, finding))
