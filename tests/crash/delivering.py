"""Deliveries of jobs that may break, and the hours after it, in which the platform comes back to each of them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from local.faults import Died
from work365.errors import External

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.desks.approvals import ApprovalDesk

ROUNDS = 2
"""How often the platform comes back; what is right after the first time must still be so after the second."""


def attempt(act: Callable[[], object]) -> None:
    """One delivery, which may die or fail; what it raises is the queue's business."""
    with suppress(Died, External):
        act()


def recover(desk: ApprovalDesk, *jobs: str) -> None:
    """Messages are delivered again, time passes, and the sweeper comes."""
    desk.fuse.reset()
    for _ in range(ROUNDS):
        for job in jobs:
            desk.run_job(job)
        desk.passes(minutes=20)
        desk.sweep()
