"""Usage that reaches 80 and 100 percent of a threshold is told once each in a cycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.money import rounded
from work365.periods import UTC
from work365.telling.notice import A_WEEK, NoticeKind, Wording

if TYPE_CHECKING:
    from work365.documents.formats import Formats
    from work365.usage.watching import Reached


@dataclass(frozen=True, slots=True)
class ThresholdReached:
    """A share of a subscription's threshold that its usage has reached."""

    reached: Reached
    kind = NoticeKind.USAGE_THRESHOLD

    @property
    def event(self) -> str:
        """The subscription, the cycle and the share."""
        return f"{self.subscription}:{self.reached.watched.cycle.start}:{self.reached.percent}"

    @property
    def bundle(self) -> str:
        """Itself."""
        return self.event

    @property
    def contract(self) -> str:
        """The contract that it is on."""
        return self.reached.watched.terms.contract.id

    @property
    def subscription(self) -> str:
        """The subscription."""
        return self.reached.watched.subscription

    @property
    def until(self) -> datetime:
        """A week after the cycle: by then its invoice says it."""
        return datetime.combine(self.reached.watched.cycle.end + A_WEEK, time(), UTC)

    @property
    def why(self) -> str:
        """The figures."""
        watched = self.reached.watched
        used = f"{self.reached.used} used since {watched.cycle.start}"
        return f"{used} is {self.reached.percent} % or more of the threshold of {watched.threshold.normalize():f}."

    def worded(self, writing: Formats, zone: str) -> Wording:  # noqa: ARG002  it names days, no moments
        """What was used, and the threshold."""
        labels, watched, used = writing.labels, self.reached.watched, self.reached.used
        said = {"name": watched.name, "percent": writing.percent(Decimal(self.reached.percent))}
        return Wording(
            labels.notice_usage_subject.format(**said),
            labels.notice_usage.format(**said, day=writing.day(watched.cycle.start)),
            (
                labels.notice_used.format(amount=writing.priced(used)),
                labels.notice_threshold.format(amount=writing.priced(rounded(watched.threshold, used.currency))),
            ),
        )
