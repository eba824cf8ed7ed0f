"""Tick an item of a checklist by a job, or open it again: the dialogs of the account's form, as `w365 hold checklist` does it.

The entry and the account are written as whoever created the job, whose name and moment the entry keeps; what they say is read as
the system. The job names the version of the entry that the person looked at: run again from any point it finds what it has done,
and it never undoes what somebody else has done since.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from work365.errors import BadInput, NotAuthorised
from work365.handlers import checklists
from work365.holding.checklist import COMPLETE, Mark, in_words, marked
from work365.jobs import JobResult, JobState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from work365.holding.checklist import Entry
    from work365.jobs import Job
    from work365.ports.checklists import Checklist, ChecklistBook

TICK, UNTICK = "tick", "untick"


def tick(job: Job, *, book: ChecklistBook, now: datetime) -> JobResult:
    """Tick or open the entry that a job names, for its note.

    Shape:  arguments `account` (id), `item` (its code), `do` (`tick` or `untick`), `note`, and `version`, the entry's etag.
    Errors: Refused in words, also for what has changed since it was looked at; BadInput; NotAuthorised; Conflict; External.
    """
    mark, account = _mark(job.arguments), job.arguments.get("account", "")
    decide = partial(marked, mark=mark, person=job.person)
    try:
        entries = checklists.change(partial(_read, account, book), decide, book=book, now=now, job=job)
    except NotAuthorised as error:
        raise NotAuthorised(NOT_ALLOWED) from error
    return JobResult(JobState.SUCCEEDED, _told(entries, mark))


def _read(account: str, book: ChecklistBook) -> Checklist:
    return book.checklist(book.account(account).customer)


def _mark(said: Mapping[str, str]) -> Mark:
    if said.get("do") not in (TICK, UNTICK):
        message = f"say `{TICK}` or `{UNTICK}`"
        raise BadInput(message, "do")
    if not said.get("version"):
        message = "say which version of the entry was looked at: its @odata.etag"
        raise BadInput(message, "version")
    return Mark(said.get("item", ""), said["do"] == TICK, said.get("note", ""), said["version"])


def _told(entries: Sequence[Entry], mark: Mark) -> str:
    [name] = [one.name for one in entries if one.code == mark.code]
    says = in_words(entries)
    return f"{name} is {'ticked' if mark.done else 'open again'}. {'Nothing is missing' if says == COMPLETE else says}."


NOT_ALLOWED = (
    "Nothing was changed: your roles do not let you change this checklist. That needs the right to write checklist entries and "
    "the account, which the roles Work365 Sales, Work365 Customer Service, Work365 Billing and Work365 Administrator give. Ask a "
    "colleague in one of them, or an administrator for a role."
)
