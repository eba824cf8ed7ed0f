"""Crash points: all of them where that is asked for (`make crash`, and so in CI), a fifth of them in the suite."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Point = TypeVar("Point")
EVERY = os.environ.get("W365_CRASHES") == "all"
STRIDE = 5
"""No multiple of it is the number of ways to fail, so that a walk over (request, way) meets all of them."""


class Tried:
    """Chooses which points of a suite are tried, and says how many those were."""

    def __init__(self, record: Callable[[str, object], None]) -> None:
        self._record = record

    def __call__(self, suite: str, points: Iterable[Point]) -> list[Point]:
        """The points to try, always the same ones; all of them where they are five or fewer."""
        all_of_them = list(points)
        chosen = all_of_them if EVERY or len(all_of_them) <= STRIDE else all_of_them[crc32(suite.encode()) % STRIDE :: STRIDE]
        self._record("crash points", f"{suite}: {len(chosen)}")
        return chosen
