"""Close a contract: by a job that a person created after looking at the plan, and by the daily timer until nothing is left.

The job writes that the contract is being closed, and ends what ends by today; then a run makes the last invoice, and the contract
ends once nothing on it is active, unbilled or without a number. What ends on a later day, or is billed later, is the timer's: it
reads the contract again and takes the next step. Each step says the same however often it is taken.
"""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING

from work365.approving.closings import of_closing
from work365.approving.request import Whose
from work365.closing.planning import Bound, plan, remaining
from work365.errors import BadInput, External, Refused
from work365.handlers.billing import plan_run, run_of
from work365.jobs import JobResult, JobState
from work365.ports.closing import Writing
from work365.subscriptions.wishes import refund_said

if TYPE_CHECKING:
    from work365.closing.subject import Subject
    from work365.crediting.policy import RefundRule
    from work365.handlers.approving import Gate
    from work365.jobs import Job
    from work365.ports.billing import BillingBook
    from work365.ports.closing import ClosingBook
    from work365.ports.platform import Clock, Queue

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 20
LOOKS_MAX = 4
"""How often a job looks whether the last invoice is made, before it leaves the rest to the timer."""

NAMED_MAX = 5


def close(
    job: Job, *, book: ClosingBook, billing: BillingBook, queue: Queue, clock: Clock, gate: Gate | None = None
) -> JobResult:
    """Close the contract that the job names, once the gate lets it. Errors: Refused in words; BadInput; Conflict; External."""
    number, on, bound, refund = _asked(job)
    subject = book.load(number)
    if subject.place.ended and subject.closes_on == on:
        return JobResult(JobState.SUCCEEDED, f"Contract {number} is closed.")
    today = clock.today(subject.place.zone)
    if subject.closes_on != on:
        now = clock.now()
        made = plan(subject, on, bound, now, today, refund=refund)
        made.check(job.arguments.get("plan", ""))
        whose = Whose(subject.place.account, subject.place.entity)
        if gate is not None and (stopped := gate.stops(job, whose, lambda: of_closing(made))):
            return stopped
        note = job.arguments.get("reason", "")
        book.close(made, Writing(_key(subject, on), now, today, job.on_behalf_of, note, asked=now))
        subject = book.load(number)
    left = _onwards(subject, book=book, clock=clock)
    if left is None:
        return JobResult(JobState.SUCCEEDED, f"Contract {number} is closed as of {on}; nothing on it is active or unbilled.")
    if on > today:
        return JobResult(JobState.SUCCEEDED, f"Contract {number} will be closed on {on}; until then it goes on as it is.")
    if job.attempts <= LOOKS_MAX and _bills(left, billing=billing, queue=queue, today=today):
        return JobResult(JobState.WAITING, f"Everything on contract {number} has ended; its last invoice is made.", LOOK_AGAIN_S)
    words = "; ".join(str(line) for line in remaining(left, today)[:NAMED_MAX])
    return JobResult(JobState.SUCCEEDED, f"Contract {number} is being closed. The daily timer ends it once this is done: {words}")


def carry_on(*, book: ClosingBook, clock: Clock) -> int:
    """Take the next step with every contract that is being closed; how many have ended.

    Errors: External when they could not be read; one that cannot be written, or read, holds up no other.
    """
    ended = 0
    for number in book.closing():
        try:
            ended += _onwards(book.load(number), book=book, clock=clock) is None
        except (Refused, External) as error:
            log.warning("closing contract %s waits: %s", number, error)
    return ended


def _onwards(subject: Subject, *, book: ClosingBook, clock: Clock) -> Subject | None:
    """End what is to end by today, and the contract when nothing is left; None once it is over, else what it is like now."""
    today = clock.today(subject.place.zone)
    if subject.closes_on is None or subject.closes_on > today:
        return subject
    asked = subject.asked or clock.now()
    made = plan(subject, subject.closes_on, Bound.KEEP, asked, today, refund=subject.refund)
    if any(one.decision is not None and one.day <= today for one in made.endings):
        book.close(made, Writing(_key(subject, made.on), clock.now(), today, asked=asked))
        subject = book.load(subject.number)
    if remaining(subject, today):
        return subject
    book.end(subject)
    again = book.load(subject.number)
    if not again.held:
        return None
    book.reopen(again)  # somebody put a subscription on it between our look and our write
    return book.load(subject.number)


def _bills(subject: Subject, *, billing: BillingBook, queue: Queue, today: date) -> bool:
    """Start a run for the contract alone; whether there is anything for it to do."""
    entity = next((one for one in billing.entities() if one.id == subject.place.entity), None)
    return entity is not None and plan_run(run_of(entity, today, subject.number), entity, book=billing, queue=queue) > 0


def _key(subject: Subject, on: date) -> str:
    return f"closing:{subject.id}:{on.isoformat()}"


def _asked(job: Job) -> tuple[str, date, Bound, RefundRule | None]:
    number, on, bound, refund = (job.arguments.get(name, "") for name in ("contract", "on", "terms", "refund"))
    if not number:
        message = "say which contract is closed, by its number"
        raise BadInput(message, "contract")
    try:
        day = date.fromisoformat(on)
    except ValueError:
        message = f"'{on}' is not a day; write it as 2026-03-16"
        raise BadInput(message, "on") from None
    if bound not in ("", *(one.value for one in Bound)):
        message = f"'{bound}' is no choice; use stop, or keep to bill bound subscriptions to the end of their terms"
        raise BadInput(message, "terms")
    return number, day, Bound(bound or Bound.STOP.value), refund_said(refund)
