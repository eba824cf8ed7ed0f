"""Things that hold from a day on, in the order of their days: which one holds on a day."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_DAY = attrgetter("day")


class Dated(Protocol):
    """Something that holds from its day on, until the next one's."""

    @property
    def day(self) -> date:
        """Its first day."""


T = TypeVar("T", bound=Dated)


def in_force(rows: Sequence[T], day: date) -> T | None:
    """The last one that has begun by a day; None before the first."""
    index = bisect_right(rows, day, key=_DAY)
    return rows[index - 1] if index else None
