"""Which lines of suppliers' bills are the cost of a customer's line.

The link is not stored. A supplier's line says its subscription and its days, an issued line says its own, and neither changes
them; so the cost of a line is found when it is asked for, whichever of the two came first. Charges lead to charges, credits to
credits. Where charges of the line's own quantity cover its days only these are its cost; otherwise every one of those days is.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.money import rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from work365.money import Currency, Money
    from work365.periods import Period


@dataclass(frozen=True, slots=True)
class CostLine:
    """A supplier's charge or credit as it stands now, its corrections included.

    Units:  `unit_cost` in the currency that the supplier prices in; `rate` its own, from that to `currency`, that of `subtotal`.

    Attributes:
        reference: the supplier's own, "" if it gave none.
        charge: in the words of the table model, such as "Cycle fee".
        quantity: the supplier's seats; the sign is that of `subtotal`.
        of: what it is for, where that is not the line's own subscription but the one that it is a part of; "" otherwise.
    """

    id: str
    bill: str
    reference: str
    charge: str
    period: Period
    quantity: Decimal
    unit_cost: Decimal | None
    rate: Decimal
    subtotal: Decimal
    currency: Currency
    of: str = ""

    @property
    def credits(self) -> bool:
        """It gives something back."""
        return self.subtotal < 0


@dataclass(frozen=True, slots=True)
class CostShare:
    """A supplier's line behind a customer's line. `days` of its days fall in that."""

    line: CostLine
    days: int

    @property
    def amount(self) -> Money:
        """The part of the supplier's amount that falls on those days, rounded by itself."""
        part = Fraction(self.line.subtotal) * Fraction(self.days, self.line.period.days)
        return rounded(part, self.line.currency)


def costs_of(period: Period, quantity: Decimal, lines: Iterable[CostLine]) -> tuple[CostShare, ...]:
    """The cost of a line, in order of days.

    Shape: `quantity` is negative for a credit; `lines` are all that suppliers billed for its subscription, in any order.
    """
    shares = [
        CostShare(one, inside.days)
        for one in lines
        if one.credits == (quantity < 0) and (inside := one.period.overlap(period)) is not None
    ]
    same = [one for one in shares if abs(one.line.quantity) == abs(quantity)]
    chosen = same if _covered(period, same) else shares
    return tuple(sorted(chosen, key=lambda one: (one.line.period.start, one.line.bill, one.line.reference, one.line.id)))


def _covered(period: Period, shares: Sequence[CostShare]) -> bool:
    """Whether every day of the period is in one of them."""
    day = period.start
    for one in sorted((share.line.period for share in shares), key=lambda held: held.start):
        if one.start > day:
            break
        day = max(day, one.end)
    return day >= period.end
