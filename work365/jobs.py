"""Jobs: what every button, flow and timer creates, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


AUTO = "auto:"
"""How the keys of jobs begin that follow something that happened."""


class JobKind(Enum):
    """What a job asks for. The values are the labels of the choice in the table model."""

    CHARGE = "Charge"
    SYNC = "Sync"
    SEND = "Send"
    ISSUE = "Issue"
    CONFIRM_PAYMENT = "Confirm payment"
    VERIFY = "Verify"
    SETTLE_TAX = "Settle tax"
    CREDIT = "Credit"
    CANCEL = "Cancel"
    CHANGE = "Change"
    ONE_OFF = "One-off"
    CLOSE = "Close"
    REFUND = "Refund"
    EXPLAIN = "Explain"
    WRITE_OFF = "Write off"
    TAKE_BACK_WRITE_OFF = "Take back write-off"
    ANSWER = "Answer request"
    APPROVE_PRICES = "Approve prices"
    REPRICE = "Reprice"
    SET_RENEWALS = "Set renewals"
    REQUEST_PROFILE = "Request profile"
    AMEND = "Amend"
    RELEASE = "Release"
    REVIEW_ENTRY = "Review entry"
    TICK = "Tick"


class JobState(Enum):
    """Where a job stands. The values are the labels of its status reason."""

    WAITING = "Waiting"
    RUNNING = "Running"
    CONFIRMING = "Confirming"
    PAUSED = "Paused"
    AWAITING_APPROVAL = "Waits for approval"
    SUCCEEDED = "Succeeded"
    REFUSED = "Refused"
    FAILED = "Failed"
    CANCELLED = "Cancelled"

    @property
    def final(self) -> bool:
        """It has ended."""
        return self in (JobState.SUCCEEDED, JobState.REFUSED, JobState.FAILED, JobState.CANCELLED)

    @property
    def resting(self) -> bool:
        """Nothing more happens by itself: it has ended, a person has paused it, or an approver has to answer."""
        return self.final or self in (JobState.PAUSED, JobState.AWAITING_APPROVAL)


@dataclass(frozen=True, slots=True)
class Job:
    """One wish of a person or a timer, as read from its row.

    Attributes:
        unread: what was written as its arguments, where nothing can be read of it; `arguments` are none then.
        amount, currency: charge this much, as it was typed; None means the balance. Whether it fits is for the handler to say.
        person: user id of whoever created the row.
        on_behalf_of: Entra object id of the person who created the row; None for our own application user.
        attempts: how often a worker has begun it before.
        asked: a person has asked for it to be run now, or again, since it was last begun.
        etag: the row's version when it was read.
    """

    id: str
    key: str
    kind: JobKind
    state: JobState
    invoice: str | None = None
    payment: str | None = None
    profile: str | None = None
    amount: Decimal | None = None
    currency: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    unread: str = ""
    attempts: int = 0
    asked: bool = False
    person: str = ""
    on_behalf_of: str | None = None
    etag: str = ""

    @property
    def by_itself(self) -> bool:
        """The system asked for it, to follow something that was decided before; anybody may type such a key."""
        return self.on_behalf_of is None and self.key.startswith(AUTO)


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a handler answers.

    Attributes:
        message: a sentence for the person who pressed the button.
        again_in_s: for WAITING and CONFIRMING, when a worker should look again.
        arguments: what the job's arguments are from now on, where something had to be taken out of them; None: as they are.
    """

    state: JobState
    message: str
    again_in_s: int | None = None
    arguments: Mapping[str, str] | None = None
