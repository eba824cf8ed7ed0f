"""Telling of money, killed and confused at every request that it sends: each customer has one receipt for one payment.

A clean run counts the requests. Then, for each request and each way to go wrong, two more customers pay; the timers come again
until long after every doubt is cleared up.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest

from local.desks.telling_money import TellingMoneyDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY, LONG_AGO = date(2026, 3, 10), date(2025, 3, 10)
FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED]


class Crashes:
    """One tenant for all runs; every run has a new pair of payments, and those of earlier runs are made old."""

    def __init__(self) -> None:
        self.desk = TellingMoneyDesk(TODAY)
        self.made = 0
        self.running: list[str] = []

    def start(self) -> None:
        """Two customers have paid."""
        self.desk.fuse.reset()
        self.desk.at(TODAY)
        while self.running:
            self.desk.becomes(self.running.pop(), "Succeeded", on=LONG_AGO)
        for _ in range(2):
            self.made += 1
            contract = self.desk.reachable(f"C-{self.made}")
            self.running.append(self.desk.paid(self.desk.invoiced(contract, "0.00"), self.desk.card(contract), "120.00"))

    def count(self) -> int:
        """How many requests a clean run sends."""
        self.start()
        self.desk.fuse.reset()
        self.desk.tell(TODAY)
        sent = self.desk.fuse.count
        self.check("a clean run")
        return sent

    def attempt(self) -> None:
        """One run of the timers, which may die or fail; what it raises is the host's business."""
        with suppress(Died, External):
            self.desk.tell(self.desk.clock.moment)

    def check(self, place: str) -> None:
        """One mail for each payment there ever was."""
        wanted = [
            (f"ap@c-{one}.example", f"Payment received: 120.00 EUR for invoice INV-{one}") for one in range(1, self.made + 1)
        ]
        assert sorted(self.desk.mails()) == sorted(wanted), place
        assert self.desk.states("w365_notice") == ["Sent"] * self.made, place


@pytest.fixture(scope="module")
def crashes() -> Crashes:
    """One tenant for this module."""
    return Crashes()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_every_payment_has_one_receipt_whatever_breaks(
    crashes: Crashes, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection: the end is that of a clean run."""
    requests = crashes.count()
    for at in range(1, requests + 1):
        crashes.start()
        crashes.desk.fuse.arm(at=at, fault=fault)
        crashes.attempt()
        place = f"{fault.value}, request {at} of {requests}: {crashes.desk.fuse.blown}"
        assert crashes.desk.fuse.blown is not None, place
        crashes.desk.fuse.reset()
        crashes.desk.recover()
        crashes.check(place)
    record_property("crash points", f"telling of money, {fault.value}: {requests}")


def test_every_payment_has_one_receipt_by_two_workers(crashes: Crashes) -> None:
    """A second worker may run wholly between any two requests of the first."""
    requests = crashes.count()
    for at in range(1, requests + 1):
        crashes.start()
        crashes.desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=crashes.attempt)
        crashes.attempt()
        crashes.desk.fuse.reset()
        crashes.desk.recover()
        crashes.check(f"second worker before request {at} of {requests}")
