"""Place and lift credit holds; release what waited for one, or for credit, in the order of entry, each once.

A released change and its being done are one change set under the planned change's version, so two workers that meet do it once.
What cannot be written now, or has no credit, holds up what the same customer asked for after it, and nobody else's: its order is
kept.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from work365.errors import BadInput, External, Refused
from work365.handlers import prepaying, scheduling
from work365.holding.checklist import refuse_missing
from work365.holding.hold import REASON_MAX, HoldKind
from work365.periods import local_day, zone_named
from work365.subscriptions.scheduling import STOPPED, ScheduleState, entered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.handlers.prepaying import Looked
    from work365.handlers.reviewing_plans import PlanReviewer
    from work365.jobs import Job
    from work365.ports.changing import ChangingBook
    from work365.ports.holding import Customer, HoldBook
    from work365.ports.platform import Clock
    from work365.subscriptions.held import Place
    from work365.subscriptions.scheduling import Scheduled

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waited:
    """What became of everything that waited: for payments, for a hold or for credit, and for an approver; how many went on."""

    payments: Looked
    released: int = 0
    approved: int = 0


def place(number: str, reason: str, *, book: HoldBook) -> Customer:
    """Hold an account by hand. Errors: BadInput; Refused when a person or the documents hold it already; Conflict.

    Shape:  what a rule holds becomes a person's, so that the rule no longer lifts it.
    """
    customer = book.customer(number)
    if customer.on_hold and customer.kind is not HoldKind.RULE:
        message = f"{customer.name} is on hold already ({customer.kind.value.lower() if customer.kind else 'manual'})"
        raise Refused(message)
    book.move(customer, HoldKind.MANUAL, said(reason))
    return customer


def lift(
    number: str, reason: str, *, book: HoldBook, changes: ChangingBook, clock: Clock, reviewer: PlanReviewer | None = None
) -> int:
    """Take an account off hold, and release what waited; how many changes were released.

    Errors: as `place`; Refused while it is held for documents that are missing.
    """
    take_off(book.customer(number), said(reason), book=book)
    return release_all(book=changes, clock=clock, reviewer=reviewer)


def take_off(customer: Customer, reason: str, *, book: HoldBook, job: Job | None = None) -> None:
    """Take an account off hold, for a job as whoever created it. Errors: as `lift`; NotAuthorised."""
    if not customer.on_hold:
        message = f"{customer.name} is not on hold"
        raise Refused(message)
    if customer.kind is HoldKind.DOCUMENTS:
        refuse_missing(customer.name, book.documents(customer))
    book.move(customer, None, reason, job=job)


def release_all(*, book: ChangingBook, clock: Clock, reviewer: PlanReviewer | None = None) -> int:
    """Do every change that waited for a hold or for credit and that nothing stops any more; how many."""
    waiting = book.planned(states=[state.value for state in STOPPED])
    return release(waiting, book=book, clock=clock, reviewer=reviewer)


def said(reason: str, place: str = "--reason") -> str:
    """A reason that will be read in the log. Errors: BadInput without one, or for one that is too long; it names the place."""
    if not reason.strip() or len(reason) > REASON_MAX:
        message = f"say why, in up to {REASON_MAX} characters; it stands in the hold log"
        raise BadInput(message, place)
    return reason.strip()


def look_at_waiting(*, book: ChangingBook, clock: Clock, reviewer: PlanReviewer | None = None) -> Waited:
    """Every change that waits for its payment, for the end of a hold, for credit or for an approver, read in one request."""
    waiting = book.planned(states=[state.value for state in (ScheduleState.AWAITING, ScheduleState.WAITING, *STOPPED)])
    asked = (one for one in waiting if one.state is ScheduleState.WAITING)
    approved = scheduling.apply_answered(asked, book=book, clock=clock, reviewer=reviewer)
    released = release((one for one in waiting if one.state in STOPPED), book=book, clock=clock, reviewer=reviewer)
    unpaid = (one for one in waiting if one.state is ScheduleState.AWAITING)
    return Waited(prepaying.look_for_payments(unpaid, book=book, clock=clock), released, approved)


def release(waiting: Iterable[Scheduled], *, book: ChangingBook, clock: Clock, reviewer: PlanReviewer | None = None) -> int:
    """Do what nothing stops any more, customer by customer in the order of entry; how many were done or planned."""
    free = [(one, one.place) for one in waiting if one.place is not None and one.place.hold is None]
    free.sort(key=lambda pair: (pair[1].account, *entered(pair[0])))
    done = 0
    for _, mine in groupby(free, key=lambda pair: pair[1].account):
        for planned, where in mine:
            outcome = _release(planned, where, book=book, clock=clock, reviewer=reviewer)
            if outcome in (scheduling.WAITING, scheduling.HELD):
                break
            done += outcome == scheduling.DONE
    return done


def _release(planned: Scheduled, where: Place, *, book: ChangingBook, clock: Clock, reviewer: PlanReviewer | None = None) -> str:
    """From today on, as nothing was delivered before; what a hold kept that is for a later day is planned for it again."""
    today = local_day(clock.now(), zone_named(where.zone))
    if planned.wish.on <= today or planned.state is ScheduleState.LIMITED:
        late = replace(planned, wish=replace(planned.wish, on=max(planned.wish.on, today)))
        return scheduling.apply(late, book=book, clock=clock, reviewer=reviewer)
    try:
        book.release(planned, planned.wish.on, "The credit hold was lifted.")
    except External as error:
        log.warning("planned change %s is released later: %s", planned.id, error)
        return scheduling.WAITING
    return scheduling.DONE


def override(planned: Scheduled, reason: str, *, book: ChangingBook, clock: Clock, reviewer: PlanReviewer | None = None) -> str:
    """Do one change that waits, although its customer is held, from today on; what became of it, in a sentence.

    Errors: BadInput without a reason; NotAuthorised for whoever may not write the hold log; Refused as the change's rules say.
    """
    zone = "UTC" if planned.place is None else planned.place.zone
    today = clock.today(zone)
    late = replace(planned, wish=replace(planned.wish, on=max(planned.wish.on, today)))
    return scheduling.record(late, book=book, clock=clock, reviewer=reviewer, override=said(reason))
