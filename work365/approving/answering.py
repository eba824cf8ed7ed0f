"""Who may answer a request: an approver, or the delegate of one, and never anybody who stands with whoever asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.approving.approval import ApprovalState
from work365.errors import NotAuthorised, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from work365.approving.approval import Approval, Person

OWN = "You asked for this yourself, so somebody else has to answer it."
NOBODY = (
    "You are no approver, nor the delegate of one today. Ask somebody with the role Work365 Approver to answer it, or to make "
    "you a delegate with `w365 approval delegate`."
)


class Answer(Enum):
    """What an approver says. The values are those of a job's argument."""

    APPROVE = "approve"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Delegation:
    """An approver lets somebody else answer from a day until the day before another; None for no end.

    Attributes:
        active: it has not been withdrawn; one that was still says that these two stand together.
    """

    approver: Person
    delegate: Person
    start: date
    end: date | None
    active: bool = True

    def counts(self, day: date) -> bool:
        """Whether it lets the delegate answer on a day."""
        return self.active and self.start <= day and (self.end is None or day < self.end)

    def touches(self, first: date, last: date) -> bool:
        """Whether it was entered for any day between two, both included."""
        return self.start <= last and (self.end is None or first < self.end)


def answerer(
    one: Approval, person: str, delegations: Sequence[Delegation], today: date, may: Callable[[str], bool]
) -> Person | None:
    """In whose place a person answers; None for their own.

    Shape:  `delegations` are those to or from this person; `may` says whether a user has the right to answer this one.
    Errors: NotAuthorised with the reason.
    """
    if person == one.asked_by.id:
        raise NotAuthorised(OWN)
    for each in delegations:
        if {each.approver.id, each.delegate.id} == {person, one.asked_by.id} and each.touches(one.asked_on.date(), today):
            message = (
                f"{each.delegate} is the delegate of {each.approver}, so neither can answer what the other asked for; somebody "
                "else has to."
            )
            raise NotAuthorised(message)
    if may(person):
        return None
    for each in delegations:
        if each.delegate.id == person and each.counts(today) and may(each.approver.id):
            return each.approver
    raise NotAuthorised(NOBODY)


def refuse_closed(one: Approval, now: datetime) -> None:
    """Errors: Refused for one that nobody can answer any more."""
    state = ApprovalState.EXPIRED if one.state is ApprovalState.WAITING and one.answer_by <= now else one.state
    if state is ApprovalState.WAITING:
        return
    if state is ApprovalState.OVERTAKEN:
        message = f"It is overtaken: {one.reason} Look under `w365 approval requests` for one that asks again."
    elif state is ApprovalState.EXPIRED:
        message = f"It expired on {one.answer_by:%Y-%m-%d %H:%M} UTC; whoever wants it has to ask again."
    else:
        message = f"{one.answered_by or 'Somebody'} has answered it already: it is {state.value}."
    raise Refused(message)
