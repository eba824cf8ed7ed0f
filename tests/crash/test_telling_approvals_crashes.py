"""Telling of approvals, killed and confused at every request, or met by a second worker: everybody is told, and once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from local.desks.approvals import START
from local.desks.told_approvals import APPROVERS_AT, SELLER_AT, ToldDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried

FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED, Fault.MEANWHILE]
ROUNDS = 4


class Office:
    """One tenant for all runs; in every run one request waits and one has been refused."""

    def __init__(self) -> None:
        self.desk = ToldDesk()
        self.desk.mailing()
        self.runs = 0

    def start(self) -> None:
        """Two people's wishes, one of them answered; what was asked in earlier runs waits no more."""
        desk = self.desk
        desk.fuse.reset()
        for one in desk.waiting():
            desk.answers(desk.approver, "refuse", one.id, "Too late")
        self.attempt()
        desk.passes(days=4)
        self.runs += 1
        for _ in range(2):
            desk.wants(desk.seller, "Quantity", subscription=desk.bought(desk.contract_id, start=START), quantity=15)
        desk.answers(desk.approver, "refuse", desk.waiting()[0].id, "No")
        desk.fuse.reset()

    def attempt(self) -> None:
        """One run of the hourly timer, which may die or fail; what it raises is the host's business."""
        with suppress(Died, External):
            self.desk.hour()

    def recover(self) -> None:
        """The timers come back every few minutes until long after every doubt is cleared up."""
        for _ in range(ROUNDS):
            self.desk.passes(minutes=6)
            self.attempt()

    def check(self, before: int, place: str) -> None:
        """Of this run: approvers by a row and a mail, and whoever asked by a mail."""
        mails = [(to, subject.partition(":")[0]) for to, subject in self.desk.mails()[before:]]
        assert sorted(mails) == [(APPROVERS_AT, "To approve"), (SELLER_AT, "Refused")], place
        rows = [row for row in self.desk.rows() if not row[2]]
        assert len(rows) == self.runs, place


@pytest.fixture(scope="module")
def office() -> Office:
    """One tenant for this module."""
    return Office()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_each_is_told_once_whatever_breaks(office: Office, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 or no connection, or let another timer run in between."""
    office.start()
    office.attempt()
    requests = office.desk.fuse.count
    for at in tried(f"telling of approvals, {fault.value}", range(1, requests + 1)):
        office.start()
        before = len(office.desk.mails())
        office.desk.fuse.arm(at=at, fault=fault, meanwhile=office.attempt)
        office.attempt()
        place = f"{fault.value}, request {at} of {requests}: {office.desk.fuse.blown}"
        assert office.desk.fuse.blown is not None, place
        office.desk.fuse.reset()
        office.recover()
        office.check(before, place)
