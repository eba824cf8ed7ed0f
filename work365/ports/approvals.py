"""Port to approvals: what settings let wait, what has been asked and answered, and who may answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from work365.approving.answering import Delegation
    from work365.approving.approval import Approval, ApprovalState, Person
    from work365.approving.request import Request, Whose
    from work365.approving.thresholds import Size, Thresholds
    from work365.jobs import Job
    from work365.money import Currency, Money


@dataclass(frozen=True, slots=True)
class Known:
    """What is read before a job is done.

    Attributes:
        approvals: those of the job, the oldest first.
    """

    thresholds: Thresholds
    approvals: tuple[Approval, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """A new approval of a job: what is asked, whose it is, which size was caught and why, and until when it can be answered.

    Shape: `number` is one more than the job has had.
    """

    job: Job
    request: Request
    whose: Whose
    wish: str
    size: Size
    why: str
    number: int
    now: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: what it makes of an approval, who gave it by which job, in whose place, why, and when."""

    state: ApprovalState
    person: str
    job: str
    reason: str
    now: datetime
    in_place_of: Person | None = None


class ApprovalBook(Protocol):
    """Approvals, written by the system alone."""

    def known(self, job: str, whose: Whose) -> Known:
        """What settings say for a customer of a legal entity, and the approvals of a job, "" for none.

        Errors: BadInput for a setting that cannot be used.
        """

    def converter(self, entity: str, on: date) -> Callable[[Money, Currency], Money | None]:
        """What makes an amount one of another currency, at the rates that a legal entity allows for a day; None for no rate."""

    def ask(self, asking: Asking, overtaken: Approval | None, reason: str) -> None:
        """Write a new approval, and that an older one is overtaken, all or nothing. Errors: Conflict, also when it is there."""

    def overtake(self, one: Approval, reason: str) -> None:
        """Nobody has to answer it any more. Errors: Conflict."""

    def expire(self, one: Approval) -> None:
        """Nobody answered it in time. Errors: Conflict."""

    def load(self, approval: str) -> Approval:
        """One approval with its job. Errors: NotFound."""

    def answer(self, one: Approval, answered: Answered) -> None:
        """Write an answer and wake its job, all or nothing. Errors: Conflict when either row changed."""

    def wake(self, one: Approval, now: datetime) -> None:
        """Ask for its job to be run again, where nobody has yet. Errors: Conflict."""

    def delegations(self, person: str) -> Sequence[Delegation]:
        """Those to a person and from that person, whenever they count."""

    def may_answer(self, approval: str, person: str) -> bool:
        """Whether a user has the right to answer this approval."""

    def to_follow(self, now: datetime) -> Sequence[Approval]:
        """Those whose time is over or whose job has ended, and those that are answered while their job still waits."""
