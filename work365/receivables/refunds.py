"""Values of money that we give back through a gateway. What may be given back says work365/receivables/refund_deciding.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NewType

from work365.ids import derived

if TYPE_CHECKING:
    from datetime import date, datetime

    from work365.money import Money
    from work365.receivables.payments import InvoiceId, PaymentId

RefundId = NewType("RefundId", str)


class RefundState(Enum):
    """What we know of a refund. The values are the labels of its status reason.

    Attributes:
        PENDING: the row is written; the gateway may or may not have heard of it.
        UNKNOWN: a request left and no usable answer came, or the gateway said something that we do not know.
        PROCESSING: accepted; the money moves in days.
        SUCCEEDED: it counts as given back; a bank may send it back all the same, which makes it Failed.
        FAILED: nothing was given back, or it came back.
    """

    PENDING = "Pending"
    UNKNOWN = "Unknown"
    PROCESSING = "Processing"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"

    @property
    def final(self) -> bool:
        """Nothing more will happen by itself."""
        return self in (RefundState.SUCCEEDED, RefundState.FAILED)

    @property
    def unanswered(self) -> bool:
        """The gateway has not said what becomes of it."""
        return self in (RefundState.PENDING, RefundState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Refund:
    """One attempt to give money of a payment back; its id is derived from payment and attempt, and is the idempotency key.

    Attributes:
        reference: the gateway's id, once it answered.
        code: the gateway's or our own code of a failure.
        message: what happened, in words.
        sent_on: when the gateway was first asked, or was about to be.
        given_on: when it first counted as given back.
        came_back_on: when it no longer did.
        job_final: the job that made it will do nothing more.
        etag: the row's version when it was read.
    """

    id: RefundId
    payment: PaymentId
    invoice: InvoiceId
    attempt: int
    amount: Money
    reason: str
    state: RefundState
    account: str
    job: str | None
    sent_on: datetime
    reference: str = ""
    code: str = ""
    message: str = ""
    given_on: date | None = None
    came_back_on: date | None = None
    job_final: bool = False
    etag: str = ""


@dataclass(frozen=True, slots=True)
class RefundOutcome:
    """What a gateway says of one refund. Shape: as `settling.Outcome`."""

    state: RefundState
    reference: str = ""
    amount: Money | None = None
    code: str = ""
    words: str = ""


def refund_id(payment: PaymentId, attempt: int) -> RefundId:
    """The id of an attempt: the same for everyone who would make it."""
    return RefundId(derived("refund", payment, str(attempt)))
