"""Give up what an invoice still owes, and claim it again: each by a job that a person created, with a reason.

The movement and the invoice's new balance are one change set under the version that was decided on, written as that person. A
movement's id is derived from its job, so that a job moves once however often it is run.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from work365.approving.giving_back import of_write_off, whose_invoice
from work365.errors import BadInput, Conflict, NotAuthorised
from work365.jobs import JobResult, JobState
from work365.receivables import writing_off
from work365.receivables.payments import InvoiceId

if TYPE_CHECKING:
    from datetime import date
    from typing import Protocol

    from work365.handlers.approving import Gate
    from work365.jobs import Job
    from work365.ports.writing_off import WriteOffBook
    from work365.receivables.writing_off import Moved, WriteOffCase

    class Decision(Protocol):
        """What is to be written for a job."""

        def __call__(self, job: Job, case: WriteOffCase, *, today: date) -> Moved:
            """Decide. Errors: Refused in words."""


TRIES = 4


def write_off(job: Job, *, book: WriteOffBook, today: date, gate: Gate | None = None) -> JobResult:
    """Give up what a job asks for, once the gate lets it.

    Errors: Refused in words; NotAuthorised; Conflict when rows keep changing; External.
    """
    return _move(job, writing_off.write_off, book, today, gate)


def take_back(job: Job, *, book: WriteOffBook, today: date) -> JobResult:
    """Claim again what a job asks for. Errors: as `write_off`."""
    return _move(job, writing_off.take_back, book, today)


def _move(job: Job, decide: Decision, book: WriteOffBook, today: date, gate: Gate | None = None) -> JobResult:
    if job.invoice is None:
        message = "choose the invoice"
        raise BadInput(message, "invoice")
    invoice = InvoiceId(job.invoice)
    for _ in range(TRIES):
        case = book.case(invoice)
        made = case.made_by(job.id)
        if made is not None:
            return JobResult(JobState.SUCCEEDED, writing_off.told(made, case.debt.balance))
        moved = decide(job, case, today=today)
        if gate is not None and (stopped := gate.stops(job, whose_invoice(case.debt), partial(of_write_off, case, moved))):
            return stopped
        try:
            book.write(moved, on_behalf_of=job.on_behalf_of)
        except Conflict:
            continue
        except NotAuthorised as error:
            raise NotAuthorised(_not_allowed(case.debt.label)) from error
        return JobResult(JobState.SUCCEEDED, moved.words)
    message = f"invoice {invoice} changed each time it was read"
    raise Conflict(message)


def _not_allowed(label: str) -> str:
    return (
        f"{label} stays as it is: your roles do not let you write off. That needs the right to create write-offs, which the "
        "roles Work365 Billing and Work365 Administrator give. Ask a colleague in billing, or an administrator for one of them."
    )
