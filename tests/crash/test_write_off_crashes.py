"""A write-off, killed and confused at every request that it sends: given up once, and never what is being collected as well."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

import pytest

from local.desks.writing_off import WritingOffDesk
from local.faults import CRASHES, Died, Fault
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.points import Tried
    from work365.receivables.payments import InvoiceId

FAULTS = (*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED)
GIVEN_UP = ("0.00", "40.00", "110.00", "Issued"), [("Written off", "40.00")]
CLAIMED = ("0.00", "0.00", "150.00", "Issued"), [("Written off", "150.00"), ("Taken back", "-150.00")]
PAID, LOST = ("150.00", "0.00", "0.00", "Paid"), ("0.00", "150.00", "0.00", "Written off")


@pytest.fixture(scope="module")
def desk() -> Iterator[WritingOffDesk]:
    """One tenant; every point has an invoice of its own."""
    made = WritingOffDesk()
    yield made
    made.close()


def attempt(desk: WritingOffDesk, job: str) -> None:
    """One delivery, which may die or fail; what it raises is the queue's business."""
    with contextlib.suppress(Died, Exception):
        desk.run(job)


def give_up(desk: WritingOffDesk) -> tuple[InvoiceId, str]:
    """An invoice, and the job that gives a part of it up."""
    invoice = desk.billed()
    return invoice, desk.asks(JobKind.WRITE_OFF, invoice, "40.00")


def claim(desk: WritingOffDesk) -> tuple[InvoiceId, str]:
    """An invoice that was given up, and the job that claims it again."""
    invoice = desk.billed()
    desk.gives_up(invoice)
    return invoice, desk.asks(JobKind.TAKE_BACK_WRITE_OFF, invoice)


def seen(desk: WritingOffDesk, invoice: InvoiceId) -> tuple[object, ...]:
    return desk.account_of(invoice), desk.ledger(invoice)


def requests_of(desk: WritingOffDesk, job: str) -> int:
    """How many requests a clean run sends."""
    desk.fuse.reset()
    attempt(desk, job)
    return desk.fuse.count


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize(("start", "end"), [(give_up, GIVEN_UP), (claim, CLAIMED)], ids=["given up", "claimed"])
def test_it_happens_once_whatever_breaks(
    desk: WritingOffDesk,
    start: Callable[[WritingOffDesk], tuple[InvoiceId, str]],
    end: tuple[object, ...],
    fault: Fault,
    tried: Tried,
) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection."""
    count = requests_of(desk, start(desk)[1])
    for at in tried(f"write-off, {start.__name__}, {fault.value}", range(1, count + 1)):
        invoice, job = start(desk)
        desk.fuse.arm(at=at, fault=fault)
        attempt(desk, job)
        desk.settle(invoice, job)
        place = f"{fault.value}, request {at} of {count}: {desk.fuse.blown}"
        assert seen(desk, invoice) == end, place
        assert desk.state_of(job)[0] == "Succeeded", place


def test_two_people_give_up_what_is_there_and_no_more(desk: WritingOffDesk, tried: Tried) -> None:
    """The second may run wholly between any two requests of the first: one is done, the other refused."""
    count = requests_of(desk, give_up(desk)[1])
    for at in tried("write-off, second person", range(1, count + 1)):
        invoice = desk.billed()
        jobs = [desk.asks(JobKind.WRITE_OFF, invoice) for _ in range(2)]
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(attempt, desk, jobs[1]))
        attempt(desk, jobs[0])
        desk.settle(invoice, *jobs)
        assert seen(desk, invoice) == (LOST, [("Written off", "150.00")]), f"second person before request {at}"
        assert sorted(desk.state_of(job)[0] for job in jobs) == ["Refused", "Succeeded"]


@pytest.mark.parametrize("first", [JobKind.CHARGE, JobKind.WRITE_OFF], ids=lambda kind: kind.value)
def test_a_charge_and_a_write_off_at_the_same_moment(desk: WritingOffDesk, first: JobKind, tried: Tried) -> None:
    """Either may run wholly between any two requests of the other: paid or given up, never both, and the loser is told why."""

    def ask(kind: JobKind, invoice: InvoiceId) -> str:
        return desk.job(invoice) if kind is JobKind.CHARGE else desk.asks(kind, invoice)

    second = JobKind.WRITE_OFF if first is JobKind.CHARGE else JobKind.CHARGE
    count = requests_of(desk, ask(first, desk.billed()))
    ends = set()
    for at in tried(f"write-off against a charge, {first.value} first", range(1, count + 1)):
        invoice = desk.billed()
        mine, other = ask(first, invoice), ask(second, invoice)
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(attempt, desk, other))
        attempt(desk, mine)
        desk.settle(invoice, mine, other)
        end = desk.account_of(invoice)
        taken = desk.held(invoice)
        assert (end, taken) in ((PAID, 15000), (LOST, 0)), f"{second.value} before request {at} of {count}"
        assert sorted(desk.state_of(job)[0] for job in (mine, other)) == ["Refused", "Succeeded"], f"at {at} of {count}"
        ends.add(end)
    assert ends == {PAID, LOST}


@pytest.mark.parametrize("fault", CRASHES, ids=lambda fault: fault.name.lower())
def test_a_late_transfer_takes_it_back_once(desk: WritingOffDesk, fault: Fault) -> None:
    """Typed again after an answer got lost, the money is posted before."""
    invoice = desk.billed()
    desk.gives_up(invoice)
    desk.fuse.reset()
    desk.transfer(invoice, 4000, f"clean {fault.name}")
    count, clean = desk.fuse.count, seen(desk, invoice)
    assert clean == (("40.00", "110.00", "0.00", "Written off"), [("Written off", "150.00"), ("Taken back", "-40.00")])
    for at in range(1, count + 1):
        invoice = desk.billed()
        desk.gives_up(invoice)
        desk.fuse.arm(at=at, fault=fault)
        for _ in range(2):
            with contextlib.suppress(Died, Exception):
                desk.transfer(invoice, 4000, f"{fault.name} {at}")
            desk.fuse.reset()
        assert seen(desk, invoice) == clean, f"{fault.value}, request {at} of {count}"
