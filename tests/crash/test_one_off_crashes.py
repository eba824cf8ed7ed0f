"""A one-off invoice survives every crash: one document, one number, each line once, whatever request its job dies at."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest

from local.desks.one_off import OneOffDesk
from local.faults import CRASHES, Died
from work365.errors import External
from work365.jobs import JobState

if TYPE_CHECKING:
    from tests.points import Tried

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
DELIVERIES_MAX = 4


def office() -> OneOffDesk:
    """A contract that was billed once and sends its invoices by itself."""
    desk = OneOffDesk(MARCH)
    desk.standing("C-1", start=MARCH, autosend=True)
    desk.run(MARCH)
    desk.fuse.reset()
    return desk


def deliver(desk: OneOffDesk) -> None:
    """The queue delivers the job again until it answers."""
    for _ in range(DELIVERIES_MAX):
        try:
            assert desk.does(desk.asked("C-1", "2 x GEN-1 at 120.00 - Workshop", "GEN-1 at 5.00")).state is JobState.SUCCEEDED
        except (Died, External):
            continue
        return
    pytest.fail("the job never answered")


def left(desk: OneOffDesk) -> tuple[object, ...]:
    """What the tenant holds after the next run."""
    desk.fuse.reset()
    desk.run(APRIL)
    shape = desk.tenant.shape()
    counts = shape.invoices, shape.schedules, len(shape.jobs), shape.counted, shape.next_dates
    return counts, desk.item_states(), [(one.number, one.amounts, one.tax) for one in desk.invoices()]


def test_a_one_off_invoice_survives_every_crash(tried: Tried) -> None:
    clean = office()
    deliver(clean)
    requests = clean.fuse.count
    expected = left(clean)
    for at, fault in tried("one-off", product(range(1, requests + 1), CRASHES)):
        desk = office()
        desk.fuse.arm(at=at, fault=fault)
        deliver(desk)
        assert left(desk) == expected, f"{fault.value} at {at}: {desk.fuse.blown}"
