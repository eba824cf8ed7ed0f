"""A request that waits for approval, killed and confused at every request that is sent: asked once, answered once, done once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from local.desks.approvals import START, ApprovalDesk
from local.desks.approved_money import Till
from local.faults import Died, Fault
from tests.crash.delivering import ROUNDS, attempt, recover
from work365.errors import External
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.points import Tried

FAULTS = [Fault.DIE_AFTER, Fault.LOSE_ANSWER, Fault.NOT_REACHED]
"""To die before a request is to die after the one before it: nothing is kept in memory between two of them."""
ANSWERS = [("approve", Fault.DIE_AFTER), ("approve", Fault.LOSE_ANSWER), ("refuse", Fault.ERROR_AFTER)]
ENDS = {"approve": (["Approved"], "Succeeded", 15), "refuse": (["Refused"], "Refused", 10)}
WISH = {"event": "Quantity", "quantity": 15, "on": "2026-03-16"}


class Office:
    """One tenant for all runs; every run has a subscription of its own."""

    def __init__(self) -> None:
        self.desk = ApprovalDesk.that_says("approve-purchases", "100.00 EUR")
        self.one = self.job = ""

    def start(self, *, asked: bool) -> None:
        """Five more seats are wished, and with `asked` wait for approval."""
        desk = self.desk
        desk.fuse.reset()
        self.one = desk.bought(desk.contract_id, start=START)
        self.job = desk.asks(desk.seller, JobKind.CHANGE, WISH | {"subscription": self.one})
        if asked:
            desk.deliver(self.job)
        desk.fuse.reset()

    def approvals(self) -> list[str]:
        """The states of the approvals of this run's job."""
        return [one.state.value for one in self.desk.of_job(self.job)]

    def waiting(self) -> str:
        """The approval of this run's job."""
        return self.desk.of_job(self.job)[-1].id

    def end(self) -> tuple[list[str], str, int]:
        """The approvals, the job's state, and the seats."""
        return self.approvals(), self.desk.said(self.job)[0], self.desk.stands(self.one)[0]


@pytest.fixture
def office() -> Office:
    """A tenant for each test: what earlier runs left waiting would be looked at by every sweep."""
    return Office()


def points(office: Office, act: Callable[[], object], *, asked: bool) -> int:
    """How many requests a clean run sends."""
    office.start(asked=asked)
    act()
    return office.desk.fuse.count


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_asked_once_whatever_breaks(office: Office, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection."""
    count = points(office, lambda: office.desk.deliver(office.job), asked=False)
    for at in tried(f"asking for approval, {fault.value}", range(1, count + 1)):
        office.start(asked=False)
        office.desk.fuse.arm(at=at, fault=fault)
        attempt(lambda: office.desk.deliver(office.job))
        recover(office.desk, office.job)
        assert office.end() == (["Waiting"], "Waits for approval", 10), f"{fault.value}, request {at} of {count}"


@pytest.mark.parametrize(("said", "fault"), ANSWERS, ids=lambda part: getattr(part, "name", part).lower())
def test_answered_once_whatever_breaks(office: Office, said: str, fault: Fault, tried: Tried) -> None:
    """The answer's job and the request that it wakes, at each of their requests."""
    desk = office.desk
    count = points(office, lambda: desk.answers(desk.approver, said, office.waiting(), "Seen"), asked=True)
    for at in tried(f"answering, {said}, {fault.value}", range(1, count + 1)):
        office.start(asked=True)
        job = desk.answer(desk.approver, said, office.waiting(), "Seen")
        desk.fuse.arm(at=at, fault=fault)
        attempt(lambda job=job: desk.deliver(job))  # type: ignore[misc]  # a default binds the loop's value
        recover(office.desk, job)
        place = f"{fault.value}, request {at} of {count}"
        assert office.end() == ENDS[said], place
        assert desk.said(job)[0] == "Succeeded", place


def test_two_approvers_at_once_come_to_one_answer(office: Office, tried: Tried) -> None:
    """One approves, and at any moment of it another one refuses: one answer counts, and the request follows that one."""
    desk = office.desk
    count = points(office, lambda: desk.answers(desk.approver, "approve", office.waiting()), asked=True)
    ends = set()
    for at in tried("answering, second approver", range(1, count + 1)):
        office.start(asked=True)
        yes = desk.answer(desk.approver, "approve", office.waiting())
        no = desk.answer(desk.second, "refuse", office.waiting(), "Over budget")
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=lambda no=no: attempt(lambda: desk.deliver(no)))  # type: ignore[misc]  # as above
        attempt(lambda yes=yes: desk.deliver(yes))  # type: ignore[misc]  # as above
        recover(office.desk, yes, no)
        (approval,), state, seats = office.end()
        answers = desk.said(yes)[0], desk.said(no)[0]
        ends.add((approval, state, seats, *answers))
    assert ends == {("Approved", "Succeeded", 15, "Succeeded", "Refused"), ("Refused", "Refused", 10, "Refused", "Succeeded")}


def test_a_request_that_is_delivered_twice_is_asked_about_once(office: Office) -> None:
    """The second delivery may run wholly between any two requests of the first."""
    desk = office.desk
    count = points(office, lambda: desk.deliver(office.job), asked=False)
    for at in range(1, count + 1):
        office.start(asked=False)
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=lambda: attempt(lambda: desk.run_job(office.job)))
        attempt(lambda: desk.deliver(office.job))
        recover(office.desk, office.job)
        assert office.end() == (["Waiting"], "Waits for approval", 10), at


def test_an_answer_may_come_while_the_request_is_still_at_work(office: Office) -> None:
    """The approval is written before its job rests: whoever is quick answers in between."""
    desk = office.desk
    count = points(office, lambda: desk.deliver(office.job), asked=False)
    for at in range(1, count + 1):
        office.start(asked=False)

        def quick() -> None:
            if office.approvals():
                attempt(lambda: desk.deliver(desk.answer(desk.approver, "approve", office.waiting())))

        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=quick)
        attempt(lambda: desk.deliver(office.job))
        recover(office.desk, office.job)
        if office.approvals() == ["Waiting"]:
            desk.answers(desk.approver, "approve", office.waiting())
        assert office.end() == (["Approved"], "Succeeded", 15), at


@pytest.mark.parametrize("fault", [Fault.DIE_AFTER, Fault.LOSE_ANSWER], ids=lambda fault: fault.name.lower())
def test_expired_once_whatever_breaks(office: Office, fault: Fault, record_property: Callable[[str, object], None]) -> None:
    """The sweeper wakes it, and its own job says so."""
    desk = office.desk
    at, blown = 0, True
    while blown:
        at += 1
        office.start(asked=True)
        desk.passes(days=8)
        desk.fuse.arm(at=at, fault=fault)
        attempt(desk.sweep)
        blown = desk.fuse.blown is not None
        recover(office.desk, office.job)
        assert office.end() == (["Expired"], "Refused", 10), f"{fault.value}, request {at}"
    record_property("crash points", f"expiring, {fault.value}: {at - 1}")


def test_what_was_approved_is_given_back_once_whatever_breaks(record_property: Callable[[str, object], None]) -> None:
    """The answer, the gate that lets it go, the intent, the gateway and the outcome: the answer to any request may get lost."""
    till = Till()
    till.listen()
    at, blown = 0, True
    while blown:
        at += 1
        till.fuse.reset()
        invoice = till.paid()
        job = till.wish(invoice, by=till.cashier.entra)
        till.run(job)
        answer = till.answer(job)
        till.fuse.arm(at=at, fault=Fault.LOSE_ANSWER)
        with suppress(Died, External):
            till.run(answer)
            till.goes_on(job)
        blown = till.fuse.blown is not None
        till.fuse.reset()
        for _ in range(ROUNDS):
            till.run(answer)
            till.goes_on(job)
        till.settle(invoice, job)
        stands = till.stand(invoice)
        assert (till.state_of(job)[0], stands.refunds, stands.held) == ("Succeeded", ("Succeeded",), 0), f"request {at}"
        assert [one.state.value for one in till.asked(job)] == ["Approved"]
    till.close()
    record_property("crash points", f"approved refund: {at - 1}")
