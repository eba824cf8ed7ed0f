"""Keep what each customer owes in step with its invoices and receipts.

A balance is drawn from the rows each time, so it does not matter how often or in which order; one that is drawn by two workers at
the same moment is written by the one that read last, because it holds the version that the other left.
"""

from __future__ import annotations

import logging
from itertools import islice
from typing import TYPE_CHECKING

from work365.errors import Conflict, External
from work365.periods import days_at
from work365.receivables.balances import draw, in_words, nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from work365.handlers.jobs import Doer
    from work365.jobs import Job, JobResult
    from work365.periods import DayIn
    from work365.ports.balances import BalanceBook
    from work365.ports.platform import Clock

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Customers that are read in one request."""
TRIES = 4


def refresh(accounts: Iterable[str], *, book: BalanceBook, day_in: DayIn) -> int:
    """Draw the balances of some customers again; how many customers were done.

    Errors: Conflict when one of them keeps changing: whoever comes next draws it again.
    """
    done, rest = 0, iter(dict.fromkeys(accounts))
    while chunk := tuple(islice(rest, AT_ONCE)):
        done += len(chunk)
        for _ in range(TRIES):
            chunk = _once(chunk, book, day_in)
            if not chunk:
                break
        else:
            message = f"the balance of account {chunk[0]} changed each time it was drawn"
            raise Conflict(message)
    return done


def refresh_changed(*, since: datetime, book: BalanceBook, day_in: DayIn) -> int:
    """Draw those whose invoices or receipts were written since a moment."""
    return refresh(book.changed(since), book=book, day_in=day_in)


def refresh_all(*, book: BalanceBook, day_in: DayIn) -> int:
    """Draw everybody's: a day passes, and more is overdue."""
    return refresh(book.owing(), book=book, day_in=day_in)


def _once(accounts: Sequence[str], book: BalanceBook, day_in: DayIn) -> tuple[str, ...]:
    """Write what differs; the accounts that changed meanwhile."""
    standing = book.standing(accounts)
    drawn = draw(standing.items, day_in)
    now = {key: nothing(*key) for key in standing.kept} | drawn
    changed = [one for key, one in sorted(now.items()) if key not in standing.kept or standing.kept[key][0] != one]
    whose = {one.account for one in changed}
    texts = {account: in_words(one for one in now.values() if one.account == account) for account in whose}
    return book.keep(changed, texts, standing) if changed else ()


def draw_after(accounts: Callable[[], Iterable[str]], *, book: BalanceBook, clock: Clock) -> None:
    """Draw the balances of customers to whom something has just happened.

    What happened is done: a balance that cannot be drawn now is left to the next sweep.
    """
    try:
        refresh(accounts(), book=book, day_in=days_at(clock.now()))
    except External as error:
        log.warning("a balance is drawn by the next sweep: %s", error)


def kept_after(doer: Doer, *, book: BalanceBook, clock: Clock) -> Doer:
    """A doer that draws the customer's balance again once its job is done."""

    def do(job: Job) -> JobResult:
        result = doer(job)
        if job.invoice is not None:
            invoice = job.invoice
            draw_after(lambda: [book.account_of(invoice)], book=book, clock=clock)
        return result

    return do
