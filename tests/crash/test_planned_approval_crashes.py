"""A planned change on its day, killed and confused at every request: asked about once, done once, and never without an answer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from local.desks.approvals import LATER, START
from local.desks.planned_entries import PlanDesk
from local.faults import Died, Fault
from tests.crash.walking import broken, clean
from work365.errors import External

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.points import Tried

FAULTS = [Fault.DIE_AFTER, Fault.LOSE_ANSWER, Fault.ERROR_AFTER, Fault.NOT_REACHED]
ROUNDS = 3
SWEPT = 20
"""Minutes from one sweep to the next."""
ENDS = {
    "": ("Waiting for approval", 10, ["Waiting"]),
    "approve": ("Done", 15, ["Approved"]),
    "refuse": ("Failed", 10, ["Refused"]),
}


@dataclass
class Plan:
    """Five more seats, planned by hand for a day that has come, and perhaps answered. `edited`: somebody wants fifty by then."""

    desk: PlanDesk
    answer: str
    one: str
    planned: str
    edited: bool = False

    def attempt(self) -> None:
        """The timer, or a sweep where it waits already; what it raises is the host's business."""
        with suppress(Died, External):
            if self.answer:
                self.desk.sweep()
            else:
                self.desk.night()

    def edit(self) -> None:
        """Its author edits it on the form, as long as it has not happened."""
        if self.desk.plan_says(self.planned)[0] == "Waiting for approval":
            self.edited = True
            self.desk.edits(self.desk.seller, self.planned, quantity=50)

    def recover(self) -> None:
        """Timers come again, and workers take what is asked."""
        for _ in range(ROUNDS):
            self.attempt()
            self.desk.sweep()
            for job in self.desk.review_jobs(self.planned):
                self.desk.run_job(job)
            self.desk.passes(minutes=SWEPT)

    def check(self, place: str) -> None:
        """Timers come again; then it stands as its answer says."""
        self.recover()
        assert self.end() == ENDS[self.answer], place

    def end(self) -> tuple[str, int, list[str]]:
        """The plan's state, the seats, and the approvals that it has had."""
        mine = [one for one in self.desk.all_approvals() if one.subject.endswith(self.planned)]
        return self.desk.plan_says(self.planned)[0], self.desk.stands(self.one)[0], [one.state.value for one in mine]


@dataclass
class Office:
    """One tenant for all runs of a test; what an earlier run planned is cancelled."""

    desk: PlanDesk
    answer: str
    last: Plan | None = None

    def fresh(self) -> Plan:
        """A subscription of its own, with what is planned of it."""
        desk = self.desk
        desk.fuse.reset()
        if self.last is not None and desk.plan_says(self.last.planned)[0] in ("Scheduled", "Waiting for approval"):
            desk.cancels(self.last.planned)
        one = desk.bought(desk.contract_id, start=START)
        self.last = Plan(desk, self.answer, one, desk.plans_by_hand(desk.seller, "Quantity", subscription=one, quantity=15))
        if self.answer:
            desk.night()
            desk.run_job(desk.review_jobs(self.last.planned)[0])
            (approval,) = (one for one in desk.waiting() if one.subject.endswith(self.last.planned))
            desk.answers(desk.approver, self.answer, approval.id, "Seen")
        desk.fuse.reset()
        return self.last


@pytest.fixture
def desk() -> PlanDesk:
    """100.00 EUR a month or more wait."""
    made = PlanDesk.that_says("approve-purchases", "100.00 EUR")
    made.at(LATER)
    return made


def tried_of(office: Office, tried: Tried, name: str) -> Iterator[int]:
    """Some points of a clean run."""
    yield from tried(f"planned, {name}", range(1, clean(office.fresh()) + 1))


@pytest.mark.parametrize("answer", ENDS, ids=lambda said: said or "ask")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_asked_once_and_done_once_whatever_breaks(desk: PlanDesk, answer: str, fault: Fault, tried: Tried) -> None:
    """Die after any request, lose its answer, get a 500 for it or no connection."""
    office = Office(desk, answer)
    for plan, place in broken(office.fresh, fault, tried_of(office, tried, f"{answer or 'ask'}, {fault.value}")):
        plan.check(place)


@pytest.mark.parametrize("answer", ENDS, ids=lambda said: said or "ask")
def test_two_workers_ask_once_and_do_it_once(desk: PlanDesk, answer: str, tried: Tried) -> None:
    """Another timer, or another sweep, may run wholly between any two requests of the first."""
    office = Office(desk, answer)
    for plan, place in broken(office.fresh, Fault.MEANWHILE, tried_of(office, tried, f"{answer or 'ask'}, second worker")):
        plan.check(place)


def test_an_edit_at_any_moment_is_never_done_unapproved(desk: PlanDesk, tried: Tried) -> None:
    """Fifty seats are written between any two requests of the sweep that lets in the fifteen that were approved."""
    office, ends = Office(desk, "approve"), set()
    for plan, place in broken(office.fresh, Fault.MEANWHILE, tried_of(office, tried, "approve, an edit"), meanwhile=Plan.edit):
        plan.recover()
        state, seats, approvals = plan.end()
        assert (state, seats) in {("Done", 15), ("Waiting for approval", 10)}, place
        ends.add((plan.edited, state, *sorted(approvals)))
    assert {end for end in ends if end[0]} <= {(True, "Waiting for approval", "Approved", "Waiting")}
