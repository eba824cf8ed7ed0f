"""Read the payments that were made in the books: load, ask, decide, record.

The window begins a little before the last one ended, and never later than the oldest export whose outcome is still open: its
document may be there, and may have been paid, before we know its id. Reading a payment twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.accounting.settling import settle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from work365.accounting.deciding import BooksSystem
    from work365.accounting.documents import BookPayment
    from work365.findings import Finding
    from work365.ports.books import ExportBook, Ledger

OVERLAP = timedelta(minutes=10)
PAYMENTS_AT_ONCE = 100
"""How many payments are settled together: bounds the reads and writes of one round."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What one reading found.

    Attributes:
        payments: how many the books named.
        invoices: how many invoices were changed here.
        left: numbers of invoices that changed meanwhile; the next reading does them again.
        accounts: ids of the customers whose invoices were changed.
        findings: what a person must look at.
    """

    payments: int = 0
    invoices: int = 0
    left: tuple[str, ...] = ()
    accounts: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()


def read_back(system: str, *, book: ExportBook, ledger: Ledger, now: datetime) -> ReadBack:
    """Bring cash that was applied in one company's books back to our invoices.

    Errors: External as the books or the tenant failed; nothing is forgotten, the next reading begins at the same moment.
    """
    position = book.position(system)
    if position.since is None:
        return ReadBack()
    payments = list(ledger.payments_since(position.since - OVERLAP))
    result = ReadBack(payments=len(payments))
    for start in range(0, len(payments), PAYMENTS_AT_ONCE):
        some = payments[start : start + PAYMENTS_AT_ONCE]
        result = _settled(position.system, some, result, book=book, ledger=ledger, today=now.date())
    until = min(now, position.unsettled or now)
    if not result.left and until > position.since:
        book.read_to(system, until)
    return result


def _settled(
    system: BooksSystem, payments: Sequence[BookPayment], so_far: ReadBack, *, book: ExportBook, ledger: Ledger, today: date
) -> ReadBack:
    receivables = book.receivables(system.id, payments)
    books = ledger.rules.name
    effects = [settle(receivable, payments, system=system.id, books=books, today=today) for receivable in receivables]
    changed = [effect for effect in effects if effect.changes]
    left = book.settle(system, changed) if changed else ()
    written = [effect.debt for effect in changed if effect.rows and effect.debt.number not in left]
    return ReadBack(
        payments=so_far.payments,
        invoices=so_far.invoices + len(written),
        left=(*so_far.left, *left),
        accounts=so_far.accounts | {one.account for one in written},
        findings=(*so_far.findings, *(finding for effect in changed for finding in effect.findings)),
    )
