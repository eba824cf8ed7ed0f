"""Reminding, killed and confused at every request: each step is taken and told once, with all that it does.

Every pay link in a mail that left is known by its hash, whatever broke.

A clean run counts the requests. Then, for each request and each way to go wrong, a fresh tenant reminds two customers, one of
them at its last step of two invoices; the timers come again until long after every doubt is cleared up.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest

from local.desks.reminding import ReminderDesk
from local.faults import CRASHES, Died, Fault
from tests.crash.walking import broken, clean
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried

DUE, TODAY = date(2026, 3, 10), date(2026, 3, 13)
FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED]


class Office:
    """Two customers, of whom the second is to be put on hold."""

    def __init__(self) -> None:
        desk = self.desk = ReminderDesk()
        desk.reminder_plan("STD", (-3, 3), credithold="Yes")
        mild = desk.reminder_plan("MILD")
        desk.step(mild, 3, by="Mail and task")
        desk.say("reminder-plan", "STD")
        desk.pays_by_link()
        self.mild, self.strict = desk.customer("A-1"), desk.customer("A-2")
        desk.say("reminder-plan", "MILD", customer=self.mild)
        desk.open(self.mild, "INV-1", "10.00", due=DUE)
        desk.open(self.strict, "INV-2", "20.00", due=DUE)
        desk.open(self.strict, "INV-3", "30.00", due=DUE)
        desk.fuse.reset()

    def attempt(self) -> None:
        """A night and an hour, which may die or fail; what they raise is the host's business."""
        with suppress(Died, External):
            self.desk.day(TODAY)

    def check(self, place: str) -> None:
        """What a clean run leaves."""
        desk = self.desk
        subjects = [
            ("ap@a-1.example", "Reminder: invoice INV-1 was due on 10 March 2026"),
            ("ap@a-2.example", "Reminder: 2 invoices, 50.00 EUR"),
        ]
        assert sorted(desk.mails()) == subjects, place
        carried = [("ap@a-1.example", "INV-1"), ("ap@a-2.example", "INV-2"), ("ap@a-2.example", "INV-3")]
        assert [link[:2] for link in desk.mailed_links()] == carried, place
        assert desk.taken() == ["INV-1 +3", "INV-2 +3", "INV-3 +3"], place
        assert sorted(desk.states("w365_notice")) == ["Sent", "Sent", "To read"], place
        assert (desk.on_hold(self.mild), desk.on_hold(self.strict)) == (False, True), place


@pytest.fixture(scope="module")
def requests() -> int:
    """How many requests a clean run sends."""
    return clean(Office())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_each_step_is_told_once_whatever_breaks(requests: int, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection: the end is that of a clean run."""
    for office, place in broken(Office, fault, tried(f"reminding, {fault.value}", range(1, requests + 1))):
        office.desk.recover()
        office.check(place)


def test_each_step_is_told_once_by_two_workers(requests: int, tried: Tried) -> None:
    """A second worker may run wholly between any two requests of the first."""
    for office, place in broken(Office, Fault.MEANWHILE, tried("reminding, two workers", range(1, requests + 1))):
        office.desk.recover()
        office.check(place)
