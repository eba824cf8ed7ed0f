"""Crediting and cancelling die before or after every request, or lose the answer; run again, they end as if nothing had happened.

The second invoice of a contract bills a cycle, a change that reaches back, and a one-time item. A clean job counts the requests;
then for each request and each way to fail a fresh tenant is broken there, and the job is delivered again until it answers. After
the next run the tenant must hold what the clean one left: one note, one number each, every line once.
"""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest

from local.desks.crediting import CreditingDesk
from local.faults import CRASHES, Died
from work365.errors import External
from work365.jobs import JobKind, JobState

if TYPE_CHECKING:
    from tests.points import Tried
    from work365.jobs import Job

MARCH, APRIL, LATER = date(2026, 3, 1), date(2026, 4, 1), date(2026, 4, 2)
INVOICE = "INV-CO-2026-00002"
DELIVERIES_MAX = 4
Left = tuple[object, ...]


def office() -> CreditingDesk:
    """Two months of one contract, billed."""
    desk = CreditingDesk(MARCH)
    contract = desk.contract("C-1", start=MARCH, autosend=True)
    subscription = desk.subscription(contract, start=MARCH)
    desk.run(MARCH)
    desk.change(contract, subscription, date(2026, 3, 16), 15)
    desk.item(contract, date(2026, 3, 20), "50.00")
    desk.run(APRIL)
    desk.fuse.reset()
    return desk


def deliver(desk: CreditingDesk, job: Job) -> None:
    """The queue delivers the job again until it answers."""
    for _ in range(DELIVERIES_MAX):
        try:
            assert desk.again(job).state is JobState.SUCCEEDED
        except (Died, External):
            continue
        return
    pytest.fail("the job never answered")


def left(desk: CreditingDesk) -> Left:
    """What the tenant holds after the next run."""
    desk.fuse.reset()
    desk.run(LATER)
    numbers = sorted(one.number for one in desk.invoices())
    changes = [state for contract in desk.numbers for state, _ in desk.change_rows(contract)]
    shape = desk.tenant.shape()
    lines = sorted((key.rpartition(".")[2], amount) for key, amount in shape.lines)
    jobs = len(shape.jobs), shape.next_dates, shape.schedules, shape.counted
    return shape.numbers, lines, jobs, [desk.standing_of(number) for number in numbers], desk.item_states(), changes


def wish(desk: CreditingDesk, kind: JobKind) -> Job:
    """What the person asks for."""
    return desk.wish(kind, INVOICE, "3:5" if kind is JobKind.CREDIT else "")


@pytest.mark.parametrize("kind", [JobKind.CREDIT, JobKind.CANCEL], ids=lambda kind: kind.value.lower())
def test_a_note_survives_every_crash(kind: JobKind, tried: Tried) -> None:
    """Whatever request the job dies at, the tenant ends as the clean job leaves it."""
    clean = office()
    deliver(clean, wish(clean, kind))
    requests = clean.fuse.count
    expected = left(clean)
    for at, fault in tried(f"{kind.value}", product(range(1, requests + 1), CRASHES)):
        desk = office()
        job = wish(desk, kind)
        desk.fuse.arm(at=at, fault=fault)
        deliver(desk, job)
        assert left(desk) == expected, f"{fault.value} at request {at}: {desk.fuse.blown}"
