"""A suspension that is coming is told to the customer, each warning once; one that staff has to decide is told to staff, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from work365.suspending.causes import Cause
from work365.suspending.suspension import State
from work365.telling.notice import NoticeKind, Wording

if TYPE_CHECKING:
    from work365.documents.formats import Formats
    from work365.ports.suspending import Standing

OF_USE = timedelta(days=7)
"""How long a warning that could not be sent is still worth sending."""
FAR = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SuspensionWarning:
    """One warning: what will be suspended, and what that depends on."""

    standing: Standing
    kind = NoticeKind.SUSPENSION_WARNING

    @property
    def event(self) -> str:
        """The suspension, and which warning it is."""
        return self.standing.suspension.warning

    @property
    def bundle(self) -> str:
        """Whatever is suspended for the same on the same contract, as one mail."""
        one = self.standing
        return f"{one.cause.value}:{one.number}:{one.suspension.warnings}:{one.suspension.warned_on}"

    @property
    def contract(self) -> str:
        """The contract that it is on."""
        return self.standing.contract

    @property
    def subscription(self) -> str:
        """The subscription."""
        return self.standing.subscription

    @property
    def until(self) -> datetime:
        """A week after its day."""
        since = self.standing.suspension.warned_on
        return FAR if since is None else datetime.combine(since + OF_USE, time(), UTC)

    @property
    def why(self) -> str:
        """The rule with its figures."""
        return self.standing.reason

    def worded(self, writing: Formats, zone: str) -> Wording:  # noqa: ARG002  it names days, no moments
        """The invoice, or the usage, and what it depends on."""
        labels, one = writing.labels, self.standing
        said = labels.suspension_spend
        if one.cause is not Cause.SPEND and one.due is not None:
            said = labels.suspension_overdue.format(number=one.number, due=writing.day(one.due))
        return Wording(
            labels.suspension_warning_subject.format(name=one.name), said, (labels.suspension_of.format(name=one.name),)
        )


@dataclass(frozen=True, slots=True)
class SuspensionProposed:
    """What staff has to decide: whether to suspend, or to resume."""

    standing: Standing
    kind = NoticeKind.SUSPENSION

    @property
    def event(self) -> str:
        """The suspension, and what it came to on which day, after which decision."""
        one, decided = self.standing.suspension, self.standing.decided_on
        return f"{one.id}:{one.since}:{one.state.value}:{'' if decided is None else decided.isoformat()}"

    @property
    def bundle(self) -> str:
        """Itself: each is decided by itself."""
        return self.event

    @property
    def contract(self) -> str:
        """The contract that it is on."""
        return self.standing.contract

    @property
    def subscription(self) -> str:
        """The subscription."""
        return self.standing.subscription

    @property
    def until(self) -> datetime:
        """Staff's notices stand until they are read."""
        return FAR

    @property
    def why(self) -> str:
        """The rule with its figures."""
        return self.standing.reason

    def worded(self, writing: Formats, zone: str) -> Wording:  # noqa: ARG002  as above
        """What is proposed, why, and what it costs meanwhile."""
        labels, one = writing.labels, self.standing
        resumes = one.suspension.state is State.RESUMABLE
        subject = labels.suspension_resume_subject if resumes else labels.suspension_proposed_subject
        said = labels.suspension_resume if resumes else labels.suspension_proposed
        facts = (labels.suspension_reason.format(reason=one.reason), labels.suspension_cost.format(cost=one.cost))
        return Wording(subject.format(name=one.name), said, facts)
