"""A retry takes the money once, whatever request the timer or the worker dies at."""

from __future__ import annotations

import contextlib
from itertools import product
from typing import TYPE_CHECKING

from local.desks.retrying import RetryDesk
from local.faults import CRASHES, Died
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried
    from work365.receivables.payments import InvoiceId


def office() -> tuple[RetryDesk, InvoiceId]:
    """An invoice that was declined three days ago, and a card that has money again."""
    desk = RetryDesk()
    invoice = desk.owed()
    desk.later(days=3)
    desk.behave("succeeds")
    desk.fuse.reset()
    return desk, invoice


def test_a_night_takes_it_once(tried: Tried) -> None:
    """The next hour and the next night finish what this one began."""
    clean, _ = office()
    clean.night()
    clean.close()
    for at, fault in tried("retries", product(range(1, clean.fuse.count + 1), CRASHES)):
        desk, invoice = office()
        desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            desk.night()
        desk.fuse.reset()
        for hours in (1, 24):
            desk.later(hours=hours)
            desk.night()
            desk.sweep(invoice)
        bill = desk.bill(invoice)
        assert (bill.payments, bill.status, bill.taken) == (("Failed", "Succeeded"), "Paid", 1), f"{fault.value} at {at}: {bill}"
        desk.close()
