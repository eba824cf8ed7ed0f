"""The monthly run dies before or after every request, or loses the answer; recovered, it ends as if nothing had happened.

Two months of three contracts in two chunks are planned and worked on against a local Dataverse: a first one, and a second one
with a licence change that reaches back into the first. For every request that the clean run sends, and for each way to fail, the
run is broken there, then recovered as the platform would: the queue delivers again, the sweeper wakes what is stale, the timer
plans again. Then the tenant must hold what the clean run left: the same documents, lines, numbers and jobs, and no chunk or run
left open.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dataverse.rows import bind, choice_value
from dataverse.webapi import Ref
from local.azure.memory_queue import MemoryQueue
from local.clock import FixedClock
from local.desks.tenants import Tenant
from local.faults import CRASHES, Died, Fault, Fuse
from local.sample.generated import Shape, account_id, change_quantity, contract_id, fill
from work365.errors import External
from work365.handlers import billing
from work365.ports.platform import CHUNKS

if TYPE_CHECKING:
    from tests.points import Tried


START = date(2026, 1, 1)
JANUARY, FEBRUARY = datetime(2026, 1, 1, 3, 15, tzinfo=UTC), datetime(2026, 2, 1, 3, 15, tzinfo=UTC)
SHAPE = Shape(contracts=3, subscriptions=2, start=START, automatic=True)


class Month:
    """One tenant, one queue, one fuse, and a worker that can be killed."""

    def __init__(self, *, second: bool = False, together: bool = False) -> None:
        self.clock, self.fuse = FixedClock(JANUARY), Fuse()
        self.tenant = Tenant(self.clock)
        fill(self.tenant.api, self.tenant.currencies, SHAPE)
        self.queue = MemoryQueue(self.clock)
        self.book = self.tenant.billing(self.fuse)
        if together:
            self._put_together()
        if second:
            self._second()

    def _put_together(self) -> None:
        """Two of the contracts are the first customer's and stand on one document."""
        one = choice_value("w365_billingcontract", "w365_consolidate", "Customer")
        shared = {"w365_consolidate": one, "w365_billingemail": None, **bind("w365_Account", "account", account_id(0))}
        for index in (0, 2):
            self.tenant.api.update(Ref("w365_billingcontract", contract_id(index)), shared)

    def _second(self) -> None:
        """January is billed; five seats were added on the 16th; now it is February."""
        self.run()
        recorded = datetime(2026, 1, 20, 9, tzinfo=UTC)
        self.tenant.api.change(change_quantity(0, 1, sequence=2, effective=date(2026, 1, 16), seats=15, recorded=recorded))
        self.clock.moment = FEBRUARY

    def run(self) -> None:
        """The timer's tick and the workers' messages."""
        billing.plan(book=self.book, queue=self.queue, clock=self.clock)
        self.work()

    def work(self) -> None:
        """Every message that is on the queue."""
        while message := self.queue.take(CHUNKS):
            billing.work(message["chunk"], book=self.book, now=self.clock.now())

    def recover(self) -> None:
        """What the platform does in the hours after a crash: deliver again, sweep, and tick on the same day."""
        self.fuse.reset()
        for _ in range(3):
            self.clock.moment += timedelta(minutes=20)
            billing.sweep(book=self.book, queue=self.queue, now=self.clock.now())
            self.work()
        billing.plan(book=self.book, queue=self.queue, clock=self.clock)
        self.work()


def broken(at: int, fault: Fault, *, second: bool, together: bool) -> Month:
    """A month that was broken at one request and then recovered."""
    month = Month(second=second, together=together)
    month.fuse.arm(at=at, fault=fault)
    with contextlib.suppress(Died, External):
        month.run()
    month.recover()
    return month


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two contracts to a chunk, so that three make two chunks."""
    monkeypatch.setattr(billing, "CHUNK_CONTRACTS", 2)


@pytest.mark.parametrize(
    ("second", "together", "documents"),
    [(False, False, 3), (True, False, 6), (True, True, 4)],
    ids=["first month", "second month with a change", "two contracts on one document"],
)
def test_a_run_survives_every_crash(second: bool, together: bool, documents: int, tried: Tried) -> None:
    """Scenario A5: whatever request the run dies at, the tenant ends as the clean run leaves it."""
    clean = Month(second=second, together=together)
    clean.fuse.reset()
    clean.run()
    requests = clean.fuse.count
    expected = clean.tenant.shape()
    assert (expected.invoices, expected.unbilled) == (documents, 0)
    for at, fault in tried(f"monthly run, month {1 + second}", product(range(1, requests + 1), CRASHES)):
        month = broken(at, fault, second=second, together=together)
        assert month.tenant.shape() == expected, f"{fault.value} at request {at}: {month.fuse.blown}"
        assert month.tenant.open_work() == (0, 0), f"{fault.value} at request {at}: {month.fuse.blown}"


def test_two_workers_on_one_chunk_make_one_set_of_documents() -> None:
    """Scenario A2: a message that is delivered twice, at the same time, changes nothing."""
    month = Month()
    billing.plan(book=month.book, queue=month.queue, clock=month.clock)
    messages = []
    while message := month.queue.take(CHUNKS):
        messages.append(message["chunk"])
    for chunk in [*messages, *messages]:
        billing.work(chunk, book=month.book, now=month.clock.now())
    assert month.tenant.shape().invoices == SHAPE.contracts


def test_a_rerun_of_the_same_day_writes_nothing() -> None:
    """Once a day is billed, planning it again finds nothing due."""
    month = Month()
    month.run()
    before = month.tenant.shape()
    assert billing.plan(book=month.book, queue=month.queue, clock=month.clock) == []
    month.work()
    assert month.tenant.shape() == before
