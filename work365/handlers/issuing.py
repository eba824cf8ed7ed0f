"""Verify a document, and issue one: the two steps of an approval, each by a job that a person created.

Safe to run again from any point: a document that is verified or issued already answers with what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.approving.deciding import Step, issuing, verifying
from work365.errors import BadInput, Refused
from work365.handlers.falling_back import look_at
from work365.invoicing.numbering import give_numbers
from work365.jobs import JobResult, JobState
from work365.prepaid.paying import paid_ahead

if TYPE_CHECKING:
    from work365.jobs import Job
    from work365.ports.issuing import IssuingBook
    from work365.ports.platform import Clock


def verify(job: Job, *, book: IssuingBook, clock: Clock) -> JobResult:
    """Say that a person has looked at a draft. Errors: Refused in words; External as the tenant failed."""
    one = book.load(_invoice(job))
    if verifying(one.candidate) is Step.ACT:
        book.verify(one, person=job.person, now=clock.now())
    return JobResult(JobState.SUCCEEDED, f"Verified: {one.candidate.total}. It gets its number when it is issued.")


def issue(job: Job, *, book: IssuingBook, clock: Clock) -> JobResult:
    """Give a document its number. Errors: Refused in words; Conflict when numbers were taken meanwhile; External."""
    return give_number(_invoice(job), job.person, book=book, clock=clock)


def give_number(invoice: str, person: str, *, book: IssuingBook, clock: Clock) -> JobResult:
    """Issue a document for a person. Errors: as `issue`."""
    one = book.load(invoice)
    step = issuing(one.candidate, person)
    if step is Step.DONE:
        return JobResult(JobState.SUCCEEDED, f"It is issued as {one.candidate.number}.")
    if step is Step.FALL_BACK:
        why = look_at(invoice, book=book)
        message = f"The document is a draft again. {why}"
        raise Refused(message)
    today = clock.today(one.zone)
    known, balances = book.numbering(one, today)
    (series,), plain = give_numbers([one.draft], known, today)
    (numbered,), moved = paid_ahead(plain, balances, today)
    book.issue(series, numbered, moved)
    return JobResult(JobState.SUCCEEDED, f"Issued as {numbered.number}, due on {numbered.due}.")


def _invoice(job: Job) -> str:
    if job.invoice is None:
        message = "Choose the document."
        raise BadInput(message, "invoice")
    return job.invoice
