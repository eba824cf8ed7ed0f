"""Closing a contract dies before or after every request, or loses the answer; delivered again, it ends as if nothing had been.

One subscription has a planned change, another was bought in the middle of the billed month. A clean closing counts the requests
of the job and of the run that it starts; then for each request and each way to fail a fresh tenant is broken there, and job and
queue deliver again.
"""

from __future__ import annotations

import contextlib
from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest

from local.desks.closing import ClosingDesk
from local.faults import Died, Fault
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried

MARCH, TODAY = date(2026, 3, 1), date(2026, 3, 17)
DELIVERIES_MAX = 8
BROKEN = (Fault.DIE_AFTER, Fault.LOSE_ANSWER)
"""To die before a request is to die after the one before it, which the counting covers."""
Left = tuple[object, ...]


def office() -> tuple[ClosingDesk, str]:
    """A contract in the middle of a month, and the job that closes it."""
    desk = ClosingDesk(MARCH)
    contract = desk.standing("C-1", start=MARCH)
    desk.run(MARCH)
    desk.at(TODAY)
    one = desk.bought(contract, seats=3, start=date(2026, 3, 10))
    desk.ask(one, "Quantity", quantity=5, on=date(2026, 3, 25))
    job = desk.closing_job("C-1", TODAY)
    desk.fuse.reset()
    return desk, job


def deliver(desk: ClosingDesk, job: str) -> None:
    """Job and queue deliver until the contract has ended; a chunk whose message was lost is found by the sweeper."""
    for _ in range(DELIVERIES_MAX):
        with contextlib.suppress(Died, External):
            desk.deliver(job)
            desk.work()
            if desk.status_of("C-1") == "Ended":
                return
            if desk.fuse.blown is not None:
                desk.sweep_after(minutes=20)
                desk.work()
    pytest.fail("the contract was never closed")


def left(desk: ClosingDesk) -> Left:
    """What the tenant holds."""
    lines = sorted((line["w365_key"].rpartition(".")[2], line["w365_amount"]) for one in desk.invoices() for line in one.lines)
    log = sorted(state for contract in desk.numbers for state, _ in desk.change_rows(contract))
    return desk.status_of("C-1"), lines, [one.number for one in desk.invoices()], log, desk.planned(), desk.unbilled()


def test_a_closing_survives_every_crash(tried: Tried) -> None:
    """Whatever request it dies at, the contract ends, everything is billed once, and nothing is active or unbilled."""
    clean, job = office()
    deliver(clean, job)
    requests, expected = clean.fuse.count, left(clean)
    for at, fault in tried("closing", product(range(1, requests + 1), BROKEN)):
        desk, job = office()
        desk.fuse.arm(at=at, fault=fault)
        deliver(desk, job)
        assert left(desk) == expected, f"{fault.value} at request {at}: {desk.fuse.blown}"
