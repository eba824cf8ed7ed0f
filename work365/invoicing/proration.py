"""Proration: which part of a cycle a line is for, as an exact fraction of integers (docs/adr/0004-proration.md).

A ruler is laid on one whole cycle. It gives every day a mark, and the cycle a length; the fraction of a line is the difference of
two marks over that length. Parts therefore add up to the whole however a cycle is cut, and a credit is measured like its charge.

    days     mark = days since the cycle's start            length = days of the cycle (28 to 31, 365, 366, 7, …)
    days30   mark = days since then in months of 30 days    length = 30 per month
    months   mark = months since then, a month begun whole  length = months of the cycle
    none     the whole cycle is one month, so to speak      length = 1
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from work365.contracts.policy import Prorate
from work365.errors import BadInput
from work365.money import EXPONENT, Money, half_away

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.contracts.contract import BillingContract
    from work365.money import Currency
    from work365.periods import Period
    from work365.subscriptions.change_log import Timeline
    from work365.subscriptions.state import State

MONTH_DAYS = 30


class Step(NamedTuple):
    """From some mark on, a cycle is billed for this state.

    Attributes:
        name: what identifies the step in line keys; "" for the first one of the cycle.
        start: the day on which the state takes effect, as printed.
        mark: where the ruler puts it.
    """

    name: str
    start: date
    mark: int
    state: State


class Ruler(Protocol):
    """How one whole cycle is measured."""

    length: int

    def steps(self, timeline: Timeline, start: date, end: date) -> list[Step]:
        """The states that are billed in a part of the cycle, in order; the first is there from its start."""

    def end_mark(self, end: date) -> int:
        """The mark of the end of a part of the cycle."""

    def used(self, part: Period) -> int:
        """How much of the length a part of the cycle takes."""


class DayRuler:
    """Actual days over the actual days of the cycle."""

    __slots__ = ("_zero", "length")

    def __init__(self, cycle: Period) -> None:
        self._zero = cycle.start.toordinal()
        self.length = cycle.days

    def steps(self, timeline: Timeline, start: date, end: date) -> list[Step]:
        """One step per change, on its own day."""
        steps = [Step("", start, self.end_mark(start), timeline.at(start))]
        for day, state in timeline.within(start, end):
            steps.append(Step(day.isoformat(), day, self.end_mark(day), state))
        return steps

    def end_mark(self, end: date) -> int:
        """Days since the cycle's start."""
        return end.toordinal() - self._zero

    def used(self, part: Period) -> int:
        """From the mark of its start to the mark of its end."""
        return self.end_mark(part.end) - self.end_mark(part.start)


class Days30Ruler(DayRuler):
    """Months of 30 days: the 31st does not count, and the last day of a short month counts for the missing ones."""

    __slots__ = ("_months", "_nominal")

    def __init__(self, months: tuple[date, ...], bill_day: int) -> None:
        self._months = months
        self._nominal = min(bill_day, MONTH_DAYS)
        self.length = MONTH_DAYS * (len(months) - 1)

    def end_mark(self, end: date) -> int:
        """Days since the cycle's start, in months of 30 days."""
        whole = _months_begun(self._months, end)
        if whole == len(self._months) - 1:
            return self.length
        first = self._months[whole].replace(day=1)
        inside = days30(first, end.replace(day=1)) + min(end.day, MONTH_DAYS) - self._nominal
        return MONTH_DAYS * whole + max(0, min(inside, MONTH_DAYS))


class GridRuler:
    """Whole months (or whole cycles): each one is billed for the dearest state that was in force in it.

    So an increase counts from the start of the month that it happens in, and a decrease from the start of the next one, whatever
    else happens in that month and in whatever order it is recorded.
    """

    __slots__ = ("_marks", "length")

    def __init__(self, marks: tuple[date, ...]) -> None:
        self._marks = marks
        self.length = len(marks) - 1

    def steps(self, timeline: Timeline, start: date, end: date) -> list[Step]:
        """One step per month whose dearest state differs from the month before."""
        steps: list[Step] = []
        for index in range(_months_begun(self._marks, start), self.end_mark(end)):
            month_start = self._marks[index]
            since, state = _dearest(timeline, max(month_start, start), min(self._marks[index + 1], end))
            if not steps or state[:3] != steps[-1].state[:3]:
                steps.append(Step(month_start.isoformat() if steps else "", since if steps else start, index, state))
        return steps

    def end_mark(self, end: date) -> int:
        """Months begun before a day."""
        begun = _months_begun(self._marks, end)
        return begun if self._marks[begun] == end else begun + 1

    def used(self, part: Period) -> int:
        """Every month that it touches."""
        return self.end_mark(part.end) - _months_begun(self._marks, part.start)


def ruler(contract: BillingContract, number: int) -> Ruler:
    """The ruler for one cycle of a contract; a cycle that amended terms cut short is measured as the whole one behind it."""
    contract, number = contract.located(number)
    cadence = contract.cadence
    if contract.prorate is Prorate.DAYS:
        return DayRuler(cadence.cycle(number))
    if contract.prorate is Prorate.DAYS30:
        return Days30Ruler(cadence.months(number), cadence.bill_day)
    if contract.prorate is Prorate.MONTHS:
        return GridRuler(cadence.months(number))
    cycle = cadence.cycle(number)
    return GridRuler((cycle.start, cycle.end))


def amount_minor(cost: tuple[int, int], used: int, length: int, scale: int) -> int:
    """The rounded amount of a part of a cycle.

    Units:  cost in major units as numerator and denominator; `scale` minor units to the major one.
    """
    return half_away(cost[0] * used * scale, cost[1] * length)


def prorated(unit_price: Decimal, quantity: int, used: Period, cycle: Period, currency: Currency) -> Money:
    """Charge for the part of a cycle that was used, by actual days: the amount of one line.

    Errors: BadInput when `used` is not inside `cycle`.
    """
    if used.start < cycle.start or used.end > cycle.end:
        message = f"{used.start} to {used.end} is not inside the cycle from {cycle.start} to {cycle.end}"
        raise BadInput(message)
    numerator, denominator = unit_price.as_integer_ratio()
    return Money(amount_minor((quantity * numerator, denominator), used.days, cycle.days, 10 ** EXPONENT[currency]), currency)


def days30(start: date, end: date, month_days: int = MONTH_DAYS) -> int:
    """Days from `start` to `end` when every month has the same number of days."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * month_days + min(end.day, MONTH_DAYS) - min(start.day, MONTH_DAYS)


def _months_begun(marks: tuple[date, ...], day: date) -> int:
    """The number of the last mark that is not after a day."""
    number = len(marks) - 1
    while marks[number] > day:
        number -= 1
    return number


def _dearest(timeline: Timeline, start: date, end: date) -> tuple[date, State]:
    since, best = start, timeline.at(start)
    for day, state in timeline.within(start, end):
        if state.cost[0] * best.cost[1] >= best.cost[0] * state.cost[1]:
            since, best = day, state
    return since, best
