"""Telling of money, killed and confused at every request that it sends: nobody is told twice, and nobody is left out.

A clean run counts the requests. Then, for each request and each way to go wrong, two more customers pay by a card that expires:
each gets a receipt and a warning, and staff a line of work. The timers come again until long after every doubt is cleared up.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest

from local.desks.telling_money import TellingMoneyDesk
from local.faults import CRASHES, Died, Fault
from tests.crash.walking import broken, clean
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried

TODAY, LONG_AGO = date(2026, 3, 10), date(2025, 3, 10)
EXPIRES = "Visa ending in 4242: the card expires on 31 March 2026"
FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED]


class Crashes:
    """One tenant for all runs; every run has a new pair of payments and cards, and those of earlier runs are over."""

    def __init__(self) -> None:
        self.desk = TellingMoneyDesk(TODAY)
        self.made = 0
        self.running: list[tuple[str, str]] = []

    def start(self) -> Crashes:
        """Two customers have paid."""
        self.desk.fuse.reset()
        self.desk.at(TODAY)
        while self.running:
            payment, card = self.running.pop()
            self.desk.becomes(payment, "Succeeded", on=LONG_AGO)
            self.desk.renewed(card, 2030)
        for _ in range(2):
            self.made += 1
            contract = self.desk.reachable(f"C-{self.made}")
            card = self.desk.card(contract, isdefault=True, expirymonth=3, expiryyear=2026)
            self.running.append((self.desk.paid(self.desk.invoiced(contract, "0.00"), card, "120.00"), card))
        return self

    def attempt(self) -> None:
        """One run of the timers, which may die or fail; what it raises is the host's business."""
        with suppress(Died, External):
            self.desk.tell(self.desk.clock.moment)

    def check(self, place: str) -> None:
        """Two mails and a line of work for each customer there ever was."""
        wanted = [
            (f"ap@c-{one}.example", subject)
            for one in range(1, self.made + 1)
            for subject in (f"Payment received: 120.00 EUR for invoice INV-{one}", EXPIRES)
        ]
        assert sorted(self.desk.mails()) == sorted(wanted), place
        states = self.desk.states("w365_notice")
        assert (states.count("Sent"), states.count("To read"), len(states)) == (2 * self.made, self.made, 3 * self.made), place


@pytest.fixture(scope="module")
def crashes() -> Crashes:
    """One tenant for this module."""
    return Crashes()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_each_is_told_once_whatever_breaks(crashes: Crashes, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection: the end is that of a clean run."""
    requests = clean(crashes.start())
    for _, place in broken(crashes.start, fault, tried(f"telling of money, {fault.value}", range(1, requests + 1))):
        crashes.desk.recover()
        crashes.check(place)


def test_each_is_told_once_by_two_workers(crashes: Crashes, tried: Tried) -> None:
    """A second worker may run wholly between any two requests of the first."""
    requests = clean(crashes.start())
    for _, place in broken(crashes.start, Fault.MEANWHILE, tried("telling of money, two workers", range(1, requests + 1))):
        crashes.desk.recover()
        crashes.check(place)
