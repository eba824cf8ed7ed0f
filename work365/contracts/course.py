"""The course of a contract: stretches with different cycles, one after the other, as one row of cycles.

A stretch is a contract without amendments that begins on the first day of its terms and ends where the next one begins. Its
cycles are counted from its own anchor. In the course they are cut at the stretch's days and numbered through, so that each day
lies in exactly one cycle; only proration looks at the whole cycle behind a cut one (`located`).

    1 Jan         1 Feb         1 Mar   15 Mar                                       15 Mar
    |------0------|------1------|---2---|----------------------3----------------------|--    monthly, then annual from 15 March
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.periods import Period

if TYPE_CHECKING:
    from datetime import date

    from work365.contracts.contract import BillingContract


class Course:
    """The cycles of several stretches, with the same questions as `Cadence`.

    Shape: each stretch but the last one ends where the next one starts. Numbers are those of the first stretch, counted on.
    """

    __slots__ = ("_firsts", "_shifts", "_starts", "stretches")

    def __init__(self, stretches: tuple[BillingContract, ...]) -> None:
        self.stretches = stretches
        self._starts = [stretch.start for stretch in stretches]
        self._shifts = [0]
        self._firsts = [stretches[0].first_cycle]
        for before, after in pairwise(stretches):
            limit = before.cycle_limit
            first = self._shifts[-1] + (before.first_cycle if limit is None else limit)
            self._firsts.append(first)
            self._shifts.append(first - after.first_cycle)

    @property
    def bill_day(self) -> int:
        """The bill day that the contract began with."""
        return self.stretches[0].cadence.bill_day

    def on(self, day: date) -> BillingContract:
        """The stretch of a day; days before the contract have its first terms."""
        return self.stretches[self._index_on(day)]

    def located(self, number: int) -> tuple[BillingContract, int]:
        """The stretch that a cycle lies in, and the cycle's number there."""
        index = max(0, bisect_right(self._firsts, number) - 1)
        return self.stretches[index], number - self._shifts[index]

    def due_limit(self, day: date, as_of: date) -> int:
        """The number of the first cycle that is not due; `day` is the day of the run without the contract's offset."""
        index = self._index_on(day)
        return self._shifts[index] + self.stretches[index].due_limit(as_of)

    def boundary(self, number: int) -> date:
        """The first day of a cycle. Errors: BadInput outside the calendar."""
        stretch, own = self.located(number)
        first = stretch.cadence.boundary(own)
        return first if stretch is self.stretches[0] else max(first, stretch.start)

    def number(self, day: date) -> int:
        """The number of the cycle that contains a day."""
        index = self._index_on(day)
        return self._shifts[index] + self.stretches[index].cadence.number(day)

    def cycle(self, number: int) -> Period:
        """A cycle as it is cut."""
        return Period(self.boundary(number), self.boundary(number + 1))

    def containing(self, day: date) -> Period:
        """The cycle that contains a day."""
        return self.cycle(self.number(day))

    def months(self, number: int) -> tuple[date, ...]:
        """The first days of the months of the whole cycle behind a cut one, and its end."""
        stretch, own = self.located(number)
        return stretch.cadence.months(own)

    def _index_on(self, day: date) -> int:
        return max(0, bisect_right(self._starts, day) - 1)


def refuse_cut(before: BillingContract, after: BillingContract) -> None:
    """Refuse to cut what counts whole once it was begun: it would be billed on both sides of the cut.

    Errors: BadInput with the days that are possible.
    """
    for terms in (before, after):
        whole = terms.indivisible(after.start)
        if whole is not None and after.start != whole.start:
            message = (
                f"the cycles cannot change on {after.start}: with proration by {terms.prorate.value} the days from {whole.start} "
                f"to {whole.end} count whole and would be billed twice; use one of these two days, or proration by days"
            )
            raise BadInput(message)
