"""A term: the days for which seats and price are agreed, and the charges inside it.

A term ends on the same day of a later month, clamped to that month's end; the next one starts there, so that monthly terms bought
on 31 January go on from 28 February on the 28th. The charges inside one term stay anchored to its own first day.

Source: Microsoft partner documentation, "Common billing scenarios, one-time and recurring": the table of monthly terms bought on
the last day of a month, and the invoice row 29 January to 27 February. That later terms stay on the clamped day is our reading.
The supplier's own dates win over computed ones wherever it gives them.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from work365.periods import Cadence, Frequency, Period, Unit, plus_months

if TYPE_CHECKING:
    from datetime import date


class Term(Enum):
    """How long one is bound. The values are Microsoft's, and those of the column."""

    MONTH = "P1M"
    YEAR = "P1Y"
    THREE_YEARS = "P3Y"

    @property
    def months(self) -> int:
        """Its length."""
        return _MONTHS[self]

    @classmethod
    def named(cls, text: str | None) -> Term | None:
        """The term of a column's text; None when there is none, or none that we know."""
        return next((term for term in cls if term.value == text), None)

    def starting(self, day: date) -> Period:
        """The term that starts on a day."""
        return Period(day, plus_months(day, self.months))


_MONTHS = {Term.MONTH: 1, Term.YEAR: 12, Term.THREE_YEARS: 36}


def charges(term: Period, plan_months: int) -> list[Period]:
    """The charge periods of one term, anchored to its first day; the last one ends with the term.

    Units: `plan_months` is the length of the billing plan: 1, 12 or 36.
    """
    cadence = Cadence.around(term.start, term.start.day, Frequency(plan_months, Unit.MONTH))
    found: list[Period] = []
    while not found or found[-1].end < term.end:
        cycle = cadence.cycle(len(found))
        found.append(Period(cycle.start, min(cycle.end, term.end)))
    return found
