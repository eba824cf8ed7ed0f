"""Review what people entered by hand before it takes effect: find what waits for an approver, and have one asked.

A handler asks `Reviewer.stops` on the day of an entry, or `waiting` for many at once. The request is a job, which asks the gate
like every other (handlers/approving.py); so who may answer, until when, and what becomes of changed facts is the same for both.

Safe to run again from any point: the job's key comes from the entry and the number of its approvals, and nothing else is written.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from work365.approving.entries import Subject
from work365.approving.reviewing import Ask, is_open, not_approved, review
from work365.approving.thresholds import caught
from work365.errors import BadInput, Conflict
from work365.jobs import JobResult, JobState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from work365.approving.entries import Entry
    from work365.approving.request import Whose
    from work365.approving.reviewing import Reviewed
    from work365.approving.thresholds import InForce
    from work365.handlers.approving import Gate
    from work365.jobs import Job
    from work365.ports.approvals import ApprovalBook
    from work365.ports.billing import Reading
    from work365.ports.platform import Clock
    from work365.ports.reviewing import Loader, ReviewBook, Seen

ENTRY = "entry"
"""The argument of a job that says what is reviewed: table and id."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """What a handler asks before an entry takes effect."""

    book: ReviewBook
    approvals: ApprovalBook
    clock: Clock

    def stops(self, entry: Entry) -> str:
        """Why an entry does not take effect yet, in sentences; "" to go on. An approver is asked where none is.

        Errors: BadInput where a threshold cannot be used; External.
        """
        return self.waiting([entry]).get(entry.subject, "")

    def waiting(
        self, entries: Sequence[Entry], in_force: Mapping[Whose, InForce] | None = None, *, asking: bool = True
    ) -> dict[Subject, str]:
        """Those of many that do not take effect yet, each with why.

        Shape:  `in_force` where the thresholds are read already; without `asking` nothing is written. No request at all where
                no entry is caught by thresholds that are given.
        Errors: as `stops`.
        """
        if not entries:
            return {}
        limits = self.book.in_force({one.whose for one in entries}) if in_force is None else in_force
        why = dict(self._caught(entries, limits))
        if not why:
            return {}
        seen = self.book.seen(why)
        by_subject = {one.subject: one for one in entries if one.subject in why}
        waits: dict[Subject, str] = {}
        for subject, entry in by_subject.items():
            known = seen[subject]
            if not known.concerns(entry):
                continue
            found = review(entry, why[subject], known.approvals)
            if found.why:
                waits[subject] = found.why
            if asking:
                self.ask(entry, found, known)
        return waits

    def catches(self, entry: Entry) -> str:
        """Why an entry waits unless somebody has approved it, in sentences; "" where it does not. Errors: as `stops`."""
        return dict(self._caught([entry], self.book.in_force({entry.whose}))).get(entry.subject, "")

    def _caught(self, entries: Iterable[Entry], limits: Mapping[Whose, InForce]) -> Iterable[tuple[Subject, str]]:
        """What is caught by the thresholds as they are and, where what stood before them counts as approved, as they were."""
        convert_for = cache(partial(self.approvals.converter, on=self.clock.now().date()))
        for one in entries:
            limit = limits[one.whose]
            settled = limit.now if one.at_once else limit.settled
            if limit.now.off or settled.off:
                continue
            convert = convert_for(one.whose.entity)
            now = caught(one.request.sizes, limit.now, convert)
            if now and (limit.now == settled or caught(one.request.sizes, settled, convert)):
                yield one.subject, " ".join(sentence for _, sentence in now)

    def ask(self, entry: Entry, found: Reviewed, known: Seen) -> None:
        """Have an approver asked, as a review found. Errors: External.

        Shape: a request that somebody else writes at the moment is looked at by the next review.
        """
        if found.ask is Ask.ANEW and known.written is not None:
            self.book.ask(entry, self.book.author(entry.subject, known.written), len(known.approvals))
        elif found.ask is Ask.AGAIN and found.waiting is not None:
            with suppress(Conflict):
                self.approvals.wake(found.waiting, self.clock.now())

    def withdraw(self, known: Seen) -> None:
        """Wake the requests that still wait about something that nobody has to approve any more: they end. Errors: External."""
        for one in known.approvals:
            if is_open(one):
                with suppress(Conflict):
                    self.approvals.wake(one, self.clock.now())


def held_back(reading: Reading, reviewer: Reviewer | None, *, asking: bool = True) -> Reading:
    """What a chunk read without the contracts on which something waits for an approver; each of these is a finding.

    Errors: as `Reviewer.waiting`.
    """
    if reviewer is None or not reading.entries:
        return reading
    why = reviewer.waiting(reading.entries, reading.in_force, asking=asking)
    waiting = [one for one in reading.entries if one.subject in why]
    held = {one.contract for one in waiting}
    numbers = {work.contract.id: work.number for work in reading.works}
    findings = (not_approved(numbers[one.contract], one, why[one.subject]) for one in waiting)
    works = tuple(work for work in reading.works if work.contract.id not in held)
    return replace(reading, works=works, findings=(*reading.findings, *findings))


def review_entry(job: Job, *, loaders: Mapping[str, Loader], book: ReviewBook, gate: Gate) -> JobResult:
    """Ask an approver about what a job names, as whoever entered it, and say what came of it.

    Shape:  `loaders` by table. Nothing is written on the entry itself, whatever the answer.
    Errors: BadInput for a job that names nothing of the kind; External.
    """
    subject = Subject.read(job.arguments.get(ENTRY, ""))
    loader = loaders.get(subject.table)
    if loader is None or not subject.id:
        message = f"'{subject}' is nothing that waits for an approver; say table and id, one of {', '.join(sorted(loaders))}"
        raise BadInput(message, ENTRY)
    entry, written = loader(subject.id), book.seen([subject])[subject].written
    if entry is None or written is None:
        return JobResult(JobState.REFUSED, "What was entered is not there any more, or has no effect; nobody has to approve it.")
    if stopped := gate.stops(job, entry.whose, lambda: entry.asked(book.author(subject, written))):
        return stopped
    return JobResult(JobState.SUCCEEDED, f"Nothing holds it up: {entry.request.what}.")
