"""Whether a request goes on, waits, is asked about or ends, by the approvals that it has had so far: one pure decision.

    last approval           the facts are those        the facts are others
    none                    asked                      asked
    Waiting, in time        waits                      overtaken, asked again
    Waiting, too late       ends                       ends
    Approved                goes on                    overtaken, asked again
    Refused, Expired        ends                       asked again
    Overtaken               asked again                asked again

What no threshold catches goes on. A job that was edited since it was first asked about ends: who edits asks for something of
their own, and must not approve it under somebody else's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.approving.approval import ApprovalState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from work365.approving.approval import Approval
    from work365.approving.request import Request

OPEN = (ApprovalState.WAITING, ApprovalState.APPROVED)
EDITED = (
    "This request was edited after somebody had been asked to approve it, so nobody can tell whose it is. Ask for what is wanted "
    "by a request of your own."
)
NOT_NEEDED = "It needs no approval any more."


class Step(Enum):
    """What happens with a request."""

    GO = "go on"
    ASK = "ask an approver"
    WAIT = "wait for the answer"
    EXPIRE = "nobody answered in time"
    END = "it will not be done"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens with a request, why, and the approval that is overtaken by it."""

    step: Step
    sentence: str = ""
    overtaken: Approval | None = None


def judge(request: Request, why: str, wish: str, known: Sequence[Approval], now: datetime) -> Verdict:
    """Decide it.

    Shape: `why` says which thresholds caught it, "" for none; `known` are the approvals of its job, the oldest first.
    """
    last = known[-1] if known else None
    open_ = last if last is not None and last.state in OPEN else None
    if last is not None and last.wish != wish:
        return Verdict(Step.END, EDITED, open_)
    if not why:
        unanswered = open_ if open_ is not None and open_.state is ApprovalState.WAITING else None
        return Verdict(Step.GO, NOT_NEEDED, unanswered)
    if last is None or last.state is ApprovalState.OVERTAKEN:
        return Verdict(Step.ASK)
    if last.state is ApprovalState.WAITING and last.answer_by <= now:
        return Verdict(Step.EXPIRE, expired(last))
    if not request.same_as(last):
        return Verdict(Step.ASK, _changed(last, request), open_)
    return _answered(last)


def _answered(last: Approval) -> Verdict:
    """What an approval of just these facts says."""
    if last.state is ApprovalState.APPROVED:
        return Verdict(Step.GO)
    if last.state is ApprovalState.REFUSED:
        return Verdict(Step.END, refused(last))
    if last.state is ApprovalState.EXPIRED:
        return Verdict(Step.END, expired(last))
    return Verdict(Step.WAIT, waiting(last))


def waiting(one: Approval) -> str:
    """What whoever asked is told meanwhile."""
    return f"Waits for approval until {one.answer_by:%Y-%m-%d %H:%M} UTC. {one.why}"


def refused(one: Approval) -> str:
    """What whoever asked is told."""
    return f"{one.answered_by or 'The approver'} refused it: {one.reason} ({one.what}.)"


def expired(one: Approval) -> str:
    """What whoever asked is told."""
    return f"Nobody approved it by {one.answer_by:%Y-%m-%d %H:%M} UTC, so nothing was done. Ask for it again: {one.what}."


def _changed(last: Approval, request: Request) -> str:
    who = f"after {last.answered_by} had approved it" if last.state is ApprovalState.APPROVED else "since it was asked for"
    said = request.since(last) or "what it comes to"
    return f"The facts changed {who}: {said}. It has to be approved as it is now."
