"""An amendment that somebody has to approve: what `w365 contract amend` does at once otherwise, by a job that passes the gate.

Safe to run again from any point: the amendment's id comes from the job's key, so a job that has written it finds it in the
contract's history. It is written over the contract's version that it was decided on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.amending.wishes import wish_of
from work365.approving.amendments import of_amendment, whose_contract
from work365.errors import Refused
from work365.handlers.amending import amendment_id, effect, found, prepare
from work365.handlers.assessing import assessor_of
from work365.jobs import JobResult, JobState

if TYPE_CHECKING:
    from datetime import date

    from work365.handlers.amending import PreviewingBook
    from work365.handlers.approving import Gate
    from work365.handlers.assessing import Engines
    from work365.jobs import Job
    from work365.ports.amending import Amending, AmendingBook
    from work365.ports.changing import ChangingBook
    from work365.ports.platform import Clock


def amend(
    job: Job, *, book: PreviewingBook, changing: ChangingBook, clock: Clock, gate: Gate, engines: Engines | None = None
) -> JobResult:
    """Do what a job of the kind Amend asks for, as whoever created it, once the gate lets it.

    Errors: Refused in words, also where the next run could not bill by the new terms; Conflict when the contract or a
            subscription was written meanwhile; External.
    """
    change = _looked_at(job, book, changing, clock, engines)
    if done := _written(job, book):
        return done
    if isinstance(change, Refused):
        raise change
    if stopped := gate.stops(job, whose_contract(change), lambda: of_amendment(change)):
        return stopped
    book.record(change)
    return _done(job, change.amended.on, change.amended.words)


def _looked_at(
    job: Job, book: PreviewingBook, changing: ChangingBook, clock: Clock, engines: Engines | None
) -> Amending | Refused:
    """What it comes to, or why the rules refuse it."""
    try:
        change = prepare(_number(job), wish_of(job.arguments), book=book, changing=changing, clock=clock, job=job)
        effect(change, assessor_of(book.entity(change.place), engines, recorded=False), book=book)
    except Refused as error:
        return error
    return change


def _written(job: Job, book: AmendingBook) -> JobResult | None:
    """What a job is answered whose amendment is in the contract's history; None where it is not.

    Shape: looked for last: as long as it is not there, whatever was read before it shows the contract without it.
    """
    history = book.history(found(_number(job), book).contract.id)
    one = next((one for one in history if one.id == amendment_id(job)), None)
    return None if one is None else _done(job, one.effective, one.words)


def _done(job: Job, on: date, words: str) -> JobResult:
    said = f"Contract {_number(job)} is amended from {on} on: {words}. The next run bills by it."
    return JobResult(JobState.SUCCEEDED, said)


def _number(job: Job) -> str:
    return job.arguments.get("contract", "")
