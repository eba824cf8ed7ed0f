"""Turn planned changes that are due into rows of the change log, each exactly once, however late the timer comes.

A change's rows and its being done are one change set, and their ids come from the planned change. It is decided as of the moment
when it was planned, so that a job that is late writes what one on time would have written. One that the rules refuse is marked as
failed, with the reason, and can be planned again; one that could not be written waits for the next time.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.errors import Conflict, External, InvariantBroken, Refused, Retry
from work365.handlers.changing import already, decided, load, planned_key
from work365.handlers.limiting import awaiting_credit, held_to_limits
from work365.holding.hold import held_back
from work365.periods import UTC, local_day, zone_named
from work365.subscriptions.prepaying import refuse_fewer
from work365.subscriptions.scheduling import ScheduleState, Stop, due

if TYPE_CHECKING:
    from datetime import date

    from work365.ports.changing import ChangingBook, Recorded
    from work365.ports.platform import Clock
    from work365.subscriptions.held import Held
    from work365.subscriptions.scheduling import Scheduled

log = logging.getLogger(__name__)

DONE, FAILED, WAITING, HELD = "done", "failed", "waiting", "held"
"""What became of a planned change."""


@dataclass(frozen=True, slots=True)
class Applied:
    """How many planned changes happened, were refused, wait for the next time, and wait for the end of a hold or for credit."""

    done: int = 0
    failed: int = 0
    waiting: int = 0
    held: int = 0


def apply_due(*, book: ChangingBook, clock: Clock, as_of: date | None = None) -> Applied:
    """Apply every planned change that is due.

    Shape:  `as_of` None means today, in the zone of each subscription's contract.
    Errors: External when they could not be read; one that cannot be written holds up no other.
    """
    result = Applied()
    for planned in book.planned():
        zone = UTC if planned.place is None else zone_named(planned.place.zone)
        if due(planned, as_of or local_day(clock.now(), zone)):
            result = _count(result, apply(planned, book=book, clock=clock))
    return result


def _count(result: Applied, outcome: str) -> Applied:
    return replace(result, **{outcome: getattr(result, outcome) + 1})


def apply(planned: Scheduled, *, book: ChangingBook, clock: Clock) -> str:
    """Make rows of one planned change, or say on it why not; what became of it. It raises nothing that the next time may mend."""
    try:
        return _once(planned, book=book, clock=clock)
    except (Refused, InvariantBroken) as error:
        why = str(error)
    except External as error:
        if error.retry is not Retry.NEVER or isinstance(error, Conflict):
            log.warning("planned change %s waits: %s", planned.id, error)
            return WAITING
        why = str(error)
    try:
        book.tried(planned, why, failed=True)
    except External as error:
        log.warning("planned change %s was refused, and that could not be written: %s", planned.id, error)
        return WAITING
    return FAILED


def _once(planned: Scheduled, *, book: ChangingBook, clock: Clock) -> str:
    held, key = load(book, planned.subscription), key_of(planned)
    if already(held, key):
        book.close(planned, "It is in the change log.")
        return DONE
    hold = held_back(held, planned.wish)
    if hold is not None:
        book.stop(planned, Stop(ScheduleState.HELD, hold.text))
        return HELD
    change = _decided(planned, held, book=book, clock=clock)
    change, over = held_to_limits(change, book=book)
    if over is not None:
        _stop_again(planned, awaiting_credit(over), book)
        return HELD
    book.record(change)
    return DONE


def _stop_again(planned: Scheduled, stop: Stop, book: ChangingBook) -> None:
    """Every sweep looks at it; what it says is written where it differs."""
    if (planned.state, planned.message) != (stop.state, stop.text):
        book.stop(planned, stop)


def record(planned: Scheduled, *, book: ChangingBook, clock: Clock, override: str) -> str:
    """Make rows of one planned change although its customer is held, for a reason; the rule that held for it, in a sentence.

    Errors: Refused; External.
    """
    held = load(book, planned.subscription)
    if already(held, key_of(planned)):
        message = f"the change of {planned.name} is in the change log already"
        raise Refused(message)
    change = _decided(planned, held, book=book, clock=clock)
    book.record(replace(change, override=override))
    return change.decision.sentence


def _decided(planned: Scheduled, held: Held, *, book: ChangingBook, clock: Clock) -> Recorded:
    """What a planned change comes to, as of when it was planned. Errors: Refused."""
    now = clock.now()
    change = decided(key_of(planned), held, planned.wish, book=book, now=planned.asked or now)
    refuse_fewer(planned, change.decision)
    return replace(change, now=now, asked=planned.asked, planned=planned)


def key_of(planned: Scheduled) -> str:
    """What the ids of its rows are derived from."""
    return planned_key(planned.id)
