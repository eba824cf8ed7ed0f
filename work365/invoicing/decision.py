"""What a person decides about cycles that were missed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class CatchUp(Enum):
    """What to do with missed cycles. The values are the labels of the choice."""

    ASK = "Ask"
    BILL_EACH = "Bill each"
    COMBINE = "Combine"
    SKIP = "Skip"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided.

    Attributes:
        until: it is about the cycles that begin before this day; None means for good.
    """

    choice: CatchUp
    reason: str = ""
    until: date | None = None
