"""What may happen in a month: a registry, so that whoever adds a feature adds what it does to money.

An act is a function of an office and dice; it returns what it did, for the log, and None when there is nothing that it could be
done to. It does what a person, a bank or a clock does, and never looks at what came of it: that is the business of the laws.

    @act(3)
    def write_off(office: Office, dice: Random) -> str | None: ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from local.months.office import Office

    Do = Callable[[Office, Random], str | None]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that may happen. `weight` is how often, beside all others."""

    name: str
    weight: int
    do: Do


ACTS: list[Act] = []


def act(weight: int) -> Callable[[Do], Do]:
    """Register an act under its function's name."""

    def register(do: Do) -> Do:
        ACTS.append(Act(do.__name__.replace("_", " "), weight, do))
        return do

    return register


def drawn(dice: Random) -> Act:
    """One of them by its weight."""
    return dice.choices(ACTS, [one.weight for one in ACTS])[0]
