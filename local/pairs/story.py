"""What a pair of crashes is tried on: a scene with something to kill, a way to kill it twice, and how everything must end.

A point is the n-th request that is sent, with what goes wrong at it. A pair is a point of the first run and a point of the run
that comes after it. Then timers and queues do their work, and nothing may tell that anything went wrong.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.faults import CRASHES, Died, Fault
from work365.errors import BadInput, External, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.faults import Fuse


@dataclass(frozen=True, slots=True)
class Scene:
    """A small world in which something is about to happen.

    Attributes:
        fuse: every request of the actors passes it.
        act: what is killed; it is called again as whoever comes next would: the queue, the next tick, the person.
        settle: what timers and queues do later, until all is quiet.
        seen: how everything stands then, in words that two runs share.
    """

    fuse: Fuse
    act: Callable[[], object]
    settle: Callable[[], object]
    seen: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Story:
    """Something that happens to money. `handler` is who does it, `ends` what its scene shows after a run without a fault."""

    name: str
    handler: str
    scene: Callable[[], Scene]
    ends: object


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """Where something goes wrong: at the `at`-th request, counted from 1."""

    at: int
    fault: Fault

    def __str__(self) -> str:
        return f"{self.fault.value} {self.at}"


Pair = tuple[Point, Point]


def points(requests: int, *, literally: bool = False) -> list[Point]:
    """Every point of a run that sends so many requests.

    Shape: who dies before a request leaves the world as who dies after the one before it. So only the first request is died
           before, unless every point is wanted `literally`.
    """
    every = [Point(at, fault) for at in range(1, requests + 1) for fault in CRASHES]
    return [point for point in every if literally or point.at == 1 or point.fault is not Fault.DIE_BEFORE]


def read_point(text: str) -> Point:
    """A point as it is printed. Errors: BadInput."""
    what, _, at = text.strip().rpartition(" ")
    fault = next((one for one in CRASHES if one.value == what), None)
    if fault is None or not at.isdigit():
        ways = ", ".join(one.value for one in CRASHES)
        message = f"'{text}' is no point; one looks like 'die after 3': {ways}, and the number of a request"
        raise BadInput(message, "point")
    return Point(int(at), fault)


def attempt(scene: Scene, point: Point | None = None) -> int:
    """One run, killed or not; how many requests it sent."""
    if point is None:
        scene.fuse.reset()
    else:
        scene.fuse.arm(at=point.at, fault=point.fault)
    with suppress(Died, External, Refused):  # what it raises is the business of whoever called it
        scene.act()
    return scene.fuse.count


def end_of(scene: Scene) -> object:
    """How everything stands once timers and queues have done their work."""
    scene.fuse.reset()
    scene.settle()
    return scene.seen()


def after(scene: Scene, pair: Pair) -> object:
    """How a scene ends that was killed twice."""
    for point in pair:
        attempt(scene, point)
    return end_of(scene)
