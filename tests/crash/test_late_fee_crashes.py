"""A late fee, killed and confused at every request: one step, one fee, one item, one document of its own.

A clean run counts the requests: a night takes the step, and a worker bills its fee. Then, for each request and each way to go
wrong, a fresh tenant does the same; nights and workers come again. How its mail survives stands in test_reminder_crashes.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.desks.late_fees import APRIL, DUE, LateFeeDesk
from local.faults import CRASHES, Died, Fault
from tests.crash.walking import broken, clean
from work365.errors import External

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.points import Tried

TODAY = DUE + timedelta(days=10)


class Office:
    """One customer with one late invoice, whose fee is a document of its own."""

    def __init__(self) -> None:
        desk = self.desk = LateFeeDesk()
        desk.charges("STD", {10: {"fee": "40", "yearlyinterest": "9"}})
        desk.choose("late-fee-document", "own")
        desk.late(desk.on_time("C-1"), "INV-1", "100.00")
        desk.fuse.reset()

    def attempt(self) -> None:
        """A night and a worker, which may die or fail; what they raise is the host's business."""
        with suppress(Died, External):
            self.desk.remind(TODAY)
            self.desk.work_on_jobs()

    def bill(self) -> None:
        """A run that bills a cycle."""
        self.desk.run(APRIL)

    def recover(self) -> None:
        """The night and the workers come back, twice."""
        self.desk.fuse.reset()
        for _ in range(2):
            self.desk.clock.moment += timedelta(minutes=20)
            self.desk.remind(TODAY)
            self.desk.work_on_jobs()

    def check(self, place: str) -> None:
        """What a clean run leaves."""
        desk = self.desk
        (own,) = [one for one in desk.invoices() if one.number != "INV-1"]
        assert desk.said() == [("INV-1 +10", "40.25 EUR", f"billed on {own.number}")], place
        assert own.number, place
        assert [amount for _, amount in desk.lines("Fee")] == own.amounts == ["40.25"], place
        assert desk.item_states() == ["Billed"], place
        assert desk.states("w365_job") == ["Succeeded"], place


@pytest.fixture(scope="module")
def requests() -> int:
    """How many requests a clean run sends."""
    return clean(Office())


@pytest.mark.parametrize("fault", CRASHES, ids=lambda fault: fault.name.lower())
def test_a_fee_is_charged_and_billed_once_whatever_breaks(requests: int, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, or lose its answer: the end is that of a clean run."""
    for office, place in broken(Office, fault, tried(f"late fee, {fault.value}", range(1, requests + 1))):
        office.recover()
        office.check(place)


@pytest.mark.parametrize("other", [Office.attempt, Office.bill], ids=["a worker", "a run"])
def test_a_fee_is_billed_once_by_two(requests: int, other: Callable[[Office], None]) -> None:
    """A second worker, or a run that bills a cycle, may work wholly between any two requests of the first."""
    for office, place in broken(Office, Fault.MEANWHILE, range(1, requests + 1), meanwhile=other):
        office.recover()
        assert len(office.desk.lines("Fee")) == 1, place
        assert office.desk.item_states() == ["Billed"]
