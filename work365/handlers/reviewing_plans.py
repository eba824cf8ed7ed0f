"""Review a planned change on its day: whether an approver has agreed to it as it is now, or is to be asked before it happens.

A change that a job planned is compared with what was approved then, by the same facts; one that somebody wrote or edited by hand,
and one that nobody had to approve when it was planned, is compared with the thresholds of its day. What waits says so first and
is asked about afterwards, so that a refusal always finds it waiting and ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.approving.approval import ApprovalState
from work365.approving.entries import Subject
from work365.approving.plans import TABLE, because, entry_of
from work365.approving.reviewing import ENDED, Ask, Reviewed, review
from work365.errors import BadInput, Refused
from work365.exposure.limiting import LimitRule
from work365.ports.reviewing import Seen
from work365.subscriptions.ledger import Source
from work365.subscriptions.scheduling import ScheduleState

if TYPE_CHECKING:
    from work365.approving.entries import Entry
    from work365.exposure.limiting import Exceeded
    from work365.handlers.reviewing import Reviewer
    from work365.ports.changing import ChangingBook, Recorded
    from work365.subscriptions.scheduling import Scheduled


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A planned change that an approver has not agreed to. `text` says why, in sentences."""

    entry: Entry
    seen: Seen
    found: Reviewed
    text: str


@dataclass(frozen=True, slots=True)
class PlanReviewer:
    """What is asked before a planned change happens."""

    reviewer: Reviewer
    book: ChangingBook

    def unanswered(self, planned: Scheduled, change: Recorded, over: Exceeded | None) -> Unanswered | None:
        """Why it does not happen yet; None to go on. Nothing is written, and no request sent where no threshold is set.

        Shape:  `over` is the credit limit that it exceeds, where an approver may let it.
                A threshold that cannot be used holds it up until that is mended.
        Errors: Refused where an approver refused it, or nobody answered in time; External.
        """
        if not change.held.place.asks:
            return None
        entry = self._entry(planned, change, over)
        try:
            why = self.reviewer.catches(entry)
        except BadInput as error:
            return Unanswered(entry, Seen(None), Reviewed(), f"Nobody can say whether it has to be approved: {error}")
        if not why:
            return None
        seen = self._seen(planned)
        if seen.written is None or _as_a_whole(planned, seen):
            return None
        entry, reason = _with_reason(planned, entry, seen)
        found = review(entry, why, seen.approvals)
        if not found.why:
            return None
        if found.ended and _is_an_answer(planned, seen):
            raise Refused(found.why)
        found = replace(found, ask=Ask.ANEW) if found.ended else found
        return Unanswered(entry, seen, found, found.why if found.ask is Ask.NOBODY else f"{why} {reason}")

    def ask(self, one: Unanswered) -> None:
        """Have an approver asked, where none is. Errors: External."""
        self.reviewer.ask(one.entry, one.found, one.seen)

    def happened(self, planned: Scheduled) -> None:
        """What waited has happened: whoever was asked and has not answered need not any more. Errors: External."""
        self.reviewer.withdraw(self._seen(planned))

    def entry(self, planned: Scheduled, change: Recorded, over: Exceeded | None) -> Entry:
        """What an approver is shown of it."""
        return _with_reason(planned, self._entry(planned, change, over), self._seen(planned))[0]

    def _entry(self, planned: Scheduled, change: Recorded, over: Exceeded | None) -> Entry:
        return entry_of(planned, change, self.book.price(change.held), over)

    def _seen(self, planned: Scheduled) -> Seen:
        subject = Subject(TABLE, planned.id)
        return self.reviewer.book.seen([subject])[subject]


def approvable(change: Recorded, over: Exceeded | None) -> Exceeded | None:
    """The credit limit that an approver may let a change exceed."""
    return over if change.held.place.limit_rule is LimitRule.APPROVAL else None


def _is_an_answer(planned: Scheduled, seen: Seen) -> bool:
    """What ended is the answer to what waits; else it has failed for that already, and somebody tries it again."""
    ended = sum(one.state in ENDED for one in seen.approvals)
    return planned.state is ScheduleState.WAITING or ended > planned.attempts


def _as_a_whole(planned: Scheduled, seen: Seen) -> bool:
    """It is one of many that were planned and approved together (`w365 prices change`), and nobody has edited it since."""
    return planned.wish.source is Source.SCHEDULE and seen.written is not None and not seen.written.by_hand


def _with_reason(planned: Scheduled, entry: Entry, seen: Seen) -> tuple[Entry, str]:
    """An entry that says why it is asked about on its day, and the same as a sentence."""
    approved = next((one for one in reversed(seen.approvals) if one.state is ApprovalState.APPROVED), None)
    if approved is not None:
        reason = f"it was approved with other facts: {entry.request.since(approved)}"
    elif seen.written is not None and seen.written.by_hand:
        reason = "somebody entered it by hand"
    else:
        reason = f"nobody had to approve it when it was planned{'' if planned.asked is None else f' on {planned.asked.date()}'}"
    return replace(entry, request=because(entry.request, reason)), f"{reason[:1].upper()}{reason[1:]}."
