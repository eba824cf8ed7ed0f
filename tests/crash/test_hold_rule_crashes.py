"""The rule of holds, killed and confused at every request: each customer is held or released once, with one row of the log.

A clean run counts the requests. Then, for each request and each way to go wrong, a fresh tenant holds one customer and releases
another; the sweep comes again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest

from local.desks.hold_rule import HoldRuleDesk
from local.faults import CRASHES, Died, Fault
from tests.crash.walking import broken, clean
from work365.errors import External
from work365.handlers import holding

if TYPE_CHECKING:
    from tests.points import Tried

DUE, YESTERDAY, TODAY = date(2026, 2, 10), date(2026, 3, 13), date(2026, 3, 14)
LATE = date(2026, 2, 11)
"""Over the limit since today."""
FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED]


class Office:
    """A-1 is to be held, A-2 has paid, A-3 is held by a person."""

    def __init__(self) -> None:
        desk = self.desk = HoldRuleDesk()
        desk.say("hold-overdue-days", "30")
        self.slow = desk.customer("A-1")
        self.invoice = desk.open(self.slow, "INV-1", "10.00", due=LATE)
        paid = desk.open(desk.customer("A-2"), "INV-2", "20.00", due=DUE)
        desk.customer("A-3")
        desk.overnight(YESTERDAY)
        holding.place("A-3", "Bounced cheque", book=desk.holds)
        desk.at(TODAY)
        desk.pays(paid)
        desk.fuse.reset()

    def attempt(self) -> None:
        """The rule, which may die or fail; what it raises is the host's business."""
        with suppress(Died, External):
            self.desk.follow()

    def pay(self) -> None:
        """A-1 pays after all."""
        self.desk.pays(self.invoice)

    def check(self, place: str) -> None:
        """What a clean run leaves."""
        desk = self.desk
        held = [desk.on_the_row(number)[:2] for number in ("A-1", "A-2", "A-3")]
        assert held == [(True, "Rule"), (False, ""), (True, "Manual")], place
        assert desk.logged("A-1") == [("Placed", "Rule", "overdue")], place
        assert desk.logged("A-2") == [("Lifted", "Rule", "overdue"), ("Placed", "Rule", "overdue")], place
        assert desk.logged("A-3") == [("Placed", "Manual", "")], place


@pytest.fixture(scope="module")
def requests() -> int:
    """How many requests a clean run sends."""
    return clean(Office())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_each_is_held_or_released_once_whatever_breaks(requests: int, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection: the end is that of a clean run."""
    for office, place in broken(Office, fault, tried(f"rule of holds, {fault.value}", range(1, requests + 1))):
        office.desk.recover()
        office.check(place)


def test_each_is_held_or_released_once_by_two_workers(requests: int, tried: Tried) -> None:
    """A second worker may run wholly between any two requests of the first."""
    for office, place in broken(Office, Fault.MEANWHILE, tried("rule of holds, two workers", range(1, requests + 1))):
        office.desk.recover()
        office.check(place)


def test_who_pays_meanwhile_is_not_left_on_hold(requests: int, tried: Tried) -> None:
    """Between any two requests: what was read before the payment holds nobody after it."""
    points = tried("rule of holds, a person meanwhile", range(1, requests + 1))
    for office, place in broken(Office, Fault.MEANWHILE, points, meanwhile=Office.pay):
        assert office.desk.on_the_row("A-1")[0] is False, place
