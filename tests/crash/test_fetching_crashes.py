"""Fetching rates, killed and confused at every request: each day's rates are there once, whole, and as they were published."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from local.desks.fetching import HOUR, FetchingDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried

FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED]
THURSDAY = date(2026, 11, 26)


class Crashes:
    """One way of working on a fresh tenant each time: the first look, a day, or a week that is made up for."""

    def __init__(self, gap_days: int | None) -> None:
        self.gap_days = gap_days

    def start(self) -> FetchingDesk:
        """A desk at the moment of the look."""
        desk = FetchingDesk(datetime(2026, 11, 26, 16, tzinfo=UTC))
        if self.gap_days is not None:
            desk.fetch()
            desk.at(THURSDAY + timedelta(days=self.gap_days))
        desk.fuse.reset()
        return desk

    @cached_property
    def clean(self) -> tuple[int, dict[tuple[str, str, str], str]]:
        """How many requests a clean run sends, and what it leaves."""
        desk = self.start()
        desk.fetch()
        return desk.fuse.count, desk.rows()


def attempt(desk: FetchingDesk) -> None:
    """One run of the timer, which may die or fail; what it raises is the host's business."""
    with suppress(Died, External):
        desk.fetch()


@pytest.fixture(scope="module", params=[None, 1, 7], ids=["first look", "a day", "a week"])
def crashes(request: pytest.FixtureRequest) -> Crashes:
    """Each way of working."""
    return Crashes(request.param)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_every_day_is_there_once_whatever_breaks(crashes: Crashes, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection: the next hour ends as a clean run."""
    requests, wanted = crashes.clean
    for at in tried(f"fetching rates, {fault.value}", range(1, requests + 1)):
        desk = crashes.start()
        desk.fuse.arm(at=at, fault=fault)
        attempt(desk)
        assert desk.fuse.blown is not None
        desk.fuse.reset()
        desk.clock.moment += HOUR
        desk.fetch()
        assert desk.rows() == wanted, f"{fault.value}, request {at} of {requests}: {desk.fuse.blown}"


def test_every_day_is_there_once_by_two_workers(crashes: Crashes, tried: Tried) -> None:
    """A second worker may run wholly between any two requests of the first; neither fails."""
    requests, wanted = crashes.clean
    for at in tried("fetching rates, two workers", range(1, requests + 1)):
        desk = crashes.start()
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=desk.fetch)
        desk.fetch()
        assert desk.rows() == wanted, f"second worker before request {at} of {requests}"
