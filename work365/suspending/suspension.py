"""A suspension: a rule warns, then proposes it; a person confirms or declines; once its cause is over it ends, or may be resumed.

    from              to               when
    (nothing)         Warned           something asks for it; a first warning is mailed
    Warned            Proposed         enough warnings were sent, and the days after the last are over
    Warned, Proposed  Withdrawn        what asked for it is over, or somebody has suspended it already
    Warned, Proposed  Confirmed        a person says so; Declined likewise
    Declined          Withdrawn        what asked for it is over
    Confirmed         Proposed         its job was refused or failed, and it runs on: a person decides anew
    Confirmed         Resume proposed  what asked for it is over; Withdrawn, where somebody let it run by hand
    Resume proposed   Resumed          a person says so; Withdrawn, likewise
    Resume proposed   Confirmed        it asks again
    Resumed           Resume proposed  its job was refused or failed, and it does not run; Confirmed, where it asks again

What a person has decided stays: the rule neither suspends nor resumes anything itself, proposes nothing that was declined for as
long as the cause goes on, and moves a confirmed suspension nowhere but to a proposal to resume, unless its job has not done it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from work365.suspending.causes import Cause, Trigger


OVER = "What asked for it is over."


class State(Enum):
    """Where it stands. The values are the labels of its status reason."""

    WARNED = "Warned"
    PROPOSED = "Proposed"
    CONFIRMED = "Confirmed"
    RESUMABLE = "Resume proposed"
    DECLINED = "Declined"
    WITHDRAWN = "Withdrawn"
    RESUMED = "Resumed"

    @property
    def over(self) -> bool:
        """Its row is closed; the same cause may open it again."""
        return self in (State.WITHDRAWN, State.RESUMED)


@dataclass(frozen=True, slots=True)
class Warnings:
    """How customers are warned before anything is proposed: so many mails, and so many days after each of them."""

    mails: int = 2
    days: int = 3


@dataclass(frozen=True, slots=True)
class Suspension:
    """A row.

    Attributes:
        warnings: mails that were asked for; `warned_on` is the day of the last one.
        since: the day of its last move.
        pausing: the job that suspends it has not ended: whether the subscription runs says nothing yet.
        undone: why the job that a person's decision asked for has ended without doing it; "" where it did, or goes on.
        version: of the row that this was read from.
    """

    id: str
    state: State
    warnings: int = 0
    warned_on: date | None = None
    since: date | None = None
    pausing: bool = False
    undone: str = ""
    version: str = ""

    @property
    def warning(self) -> str:
        """The event of the last warning, as its notices name it: the id, its day and its number."""
        return f"{self.id}:{self.warned_on}:{self.warnings}"


@dataclass(frozen=True, slots=True)
class Change:
    """What the rule makes of a suspension: its new state and why.

    Attributes:
        warnings: as of a `Suspension`; a change that asks for another warning has one more.
    """

    state: State
    message: str
    warnings: int = 0
    warned_on: date | None = None

    @property
    def asks(self) -> bool:
        """It warns of a suspension or proposes one, so what that would go on costing is said with it."""
        return self.state in (State.WARNED, State.PROPOSED)


def row_id(subscription: str, cause: Cause, episode: str) -> str:
    """The id of a suspension: whoever decides the same thing again meets it."""
    return derived("suspension", subscription, cause.value, episode)


def moved(
    before: Suspension | None, trigger: Trigger | None, rule: Warnings, today: date, *, sent: Collection[str], running: bool
) -> Change | None:
    """What becomes of a suspension on a day; None where nothing does.

    Shape: `trigger` is None where nothing asks for it any more; `sent` are the events of warnings that were mailed; `running`
           says that the subscription is not suspended here.
    """
    if trigger is not None and trigger.waits:
        return None
    if before is None or (before.state.over and not (before.undone and not running)):
        return _opened(trigger, rule, today) if trigger is not None and running else None
    if before.state is State.RESUMED:
        return _not_resumed(before, trigger)
    if trigger is None:
        return _ended(before, running=running)
    return _going_on(before, trigger, rule, today, told=before.warning in sent, running=running)


def _going_on(before: Suspension, trigger: Trigger, rule: Warnings, today: date, *, told: bool, running: bool) -> Change | None:
    if before.state is State.RESUMABLE:
        if running and not before.pausing:
            return Change(State.WITHDRAWN, "It runs already.", before.warnings, before.warned_on)
        return Change(State.CONFIRMED, f"It goes on: {trigger.reason}", before.warnings, before.warned_on)
    if before.state is State.CONFIRMED and before.undone and running:
        message = f"{trigger.reason}. It was confirmed, and not suspended here: {before.undone}"
        return Change(State.PROPOSED, message, before.warnings, before.warned_on)
    if not running and before.state in (State.WARNED, State.PROPOSED):
        return Change(State.WITHDRAWN, "It does not run any more.", before.warnings, before.warned_on)
    return _warned(before, trigger, rule, today, told=told) if before.state is State.WARNED else None


def _opened(trigger: Trigger, rule: Warnings, today: date) -> Change:
    if trigger.warned or not rule.mails:
        return Change(State.PROPOSED, trigger.reason)
    return Change(State.WARNED, trigger.reason, 1, today)


def _warned(before: Suspension, trigger: Trigger, rule: Warnings, today: date, *, told: bool) -> Change | None:
    """The next warning, or the proposal, once the last one was sent and its days are over."""
    since = before.warned_on
    if not told or since is None or (today - since).days < rule.days:
        return None
    if before.warnings < rule.mails:
        return Change(State.WARNED, trigger.reason, before.warnings + 1, today)
    return Change(State.PROPOSED, trigger.reason, before.warnings, before.warned_on)


def _not_resumed(before: Suspension, trigger: Trigger | None) -> Change:
    message = f"It was to be resumed, and was not: {before.undone}"
    if trigger is None:
        return Change(State.RESUMABLE, message, before.warnings, before.warned_on)
    return Change(State.CONFIRMED, f"{message} It goes on: {trigger.reason}", before.warnings, before.warned_on)


def _ended(before: Suspension, *, running: bool) -> Change | None:
    if before.state in (State.WARNED, State.PROPOSED, State.DECLINED):
        state, message = State.WITHDRAWN, OVER
    elif running and not before.pausing:
        state, message = State.WITHDRAWN, f"{OVER} It runs already."
    elif before.state is State.CONFIRMED:
        state, message = State.RESUMABLE, f"{OVER} Resume it, if it is to run again."
    else:
        return None
    return Change(state, message, before.warnings, before.warned_on)
