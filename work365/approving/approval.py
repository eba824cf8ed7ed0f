"""An approval: a request that waits for an approver, or what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from work365.jobs import JobState


class ApprovalState(Enum):
    """Where an approval stands. The values are the labels of its status reason.

    Attributes:
        OVERTAKEN: its facts changed and a later one asks again, or nobody needs it any more.
    """

    WAITING = "Waiting"
    APPROVED = "Approved"
    REFUSED = "Refused"
    EXPIRED = "Expired"
    OVERTAKEN = "Overtaken"


@dataclass(frozen=True, slots=True)
class Person:
    """A user: id, and what the directory calls them."""

    id: str
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Approval:
    """One of the approvals of a job.

    Attributes:
        job, job_state: the job that waits, as it was read with this; "" and None where it was deleted.
        number: from 1: how often the job has been asked about.
        wish: what the job asked for by its own columns (`request.wish_of`).
        asked_by: who created the job.
        answer_by: from this moment on it is expired.
        answered_by, in_place_of: who answered, and the approver whose delegate that was.
        answer: the job by which it was answered; "" for none.
        reason: why it was answered so, or why it is overtaken.
        subject: table and id of what was entered by hand or planned that it is about; "" for what a job does itself.
        etag: the row's version when it was read.
    """

    id: str
    job: str
    number: int
    state: ApprovalState
    what: str
    why: str
    fingerprint: str
    wish: str
    asked_by: Person
    asked_on: datetime
    answer_by: datetime
    matter: str = ""
    size: str = ""
    customer: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    job_state: JobState | None = None
    answered_by: Person | None = None
    in_place_of: Person | None = None
    answered_on: datetime | None = None
    answer: str = ""
    reason: str = ""
    subject: str = ""
    etag: str = ""
