"""Try declined charges again, each on its day: a job for each, which decides like any other charge and takes the money once.

The job's key names what it follows, so however often and in however many workers this runs, and whatever a person charges
meanwhile, one attempt follows one decline, or one charge that was refused before anything was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import NotFound
from work365.receivables import retrying
from work365.receivables.retrying import Next

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from work365.ports.retrying import Candidate, RetryBook
    from work365.receivables.retrying import Declined

LOOK_BACK = timedelta(days=730)
"""Who stores a new card after that is charged by hand; until then it is listed, and waits for one."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A declined charge for staff."""

    customer: str
    declined: Declined


def overview(*, book: RetryBook, now: datetime) -> list[Listed]:
    """Every invoice whose last charge was declined or came to nothing, the largest amount first, with what becomes of it."""
    found = [Listed(one.customer, declined) for one, declined in _declined(book, now)]
    return sorted(found, key=lambda one: (-one.declined.case.debt.balance.minor, one.declined.case.debt.number))


def retry_due(*, book: RetryBook, now: datetime) -> int:
    """Ask for today's attempts; how many were asked for."""
    found = [declined for _, declined in _declined(book, now)]
    return sum(1 for one in retrying.due(found, now.date()) if book.ask(one))


def _declined(book: RetryBook, now: datetime) -> Iterator[tuple[Candidate, Declined]]:
    for one in book.declined(now - LOOK_BACK):
        try:
            case = book.case(one.invoice)
        except NotFound:
            continue
        following = retrying.next_try(case, one.plan, now.date(), one.unsent)
        if following is not None:
            stopped = None if following.on is None else _waits(one, now.date())
            yield one, retrying.Declined(case, one.by_itself, stopped or following, one.unsent)


def _waits(one: Candidate, today: date) -> Next | None:
    """Nobody takes by itself what a customer does not accept, or has promised to pay."""
    if one.disputed:
        return Next(None, "it is disputed; it goes on once nothing of it is, or press Charge")
    if one.paused_until is not None and today <= one.paused_until:
        return Next(None, f"it is paused until {one.paused_until}; it goes on after that, or press Charge")
    return None
