"""What becomes of a job, whatever its handler answers or raises."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from work365.errors import (
    Conflict,
    InvariantBroken,
    NotFound,
    OutcomeUnknown,
    Refused,
    Rejected,
    Throttled,
    Unavailable,
)
from work365.handlers.jobs import ATTEMPTS_MAX, CARD, LONGEST_WAIT_S, give_up, run_job
from work365.jobs import Job, JobKind, JobResult, JobState

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = datetime(2026, 2, 1, 2, 15, tzinfo=UTC)
WAITING = Job("j1", "charge:i1", JobKind.CHARGE, JobState.WAITING, etag="1")


@dataclass
class Book:
    """One job row with a version, as strict about versions as the tenant."""

    job: Job
    results: list[JobResult] = field(default_factory=list)

    def load(self, job: str) -> Job:
        if job != self.job.id:
            message = "no such job"
            raise NotFound(message)
        return self.job

    def begin(self, job: Job, now: datetime) -> Job:
        self._same_version(job)
        self.job = replace(job, state=JobState.RUNNING, attempts=job.attempts + 1, etag=f"{job.etag}+")
        return self.job

    def finish(self, job: Job, result: JobResult, now: datetime) -> None:
        self._same_version(job)
        self.job = replace(self.job, state=result.state, etag=f"{self.job.etag}+")
        self.results.append(result)

    def due(self, now: datetime, *, untouched_s: int) -> Iterable[str]:
        return ()

    def _same_version(self, job: Job) -> None:
        if job.etag != self.job.etag:
            message = "somebody else wrote this row"
            raise Conflict(message)


def run(book: Book, answer: JobResult | Exception) -> JobResult | None:
    """Run the job with a handler that answers or raises."""

    def doer(job: Job) -> JobResult:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return run_job(book.job.id, book=book, doers={JobKind.CHARGE: doer}, now=NOW)


@pytest.mark.parametrize(
    ("raised", "state", "waits_s", "word"),
    [
        (Refused("The amount is more than the balance."), JobState.REFUSED, None, "more than the balance"),
        (Rejected("no such parameter", system="stripe"), JobState.FAILED, None, "stripe refused our request"),
        (NotFound("no such customer", system="stripe"), JobState.FAILED, None, "no such customer"),
        (Throttled("slow down", after_s=57, system="dataverse"), JobState.WAITING, 57, "slow down"),
        (Unavailable("no answer", system="stripe"), JobState.WAITING, 10, "cannot be reached"),
        (Conflict("row changed"), JobState.WAITING, 1, "changed meanwhile"),
        (OutcomeUnknown("no answer", system="stripe"), JobState.CONFIRMING, 10, "asking what became of it"),
        (InvariantBroken("two lines with one key"), JobState.FAILED, None, "reference j1"),
    ],
)
def test_each_kind_of_error_has_one_end(raised: Exception, state: JobState, waits_s: int | None, word: str) -> None:
    """The error class alone decides what happens next, and the row says it in words."""
    book = Book(WAITING)
    result = run(book, raised)
    assert result is not None
    assert (result.state, result.again_in_s) == (state, waits_s)
    assert word in result.message
    assert book.job.state is state


def test_a_result_is_recorded_as_the_handler_gave_it() -> None:
    """Success is written with the handler's own sentence."""
    book = Book(WAITING)
    done = JobResult(JobState.SUCCEEDED, "Charged 120.00 EUR; balance 0.00 EUR.")
    assert run(book, done) == done
    assert book.results == [done]


@pytest.mark.parametrize("kind", list(JobKind))
def test_a_job_whose_arguments_cannot_be_read_does_nothing(kind: JobKind) -> None:
    """Whatever it asks for: nobody knows what was meant, so it says which job it is and what to write."""
    book, done = Book(replace(WAITING, kind=kind, unread="amount 40")), JobResult(JobState.SUCCEEDED, "Done.")
    result = run_job("j1", book=book, doers={kind: lambda _: done}, now=NOW)
    assert result is not None
    assert (result.state, book.job.state) == (JobState.REFUSED, JobState.REFUSED)
    assert result.message.startswith("Nothing was done for the job 'charge:i1': its arguments are no JSON object. Write them as ")


def test_a_card_number_in_what_cannot_be_read_is_taken_out() -> None:
    result = run(Book(replace(WAITING, unread="to 4242 4242 4242 4242")), JobResult(JobState.SUCCEEDED, "Done."))
    assert result is not None
    assert (result.message, result.arguments) == (CARD, {"unread": "to [card …4242]"})


@pytest.mark.parametrize(
    ("state", "unasked", "asked"),
    [
        (JobState.WAITING, True, True),
        (JobState.RUNNING, True, True),
        (JobState.CONFIRMING, True, True),
        (JobState.PAUSED, False, True),
        (JobState.REFUSED, False, True),
        (JobState.FAILED, False, True),
        (JobState.CANCELLED, False, True),
        (JobState.SUCCEEDED, False, False),
    ],
)
def test_a_job_at_rest_is_run_when_a_person_asks_and_never_after_success(state: JobState, unasked: bool, asked: bool) -> None:
    """A message that comes again after the end changes nothing; "run now" on the form does, unless it has succeeded."""
    for wanted, runs in ((False, unasked), (True, asked)):
        book = Book(replace(WAITING, state=state, asked=wanted))
        result = run(book, JobResult(JobState.SUCCEEDED, "again"))
        assert (result is not None) is runs
        assert bool(book.results) is runs


@pytest.mark.parametrize(
    ("meanwhile", "result", "recorded"),
    [
        (JobState.CANCELLED, JobState.SUCCEEDED, True),
        (JobState.CANCELLED, JobState.WAITING, False),
        (JobState.PAUSED, JobState.REFUSED, True),
        (JobState.PAUSED, JobState.CONFIRMING, False),
        (JobState.SUCCEEDED, JobState.FAILED, False),
    ],
)
def test_what_a_person_writes_meanwhile_holds_unless_the_deed_is_done(
    meanwhile: JobState, result: JobState, recorded: bool
) -> None:
    """A charge that went through is never shown as cancelled; one that has not stays as the person wants it."""

    class Written(Book):
        def finish(self, job: Job, result: JobResult, now: datetime) -> None:
            if self.job.state is JobState.RUNNING:
                self.job = replace(self.job, state=meanwhile, etag="written")
            super().finish(job, result, now)

    book = Written(WAITING)
    run(book, JobResult(result, "done"))
    assert book.job.state is (result if recorded else meanwhile)


def test_a_job_left_running_by_a_dead_worker_is_run_again() -> None:
    """Handlers are safe to run again, so an open job never waits for a worker that may be dead."""
    book = Book(replace(WAITING, state=JobState.RUNNING, attempts=1))
    result = run(book, JobResult(JobState.SUCCEEDED, "done"))
    assert result is not None
    assert book.job.attempts == 2


def test_a_message_about_nothing_is_dropped() -> None:
    """An id that names no row is no reason to fail for ever."""
    assert run_job("unknown", book=Book(WAITING), doers={}, now=NOW) is None


def test_the_second_of_two_workers_lets_go() -> None:
    """Whoever begins second meets a newer version and stops."""

    class Raced(Book):
        def begin(self, job: Job, now: datetime) -> Job:
            self.job = replace(self.job, etag="other")
            return super().begin(job, now)

    book = Raced(WAITING)
    assert run(book, JobResult(JobState.SUCCEEDED, "done")) is None
    assert book.results == []


def test_a_result_is_not_lost_when_the_row_moved_meanwhile() -> None:
    """The outcome is written over the newer version, unless that one is final already."""

    class Moved(Book):
        def finish(self, job: Job, result: JobResult, now: datetime) -> None:
            if not self.results and self.job.etag != "moved":
                self.job = replace(self.job, etag="moved")
            super().finish(job, result, now)

    book = Moved(WAITING)
    run(book, JobResult(JobState.SUCCEEDED, "done"))
    assert book.job.state is JobState.SUCCEEDED


def test_waiting_grows_and_ends() -> None:
    """Each attempt waits longer, up to a limit; at last the job fails with what to do."""
    waits = []
    book = Book(WAITING)
    for _ in range(ATTEMPTS_MAX - 1):
        result = run(book, Unavailable("no answer", system="stripe"))
        assert result is not None
        waits.append(result.again_in_s)
    assert waits == sorted(waits, key=lambda wait: wait or 0)
    assert waits[-1] == LONGEST_WAIT_S
    last = run(book, Unavailable("no answer", system="stripe"))
    assert last is not None
    assert last.state is JobState.FAILED
    assert "Press the button again" in last.message


def test_an_unknown_outcome_is_never_called_a_failure() -> None:
    """However often the question stays open, the job goes on asking."""
    book = Book(replace(WAITING, attempts=ATTEMPTS_MAX * 3))
    result = run(book, OutcomeUnknown("no answer", system="stripe"))
    assert result is not None
    assert result.state is JobState.CONFIRMING


def test_a_poisoned_job_says_why() -> None:
    """The poison door ends a job once; a job that has ended stays as it is."""
    book = Book(WAITING)
    give_up("j1", "It failed five times.", book=book, now=NOW)
    give_up("j1", "It failed five times.", book=book, now=NOW)
    give_up("unknown", "It failed five times.", book=book, now=NOW)
    assert book.results == [JobResult(JobState.FAILED, "It failed five times.")]
