"""What of an invoiced line is earned in which calendar month: straight by days, to the cent.

Up to the end of a month a line has earned its amount times its days so far over all of its days, rounded once; a month earns the
difference to the month before. So 1,200.00 for 15 January 2026 to 14 January 2027 earns 55.89 in January (17/365) and exactly
1,200.00 in all, whatever the roundings between.

Nothing is earned before the month of the document. What a credit note or a late change says about months that are over is earned
in the month of its own document, so a later document never moves a month whose documents are all written: closed months stay
as they were journalled, and nobody has to keep what was. What is served before it is invoiced (arrears) is earned when it is
invoiced; services that are not invoiced yet are not deferred revenue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from work365.money import Money, half_away
from work365.revenue.months import month_of

if TYPE_CHECKING:
    from datetime import date

    from work365.periods import Period


@dataclass(frozen=True, slots=True)
class Booked:
    """A line of an issued document.

    Attributes:
        entity: code of the legal entity whose books it is in.
        document: its number; `line` counts from 1, as printed.
        issued: date of the document.
        product: number of the catalogue product; "" for what was written in.
        period: the days that it is about.
        amount: without tax; negative on a credit.
    """

    entity: str
    document: str
    line: int
    issued: date
    product: str
    description: str
    period: Period
    amount: Money


class Movement(NamedTuple):
    """What one line does to deferred revenue in one month.

    Shape: opening + invoiced - earned = closing.
    """

    opening: Money
    invoiced: Money
    earned: Money

    @property
    def closing(self) -> Money:
        """What is deferred at the month's end."""
        return self.opening + self.invoiced - self.earned

    @property
    def moves(self) -> bool:
        """Whether the month has anything to say about the line."""
        return any(one.minor for one in self)


def earned_before(line: Booked, end: date) -> Money:
    """What the line has earned when a month ends before the day `end`."""
    if end <= month_of(line.issued).start:
        return Money(0, line.amount.currency)
    days = min(max((end - line.period.start).days, 0), line.period.days)
    if days == line.period.days:
        return line.amount
    return Money(half_away(line.amount.minor * days, line.period.days), line.amount.currency)


def movement(line: Booked, month: Period) -> Movement:
    """What the line does in a calendar month."""
    nothing = Money(0, line.amount.currency)
    before, after = earned_before(line, month.start), earned_before(line, month.end)
    opening = line.amount - before if line.issued < month.start else nothing
    return Movement(opening, line.amount if line.issued in month else nothing, after - before)
