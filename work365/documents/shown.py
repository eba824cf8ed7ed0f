"""A line as the customer reads it: with the list price that it is compared with, and with what was taken off it.

Print and e-invoice are both made of these, so they say the same to the cent. Whatever moves onto a line: price times quantity and
fraction, less what is taken off, is its amount; and the amounts of all shown lines are the document's net.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from work365.money import total

if TYPE_CHECKING:
    from work365.documents.document import DocumentLine
    from work365.money import Money

PERCENT_PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Reduction:
    """A discount that stands on the line that it is taken off.

    Attributes:
        name: as it is printed, with its percentage where it has one.
        amount: what it takes off, positive.
        percent, base: of which base it is which percentage, to the cent; None for an amount off, or where that is not known.
    """

    name: str
    amount: Money
    percent: Decimal | None = None
    base: Money | None = None


@dataclass(frozen=True, slots=True)
class ListPrice:
    """The list price of a line whose own price is the same or lower.

    Attributes:
        price: per unit and whole billing cycle, as the line's own price.
        below: what the own price leaves of the list price on this line; negative on a credit, which gives it back.
        percent: the same in percent of the list price, see `percent_below`.
    """

    price: Decimal
    below: Money
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the document. Shape: `line.amount` is its net, with the reductions already taken off."""

    line: DocumentLine
    reductions: tuple[Reduction, ...] = ()
    listed: ListPrice | None = None

    @property
    def before(self) -> Money:
        """What quantity, price and fraction come to, before the reductions."""
        return self.line.amount + self._reduced

    @property
    def off(self) -> Money | None:
        """What the line says is taken off: reductions, and what its price is below the list's. None when that is nothing."""
        taken = self._reduced + self.listed.below if self.listed is not None else self._reduced
        return -taken if taken.minor else None

    @property
    def _reduced(self) -> Money:
        return total((one.amount for one in self.reductions), self.line.amount.currency)


def listed(line: DocumentLine) -> ListPrice | None:
    """The list price to show on a line; None where none is known, where the own price is higher, or where tiers price it.

    Shape: a line whose posted amount is not what quantity, price and fraction give (a price with its tax in it) shows none
           either: its difference to the list could not be checked.
    """
    if line.list_price is None or line.unit_price is None or line.quantity is None or not 0 <= line.unit_price <= line.list_price:
        return None
    if line.at(line.unit_price) != line.amount:
        return None
    below = line.at(line.list_price) - line.amount
    return ListPrice(line.list_price, below, percent_below(line.list_price, line.unit_price))


def percent_below(list_price: Decimal, price: Decimal) -> Decimal:
    """How much a price is below the list's, in percent, to two places, halves away from zero; 0 of a list price of 0."""
    percent = (list_price - price) * 100 / list_price if list_price else Decimal(0)
    return percent.quantize(PERCENT_PLACES, ROUND_HALF_UP)
