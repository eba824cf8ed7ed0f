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
from work365.handlers.reviewing_plans import approvable
from work365.holding.orders import held_back
from work365.periods import UTC, local_day, zone_named
from work365.subscriptions.prepaying import refuse_fewer
from work365.subscriptions.scheduling import STOPPED, ScheduleState, Stop, come, due

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from work365.approving.entries import Entry
    from work365.handlers.reviewing_plans import PlanReviewer
    from work365.ports.changing import ChangingBook, Recorded
    from work365.ports.platform import Clock
    from work365.subscriptions.held import Held
    from work365.subscriptions.scheduling import Scheduled

log = logging.getLogger(__name__)

DONE, FAILED, WAITING, HELD, ASKED = "done", "failed", "waiting", "held", "asked"
"""What became of a planned change."""
TO_COME = (ScheduleState.SCHEDULED, ScheduleState.WAITING, *STOPPED)
"""What an approver may still be asked about."""


@dataclass(frozen=True, slots=True)
class Applied:
    """How many planned changes happened, were refused, wait for the next time, for a hold or for credit, and for an approver."""

    done: int = 0
    failed: int = 0
    waiting: int = 0
    held: int = 0
    asked: int = 0


def apply_due(*, book: ChangingBook, clock: Clock, as_of: date | None = None, reviewer: PlanReviewer | None = None) -> Applied:
    """Apply every planned change that is due.

    Shape:  `as_of` None means today, in the zone of each subscription's contract.
    Errors: External when they could not be read; one that cannot be written holds up no other.
    """
    result = Applied()
    for planned in book.planned():
        zone = UTC if planned.place is None else zone_named(planned.place.zone)
        if due(planned, as_of or local_day(clock.now(), zone)):
            result = _count(result, apply(planned, book=book, clock=clock, reviewer=reviewer))
    return result


def apply_answered(
    waiting: Iterable[Scheduled], *, book: ChangingBook, clock: Clock, reviewer: PlanReviewer | None = None
) -> int:
    """Apply what waits for an approver, its day come, and has been agreed to or need not be any more; how many happened."""
    done = 0
    for planned in waiting if reviewer is not None else ():
        zone = UTC if planned.place is None else zone_named(planned.place.zone)
        if come(planned, local_day(clock.now(), zone)):
            done += apply(planned, book=book, clock=clock, reviewer=reviewer) == DONE
    return done


def _count(result: Applied, outcome: str) -> Applied:
    return replace(result, **{outcome: getattr(result, outcome) + 1})


def apply(planned: Scheduled, *, book: ChangingBook, clock: Clock, reviewer: PlanReviewer | None = None) -> str:
    """Make rows of one planned change, or say on it why not; what became of it. It raises nothing that the next time may mend."""
    try:
        return _once(planned, book=book, clock=clock, reviewer=reviewer)
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


def _once(planned: Scheduled, *, book: ChangingBook, clock: Clock, reviewer: PlanReviewer | None = None) -> str:
    held, key = load(book, planned.subscription), key_of(planned)
    if already(held, key):
        book.close(planned, "It is in the change log.")
        return DONE
    hold = held_back(held, planned.wish)
    if hold is not None:
        book.stop(planned, Stop(ScheduleState.HELD, hold.awaiting))
        return HELD
    change = _decided(planned, held, book=book, clock=clock)
    change, over = held_to_limits(change, book=book)
    if over is not None and (reviewer is None or approvable(change, over) is None):
        _stop_again(planned, awaiting_credit(over), book)
        return HELD
    if reviewer is not None and (unanswered := reviewer.unanswered(planned, change, over)):
        _stop_again(planned, Stop(ScheduleState.WAITING, unanswered.text), book)
        reviewer.ask(unanswered)
        return ASKED
    book.record(change)
    if reviewer is not None and planned.state is ScheduleState.WAITING:
        reviewer.happened(planned)
    return DONE


def _stop_again(planned: Scheduled, stop: Stop, book: ChangingBook) -> None:
    """Every sweep looks at it; what it says is written where it differs."""
    if (planned.state, planned.message) != (stop.state, stop.text):
        book.stop(planned, stop)


def record(planned: Scheduled, *, book: ChangingBook, clock: Clock, override: str, reviewer: PlanReviewer | None = None) -> str:
    """Make rows of one planned change although its customer is held, for a reason; the rule that held for it, in a sentence.

    Errors: Refused, also where an approver has to agree to it first, who is asked; External.
    """
    held = load(book, planned.subscription)
    if already(held, key_of(planned)):
        message = f"the change of {planned.name} is in the change log already"
        raise Refused(message)
    change = _decided(planned, held, book=book, clock=clock)
    if reviewer is not None and (unanswered := reviewer.unanswered(planned, change, None)):
        reviewer.ask(unanswered)
        message = f"{unanswered.text} Override it once somebody has approved it; `w365 approval requests` lists what waits."
        raise Refused(message)
    book.record(replace(change, override=override))
    return change.decision.sentence


def _decided(planned: Scheduled, held: Held, *, book: ChangingBook, clock: Clock) -> Recorded:
    """What a planned change comes to, as of when it was planned. Errors: Refused."""
    now = clock.now()
    change = decided(key_of(planned), held, planned.wish, book=book, now=planned.asked or now)
    refuse_fewer(planned, change.decision)
    return replace(change, now=now, asked=planned.asked, planned=planned)


def load_entry(planned: str, *, book: ChangingBook, clock: Clock, reviewer: PlanReviewer) -> Entry | None:
    """What an approver is asked about a planned change, as it would happen now; None for one that will not happen any more.

    Errors: Refused as its rules say; External.
    """
    one = book.one_planned(planned)
    if one is None or one.state not in TO_COME:
        return None
    held = load(book, one.subscription)
    if already(held, key_of(one)):
        return None
    change, over = held_to_limits(_decided(one, held, book=book, clock=clock), book=book)
    return reviewer.entry(one, change, approvable(change, over))


def key_of(planned: Scheduled) -> str:
    """What the ids of its rows are derived from."""
    return planned_key(planned.id)
