"""Use what a payment has left over for other invoices, and take that back.

Each is one change set under the versions that it was decided on; when rows changed meanwhile it is decided again. Using it again
for an invoice that it pays already is refused, so a repeated command pays nothing twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.handlers.pay_pages import freed
from work365.handlers.receiving import again
from work365.receivables import applying_left_over

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from work365.handlers.pay_pages import ClosePage
    from work365.ports.applying_left_over import LeftOverBook
    from work365.receivables.applying_left_over import LeftOverApplied, LeftOverTakenBack
    from work365.receivables.spreading import Wish


def apply(
    named: str,
    wishes: Sequence[Wish] | None,
    *,
    book: LeftOverBook,
    now: datetime,
    close_page: ClosePage | None = None,
) -> LeftOverApplied:
    """Pay invoices with what a payment has left over; None pays the oldest first.

    Shape:  `close_page` closes the payment page of an invoice; without it one whose page is open is refused.
    Errors: Refused with a sentence, with nothing written; BadInput for an unknown payment; Conflict when rows keep changing.
    """

    def decide() -> LeftOverApplied:
        left_over = book.left_over(named)
        invoices = freed(lambda: book.open_invoices(left_over), wishes, close_page)
        return applying_left_over.apply(left_over, invoices, wishes, now=now)

    return again(decide, book.apply)


def take_back(named: str, invoice: str, reason: str, *, book: LeftOverBook) -> LeftOverTakenBack:
    """Take back what pays one other invoice. Errors: Refused when nothing of it does; BadInput; Conflict."""

    def decide() -> LeftOverTakenBack:
        left_over = book.left_over(named)
        return applying_left_over.take_back(left_over, book.parts(left_over), invoice, reason)

    return again(decide, book.take_back)
