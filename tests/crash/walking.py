"""Walks over crash points: each request of a clean run is broken once, in a piece of work of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from local.faults import Fault, Fuse


class Fused(Protocol):
    """A desk whose requests all pass one fuse."""

    @property
    def fuse(self) -> Fuse:
        """That fuse."""


class Work(Protocol):
    """A piece of work that can be broken."""

    @property
    def desk(self) -> Fused:
        """Where it is done."""

    def attempt(self) -> None:
        """Do it once; it may die or fail, which is the host's business."""

    def check(self, place: str) -> None:
        """Compare what is there with what a clean run leaves; `place` says where it was broken."""


Broken = TypeVar("Broken", bound=Work)


def clean(work: Work) -> int:
    """How many requests a clean run sends."""
    work.desk.fuse.reset()
    work.attempt()
    sent = work.desk.fuse.count
    work.check("a clean run")
    return sent


def broken(
    fresh: Callable[[], Broken],
    fault: Fault,
    points: Iterable[int],
    *,
    meanwhile: Callable[[Broken], object] = Work.attempt,
) -> Iterator[tuple[Broken, str]]:
    """Each piece of work, attempted once with a fault at its point, and where that was; from then on everything passes.

    Shape: `points` are numbers of requests, from 1; `meanwhile` is what happens with Fault.MEANWHILE, a second worker by default.
    """
    for at in points:
        work = fresh()
        fuse = work.desk.fuse
        fuse.arm(at=at, fault=fault, meanwhile=partial(meanwhile, work))
        work.attempt()
        place = f"{fault.value}, request {at}: {fuse.blown}"
        assert fuse.blown is not None, place
        fuse.reset()
        yield work, place
