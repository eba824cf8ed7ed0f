"""What a credit hold is. What it holds back says work365/holding/orders.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

REASON_MAX = 300


class HoldKind(Enum):
    """Who holds. The values are the labels of the choice; only a hold by a rule is lifted by a rule."""

    MANUAL = "Manual"
    RULE = "Rule"
    DOCUMENTS = "Documents"


class Action(Enum):
    """What a row of the hold log tells. The values are the labels of the choice."""

    PLACED = "Placed"
    LIFTED = "Lifted"
    OVERRIDDEN = "Overridden"


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that counts: the account is on hold, and the settings say that holds are looked at.

    Attributes:
        text: what the company says to whoever asks for more.
        waits: what is asked for meanwhile waits for the hold to be lifted; otherwise it is refused.
    """

    text: str
    waits: bool = False

    @property
    def awaiting(self) -> str:
        """What stands on a change that waits for its end."""
        return f"Awaiting: credit hold. {self.text}"
