"""Suspensions, killed and confused at every request: each is proposed once, told once, and paused once when a person confirms.

A clean run counts the requests: a night proposes two suspensions and tells staff, a person has confirmed one on the form, and the
sweep asks for its pause. Then, for each request and each way to go wrong, a fresh tenant does the same; the sweep comes again.
How the job that pauses a subscription survives stands in test_change_crashes.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest

from local.desks.suspending import SuspensionDesk
from local.faults import CRASHES, Died, Fault
from tests.crash.walking import broken, clean
from work365.errors import External
from work365.suspending.suspension import State

if TYPE_CHECKING:
    from tests.points import Tried

TODAY = date(2026, 3, 31)


class Office:
    """One customer with two subscriptions; one of them was proposed before and is confirmed."""

    def __init__(self) -> None:
        desk = self.desk = SuspensionDesk()
        desk.choose("suspend-overdue-days", "20")
        desk.choose("suspend-warnings", "0")
        contract = desk.on_time("C-1")
        desk.licence(contract, "E3", external="s-1")
        desk.late(contract, "INV-1", "100.00")
        desk.at(TODAY)
        desk.follow()
        desk.clicks("E3", State.CONFIRMED)
        desk.licence(contract, "F1", cost="8.00")
        desk.fuse.reset()

    def attempt(self) -> None:
        """A sweep, which may die or fail; what it raises is the host's business."""
        with suppress(Died, External):
            self.desk.follow()

    def pay(self) -> None:
        """The customer pays after all."""
        self.desk.settle(self.desk.numbered("INV-1"))

    def check(self, place: str) -> None:
        """What a clean run leaves."""
        desk = self.desk
        desk.work_on_changes()
        assert desk.shown() == ["E3 Confirmed 0", "F1 Proposed 0"], place
        assert desk.runs() == {"E3": "Suspended", "F1": "Active"}, place
        assert desk.states("w365_job") == ["Succeeded"], place
        assert sorted(subject for subject, _ in desk.texts("Staff")) == ["Decide: suspend E3?", "Decide: suspend F1?"], place
        [subscription] = desk.ids("E3")
        assert [event for event, *_ in desk.log(subscription)] == ["Create", "Pause"], place


@pytest.fixture(scope="module")
def requests() -> int:
    """How many requests a clean run sends."""
    return clean(Office())


@pytest.mark.parametrize("fault", CRASHES, ids=lambda fault: fault.name.lower())
def test_each_is_proposed_and_carried_out_once_whatever_breaks(requests: int, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, or lose its answer: the end is that of a clean run."""
    for office, place in broken(Office, fault, tried(f"suspending, {fault.value}", range(1, requests + 1))):
        office.desk.recover()
        office.check(place)


def test_each_is_proposed_and_carried_out_once_by_two_workers(requests: int) -> None:
    """A second worker may run wholly between any two requests of the first."""
    for office, place in broken(Office, Fault.MEANWHILE, range(1, requests + 1)):
        office.desk.recover()
        office.check(place)


def test_who_pays_between_two_requests_is_not_suspended_for_good(requests: int) -> None:
    """A payment in the middle of a night, before every second request: all is withdrawn, or proposed to be resumed."""
    for office, place in broken(Office, Fault.MEANWHILE, range(1, requests + 1, 2), meanwhile=Office.pay):
        desk = office.desk
        desk.recover()
        desk.work_on_changes()
        assert set(desk.shown()) <= {"E3 Resume proposed 0", "F1 Withdrawn 0"}, place
        assert desk.runs() == {"E3": "Suspended", "F1": "Active"}, place
