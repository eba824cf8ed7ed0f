"""Desired lines: what the known history of one subscription implies for one cycle, whoever billed what before.

In advance the cycle is charged as it stands on its first day, and each later change credits the old state and charges the new one
to the end of the cycle. In arrears the cycle is charged piece by piece. Either way the lines are a function of the history alone:
which run learned of a change, and when, cannot change their sum.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from work365.contracts.policy import Policy
from work365.invoicing.keys import BASE
from work365.invoicing.lines import Kind
from work365.invoicing.proration import amount_minor
from work365.periods import Period, hours_left

if TYPE_CHECKING:
    from work365.contracts.contract import BillingContract
    from work365.invoicing.proration import Ruler, Step
    from work365.subscriptions.change_log import Subscription, Timeline
    from work365.subscriptions.state import State


Fraction: TypeAlias = tuple[int, int]
"""Used and whole."""


class Wanted(NamedTuple):
    """One line that the history implies.

    Attributes:
        slot: the last part of the line's key, without a version.
        fraction: used and whole, as the ruler measures the cycle; hours where seats are given back by the hour.
        minor: the rounded amount in minor units; negative for a credit.
        change: the change to name on the line when it is posted for the first time.
        cause: the change that made the state, to name when the line replaces another.
        origin: the slot whose charge a change takes back and replaces; None for a first charge.
    """

    slot: str
    kind: Kind
    period: Period
    state: State
    fraction: Fraction
    minor: int
    change: str | None
    cause: str | None
    origin: str | None


def part_of(contract: BillingContract, subscription: Subscription, cycle: Period) -> Period | None:
    """The days of a cycle that a subscription is billed for; None when there are none."""
    start, end = cycle.start, cycle.end
    if contract.start > start or subscription.start > start:
        start = max(contract.start, subscription.start)
    if contract.end is not None and contract.end < end:
        end = contract.end
    if subscription.end is not None and subscription.end < end:
        end = subscription.end
    if start == cycle.start and end == cycle.end:
        return cycle
    return Period(start, end) if start < end else None


def wanted(contract: BillingContract, timeline: Timeline, ruler: Ruler, cycle: Period, part: Period, scale: int) -> list[Wanted]:
    """The lines of one subscription in one cycle, in the order of their days, each credit before its charge."""
    steps = ruler.steps(timeline, part.start, part.end)
    if contract.policy is Policy.ARREARS:
        return _pieces(steps, ruler, cycle, part, scale)
    end, hours = ruler.end_mark(part.end), None
    base = _base(steps[0], end, ruler.length, cycle, part, scale)
    lines = [base] if base else []
    for before, step in pairwise(steps):
        left = (end - step.mark, ruler.length)
        if hours is not None or step.state.ended is not None:
            left = hours = _left(step, left, hours, part, cycle)
        lines += _pair(before, step, left, part, scale)
    return lines


def _left(step: Step, left: Fraction, before: Fraction | None, part: Period, cycle: Period) -> Fraction:
    """What is left of a cycle, by the hour where the change says so; never more than was left of it before."""
    ended = step.state.ended
    if ended is not None and step.state.since == step.start:
        left = hours_left(ended, part.end, cycle)
    return left if before is None or left[0] * before[1] <= before[0] * left[1] else before


def _base(step: Step, end: int, length: int, cycle: Period, part: Period, scale: int) -> Wanted | None:
    """The charge that a cycle begins with."""
    state = step.state
    if state.quantity == 0:
        return None
    used = end - step.mark
    starts_here = part.start > cycle.start and state.since == part.start
    kind = Kind.CYCLE if part.start == cycle.start and part.end == cycle.end else Kind.STUB
    change = state.change if starts_here else None
    minor = amount_minor(state.cost, used, length, scale)
    return Wanted(BASE, kind, part, state, (used, length), minor, change, state.change, None)


def _pair(before: Step, step: Step, left: Fraction, part: Period, scale: int) -> list[Wanted]:
    """What one change does to a cycle that is already charged: the old state back, the new state in."""
    used, length = left
    period, change = Period(step.start, part.end), step.state.change
    origin = f"{before.name}+" if before.name else BASE
    lines = []
    if minor := amount_minor(before.state.cost, used, length, scale):
        lines.append(Wanted(f"{step.name}-", Kind.CREDIT, period, before.state, left, -minor, change, change, origin))
    if minor := amount_minor(step.state.cost, used, length, scale):
        lines.append(Wanted(f"{step.name}+", Kind.CHARGE, period, step.state, left, minor, change, change, origin))
    return lines


def _pieces(steps: list[Step], ruler: Ruler, cycle: Period, part: Period, scale: int) -> list[Wanted]:
    """The cycle piece by piece, as it is billed once it is over."""
    lines = []
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        end, mark = (part.end, ruler.end_mark(part.end)) if after is None else (after.start, after.mark)
        piece = Period(step.start, end)
        if step.name:
            lines += _piece(step, mark, ruler.length, piece, scale)
        else:
            base = _base(step, mark, ruler.length, cycle, part, scale)
            lines += [base._replace(period=piece)] if base else []
    return lines


def _piece(step: Step, end: int, length: int, piece: Period, scale: int) -> list[Wanted]:
    used, change = end - step.mark, step.state.change
    minor = amount_minor(step.state.cost, used, length, scale)
    return [Wanted(f"{step.name}+", Kind.CHARGE, piece, step.state, (used, length), minor, change, change, None)] if minor else []
