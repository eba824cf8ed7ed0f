"""An approved amendment, killed and confused at every request that it sends: the contract is amended once, whatever breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.desks.amendments import AmendDesk
from local.faults import Fault
from tests.crash.delivering import attempt, recover
from work365.jobs import JobKind

if TYPE_CHECKING:
    from tests.points import Tried

FAULTS = [Fault.DIE_AFTER, Fault.LOSE_ANSWER, Fault.ERROR_AFTER, Fault.NOT_REACHED]
"""To die before a request is to die after the one before it: nothing is kept in memory between two of them."""
YEAR = "annual instead of monthly"


class Office:
    """One tenant for all runs; every run amends a contract of its own."""

    def __init__(self) -> None:
        self.desk = AmendDesk.that_says("approve-discounts", "5")
        self.runs = 0
        self.number = self.one = ""

    def wished(self, **terms: str) -> str:
        """A job that amends this run's contract and is approved, but for doing it; its id."""
        desk = self.desk
        desk.passes(seconds=2)
        asked = {"contract": self.number, "on": "2026-04-01", "reason": "agreed", **terms}
        job = desk.asks(desk.seller, JobKind.AMEND, asked | {"prices": f"{self.one}={terms['price']}"})
        desk.deliver(job)
        desk.run_job(desk.answer(desk.approver, "approve", desk.of_job(job)[-1].id))
        return job

    def start(self) -> str:
        """A contract whose months are to become a cheaper year."""
        self.desk.fuse.reset()
        self.runs += 1
        self.number = f"R-{self.runs}"
        _, self.one = self.desk.sold(self.number)
        job = self.wished(frequency="annual", price="340.00")
        self.desk.fuse.reset()
        return job

    def end(self, job: str) -> tuple[object, ...]:
        """The contract's amendments, the log of its subscription, the job's state, and how often it was asked about."""
        log = [(event, seats) for event, _, seats, _ in self.desk.log(self.one)]
        terms = [(number, words) for number, words, _ in self.desk.terms(self.number)]
        return terms, log, self.desk.said(job)[0], len(self.desk.of_job(job))


ENDS = ([(1, YEAR)], [("Create", 10), ("Price", 10)], "Succeeded", 1)


@pytest.fixture
def office() -> Office:
    """A tenant for each test: what earlier runs left waiting would be looked at by every sweep."""
    return Office()


def requests(office: Office) -> int:
    """How many requests a clean run sends."""
    job = office.start()
    office.desk.run_job(job)
    assert office.end(job) == ENDS
    return office.desk.fuse.count


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_amended_once_whatever_breaks(office: Office, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection."""
    count = requests(office)
    for at in tried(f"amending, {fault.value}", range(1, count + 1)):
        job = office.start()
        office.desk.fuse.arm(at=at, fault=fault)
        attempt(lambda job=job: office.desk.run_job(job))  # type: ignore[misc]  # a default binds the loop's value
        recover(office.desk, job)
        assert office.end(job) == ENDS, f"{fault.value}, request {at} of {count}"


def test_amended_once_when_it_is_delivered_twice(office: Office, tried: Tried) -> None:
    """A second worker may take it wholly between any two requests of the first."""
    count = requests(office)
    for at in tried("amending, second delivery", range(1, count + 1)):
        job = office.start()
        office.desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=lambda job=job: office.desk.run_job(job))  # type: ignore[misc]  # as above
        attempt(lambda job=job: office.desk.run_job(job))  # type: ignore[misc]  # as above
        recover(office.desk, job)
        assert office.end(job) == ENDS, f"second delivery before request {at}"


def test_two_amendments_at_once_come_one_after_the_other(office: Office, tried: Tried) -> None:
    """One is numbered over the other, or refused: nothing of it was approved as it would be over the other."""
    count = requests(office)
    for at in tried("amending, two jobs", range(1, count + 1)):
        first = office.start()
        second = office.wished(frequency="quarterly", price="85.00")
        office.desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=lambda job=second: office.desk.run_job(job))  # type: ignore[misc]  # as above
        attempt(lambda job=first: office.desk.run_job(job))  # type: ignore[misc]  # as above
        recover(office.desk, first, second)
        done = [job for job in (first, second) if office.desk.said(job)[0] == "Succeeded"]
        asked_again = [job for job in (first, second) if len(office.desk.of_job(job)) > 1]
        terms = office.desk.terms(office.number)
        assert [number for number, *_ in terms] == list(range(1, len(done) + 1)), at
        assert len(done) + len(asked_again) == 2, at
