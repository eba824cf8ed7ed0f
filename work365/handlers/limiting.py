"""Hold an order to the credit limits of whoever pays for it: look how the debtors stand, and say what it lacks.

What was looked at is written under the versions of the debtors' rows, together with the order: of two orders that fit alone and
not together, the second meets another version, looks again, and finds the first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.exposure.limiting import LimitRule, exceeded
from work365.holding.orders import brings_more
from work365.periods import local_day, zone_named
from work365.subscriptions.scheduling import ScheduleState, Stop

if TYPE_CHECKING:
    from work365.exposure.limiting import Exceeded
    from work365.ports.changing import ChangingBook, Recorded


def held_to_limits(change: Recorded, *, book: ChangingBook) -> tuple[Recorded, Exceeded | None]:
    """A change with what guards it, and the first limit that it exceeds; None where it fits, or is no order.

    Shape:  what is paid before it happens needs no credit.
    """
    prepaid = change.planned is not None and change.planned.pay_by is not None
    if change.held.place.limit_rule is LimitRule.OFF or prepaid or not brings_more(change.held, change.wish):
        return change, None
    today = local_day(change.now, zone_named(change.held.place.zone))
    guards = tuple(book.limits(change, today))
    return replace(change, guards=guards), exceeded(guard.check for guard in guards)


def awaiting_credit(over: Exceeded) -> Stop:
    """How an order waits for credit."""
    return Stop(ScheduleState.LIMITED, f"Awaiting: credit limit. {over.sentence[:1].upper()}{over.sentence[1:]}")
