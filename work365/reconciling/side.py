"""One thing that moved, or should have, as our ledger and the gateway say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.reconciling.difference import netted

if TYPE_CHECKING:
    from datetime import date

    from work365.money import Money
    from work365.reconciling.movement import MovementKind


@dataclass(frozen=True, slots=True)
class Side:
    """What both say of one thing. Shape: amounts that went are negative; days are the last ones on which something happened."""

    kind: MovementKind
    here: tuple[Money, ...]
    there: tuple[Money, ...]
    here_on: date | None
    there_on: date | None

    @property
    def since(self) -> date:
        """The day from which the age of a gap counts."""
        return max(day for day in (self.here_on, self.there_on) if day is not None)

    @property
    def said_here(self) -> tuple[Money, ...]:
        """What our ledger comes to, in each currency."""
        return netted(self.here, ())

    @property
    def said_there(self) -> tuple[Money, ...]:
        """What the gateway comes to, in each currency."""
        return netted(self.there, ())

    @property
    def gap(self) -> tuple[Money, ...]:
        """By how much the gateway holds more."""
        return netted(self.there, self.here)
