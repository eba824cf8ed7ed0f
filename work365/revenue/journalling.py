"""The journal of a month: what revenue is put off, and what is earned of what was put off.

The books take an invoice as revenue on its date. The journal moves what is not earned yet to deferred revenue and brings back
what is, product by product: debit revenue and credit deferred revenue for more that is put off, the other way round for less. It
ties to the invoices: a document of the month whose lines do not come to its net amount is named.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from work365.money import Currency, Money, zero
from work365.revenue.recognising import Booked, Movement, movement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from work365.periods import Period

REVENUE, DEFERRED = "Revenue", "Deferred revenue"


class Book(NamedTuple):
    """A set of books: one legal entity's in one currency."""

    entity: str
    currency: Currency


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal; one of the two amounts is zero."""

    book: Book
    account: str
    product: str
    debit: Money
    credit: Money


@dataclass(frozen=True, slots=True)
class Journal:
    """One month.

    Attributes:
        lines: every line that moves in it, with what it does.
        totals: the sum of the movements of each set of books.
        untied: documents of the month whose lines do not come to their net amount, as sentences.
    """

    month: Period
    lines: tuple[tuple[Booked, Movement], ...]
    entries: tuple[Entry, ...]
    totals: Mapping[Book, Movement]
    untied: tuple[str, ...]


def journal(month: Period, lines: Iterable[Booked], nets: Mapping[str, Money]) -> Journal:
    """The journal of a calendar month.

    Shape: `lines` are those issued by its end that are not earned by its start, or more; `nets` are the net amounts of the
           documents issued in it, by their numbers.
    """
    found = sorted(moving(month, lines), key=_place)
    return Journal(month, tuple(found), tuple(_entries(found)), summed(found), tuple(_untied(month, found, nets)))


def moving(month: Period, lines: Iterable[Booked]) -> list[tuple[Booked, Movement]]:
    """The lines that a month says something about, and what."""
    return [(line, found) for line in lines if (found := movement(line, month)).moves]


def _place(pair: tuple[Booked, Movement]) -> tuple[str, date, str, int]:
    line, _ = pair
    return line.entity, line.issued, line.document, line.line


def summed(moves: Iterable[tuple[Booked, Movement]]) -> dict[Book, Movement]:
    """The movements of each set of books added up."""
    sums: dict[Book, Movement] = {}
    for line, moved in moves:
        book = Book(line.entity, line.amount.currency)
        before = sums.get(book)
        sums[book] = moved if before is None else Movement(*(one + other for one, other in zip(before, moved, strict=True)))
    return sums


def _entries(moves: Iterable[tuple[Booked, Movement]]) -> Iterable[Entry]:
    put_off: dict[tuple[Book, str], int] = defaultdict(int)
    for line, moved in moves:
        put_off[Book(line.entity, line.amount.currency), line.product] += (moved.closing - moved.opening).minor
    for (book, product), minor in sorted(put_off.items()):
        amount, nothing = Money(abs(minor), book.currency), zero(book.currency)
        if minor:
            debited, credited = (REVENUE, DEFERRED) if minor > 0 else (DEFERRED, REVENUE)
            yield Entry(book, debited, product, amount, nothing)
            yield Entry(book, credited, product, nothing, amount)


def _untied(month: Period, moves: Iterable[tuple[Booked, Movement]], nets: Mapping[str, Money]) -> Iterable[str]:
    sums = {document: zero(net.currency) for document, net in nets.items()}
    for line, _ in moves:
        if line.issued in month and line.document in sums:
            sums[line.document] += line.amount
    for document, net in nets.items():
        if sums[document] != net:
            yield f"The lines of {document} come to {sums[document]} and the document to {net}; the journal has its lines."
