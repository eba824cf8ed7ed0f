"""Credit lines of a document, and cancel one: each by a job that a person created, with a reason.

Safe to run again from any point: a note's id is derived from the wish, a document is cancelled once, and numbering answers with
the number that is there. A note that the approval rule holds back stays a draft, to be verified and issued like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.approving.deciding import DocumentState
from work365.approving.giving_back import of_cancellation, of_credit, whose_document
from work365.crediting.asking import wishes
from work365.crediting.cancelling import cancel as cancelled
from work365.crediting.cancelling import listed
from work365.crediting.noting import note as noted
from work365.errors import BadInput, Refused
from work365.handlers.issuing import give_number
from work365.ids import derived
from work365.jobs import JobResult, JobState
from work365.ports.crediting import Writing

if TYPE_CHECKING:
    from work365.crediting.noting import Note
    from work365.crediting.subject import Subject
    from work365.handlers.approving import Gate
    from work365.jobs import Job
    from work365.ports.crediting import CreditingBook
    from work365.ports.issuing import IssuingBook
    from work365.ports.platform import Clock

REASON_MAX = 300


def credit(job: Job, *, book: CreditingBook, issuing: IssuingBook, clock: Clock, gate: Gate | None = None) -> JobResult:
    """Write a credit note over what the job names, once the gate lets it, and number it.

    Errors: Refused in words; Conflict; External.
    """
    subject, reason = book.load(_invoice(job)), _reason(job)
    writing = Writing(derived("credit note", job.id), f"credit:{job.id}", reason, clock.today(subject.zone))
    said = f"{subject.called} is credited."
    if not book.written(writing.id):
        made = noted(subject, wishes(job.arguments.get("lines", "")))
        if gate is not None and (stopped := gate.stops(job, whose_document(subject), lambda: of_credit(subject, made, reason))):
            return stopped
        book.credit(subject, made, writing)
        said = f"{_given(made)}; {subject.rest + made.total} is left of {subject.called}."
    return _numbered(writing.id, job, said, issuing=issuing, clock=clock)


def cancel(job: Job, *, book: CreditingBook, issuing: IssuingBook, clock: Clock, gate: Gate | None = None) -> JobResult:
    """Cancel a document: give back what is left of it, and let the next run bill again what it was about. Errors: as `credit`."""
    subject, reason = book.load(_invoice(job)), _reason(job)
    writing = Writing(derived("cancellation", subject.id), f"cancel:{subject.id}", reason, clock.today(subject.zone))
    said = f"{subject.called} is cancelled"
    if subject.state is DocumentState.CANCELLED:
        book.release(subject.id)
    else:
        made = cancelled(subject)
        whose, note = whose_document(subject), made.note
        if gate is not None and (stopped := gate.stops(job, whose, lambda: of_cancellation(subject, note, reason))):
            return stopped
        book.cancel(subject, made, writing)
        if made.note is not None:
            said = f"{said}: {_given(made.note)}"
    said = f"{said}. {_again(subject)}"
    if not book.written(writing.id):
        return JobResult(JobState.SUCCEEDED, said)
    return _numbered(writing.id, job, said, issuing=issuing, clock=clock)


def _again(subject: Subject) -> str:
    if not subject.contracts:
        return "Nothing bills it again."
    return f"The next run bills {listed('contract', [party.number for party in subject.contracts])} again."


def _given(made: Note) -> str:
    verb = "given back" if made.credit_note else "charged again"
    gross = -made.total if made.credit_note else made.total
    return f"{gross} {verb} with tax"


def _numbered(note: str, job: Job, said: str, *, issuing: IssuingBook, clock: Clock) -> JobResult:
    """The number; where somebody has to verify the note first, the job is done and says so."""
    try:
        number = give_number(note, job.person, book=issuing, clock=clock)
    except Refused as waits:
        return JobResult(JobState.SUCCEEDED, f"{said} The note is a draft. {waits}")
    return JobResult(JobState.SUCCEEDED, f"{said} {number.message}")


def _reason(job: Job) -> str:
    reason = job.arguments.get("reason", "").strip()
    if not reason:
        message = "Say why: the reason is kept with the document."
        raise BadInput(message, "reason")
    if len(reason) > REASON_MAX:
        message = f"The reason has {len(reason)} characters; use at most {REASON_MAX}."
        raise BadInput(message, "reason")
    return reason


def _invoice(job: Job) -> str:
    if job.invoice is None:
        message = "Choose the document."
        raise BadInput(message, "invoice")
    return job.invoice
