"""Look at every change log and say where it is no ledger; what was mended since is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.findings import Finding
from work365.subscriptions.ledger import breaks

if TYPE_CHECKING:
    from work365.ports.ledgers import Book, LedgerBooks


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check saw."""

    subscriptions: int
    rows: int
    findings: tuple[Finding, ...]


def check_ledgers(*, books: LedgerBooks) -> Checked:
    """Check all of them. Errors: External when a read failed; then nothing is written."""
    seen = rows = 0
    found: list[Finding] = []
    for book in books.all():
        seen, rows = seen + 1, rows + len(book.rows)
        finding = judged(book)
        if finding is not None:
            found.append(finding)
    known = {finding.identity for finding in found}
    books.keep(found, [key for key in books.open_keys() if key not in known])
    return Checked(seen, rows, tuple(found))


def judged(book: Book) -> Finding | None:
    """The finding about one log; None when it is a ledger."""
    wrong = breaks(book.rows, book.quantity, book.last_sequence)
    if not wrong:
        return None
    said = "; ".join(one.message for one in wrong)
    message = (
        f"The change log of {book.name} is broken: {said}. Nothing of it was changed. Compare it with the supplier, then add the "
        "row that is missing, or correct the quantity on the subscription."
    )
    return Finding("ledger-broken", book.name, message, key=f"ledger-broken:{book.id}", contract=book.contract)
