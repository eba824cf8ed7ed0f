"""Days on which a subscription cost something and nothing was billed, and the other way round.

Both sides are laid over the days of a month, subscription by subscription, so that it does not matter how either cuts its time: a
charge, its credit and its replacement on one side meet whatever the other made of the same change.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from work365.money import rounded
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from work365.money import Currency, Money

CENT = Fraction(1, 100)


class Side(Enum):
    """Who wrote a line. The values are what is missing on the other side."""

    COST = "cost without revenue"
    REVENUE = "revenue without cost"


@dataclass(frozen=True, slots=True)
class SidedLine:
    """A line of a supplier's bill or of an issued document.

    Attributes:
        subscription: the one that the supplier bills, also where the line is of a part of it.
        amount: in major units of `currency`, negative for a credit.
        named: how a person finds it.
    """

    side: Side
    subscription: str
    period: Period
    quantity: Decimal
    amount: Decimal
    currency: Currency
    named: str

    @property
    def daily(self) -> Fraction:
        """The amount of each of its days."""
        return Fraction(self.amount) / self.period.days

    @property
    def rounding(self) -> Fraction:
        """How far rounding may have moved its amount: suppliers cut off a cent per seat."""
        return CENT * max(Fraction(1), abs(Fraction(self.quantity)))


@dataclass(frozen=True, slots=True)
class Unmatched:
    """What one side says of a subscription and the other does not, on so many days of the month."""

    side: Side
    subscription: str
    days: int
    amount: Money
    lines: tuple[str, ...]


def unmatched(month: Period, lines: Iterable[SidedLine]) -> list[Unmatched]:
    """Cost without revenue, then revenue without cost; the largest amounts of each currency first.

    Shape: `lines` are all that touch the month, of both sides, in any order.
    """
    grouped: dict[str, list[SidedLine]] = defaultdict(list)
    for line in lines:
        if line.period.overlap(month):
            grouped[line.subscription].append(line)
    found = [gap for some in grouped.values() for side in Side for gap in _gaps(side, month, some)]
    order = list(Side)
    return sorted(found, key=lambda one: (order.index(one.side), one.amount.currency, -abs(one.amount.minor), one.subscription))


def _gaps(side: Side, month: Period, lines: Sequence[SidedLine]) -> Iterator[Unmatched]:
    """What a side says alone, by currency."""
    days: dict[Currency, int] = defaultdict(int)
    sums: dict[Currency, Fraction] = defaultdict(Fraction)
    names: dict[Currency, dict[str, None]] = defaultdict(dict)
    for piece in _pieces(month, lines):
        inside = [one for one in lines if one.period.overlap(piece)]
        mine, others = ([one for one in inside if (one.side is side) is same] for same in (True, False))
        if _weighs(others, piece):
            continue
        for code in _weighs(mine, piece):
            of_code = [one for one in mine if one.currency == code]
            days[code] += piece.days
            sums[code] += piece.days * sum(one.daily for one in of_code)
            names[code] |= dict.fromkeys(one.named for one in of_code)
    for code, count in days.items():
        yield Unmatched(side, lines[0].subscription, count, rounded(sums[code], code), tuple(names[code]))


def _pieces(month: Period, lines: Sequence[SidedLine]) -> Iterator[Period]:
    """The month, cut where a line begins or ends."""
    cuts = {month.start, month.end}
    cuts |= {day for one in lines for day in (one.period.start, one.period.end) if day in month}
    days = sorted(cuts)
    yield from (Period(start, end) for start, end in pairwise(days))


def _weighs(lines: Sequence[SidedLine], piece: Period) -> list[Currency]:
    """The currencies in which the lines come to more than their rounding, on the days of a piece."""
    sums: dict[Currency, Fraction] = defaultdict(Fraction)
    slack: dict[Currency, Fraction] = defaultdict(Fraction)
    for one in lines:
        sums[one.currency] += one.daily * piece.days
        slack[one.currency] += one.rounding * Fraction(piece.days, one.period.days)
    return [code for code, total in sums.items() if abs(total) > slack[code]]
