"""Values of what banks and card schemes hold against payments that had succeeded: disputes, charge-backs, late failures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NewType

from work365.ids import derived

if TYPE_CHECKING:
    from datetime import date, datetime

    from work365.money import Money
    from work365.receivables.payments import PaymentId

DisputeId = NewType("DisputeId", str)


class DisputeState(Enum):
    """Where a dispute stands. The values are the labels of its status reason.

    Attributes:
        OPEN: evidence may be given until a day.
        UNDER_REVIEW: somebody else decides now.
        WON, LOST: decided; an appeal may still turn it.
        CLOSED: it came to nothing.
    """

    OPEN = "Open"
    UNDER_REVIEW = "Under review"
    WON = "Won"
    LOST = "Lost"
    CLOSED = "Closed"


@dataclass(frozen=True, slots=True)
class DisputeNews:
    """What a gateway says of one dispute.

    Attributes:
        reference: the gateway's id of it.
        away: what of the payment it has taken and not given back.
        words: why, for a person.
        due_by: until when evidence may be given; None where it may not.
    """

    reference: str
    state: DisputeState
    amount: Money
    away: Money
    words: str = ""
    due_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute as our row says it.

    Attributes:
        taken: the most that it had taken at once; `away` is what of that is not back.
        taken_on, back_on: when money last went, and came again; the statement shows both.
        message: what happened last, in words.
        etag: the row's version when it was read; empty for one that has no row yet.
    """

    id: DisputeId
    payment: PaymentId
    news: DisputeNews
    taken: Money
    taken_on: date | None = None
    back_on: date | None = None
    message: str = ""
    etag: str = ""

    @property
    def away(self) -> Money:
        """What of the payment it holds now."""
        return self.news.away


def dispute_id(payment: PaymentId, reference: str) -> DisputeId:
    """The id of a dispute's row: the same for everyone who hears of it."""
    return DisputeId(derived("dispute", payment, reference))
