"""Mailing statements, killed and confused at every request: each customer gets one, with its file, at every address.

A clean run counts the requests. Then, for each request and each way to go wrong, a fresh tenant mails two customers, one of them
at two addresses; nights and hours come again until long after every doubt is cleared up.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pytest

from local.desks.statements import StatementDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried

FEBRUARY = date(2026, 2, 10)
FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED]
FILE = "Statement of account 2026-02-01 2026-02-28.pdf"
WANTED = [
    ("ap@a-1.example", FILE, b"Statement of account Customer A-1: 10.00 EUR"),
    ("books@a-2.example", FILE, b"Statement of account Customer A-2: 20.00 EUR"),
    ("boss@a-2.example", FILE, b"Statement of account Customer A-2: 20.00 EUR"),
]


def start() -> StatementDesk:
    """Two customers who owe, and a company that sends statements."""
    desk = StatementDesk()
    one, two = desk.customer("A-1"), desk.customer("A-2")
    desk.issued(one, "INV-1", "10.00", FEBRUARY)
    desk.issued(two, "INV-2", "20.00", FEBRUARY)
    desk.say("statement", "own")
    desk.say("statement-email", "books@a-2.example,boss@a-2.example", customer=two)
    desk.fuse.reset()
    return desk


def attempt(desk: StatementDesk) -> None:
    """A night and an hour, which may die or fail; what they raise is the host's business."""
    with suppress(Died, External):
        desk.night()
        desk.deliver()


@pytest.fixture(scope="module")
def requests() -> int:
    """How many requests a clean run sends."""
    desk = start()
    attempt(desk)
    assert desk.letters() == WANTED
    return desk.fuse.count


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_everyone_gets_one_whatever_breaks(requests: int, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection: the end is that of a clean run."""
    for at in tried(f"mailing statements, {fault.value}", range(1, requests + 1)):
        desk = start()
        desk.fuse.arm(at=at, fault=fault)
        attempt(desk)
        place = f"{fault.value}, request {at} of {requests}: {desk.fuse.blown}"
        assert desk.fuse.blown is not None, place
        desk.fuse.reset()
        desk.recover()
        assert desk.letters() == WANTED, place
        assert desk.states("w365_notice") == ["Sent"] * 3, place


def test_everyone_gets_one_by_two_workers(requests: int, tried: Tried) -> None:
    """A second worker may run wholly between any two requests of the first."""
    for at in tried("mailing statements, two workers", range(1, requests + 1)):
        desk = start()
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(attempt, desk))
        attempt(desk)
        desk.fuse.reset()
        desk.recover()
        assert desk.letters() == WANTED, f"second worker before request {at} of {requests}"
