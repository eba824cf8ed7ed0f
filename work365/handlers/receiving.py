"""Post money that came in without a gateway, use it for invoices, take it back.

Each is one change set under the versions that it was decided on; when rows changed meanwhile it is decided again. Posting the
same money again finds it posted, or is refused where it is to pay something else now; using it again for an invoice that it pays
already is refused: so a repeated command, after an answer that got lost, pays nothing twice. A page on which the customer may be
paying one of the invoices is closed first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from work365.errors import Conflict, Refused
from work365.handlers.pay_pages import freed
from work365.receivables import receipts
from work365.receivables.receipts import Applied, Receipt
from work365.receivables.spreading import part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from work365.handlers.pay_pages import ClosePage
    from work365.ports.receipts import ReceiptBook
    from work365.receivables.receipts import TakenBack
    from work365.receivables.spreading import Part, Wish

T = TypeVar("T")
TRIES = 4


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of posting money. `before` is what it pays now if it was posted earlier: then nothing was written."""

    applied: Applied
    before: Sequence[Part] | None = None


def post(
    receipt: Receipt,
    wishes: Sequence[Wish] | None,
    *,
    book: ReceiptBook,
    now: datetime,
    close_page: ClosePage | None = None,
) -> Posted:
    """Post new money and use it at once.

    Shape:  `wishes` None: for the oldest invoices first; none at all: it stays unapplied. `close_page` closes the payment page of
            an invoice; without it one whose page is open is refused.
    Errors: Refused, with nothing posted, also for money that was posted before to pay something else; Conflict when rows keep
            changing.
    """
    new = replace(receipt, posted_for=receipts.meant_for(wishes))

    def decide() -> Posted:
        known = book.receipt(new.id)
        if known is not None:
            receipts.refuse_other_use(known, new.posted_for)
            return Posted(Applied(known), book.parts(known))
        return Posted(_applied(new, wishes, book, now, close_page))

    return again(decide, lambda posted: book.apply(posted.applied) if posted.before is None else None)


def apply(
    receipt: Receipt,
    wishes: Sequence[Wish] | None,
    *,
    book: ReceiptBook,
    now: datetime,
    close_page: ClosePage | None = None,
) -> Applied:
    """Use what is left of a receipt. Shape: as `post`. Errors: as `post`; Refused when there is nothing to use it for."""

    def decide() -> Applied:
        made = _applied(_fresh(receipt, book), wishes, book, now, close_page)
        if not made.payments:
            message = f"Nothing was paid: {_why_nothing(made.receipt)}"
            raise Refused(message)
        return made

    return again(decide, book.apply)


def take_back(receipt: Receipt, number: str, reason: str, *, book: ReceiptBook) -> TakenBack:
    """Take back what a receipt pays of one invoice. Errors: Refused when it pays nothing of it; BadInput; Conflict."""

    def decide() -> TakenBack:
        fresh = _fresh(receipt, book)
        return receipts.take_back(fresh, part_of(book.parts(fresh), number, label=fresh.label, command="receipt"), reason)

    return again(decide, book.take_back)


def return_whole(receipt: Receipt, reason: str, *, book: ReceiptBook) -> TakenBack:
    """The bank took the money back. Errors: Refused when that is known already; BadInput; Conflict."""

    def decide() -> TakenBack:
        fresh = _fresh(receipt, book)
        return receipts.returned(fresh, book.parts(fresh), reason)

    return again(decide, book.take_back)


def _applied(
    receipt: Receipt, wishes: Sequence[Wish] | None, book: ReceiptBook, now: datetime, close_page: ClosePage | None
) -> Applied:
    if wishes is not None and not wishes:
        return Applied(receipt)
    invoices = freed(lambda: book.open_invoices(receipt), wishes, close_page)
    return receipts.apply(receipt, invoices, wishes, now=now)


def _fresh(receipt: Receipt, book: ReceiptBook) -> Receipt:
    found = book.receipt(receipt.id)
    if found is None:
        message = f"{receipt.label} does not exist any more"
        raise Refused(message)
    return found


def _why_nothing(receipt: Receipt) -> str:
    if not receipt.unapplied.minor:
        return f"nothing is left of {receipt.label}."
    return f"the customer owes nothing that {receipt.label} could pay; {receipt.unapplied} stays unapplied."


def again(decide: Callable[[], T], write: Callable[[T], None]) -> T:
    """Decide and write, anew when rows changed in between. Errors: Conflict when they keep changing; whatever both raise."""
    for _ in range(TRIES):
        decided = decide()
        try:
            write(decided)
        except Conflict:
            continue
        return decided
    message = "the customer's invoices changed each time they were read; try again"
    raise Conflict(message)
