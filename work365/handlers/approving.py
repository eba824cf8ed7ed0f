"""Requests that wait for an approver: the gate that a job's handler asks, the answer, and what time makes of them.

The gate stands between decide and record: it is asked with the facts that were just decided on, and what follows is written
over their versions only. So what is done is what was approved, and facts that changed ask again. An answer writes the approval
and wakes the job; what comes of the request is decided there, by the gate, and nowhere else.

Safe to run again from any point: an approval's id comes from its job and its number, answers are written over the version that
was read, and the sweep wakes what was answered and not woken.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.approving.answering import Answer, answerer, refuse_closed
from work365.approving.approval import ApprovalState
from work365.approving.judging import Step, Verdict, judge
from work365.approving.request import wish_of
from work365.approving.thresholds import caught
from work365.errors import BadInput, Conflict, NotAuthorised, NotFound, Refused
from work365.jobs import JobResult, JobState
from work365.ports.approvals import Answered, Asking
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.approving.approval import Approval
    from work365.approving.request import Request, Whose
    from work365.approving.thresholds import Size
    from work365.jobs import Job
    from work365.ports.approvals import ApprovalBook, Known
    from work365.ports.platform import Clock, Queue

log = logging.getLogger(__name__)

REASON_MAX = 500
WITHDRAWN = "The request was withdrawn or has ended without it."


@dataclass(frozen=True, slots=True)
class Gate:
    """What a handler asks before it writes anything for a job that a person created."""

    book: ApprovalBook
    clock: Clock

    def stops(self, job: Job, whose: Whose, request: Callable[[], Request]) -> JobResult | None:
        """What the job is answered where an approver has to agree first, or will not; None to go on.

        Shape:  `request` is asked only where some threshold is set, or the job has waited before. What the system does by itself,
                to follow what was decided before, waits for nobody.
        Errors: BadInput where a threshold cannot be used; Conflict when another worker asked meanwhile; External.
        """
        if job.by_itself:
            return None
        known = self.book.known(job.id, whose)
        if known.thresholds.off and not known.approvals:
            return None
        asked, now = request(), self.clock.now()
        found = self._caught(asked, whose, known)
        why = _why(found)
        verdict = judge(asked, why, wish_of(job), known.approvals, now)
        if verdict.step is Step.ASK:
            asking = self._asking(job, asked, whose, known, found[0][0], why)
            self.book.ask(asking, verdict.overtaken, verdict.sentence)
            return JobResult(JobState.AWAITING_APPROVAL, _asked(verdict, asking))
        return self._settled(verdict, known)

    def catches(self, whose: Whose, request: Callable[[], Request]) -> str:
        """Why something that is not asked for by a job yet would wait for an approver; "" where it would not.

        Errors: BadInput where a threshold cannot be used; External.
        """
        known = self.book.known("", whose)
        return "" if known.thresholds.off else _why(self._caught(request(), whose, known))

    def _caught(self, asked: Request, whose: Whose, known: Known) -> list[tuple[Size, str]]:
        return caught(asked.sizes, known.thresholds, self.book.converter(whose.entity, self.clock.now().date()))

    def _settled(self, verdict: Verdict, known: Known) -> JobResult | None:
        if verdict.overtaken is not None:
            self.book.overtake(verdict.overtaken, verdict.sentence)
        if verdict.step is Step.EXPIRE:
            self.book.expire(known.approvals[-1])
        if verdict.step is Step.GO:
            return None
        state = JobState.AWAITING_APPROVAL if verdict.step is Step.WAIT else JobState.REFUSED
        return JobResult(state, verdict.sentence)

    def _asking(self, job: Job, asked: Request, whose: Whose, known: Known, size: Size, why: str) -> Asking:
        now, days = self.clock.now(), timedelta(days=known.thresholds.days)
        number = len(known.approvals) + 1
        return Asking(job, asked, whose, wish_of(job), size, why, number, now, now + days)


def _why(found: list[tuple[Size, str]]) -> str:
    return " ".join(sentence for _, sentence in found)


def _asked(verdict: Verdict, asking: Asking) -> str:
    again = f"{verdict.sentence} " if verdict.sentence else ""
    return f"{again}Waits for approval until {asking.answer_by:%Y-%m-%d %H:%M} UTC. {asking.why}"


def answer(job: Job, *, book: ApprovalBook, queue: Queue, clock: Clock) -> JobResult:
    """Approve or refuse a request, as whoever created the job.

    Errors: NotAuthorised for whoever may not; Refused for one that is answered, overtaken or expired; Conflict; External.
    """
    one, said, reason = _named(job, book), _said(job), _reason(job)
    if one.answer != job.id:
        now = clock.now()
        _refuse_application(job)
        refuse_closed(one, now)
        _refuse_ended(one, book)
        place = answerer(one, job.person, book.delegations(job.person), now.date(), lambda who: book.may_answer(one.id, who))
        state = ApprovalState.APPROVED if said is Answer.APPROVE else ApprovalState.REFUSED
        book.answer(one, Answered(state, job.person, job.id, reason, now, place))
    queue.send(JOBS, {"job": one.job})
    did = "Approved" if said is Answer.APPROVE else "Refused"
    return JobResult(JobState.SUCCEEDED, f"{did}: {one.what}.")


def _refuse_application(job: Job) -> None:
    """Errors: NotAuthorised for our own user: nobody can tell who stands behind it."""
    if job.on_behalf_of is None:
        message = "An answer is a person's, and this came from the application itself: sign in as yourself (--sign-in azure-cli)."
        raise NotAuthorised(message)


def _refuse_ended(one: Approval, book: ApprovalBook) -> None:
    if one.job_state is None or one.job_state.final:
        book.overtake(one, WITHDRAWN)
        raise Refused(WITHDRAWN)


def follow(*, book: ApprovalBook, queue: Queue, clock: Clock) -> int:
    """Expire what nobody answered in time, close what nobody needs, wake what is answered; how many were looked at.

    Errors: External when they could not be read; one that somebody else writes at the moment is left for the next time.
    """
    now, count = clock.now(), 0
    for one in book.to_follow(now):
        count += 1
        try:
            _follow(one, book, clock)
        except Conflict as error:
            log.warning("approval %s waits for the next sweep: %s", one.id, error)
            continue
        if one.job_state is not None and not one.job_state.final:
            queue.send(JOBS, {"job": one.job})
    return count


def _follow(one: Approval, book: ApprovalBook, clock: Clock) -> None:
    if one.job_state is None or one.job_state.final:
        return book.overtake(one, WITHDRAWN)
    return book.wake(one, clock.now())


def _named(job: Job, book: ApprovalBook) -> Approval:
    identity = job.arguments.get("approval", "")
    try:
        return book.load(identity)
    except (NotFound, BadInput) as error:
        message = f"there is no request '{identity}'; `w365 approval requests` lists those that wait"
        raise BadInput(message, "approval") from error


def _said(job: Job) -> Answer:
    text = job.arguments.get("answer", "")
    try:
        return Answer(text)
    except ValueError:
        message = f"'{text}' is no answer; use {' or '.join(one.value for one in Answer)}"
        raise BadInput(message, "answer") from None


def _reason(job: Job) -> str:
    reason = " ".join(job.arguments.get("reason", "").split())
    if not reason and job.arguments.get("answer") == Answer.REFUSE.value:
        message = "say why; whoever asked is told"
        raise BadInput(message, "reason")
    if len(reason) > REASON_MAX:
        message = f"the reason has {len(reason)} characters; use at most {REASON_MAX}"
        raise BadInput(message, "reason")
    return reason
