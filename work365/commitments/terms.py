"""A contract's minimum and maximum, and what they come to where the contract starts or ends within a cycle.

Blocks are counted from the contract's first cycle. A cycle that the contract covers in part counts by its share, measured as the
contract prorates everything else, so half a first month asks for half a month's minimum. A cycle that a person decided never to
bill asks for nothing: the block keeps its days, and is worth a cycle less.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.invoicing.proration import ruler
from work365.money import Money, rounded
from work365.periods import Period

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.contracts.contract import BillingContract


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a contract promises.

    Attributes:
        minimum: the least net amount of a block of `cycles` whole cycles, in major units; None for none.
        maximum: the most net amount of a whole cycle; None for none.
        product, tax_category: what a shortfall or a cap is booked and taxed as.

    Errors: BadInput when the two contradict each other.
    """

    minimum: Decimal | None
    maximum: Decimal | None
    product: str
    tax_category: str
    cycles: int = 1

    def __post_init__(self) -> None:
        if any(amount is not None and amount < 0 for amount in (self.minimum, self.maximum)):
            message = "a minimum or maximum is below zero; use 0 or more, or leave it empty"
            raise BadInput(message)
        if self.minimum is not None and self.maximum is not None and self.maximum * self.cycles < self.minimum:
            message = f"a maximum of {self.maximum} a cycle can never reach the minimum of {self.minimum}; correct one of the two"
            raise BadInput(message)


@dataclass(frozen=True, slots=True)
class Span:
    """Some cycles of a contract: the days of them that it covers, and how many whole cycles these are worth.

    Attributes:
        skipped: how many of them are worth nothing, because a person decided never to bill them.
    """

    period: Period
    worth: Fraction
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Blocks:
    """A contract's cycles and blocks of cycles. Numbers of blocks count from 0; `skipped` are first days of cycles."""

    contract: BillingContract
    cycles: int = 1
    skipped: frozenset[date] = frozenset()

    def number(self, day: date) -> int:
        """The block that a day lies in; days before the contract lie in the first one."""
        first = self.contract.first_cycle
        return max(0, self.contract.cadence.number(day) - first) // self.cycles

    def block(self, number: int) -> Span | None:
        """A block; None for one that begins after the contract's end."""
        first = self.contract.first_cycle + number * self.cycles
        return self._span(range(first, first + self.cycles))

    def cycle(self, day: date) -> Span | None:
        """The cycle that a day lies in."""
        number = max(self.contract.first_cycle, self.contract.cadence.number(day))
        return self._span(range(number, number + 1))

    def _span(self, numbers: range) -> Span | None:
        limit = self.contract.cycle_limit
        billed = [number for number in numbers if limit is None or number < limit]
        if not billed:
            return None
        parts = [self.contract.billed_part(self.contract.cadence.cycle(number)) for number in billed]
        worth, skipped = Fraction(), 0
        for number, part in zip(billed, parts, strict=True):
            if self.contract.cadence.boundary(number) in self.skipped:
                skipped += 1
                continue
            measure = ruler(self.contract, number)
            worth += Fraction(measure.used(part), measure.length)
        return Span(Period(parts[0].start, parts[-1].end), worth, skipped)

    def over(self, span: Span, as_of: date) -> bool:
        """Whether the invoice on which a span is settled is due: the one made once it has ended."""
        return as_of >= span.period.end + timedelta(days=self.contract.offset_days)


def required(amount: Decimal, span: Span, cycles: int, contract: BillingContract) -> Money:
    """What an amount for so many whole cycles comes to for a span, rounded once."""
    return rounded(Fraction(amount) * span.worth / cycles, contract.currency)
