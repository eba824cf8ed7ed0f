"""A statement of account: what a customer owed at the start, what moved, what is owed at the end, and since when.

One account in one currency: `+` is owed by the customer, `-` is in their favour. Opening balance plus movements is the closing
balance, and so is what is open by age less the credit that is not applied yet; both hold by construction, from the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.money import Money, total, zero

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.money import Currency

ACCOUNTS_MAX = 50
"""A customer and its children on one statement: as many as one question to the tenant holds."""

AGES = (0, 30, 60, 90)
"""Upper ends of the ageing, in days overdue; what is older stands in a last one."""


class EntryKind(Enum):
    """What moved a balance."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit note"
    PAYMENT = "payment"
    REFUND = "refund"
    RETURN = "payment returned"
    WRITE_OFF = "write-off"
    CREDIT_APPLIED = "credit applied"


class Means(Enum):
    """What took something off a document, or put it back."""

    MONEY = "money"
    WRITE_OFF = "write-off"
    CREDIT = "credit note"


@dataclass(frozen=True, slots=True)
class Billed:
    """An issued invoice or credit note.

    Shape: `total` is negative on a credit note; `due` falls back to the day of issue; `original` is the number of the document
    that a credit note gives back, of which it takes what was open when it was issued; `id` is that of its row.
    """

    number: str
    account: str
    issued: date
    due: date | None
    total: Money
    credit_note: bool = False
    original: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """Money that came in, or went back (`refund`); or what was written off or applied of a credit note in its place, or undone.

    Shape: `applied` pairs the numbers that it was for with amounts. Money says what it pays in the end; everything else what it
           took off on its day, and as a `refund` what it put back. Of money that went, `taken` says that nobody gave it: a bank
           took it back, or it had not come.
    """

    account: str
    day: date
    amount: Money
    applied: tuple[tuple[str, Money], ...] = ()
    refund: bool = False
    means: Means = Means.MONEY
    taken: bool = False

    @property
    def kind(self) -> EntryKind:
        """What it is called."""
        if self.means is Means.MONEY:
            gone = EntryKind.RETURN if self.taken else EntryKind.REFUND
            return gone if self.refund else EntryKind.PAYMENT
        return EntryKind.WRITE_OFF if self.means is Means.WRITE_OFF else EntryKind.CREDIT_APPLIED

    @property
    def taken_off(self) -> tuple[tuple[str, int], ...]:
        """What it takes off each document on its day, in minor units."""
        if self.refund and self.means is Means.MONEY:
            return ()
        sign = -1 if self.refund else 1
        return tuple((number, sign * amount.minor) for number, amount in self.applied)


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement. Shape: `amount` has the sign of the balance; `balance` is what is owed after it."""

    day: date
    kind: EntryKind
    account: str
    amount: Money
    balance: Money
    number: str = ""
    due: date | None = None
    applied: tuple[tuple[str, Money], ...] = ()


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """An invoice that is not paid at the end. Shape: `overdue` in days, 0 or less when it is not due yet."""

    number: str
    account: str
    issued: date
    due: date
    total: Money
    open: Money
    overdue: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement.

    Attributes:
        first, last: the period, both days included.
        ages: what is open, by age: not due, 1-30, 31-60, 61-90, more than 90 days overdue. What went back to the customer beyond
            what had come is owed by no document and is not due.
        unapplied: credit that is not applied to an invoice yet, zero or negative; `ages` and it come to the closing balance.
    """

    currency: Currency
    first: date
    last: date
    opening: Money
    entries: tuple[Entry, ...]
    closing: Money
    open: tuple[OpenDocument, ...]
    ages: tuple[Money, ...]
    unapplied: Money

    @property
    def payable(self) -> tuple[str, ...]:
        """Ids of what is open, the oldest first."""
        return tuple(one.id for one in sorted(self.open, key=lambda one: (one.due, one.number)) if one.id)


def statement(documents: Iterable[Billed], payments: Iterable[Received], code: Currency, *, first: date, last: date) -> Statement:
    """Draw up the account of one currency up to and including the last day; what came later is not known to it.

    Shape: everything that was ever billed and received up to `last`, in that currency.
    """
    billed = [one for one in documents if one.issued <= last]
    moved = [one for one in payments if one.day <= last]
    movements = sorted([*map(_of_document, billed), *map(_of_payment, moved)], key=_order)
    opening = total((one.amount for one in movements if one.day < first), code)
    entries = _running([one for one in movements if one.day >= first], opening)
    closing = entries[-1].balance if entries else opening
    due = _open(billed, moved, last)
    ages = _aged(due, code)
    rest = closing - total(ages, code)
    if rest.minor > 0:
        ages, rest = (ages[0] + rest, *ages[1:]), zero(code)
    return Statement(code, first, last, opening, entries, closing, due, ages, rest)


def _order(entry: Entry) -> tuple[date, bool, str]:
    return entry.day, entry.kind not in (EntryKind.INVOICE, EntryKind.CREDIT_NOTE), entry.number


def _of_document(one: Billed) -> Entry:
    kind = EntryKind.CREDIT_NOTE if one.credit_note else EntryKind.INVOICE
    due = None if one.credit_note else one.due
    return Entry(one.issued, kind, one.account, one.total, zero(one.total.currency), one.number, due)


def _of_payment(one: Received) -> Entry:
    signed = one.amount if one.refund else -one.amount
    return Entry(one.day, one.kind, one.account, signed, zero(one.amount.currency), applied=one.applied)


def _running(entries: Sequence[Entry], opening: Money) -> tuple[Entry, ...]:
    balance = opening
    result = []
    for one in entries:
        balance += one.amount
        result.append(Entry(one.day, one.kind, one.account, one.amount, balance, one.number, one.due, one.applied))
    return tuple(result)


def _settled(billed: Sequence[Billed], moved: Iterable[Received]) -> dict[str, int]:
    """What payments, write-offs and credit notes took off each document, in minor units by its number."""
    totals = {one.number: one.total.minor for one in billed}
    paid = [(one.day, number, minor, False) for one in moved for number, minor in one.taken_off]
    notes = [(one.issued, one.original, -one.total.minor, True) for one in billed if one.credit_note and one.original in totals]
    settled: dict[str, int] = {}
    for _, number, minor, note in sorted((*paid, *notes), key=lambda one: (one[0], one[3])):
        before = settled.get(number, 0)
        settled[number] = before + (min(minor, max(0, totals[number] - before)) if note else minor)
    return settled


def _open(billed: Sequence[Billed], moved: Iterable[Received], last: date) -> tuple[OpenDocument, ...]:
    """Invoices with something left to pay: what was allocated or credited by then is taken off, and never more than there is."""
    paid = _settled(billed, moved)
    result = []
    for document in billed:
        left = document.total.minor - paid.get(document.number, 0)
        if left <= 0 or document.total.minor <= 0:
            continue
        due = document.due or document.issued
        money = Money(left, document.total.currency)
        result.append(
            OpenDocument(
                document.number, document.account, document.issued, due, document.total, money, (last - due).days, document.id
            )
        )
    return tuple(sorted(result, key=lambda one: (one.due, one.number)))


def _aged(due: Iterable[OpenDocument], code: Currency) -> tuple[Money, ...]:
    ages = [zero(code)] * (len(AGES) + 1)
    for one in due:
        place = next((index for index, upper in enumerate(AGES) if one.overdue <= upper), len(AGES))
        ages[place] += one.open
    return tuple(ages)
