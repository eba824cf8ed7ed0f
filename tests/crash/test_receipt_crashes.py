"""A receipt is posted, used and taken back once, whatever request it dies at and however often a person types it again."""

from __future__ import annotations

import contextlib
from itertools import product
from typing import TYPE_CHECKING

from local.desks.receipts import ReceiptDesk
from local.faults import CRASHES, Died
from work365.errors import External, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.points import Tried

FIRST = "INV-CO-2026-00001"
Step = tuple[str, "Callable[[ReceiptDesk], object]"]
STEPS: tuple[Step, ...] = (
    ("receipts posted", lambda desk: desk.post("500.00", wishes=None)),
    ("receipts taken back", lambda desk: desk.take_back(FIRST)),
    ("receipts returned", lambda desk: desk.bounce()),
)


def office(before: int) -> ReceiptDesk:
    """Two invoices, and so many of the steps done."""
    desk = ReceiptDesk()
    desk.months(2)
    for _, step in STEPS[:before]:
        step(desk)
    desk.fuse.reset()
    return desk


def seen(desk: ReceiptDesk) -> tuple[object, ...]:
    return desk.owed(), desk.unapplied(), desk.paid(), desk.allocated()


def test_each_step_happens_once(tried: Tried) -> None:
    for before, (what, step) in enumerate(STEPS):
        clean = office(before)
        step(clean)
        for at, fault in tried(f"{what}", product(range(1, clean.fuse.count + 1), CRASHES)):
            desk = office(before)
            desk.fuse.arm(at=at, fault=fault)
            with contextlib.suppress(Died, External):
                step(desk)
            desk.fuse.reset()
            with contextlib.suppress(Refused):
                step(desk)
            assert seen(desk) == seen(clean), f"{what}, {fault.value} at {at}: {desk.fuse.blown}"
