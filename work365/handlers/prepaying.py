"""Look at the changes that wait for a payment: release those that are paid, each once; let those expire whose day is over.

A release moves the planned change under its version; from then on it is a planned change like any other. An expiry and what it
gives back are one change set. Whatever could not be written is looked at again by the next timer.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import External
from work365.periods import UTC, local_day, zone_named
from work365.subscriptions.prepaying import Next, what_next
from work365.subscriptions.scheduling import ScheduleState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.ports.changing import ChangingBook
    from work365.ports.platform import Clock
    from work365.subscriptions.scheduling import Scheduled

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """How many changes were released, expired, and need a person."""

    released: int = 0
    expired: int = 0
    undecided: int = 0


def look_for_payments(waiting: Iterable[Scheduled], *, book: ChangingBook, clock: Clock) -> Looked:
    """Changes that wait for a payment; one holds up no other."""
    done = [_look(one, book=book, clock=clock) for one in waiting]
    return Looked(done.count(Next.RELEASE), done.count(Next.EXPIRE), done.count(Next.DECIDE))


def _look(planned: Scheduled, *, book: ChangingBook, clock: Clock) -> Next:
    today = local_day(clock.now(), UTC if planned.place is None else zone_named(planned.place.zone))
    found = what_next(planned, today)
    try:
        if found is Next.RELEASE:
            book.release(planned, max(planned.wish.on, today), "It is paid.")
        elif found is Next.EXPIRE:
            book.withdraw(planned, ScheduleState.EXPIRED, f"It was not paid by {planned.pay_by}.")
        elif found is Next.DECIDE:
            number = "" if planned.prepayment is None else planned.prepayment.number
            message = (
                f"Invoice {number} is paid in part and was due by {planned.pay_by}: try again once the rest is paid, or cancel."
            )
            book.tried(planned, message, failed=True)
    except External as error:
        log.warning("the payment of planned change %s is looked at again: %s", planned.id, error)
        return Next.WAIT
    return found
