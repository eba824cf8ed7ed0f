"""Pay invoices with a credit note, and take that back.

As for receipts (`handlers/receiving.py`): one change set under the versions that it was decided on; when rows changed meanwhile
it is decided again. A repeated command finds the invoice paid, or nothing left of the note, and pays nothing twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.handlers.pay_pages import freed
from work365.handlers.receiving import again
from work365.receivables import applying_credit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from work365.handlers.pay_pages import ClosePage
    from work365.ports.applying_credit import CreditBook
    from work365.receivables.applying_credit import CreditApplied, CreditTakenBack
    from work365.receivables.spreading import Wish


def apply(
    number: str, wishes: Sequence[Wish] | None, *, book: CreditBook, now: datetime, close_page: ClosePage | None = None
) -> CreditApplied:
    """Use what is left of a credit note.

    Shape:  `wishes` None is the oldest first; `close_page` as for receipts.
    Errors: Refused; BadInput; Conflict.
    """

    def decide() -> CreditApplied:
        credit = book.credit(number)
        invoices = freed(lambda: book.open_invoices(credit), wishes, close_page)
        return applying_credit.apply(credit, invoices, wishes, now=now)

    return again(decide, book.apply)


def take_back(number: str, invoice: str, reason: str, *, book: CreditBook) -> CreditTakenBack:
    """Take back what a credit note pays of one invoice. Errors: Refused when it pays nothing of it; BadInput; Conflict."""

    def decide() -> CreditTakenBack:
        credit = book.credit(number)
        return applying_credit.take_back(credit, book.parts(credit), invoice, reason)

    return again(decide, book.take_back)
