"""A change, killed and confused at every request that it sends: one change in the log, whatever breaks.

A clean run counts the requests. Then, for each request and each way to go wrong, a fresh subscription is changed; the queue
delivers again, or the timer comes again, and log, subscriptions and planned changes must stand as after the clean run.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from local.desks.changes import ChangeDesk
from local.faults import CRASHES, Died, Fault
from work365.subscriptions.ledger import breaks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.points import Tried

TODAY, LATER = date(2026, 3, 16), date(2026, 3, 20)
FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED]
ROUNDS = 4


@dataclass(frozen=True)
class Story:
    """One wish, and the log after it. `planned` wishes are for a later day and happen by the timer."""

    name: str
    event: str
    arguments: tuple[tuple[str, object], ...]
    log: tuple[tuple[str, int, int], ...]
    planned: bool = False
    renews: bool = False


STORIES = [
    Story("more seats", "Quantity", (("quantity", 15), ("on", TODAY)), (("Create", 10, 10), ("Quantity", 15, 5))),
    Story("upgrade", "Upgrade", (("quantity", 4), ("on", TODAY), ("price", 40)), (("Create", 10, 10), ("Upgrade", 6, -4))),
    Story("planned", "Quantity", (("quantity", 15), ("on", LATER)), (("Create", 10, 10), ("Quantity", 15, 5)), planned=True),
    Story("renewal", "Renewal", (), (("Create", 10, 10), ("Renewal", 10, 0)), renews=True),
]


class Crashes:
    """One tenant for all runs; every run has a subscription of its own."""

    def __init__(self) -> None:
        self.desk = ChangeDesk(TODAY)
        self.contract = self.desk.contract("C-1")
        self.product = self.desk.product()
        self.moved: set[str] = set()

    def start(self, story: Story) -> tuple[str, Callable[[], object]]:
        """A fresh subscription, and what changes it once."""
        self.desk.at(TODAY)
        agreed: dict[str, Any] = {"term": "P1Y", "until": LATER, "atend": "Renew"} if story.renews else {}
        one = self.desk.bought(self.contract, **agreed)
        if story.renews:
            return one, lambda: self.desk.renew(LATER)
        more = {"product": self.product} if story.event == "Upgrade" else {}
        if story.planned:
            self.desk.fuse.reset()
            self.desk.ask(one, story.event, **dict(story.arguments))
            return one, lambda: self.desk.timer(LATER)
        job = self.desk.job(one, story.event, **dict(story.arguments), **more)
        return one, lambda: self.desk.run_job(job)

    def attempt(self, act: Callable[[], object]) -> None:
        """One delivery, which may die or fail; what it raises is the queue's business."""
        with contextlib.suppress(Died, Exception):
            act()

    def count(self, story: Story) -> int:
        """How many requests a clean run sends."""
        for _ in range(2):
            one, act = self.start(story)
            self.desk.fuse.reset()
            act()
            sent = self.desk.fuse.count
            self.check(one, story, "a clean run")
        return sent

    def check(self, one: str, story: Story, place: str) -> None:
        """Log, subscription, and the other side of an upgrade."""
        assert tuple((event, seats, delta) for event, _, seats, delta in self.desk.log(one)) == story.log, place
        held = self.desk.held(one)
        assert breaks(held.rows, held.quantity, held.rows[-1].sequence) == [], place
        assert held.quantity == story.log[-1][1], place
        if story.event == "Upgrade":
            assert self.desk.log(self.desk.continued(one)) == [("Create", TODAY.isoformat(), 4, 4)], place
        if story.renews:
            assert self.desk.agreed(one) == (LATER.isoformat(), "2027-03-20", "31.00"), place
        if story.planned:
            assert {state for _, state in self.desk.planned()} == {"Done"}, place


@pytest.fixture(scope="module")
def crashes() -> Crashes:
    """One tenant for this module."""
    return Crashes()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_one_change_whatever_breaks(crashes: Crashes, story: Story, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection: the end is that of a clean run."""
    requests = crashes.count(story)
    for at in tried(f"change, {story.name}, {fault.value}", range(1, requests + 1)):
        one, act = crashes.start(story)
        crashes.desk.fuse.arm(at=at, fault=fault)
        crashes.attempt(act)
        place = f"{fault.value}, request {at} of {requests}: {crashes.desk.fuse.blown}"
        assert crashes.desk.fuse.blown is not None, place
        crashes.desk.fuse.reset()
        for _ in range(ROUNDS):
            crashes.attempt(act)
        crashes.check(one, story, place)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_one_change_when_the_message_is_delivered_twice(crashes: Crashes, story: Story, tried: Tried) -> None:
    """A second delivery, or a second timer, may run wholly between any two requests of the first."""
    requests = crashes.count(story)
    for at in tried(f"change, {story.name}, second delivery", range(1, requests + 1)):
        one, act = crashes.start(story)
        crashes.desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=act)
        crashes.attempt(act)
        crashes.desk.fuse.reset()
        crashes.attempt(act)
        crashes.check(one, story, f"second delivery before request {at}")


def test_two_people_who_change_it_at_the_same_time_both_get_their_row(crashes: Crashes, tried: Tried) -> None:
    """Another change may run wholly between any two requests: the later one is decided again over the earlier one."""
    requests = crashes.count(STORIES[0])
    for at in tried("change, two people", range(1, requests + 1)):
        one, act = crashes.start(STORIES[0])
        other = crashes.desk.job(one, "Price", price=29, on=TODAY)
        crashes.desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=lambda job=other: crashes.desk.run_job(job))  # type: ignore[misc]  # a default binds the loop's value
        crashes.attempt(act)
        crashes.desk.fuse.reset()
        for _ in range(ROUNDS):
            crashes.attempt(act)
            crashes.desk.run_job(other)
        held = crashes.desk.held(one)
        assert sorted(row.event.value for row in held.rows) == ["Create", "Price", "Quantity"]
        assert (held.quantity, int(held.unit_price)) == (15, 29)
        assert breaks(held.rows, held.quantity, held.rows[-1].sequence) == []
