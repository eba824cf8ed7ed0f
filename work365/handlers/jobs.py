"""Run one job: load it, hand it to the handler of its kind, record what became of it.

A job may be delivered late, twice or after a crash. Every handler is safe to run again from any point, so an open job is simply
run again; one that has ended, that a person has paused or that waits for approval is left alone until it is asked for
(`w365_askedon`), by a person or by an approver's answer. What has succeeded is never run again. The error class decides what
happens next, here and nowhere else:

    Refused                  → Refused, with the sentence
    Rejected, InvariantBroken → Failed
    Throttled, Unavailable   → Waiting, again later
    Conflict                 → Waiting, again at once: rows changed under us, so decide again
    OutcomeUnknown           → Confirming, again soon: the handler asks before it sends anything
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from work365.errors import Conflict, External, InvariantBroken, NotFound, OutcomeUnknown, Refused, Retry, Throttled
from work365.jobs import Job, JobKind, JobResult, JobState
from work365.masking import has_card, masked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from work365.ports.jobs import JobBook

log = logging.getLogger(__name__)

ATTEMPTS_MAX = 12
FIRST_WAIT_S = 5
LONGEST_WAIT_S = 900


class Doer(Protocol):
    """The handler of one kind of job, its ports already in hand."""

    def __call__(self, job: Job) -> JobResult:
        """Do what the job asks for; raise what went wrong."""


CARD = "What was written holds a card number, which is kept nowhere here; it was taken out. Say it again without the number."
LOOKED_AGAIN = 3
"""How often a row that others write at the same moment is read again before the queue takes over."""


def run_job(job_id: str, *, book: JobBook, doers: Mapping[JobKind, Doer], now: datetime) -> JobResult | None:
    """Run one job to its next resting point.

    Shape:  None when there was nothing to do (unknown id, at rest, or another worker has it); else the recorded result, whose
            `again_in_s` says when to look again.
    Errors: External when the job's own row could not be read or written: the queue delivers the message again.
    """
    try:
        job = book.load(job_id)
        if not _to_run(job):
            return None
        job = book.begin(job, now)
    except NotFound:
        log.warning("job %s does not exist; its message is dropped", job_id)
        return None
    except Conflict:
        return None
    result = _outcome(job, doers)
    try:
        book.finish(job, result, now)
    except Conflict:
        _finish_anyway(job_id, result, book, now)
    return result


def _to_run(job: Job) -> bool:
    if job.state is JobState.SUCCEEDED:
        return False
    return job.asked or not job.state.resting


def _finish_anyway(job_id: str, result: JobResult, book: JobBook, now: datetime) -> None:
    """Record what was done over what others wrote meanwhile; each time that is somebody else again, it is looked at once more.

    Errors: Conflict when that never ends: the queue delivers the message again.
    """
    for _ in range(LOOKED_AGAIN):
        try:
            return _record(book.load(job_id), result, book, now)
        except Conflict:
            continue
    return _record(book.load(job_id), result, book, now)


def _record(job: Job, result: JobResult, book: JobBook, now: datetime) -> None:
    """What happened, happened, also to a job cancelled too late; one that another worker brought to rest stays as it is.

    That it waits for approval is no news beside anything else: the worker that says more has seen the answer.
    """
    waited = job.state is JobState.AWAITING_APPROVAL and result.state is not JobState.AWAITING_APPROVAL
    if not job.state.resting or waited or (result.state.final and job.state in (JobState.PAUSED, JobState.CANCELLED)):
        book.finish(job, result, now)


def give_up(job_id: str, why: str, *, book: JobBook, now: datetime) -> None:
    """Mark a job whose message failed too often; it can be asked for again once the cause is gone."""
    try:
        job = book.load(job_id)
    except NotFound:
        return
    if not job.state.final:
        book.finish(job, JobResult(JobState.FAILED, why), now)


def _outcome(job: Job, doers: Mapping[JobKind, Doer]) -> JobResult:
    doer = doers.get(job.kind)
    if doer is None:
        return JobResult(JobState.REFUSED, f"This version does nothing for a job of the kind '{job.kind.value}'; choose another.")
    unfit = _unfit(job)
    if unfit is not None:
        return unfit
    try:
        return doer(job)
    except Refused as error:
        return JobResult(JobState.REFUSED, str(error))
    except External as error:
        return _after(error, job)
    except InvariantBroken as error:
        log.exception("job %s broke an invariant", job.id)
        return JobResult(JobState.FAILED, f"Something is wrong on our side; quote reference {job.id}. ({error})")


def _unfit(job: Job) -> JobResult | None:
    """Why nothing is done with what a job was told; None where it may be done.

    Shape: where it cannot be read nothing is guessed either: a job without it might do more than was meant.
    """
    said = {"unread": job.unread} if job.unread else job.arguments
    if any(map(has_card, said.values())):
        return JobResult(JobState.REFUSED, CARD, arguments={name: masked(text) for name, text in said.items()})
    if not job.unread:
        return None
    message = (
        f"Nothing was done for the job '{job.key}': its arguments are no JSON object. Write them as one, such as "
        '{"reason": "two seats too many"}, or leave them empty, and ask for it again.'
    )
    return JobResult(JobState.REFUSED, message)


def _after(error: External, job: Job) -> JobResult:
    who = error.system or "the other system"
    wait_s = min(FIRST_WAIT_S * 2 ** min(job.attempts, 10), LONGEST_WAIT_S)
    if isinstance(error, OutcomeUnknown):
        return JobResult(JobState.CONFIRMING, f"No answer came from {who}; we are asking what became of it.", wait_s)
    if error.retry is Retry.NEVER and not isinstance(error, Conflict):
        return JobResult(JobState.FAILED, f"{who} refused our request: {error}. Quote reference {job.id}.")
    if job.attempts >= ATTEMPTS_MAX:
        return JobResult(JobState.FAILED, f"Gave up after {job.attempts} attempts: {error}. Press the button again to retry.")
    if isinstance(error, Throttled):
        return JobResult(
            JobState.WAITING, f"{who} asked us to slow down; this continues by itself.", max(wait_s, round(error.after_s))
        )
    if isinstance(error, Conflict):
        return JobResult(JobState.WAITING, "The record changed meanwhile; this continues by itself.", 1)
    return JobResult(JobState.WAITING, f"{who} cannot be reached; this continues by itself.", wait_s)
