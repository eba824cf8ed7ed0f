"""A payment that releases seats, killed and confused at every request: they come once, and the prepayment is taken off once.

The same for a change that expires: it is over once, and its invoice is credited once.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from local.desks.prepaying import ITEM, TODAY, PrepayingDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External
from work365.subscriptions.ledger import breaks

if TYPE_CHECKING:
    from tests.points import Tried

FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED]
FIRST, ONE_DAY = date(2026, 3, 2), timedelta(days=1)


class Crashes:
    """One tenant for all runs; every run has a subscription and a prepayment of its own."""

    def __init__(self) -> None:
        self.desk = PrepayingDesk()
        self.runs = 0

    def start(self, *, paid: bool) -> str:
        """A subscription whose five more seats are billed, and paid, or late; two days after the one before."""
        day = FIRST + 2 * self.runs * ONE_DAY
        self.runs += 1
        self.desk.fuse.reset()
        one = self.desk.deal(f"C-{self.runs + 1}", start=day)
        self.desk.month(day)
        self.desk.at(day)
        assert self.desk.wants(15, subscription=one, on=day + ONE_DAY, pay_by=day + ONE_DAY)[0] == "Succeeded"
        self.desk.run(day + ONE_DAY)
        if paid:
            self.desk.pays()
        self.desk.at(day + (1 if paid else 2) * ONE_DAY)
        return one

    def count(self, *, paid: bool) -> int:
        """How many requests a clean run sends."""
        one = self.start(paid=paid)
        self.desk.fuse.reset()
        self.desk.look()
        sent = self.desk.fuse.count
        self.check(one, "a clean run", paid=paid)
        return sent

    def attempt(self) -> None:
        """One sweep, which may die or fail."""
        with suppress(Died, External):
            self.desk.look()

    def check(self, one: str, place: str, *, paid: bool) -> None:
        """The log, the items, and the jobs that credit."""
        held = self.desk.held(one)
        assert breaks(held.rows, held.quantity, held.rows[-1].sequence) == [], place
        assert [row.delta for row in held.rows] == ([10, 5] if paid else [10]), place
        keys = [str(row["w365_key"]) for row in self.desk.api.find(Query(ITEM, ("w365_key",)))]
        jobs = [str(row["w365_key"]) for row in self.desk.api.find(Query("w365_job", ("w365_key",)))]
        taken_off = sum(key.endswith("/back") for key in keys)
        credited = sum(key.startswith("auto:credit:") for key in jobs)
        assert (taken_off, credited) == ((self.runs, 0) if paid else (0, self.runs)), place
        assert {state for _, state in self.desk.planned()} == {"Done" if paid else "Expired"}, place


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize("paid", [True, False], ids=["paid", "expired"])
def test_seats_come_or_go_once_whatever_breaks(fault: Fault, tried: Tried, *, paid: bool) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection: the next sweep ends it."""
    crashes = Crashes()
    requests = crashes.count(paid=paid)
    for at in tried(f"prepaying, {fault.value}", range(1, requests + 1)):
        one = crashes.start(paid=paid)
        crashes.desk.fuse.arm(at=at, fault=fault)
        crashes.attempt()
        place = f"{fault.value}, request {at} of {requests}: {crashes.desk.fuse.blown}"
        assert crashes.desk.fuse.blown is not None, place
        crashes.desk.fuse.reset()
        for _ in range(2):
            crashes.attempt()
        crashes.check(one, place, paid=paid)


@pytest.mark.parametrize("paid", [True, False], ids=["paid", "expired"])
def test_seats_come_or_go_once_when_two_sweeps_meet(tried: Tried, *, paid: bool) -> None:
    """A second sweep may run wholly between any two requests of the first."""
    crashes = Crashes()
    requests = crashes.count(paid=paid)
    for at in tried("prepaying, two sweeps", range(1, requests + 1)):
        one = crashes.start(paid=paid)
        crashes.desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=crashes.attempt)
        crashes.attempt()
        crashes.desk.fuse.reset()
        crashes.attempt()
        crashes.check(one, f"second sweep before request {at} of {requests}", paid=paid)


def test_asking_writes_one_wish_and_one_item_whatever_breaks(tried: Tried) -> None:
    """The job dies between the planned change and the item that bills it: run again, both are there once and belong together."""
    desk = PrepayingDesk()

    def asked(number: int) -> str:
        one = desk.deal(f"C-{number}")
        desk.at(TODAY)
        return desk.job(one, "Quantity", quantity=15, on=TODAY, when="paid")

    first = asked(2)
    desk.fuse.reset()
    desk.run_job(first)
    points = tried("prepaying, asking", product(FAULTS, range(1, desk.fuse.count + 1)))
    for wishes, (fault, at) in enumerate(points, 2):
        job = asked(wishes + 1)
        desk.fuse.arm(at=at, fault=fault)
        with suppress(Died, External):
            desk.run_job(job)
        blown = desk.fuse.blown
        desk.fuse.reset()
        for _ in range(3):
            desk.run_job(job)
        waiting = desk.changing.planned(states=["Waiting for payment"])
        items = {wish.prepayment.item for wish in waiting if wish.prepayment is not None}
        assert (len(waiting), len(items), len(desk.item_states())) == (wishes, wishes, wishes), f"{fault.value} {blown}"
