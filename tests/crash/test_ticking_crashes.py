"""A tick by a job, killed and confused at every request, or met by a second worker: written once, by whoever asked."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from local.desks.checklists import FORM
from local.desks.ticking import SEEN, TickDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External
from work365.handlers.ticking import TICK, UNTICK

if TYPE_CHECKING:
    from tests.points import Tried

FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED, Fault.MEANWHILE]


@pytest.fixture(scope="module")
def desk() -> TickDesk:
    """One tenant; every point has a customer of its own."""
    made = TickDesk()
    made.follows()
    return made


def start(desk: TickDesk, number: str, do: str) -> str:
    """A new customer of whom everything is asked, and somebody who ticks the form or, where it is ticked, opens it; the job."""
    desk.fuse.reset()
    desk.enters(number)
    desk.starts(number)
    if do == UNTICK:
        desk.ticks_item(number, FORM, "Seen by somebody else")
    job = desk.asks_mark(desk.helper, desk.wish(FORM, do, SEEN, number))
    desk.fuse.reset()
    return job


def deliver(desk: TickDesk, job: str) -> None:
    """One delivery, which may die or fail; what it raises is the queue's business."""
    with suppress(Died, External):
        desk.run_job(job)


def check(desk: TickDesk, number: str, do: str, job: str, place: str) -> None:
    """The job says that it is done; the entry says so, too, by whoever asked; and the account is in step."""
    assert desk.says_of(job)[0] == "Succeeded", (place, desk.says_of(job))
    one = desk.entry(FORM, number)
    assert (one.done, one.note, one.by) == (do == TICK, SEEN, "Cora Care"), place
    assert ("Tax form" in desk.papers(number)[0]) == (do == UNTICK), place


@pytest.mark.parametrize("do", [TICK, UNTICK])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_it_is_written_once(desk: TickDesk, fault: Fault, do: str, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500, no connection, or let another worker run the same job."""
    job = start(desk, f"{do}-{fault.name}"[:20], do)
    deliver(desk, job)
    requests = desk.fuse.count
    for at in tried(f"{do} by a job, {fault.value}", range(1, requests + 1)):
        number = f"{do}-{at}-{fault.name}"[:20]
        job = start(desk, number, do)
        desk.fuse.arm(at=at, fault=fault, meanwhile=partial(deliver, desk, job))
        deliver(desk, job)
        blown = desk.fuse.blown
        desk.fuse.reset()
        written = desk.entry(FORM, number).at
        for _ in range(2):
            desk.passes(20)
            deliver(desk, job)
        check(desk, number, do, job, f"{fault.value}, request {at} of {requests}: {blown}")
        if written and do == TICK:
            assert desk.entry(FORM, number).at == written, "what was ticked is not ticked again later"


def test_somebody_else_changes_the_same_item_meanwhile(desk: TickDesk, tried: Tried) -> None:
    """Wholly between any two requests of the tick: either that stands, or the tick was done before; both are never lost."""
    job = start(desk, "met-0", TICK)
    deliver(desk, job)
    requests = desk.fuse.count
    for at in tried("ticked by two", range(1, requests + 1)):
        number = f"met-{at}"
        job = start(desk, number, TICK)
        other = desk.asks_mark(desk.seller, desk.wish(FORM, TICK, "Seen by Sam", number))
        desk.fuse.reset()
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(deliver, desk, other))
        deliver(desk, job)
        desk.fuse.reset()
        for _ in range(2):
            desk.passes(20)
            deliver(desk, job)
            deliver(desk, other)
        ends = {desk.says_of(one)[0]: who for one, who in ((job, "Cora Care"), (other, "Sam Seller"))}
        assert sorted(ends) == ["Refused", "Succeeded"], f"before request {at} of {requests}"
        assert desk.entry(FORM, number).by == ends["Succeeded"], f"before request {at} of {requests}"
