"""Every pair of crashes of a story: the scene is arranged once, and each way to go wrong is taken in a copy of the process."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Self

from local.forking import Fell, in_a_copy
from local.pairs.story import attempt, end_of, points

if TYPE_CHECKING:
    from local.faults import Fault
    from local.pairs.story import Point, Scene, Story


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pairs are tried: of all that differ every so many, always the same ones; `literally` as `points` means it."""

    every: int = 1
    literally: bool = False

    def firsts(self, requests: int) -> list[Point]:
        """Every first crash of a run that sends so many requests."""
        return points(requests, literally=self.literally)

    def seconds(self, first: Point, requests: int) -> list[Point]:
        """The second crashes after a first one; those of the next first one lie beside them."""
        return points(requests, literally=self.literally)[first.at % self.every :: self.every]


ALL = Wanted()


@dataclass(frozen=True, slots=True)
class Broken:
    """A way to go wrong that shows at the end. `second` is None when one crash is enough."""

    story: str
    first: Point | None
    second: Point | None
    why: str

    @property
    def replay(self) -> str:
        """The command that does it again."""
        said = " ".join(f"'{point}'" for point in (self.first, self.second) if point is not None)
        return f"python -m local.pairs '{self.story}' {said}".strip()


@dataclass(slots=True)
class Explored:
    """What was tried of a story: points of first runs, and pairs of a first and a second one."""

    singles: int = 0
    pairs: int = 0
    broken: list[Broken] = field(default_factory=list)

    def __iadd__(self, other: Explored) -> Self:
        self.singles += other.singles
        self.pairs += other.pairs
        self.broken += other.broken
        return self


def explore(story: Story, fault: Fault, wanted: Wanted = ALL) -> Explored:
    """The wanted pairs whose first crash is of a kind, each after the same beginning."""
    _ended(story.scene(), None)  # what is imported when it is first needed is imported here, and not in each copy
    found, scene = Explored(), story.scene()
    gc.freeze()  # so that copies share what was made until now
    requests = in_a_copy(partial(attempt, scene))
    clean = _judged(story, scene, None)
    if isinstance(requests, Fell) or clean is not None:
        found.broken.append(Broken(story.name, None, None, requests.why if isinstance(requests, Fell) else str(clean)))
        return found
    for first in (point for point in wanted.firsts(requests) if point.fault is fault):
        tried = in_a_copy(partial(_seconds, story, scene, first, wanted))
        found += Explored(1, 0, [Broken(story.name, first, None, tried.why)]) if isinstance(tried, Fell) else tried
    return found


def _seconds(story: Story, scene: Scene, first: Point, wanted: Wanted) -> Explored:
    """The wanted second crashes after a first one; and none, which is the single crash."""
    attempt(scene, first)
    found = Explored(1)
    requests = in_a_copy(partial(attempt, scene))
    if isinstance(requests, Fell):
        return Explored(1, 0, [Broken(story.name, first, None, requests.why)])
    for second in (None, *wanted.seconds(first, requests)):
        found.pairs += second is not None
        why = _judged(story, scene, second)
        if why is not None:
            found.broken.append(Broken(story.name, first, second, why))
    return found


def _judged(story: Story, scene: Scene, point: Point | None) -> str | None:
    """What is wrong in the end when the next run is killed at a point; None when nothing is."""
    return differs(story, in_a_copy(partial(_ended, scene, point)))


def _ended(scene: Scene, point: Point | None) -> object:
    attempt(scene, point)
    return end_of(scene)


def differs(story: Story, seen: object) -> str | None:
    """What is wrong with how a scene ended; None when nothing is."""
    if isinstance(seen, Fell):
        return seen.why
    return None if seen == story.ends else f"ended as {seen}\n  instead of  {story.ends}"
