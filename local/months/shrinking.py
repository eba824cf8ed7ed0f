"""Make a broken month as short as it can be: leave out one step after the other, as long as it stays broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.months.month import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


def shrunk(breaks: Callable[[Collection[int]], bool]) -> tuple[int, ...]:
    """The steps that a month can do without and still be broken. Shape: `breaks` plays it without some of its steps."""
    without: tuple[int, ...] = ()
    for number in range(STEPS, 0, -1):
        fewer = tuple(sorted((*without, number)))
        if breaks(fewer):
            without = fewer
    return without
