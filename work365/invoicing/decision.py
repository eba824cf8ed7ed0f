"""What a person decides about cycles that were missed: for all of a contract at once, or for one cycle."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from work365.periods import Period


class CatchUp(Enum):
    """What to do with missed cycles. The values are the labels of the contract's choice."""

    ASK = "Ask"
    BILL_EACH = "Bill each"
    COMBINE = "Combine"
    SKIP = "Skip"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided for every cycle that has no decision of its own.

    Attributes:
        until: it is about the cycles that begin before this day; None means for good.
    """

    choice: CatchUp
    reason: str = ""
    until: date | None = None


class CycleDecision(NamedTuple):
    """What a person decided about one cycle; never to ask. A cycle that is skipped has a reason."""

    choice: CatchUp
    reason: str = ""


class DecidedCycle(NamedTuple):
    """A decision about one cycle of a contract, or of one subscription of it."""

    cycle: Period
    decision: CycleDecision
    subscription: str = ""


class Skipped(NamedTuple):
    """A cycle of a contract that is never billed, and why."""

    cycle: Period
    reason: str = ""
