"""Release by a job, killed and confused at every request, or met by a second worker: one lift, and what waited happens once."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from local.desks.holds import ACCOUNT
from local.desks.releasing import ReleaseDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External
from work365.subscriptions.ledger import breaks

if TYPE_CHECKING:
    from tests.points import Tried

FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED, Fault.MEANWHILE]


@pytest.fixture(scope="module")
def desk() -> ReleaseDesk:
    """One tenant whose customer has brought everything; every run has a subscription and a hold of its own."""
    made = ReleaseDesk()
    made.better = made.product()
    made.follows()
    made.completes(ACCOUNT)
    made.releases(ACCOUNT)
    return made


def start(desk: ReleaseDesk) -> tuple[str, str]:
    """A held customer with two changes that wait, and somebody who presses Release; the subscription and the job."""
    desk.fuse.reset()
    one = desk.bought(desk.contract_id)
    desk.passes()
    desk.hold()
    desk.more(20, subscription=one)
    desk.passes()
    desk.ask(one, "Upgrade", on="2026-03-16", quantity=4, price=40, product=desk.better)
    job = desk.presses(desk.biller, desk.account)
    desk.fuse.reset()
    return one, job


def deliver(desk: ReleaseDesk, job: str) -> None:
    """One delivery, which may die or fail; what it raises is the queue's business."""
    with suppress(Died, External):
        desk.run_job(job)


def check(desk: ReleaseDesk, one: str, job: str, place: str) -> None:
    """The job says that it is done; both changes happened, the first one first; the log has one row for the press."""
    assert desk.says_of(job)[0] == "Succeeded", (place, desk.says_of(job))
    held = desk.held(one)
    assert [(event, seats) for event, _, seats, _ in desk.log(one)] == [("Create", 10), ("Quantity", 20), ("Upgrade", 16)], place
    assert breaks(held.rows, held.quantity, held.rows[-1].sequence) == [], place
    assert not desk.papers(ACCOUNT)[2], place
    moves = [row.action.value for row in desk.told()]
    assert moves.count("Placed") == moves.count("Lifted"), place


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_it_is_lifted_once(desk: ReleaseDesk, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500, no connection, or let another worker run the same job."""
    _, job = start(desk)
    deliver(desk, job)
    requests = desk.fuse.count
    for at in tried(f"releasing by a job, {fault.value}", range(1, requests + 1)):
        one, job = start(desk)
        desk.fuse.arm(at=at, fault=fault, meanwhile=partial(deliver, desk, job))
        deliver(desk, job)
        blown = desk.fuse.blown
        desk.fuse.reset()
        for _ in range(2):
            desk.passes(20)
            deliver(desk, job)
            desk.sweep()
        check(desk, one, job, f"{fault.value}, request {at} of {requests}: {blown}")
