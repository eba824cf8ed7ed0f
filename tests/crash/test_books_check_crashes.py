"""The nightly check of the books, killed and confused at every request: each difference is one finding, nothing is written there.

A clean run counts the requests. Then, for each request and each way to go wrong, the payment of an invoice is missing in the
books; the next night comes again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from local.desks.books_night import BooksNightDesk
from local.faults import Died, Fault
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried

FAULTS = (Fault.DIE_AFTER, Fault.LOSE_ANSWER)
"""To die before a request is to die after the one before it."""


class Office:
    """A payment that the books do not hold."""

    def __init__(self) -> None:
        self.night = BooksNightDesk()
        self.night.delete("Payment")
        self.start = self.night.desk.remember()
        self.there = self.held()

    def held(self) -> tuple[int, int]:
        """What the books hold."""
        return len(self.night.desk.entities("Invoice")), len(self.night.desk.entities("Payment"))

    def again(self) -> None:
        """Everything as it was."""
        self.night.desk.return_to(self.start)

    def attempt(self) -> None:
        """The night, which may die or fail; what it raises is the host's business."""
        with suppress(Died, External):
            self.night.check()

    def check(self, place: str) -> None:
        """What a clean run leaves."""
        said = [one for one in self.night.says() if one != "money-not-checked 0.00 Resolved"]
        assert said == ["books-payment-missing -100.00 Open"], place
        assert self.held() == self.there, place


@pytest.fixture(scope="module")
def office() -> Office:
    """Built once; each case begins where it was built."""
    return Office()


@pytest.fixture(scope="module")
def requests(office: Office) -> int:
    """How many requests a clean run sends."""
    office.again()
    office.attempt()
    count = office.night.desk.fuse.count
    office.check("a clean run")
    return count


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_each_difference_is_found_once_whatever_breaks(office: Office, requests: int, fault: Fault, tried: Tried) -> None:
    """Die between any two requests, or lose an answer: the next night ends as a clean one."""
    for at in tried(f"books check, {fault.value}", range(1, requests + 1)):
        office.again()
        office.night.desk.fuse.arm(at=at, fault=fault)
        office.attempt()
        place = f"{fault.value}, request {at} of {requests}: {office.night.desk.fuse.blown}"
        assert office.night.desk.fuse.blown is not None, place
        office.night.desk.fuse.reset()
        office.attempt()
        office.check(place)
