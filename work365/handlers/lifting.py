"""Take a customer off hold by a job: the button Release of the account's form, by the rules of `w365 hold lift`.

The account and the row of the hold log are written as whoever created the job, under the version that was decided on; what they
say is read as the system, so that nobody releases a customer because a part of its checklist is not theirs to see. The row's id
is derived from the job: run again from any point it finds that it was released, and goes on with what waited for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import NotAuthorised
from work365.handlers import holding
from work365.jobs import JobResult, JobState

if TYPE_CHECKING:
    from work365.handlers.reviewing_plans import PlanReviewer
    from work365.jobs import Job
    from work365.ports.changing import ChangingBook
    from work365.ports.holding import HoldBook
    from work365.ports.platform import Clock


def release(job: Job, *, book: HoldBook, changes: ChangingBook, clock: Clock, reviewer: PlanReviewer | None = None) -> JobResult:
    """Release the account that a job names, for its reason, and do what waited for it.

    Errors: Refused in words, also for what is missing; BadInput; NotAuthorised; Conflict; External.
    """
    customer = book.account(job.arguments.get("account", ""))
    if not book.moved_by(job):  # asked after the account is read: whoever moves it in between makes its version an old one
        try:
            holding.take_off(customer, holding.said(job.arguments.get("reason", ""), "reason"), book=book, job=job)
        except NotAuthorised as error:
            raise NotAuthorised(_not_allowed(customer.name)) from error
    holding.release_all(book=changes, clock=clock, reviewer=reviewer)
    words = f"{customer.name} is released. What waited for it goes on by itself: see Scheduled changes."
    return JobResult(JobState.SUCCEEDED, words)


def _not_allowed(name: str) -> str:
    return (
        f"{name} stays on hold: your roles do not let you release anybody. That needs the right to add to the hold log, which "
        "the roles Work365 Billing and Work365 Administrator give. Ask a colleague in billing, or an administrator for one of "
        "them."
    )
