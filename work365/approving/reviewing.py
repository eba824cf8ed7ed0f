"""Whether something that was entered by hand takes effect, by the approvals that it has had so far: one pure decision.

    some approval of just these facts     it
    Approved                              takes effect
    Waiting, Refused, Expired             waits, and nobody is asked again
    none, or Overtaken                    waits; an approver is asked, by the request that waits with other facts where one does

What no threshold catches takes effect. Who may answer, until when, and what a job says of it: as for every other request.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.approving.approval import ApprovalState
from work365.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.approving.approval import Approval
    from work365.approving.entries import Entry

NOT_APPROVED = "entry-not-approved"
ENDED = (ApprovalState.REFUSED, ApprovalState.EXPIRED)


class Ask(Enum):
    """Who is asked, where anybody is."""

    NOBODY = "nobody"
    ANEW = "by a new request"
    AGAIN = "by the one that waits, whose facts have changed"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What becomes of an entry.

    Attributes:
        why: why it does not take effect yet; "" where it does.
        waiting: the request that is to ask again.
        ended: an approver refused it, or nobody answered in time.
    """

    why: str = ""
    ask: Ask = Ask.NOBODY
    waiting: Approval | None = None
    ended: bool = False


def review(entry: Entry, why: str, known: Sequence[Approval]) -> Reviewed:
    """Decide it. Shape: `why` says which thresholds caught it; `known` are the approvals of its subject, the oldest first."""
    same = [one for one in known if entry.request.same_as(one) and one.state is not ApprovalState.OVERTAKEN]
    if any(one.state is ApprovalState.APPROVED for one in same):
        return Reviewed()
    if same:
        return Reviewed(_answered(same[-1]), ended=same[-1].state in ENDED)
    waiting = next((one for one in reversed(known) if is_open(one)), None)
    before = next((one for one in reversed(known) if one.state is ApprovalState.APPROVED), None)
    changed = f" It was approved with other facts: {entry.request.since(before)}." if before else ""
    return Reviewed(f"{why}{changed}", Ask.ANEW if waiting is None else Ask.AGAIN, waiting)


def is_open(one: Approval) -> bool:
    """Whether its job still waits for the answer, and can ask again."""
    return one.state is ApprovalState.WAITING and one.job_state is not None and not one.job_state.final


def _answered(last: Approval) -> str:
    if last.state is ApprovalState.WAITING:
        return f"It waits for an answer until {last.answer_by:%Y-%m-%d %H:%M} UTC. {last.why}"
    if last.state is ApprovalState.REFUSED:
        return f"{last.answered_by or 'The approver'} refused it: {last.reason}"
    return f"Nobody approved it by {last.answer_by:%Y-%m-%d %H:%M} UTC."


def not_approved(number: str, entry: Entry, why: str) -> Finding:
    """A contract that is held back for something on it. Shape: `number` is what people call it."""
    message = (
        f"Contract {number} was not billed: it waits for an approver. {entry.request.what}. {why} Answer it (`w365 approval "
        "requests` lists what waits), or change it back or take it away; the next run tries the contract again."
    )
    return Finding(NOT_APPROVED, number, message, key=f"{NOT_APPROVED}:{entry.subject}", contract=entry.contract)
