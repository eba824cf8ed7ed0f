"""Telling, killed and confused at every request that it sends: nobody is told twice, and nobody is left out.

A clean run counts the requests. Then, for each request and each way to go wrong, a fresh tenant tells two customers and two
owners; the timers come again until long after every doubt is cleared up.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest

from dataverse.rows import status
from dataverse.webapi import Ref
from local.desks.telling import TellingDesk
from local.faults import CRASHES, Died, Fault
from tests.crash.walking import broken, clean
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried

TODAY, END = date(2026, 3, 2), date(2026, 3, 25)
FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED]
SUBJECT = "Premium: the term ends on 24 March 2026"


class Crashes:
    """One tenant for all runs; every run has a new pair of contracts, and what earlier runs told is counted off."""

    def __init__(self) -> None:
        self.desk = TellingDesk(TODAY)
        self.made = 0
        self.running: list[str] = []
        self.addresses: list[str] = []

    def start(self) -> Crashes:
        """Two customers with terms that end in three weeks, the second one with two of them."""
        self.desk.fuse.reset()
        self.desk.at(TODAY)
        self.made += 2
        while self.running:
            self.desk.api.update(Ref("w365_subscription", self.running.pop()), status("w365_subscription", "Cancelled"))
        self.addresses = []
        for number in (self.made - 1, self.made):
            contract = self.desk.reachable(f"C-{number}")
            for _ in range(1 + (number == self.made)):
                one = self.desk.bought(contract, term="P1Y", until=END, start=date(2025, 3, 25), printedname="Premium")
                self.running.append(one)
            self.addresses.append(f"ap@c-{number}.example")
        return self

    def attempt(self) -> None:
        """One run of the timers, which may die or fail; what it raises is the host's business."""
        with suppress(Died, External):
            self.desk.tell(self.desk.clock.moment)

    def check(self, place: str) -> None:
        """One mail and one line of work per customer, for these and for all before them."""
        mails = self.desk.mails()
        one, two = self.addresses
        wanted = [(one, SUBJECT), (two, f"{SUBJECT}, and 1 more")]
        assert sorted(mail for mail in mails if mail[0] in self.addresses) == sorted(wanted), place
        assert len(mails) == self.made, place
        states = self.desk.states("w365_notice")
        assert (states.count("Sent"), states.count("To read"), len(states)) == (self.made, self.made, 2 * self.made), place


@pytest.fixture(scope="module")
def crashes() -> Crashes:
    """One tenant for this module."""
    return Crashes()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_everyone_is_told_once_whatever_breaks(crashes: Crashes, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection: the end is that of a clean run."""
    requests = clean(crashes.start())
    for _, place in broken(crashes.start, fault, tried(f"telling, {fault.value}", range(1, requests + 1))):
        crashes.desk.recover()
        crashes.check(place)


def test_everyone_is_told_once_by_two_workers(crashes: Crashes, tried: Tried) -> None:
    """A second worker may run wholly between any two requests of the first."""
    requests = clean(crashes.start())
    for _, place in broken(crashes.start, Fault.MEANWHILE, tried("telling, two workers", range(1, requests + 1))):
        crashes.desk.recover()
        crashes.check(place)
