"""Port to the job rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from work365.jobs import Job, JobResult


class JobBook(Protocol):
    """Where jobs are read and their outcome is written."""

    def load(self, job: str) -> Job:
        """Read one job afresh. Errors: NotFound."""

    def begin(self, job: Job, now: datetime) -> Job:
        """Mark a job as running and count the attempt, under its ETag. Errors: Conflict when someone else changed it."""

    def finish(self, job: Job, result: JobResult, now: datetime) -> None:
        """Record what became of a job, under its ETag. Errors: Conflict when someone else changed it."""

    def due(self, now: datetime, *, untouched_s: int) -> Iterable[str]:
        """Ids of open jobs that nobody has touched for `untouched_s` seconds and whose time has come."""
