"""What people enter by hand, reviewed by runs and sweeps that are killed and robbed of answers: asked once, let stand once."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from local.desks.entries import DISCOUNT, EntryDesk
from local.faults import Died, Fault
from work365.errors import External

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.points import Tried

FAULTS = [Fault.DIE_AFTER, Fault.LOSE_ANSWER, Fault.NOT_REACHED]
ROUNDS = 2
OFF = "30"


class Office:
    """One tenant for all runs of a test; every run is about a discount of its own."""

    def __init__(self, threshold: str) -> None:
        self.desk = EntryDesk()
        self.desk.run(date(2026, 3, 16))
        if threshold:
            self.desk.says("approve-discounts", threshold)
            self.desk.settle()
        self.one = ""
        self.day = date(2026, 4, 1)

    def start(self, off: str = OFF) -> None:
        """A salesperson enters a discount on a form; what the last run left is taken away."""
        self.desk.fuse.reset()
        for row in list(self.desk.api.find(Query(DISCOUNT, ("w365_discountid",)))):
            self.desk.api.delete(self.desk.ref(row["w365_discountid"]))
        self.one = self.desk.discounts(self.desk.seller, off)
        self.desk.fuse.reset()

    def attempt(self, act: Callable[[], object]) -> None:
        """One delivery, which may die or fail."""
        with suppress(Died, External):
            act()

    def jobs(self) -> list[str]:
        """The states of the jobs that ask about this run's discount."""
        return [self.desk.said(job)[0] for job in self.desk.jobs_about(self.one)]

    def approvals(self) -> list[tuple[str, str]]:
        """The states of its approvals, and who asked."""
        found = self.desk.approvals_about(self.one)
        return [(one.state.value, str(one.asked_by)) for one in found]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_asked_once_whatever_breaks(fault: Fault, tried: Tried) -> None:
    """A review, its job and the gate: at each of their requests."""
    office = Office("10")
    desk = office.desk

    def act() -> None:
        assert desk.stops(office.one)
        for job in desk.jobs_about(office.one):
            desk.deliver(job)

    office.start()
    act()
    count = desk.fuse.count
    for at in tried(f"asking about an entry, {fault.value}", range(1, count + 1)):
        office.start()
        desk.fuse.arm(at=at, fault=fault)
        office.attempt(act)
        desk.fuse.reset()
        for _ in range(ROUNDS):
            act()
            desk.passes(minutes=20)
            desk.sweep()
        place = f"{fault.value}, request {at} of {count}"
        assert (office.jobs(), office.approvals()) == (["Waits for approval"], [("Waiting", "Sally Sales")]), place


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_let_stand_once_whatever_breaks(fault: Fault, tried: Tried) -> None:
    """A lower threshold each time: what stood is approved, then it counts."""
    office = Office("100")
    desk = office.desk

    def lower(percent: int) -> None:
        office.start(str(percent))
        desk.says("approve-discounts", str(percent))
        desk.fuse.reset()

    lower(99)
    desk.settle()
    count = desk.fuse.count
    for percent, at in zip(range(98, 0, -1), tried(f"letting stand, {fault.value}", range(1, count + 1)), strict=False):
        lower(percent)
        desk.fuse.arm(at=at, fault=fault)
        office.attempt(desk.settle)
        desk.fuse.reset()
        desk.settle()
        place = f"{fault.value}, request {at} of {count}"
        assert office.approvals() == [("Approved", "Sally Sales")], place
        assert desk.settled() == [(str(percent), str(percent))], place
        assert desk.stops(office.one) == "", place


def test_two_workers_at_once_ask_once(tried: Tried) -> None:
    """At any moment of one review, another one does all of it."""
    office = Office("10")
    desk = office.desk
    office.start()
    assert desk.stops(office.one)
    count = desk.fuse.count
    for at in tried("asking about an entry, two workers", range(1, count + 1)):
        office.start()
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=lambda: desk.second_worker().stops(desk.loaded(office.one)))
        office.attempt(lambda: desk.stops(office.one))
        desk.fuse.reset()
        assert len(desk.jobs_about(office.one)) == 1, f"request {at} of {count}"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_a_run_that_breaks_bills_nothing_that_waits(fault: Fault, tried: Tried) -> None:
    """And everything else once, with one request for what waits."""
    office = Office("10")
    desk = office.desk
    desk.standing("C-2", start=date(2026, 4, 1))
    office.start()
    desk.plan(office.day)
    desk.fuse.reset()
    desk.work()
    count = desk.fuse.count
    for at in tried(f"a run with what waits, {fault.value}", range(1, count + 1)):
        office = Office("10")
        desk = office.desk
        desk.standing("C-2", start=date(2026, 4, 1))
        office.start()
        desk.plan(office.day)
        desk.fuse.arm(at=at, fault=fault)
        office.attempt(desk.work)
        desk.fuse.reset()
        for _ in range(ROUNDS):
            desk.passes(minutes=20)
            desk.sweep_after(20)
            office.attempt(desk.work)
        desk.run(office.day + timedelta(days=1))
        place = f"{fault.value}, request {at} of {count}"
        assert [one.contract for one in desk.invoices()] == ["C-1", "C-2"], place
        assert len(office.jobs()) == 1, place
        assert len(desk.messages("entry-not-approved")) == 1, place
