"""Look at every change log and say where it is no ledger; what was mended since is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.findings import Finding
from work365.subscriptions.ledger import breaks
from work365.subscriptions.typed_over import price_differs

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
    wrong = [one.message for one in breaks(book.rows, book.shown.quantity, book.last_sequence)]
    if price := price_differs(book.shown, book.newest):
        wrong.append(f"the subscription shows {price} by its newest row")
    if not wrong:
        return None
    message = (
        f"The change log of {book.name} is broken: {'; '.join(wrong)}. Nothing of it was changed, and nothing is billed by what "
        "it does not say. Compare it with the supplier, then add the row that is missing, set the subscription back to what its "
        "log says, or ask for the change with `w365 subscription change`."
    )
    return Finding("ledger-broken", book.name, message, key=f"ledger-broken:{book.id}", contract=book.contract)
