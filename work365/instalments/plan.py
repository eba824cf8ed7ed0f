"""A sum in parts: when each is due, how much it is, and what is left.

The surcharge is added to the whole and rounded once; the whole is then split without losing a cent, so the first parts are one
cent larger where it does not divide. Each part becomes a one-time item with a key of its own, which is billed when its day comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from work365.errors import BadInput
from work365.ids import derived
from work365.money import Currency, Money, exactly, rounded, split, total
from work365.periods import Cadence, Frequency, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

_HUNDRED = 100
REST = 0
"""The number of the item that bills what is left at once."""


class Rest(Enum):
    """What becomes of what is left when a plan ends early. The values are the words of the table model."""

    BILL = "Bill"
    WRITE_OFF = "Write off"


class Part(NamedTuple):
    """One instalment; `number` counts from 1."""

    number: int
    due: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Plan:
    """An instalment plan.

    Attributes:
        commitment: what is paid in all, without the surcharge, in major units.
        every_months: months between two instalments.
        ended_on, rest, decided_by: an early end, and who decided what becomes of the rest.

    Errors: BadInput when it cannot be split, or ends early without a decision.
    """

    id: str
    name: str
    description: str
    currency: Currency
    commitment: Decimal
    parts: int
    first_due: date
    surcharge_percent: Decimal = Decimal(0)
    every_months: int = 1
    ended_on: date | None = None
    rest: Rest | None = None
    decided_by: str = ""

    def __post_init__(self) -> None:
        if self.parts < 1 or self.every_months < 1 or self.surcharge_percent < 0 or self.commitment < 0:
            message = "a plan needs an amount, a surcharge of 0 or more, at least one part, and a month or more between parts"
            raise BadInput(message)
        exactly(self.commitment, self.currency)
        if self.ended_on is not None and (self.rest is None or not self.decided_by):
            message = "it ends early without a decision on the rest; choose Bill or Write off, and say who decided"
            raise BadInput(message)

    @property
    def whole(self) -> Money:
        """The commitment with its surcharge, rounded once."""
        return rounded(Fraction(self.commitment) * (1 + Fraction(self.surcharge_percent) / _HUNDRED), self.currency)

    def instalments(self) -> list[Part]:
        """Every part with its day; a day that a month does not have is that month's last one."""
        cadence = Cadence.around(self.first_due, self.first_due.day, Frequency(self.every_months, Unit.MONTH))
        amounts = split(self.whole, [1] * self.parts)
        return [Part(number, cadence.boundary(number - 1), amount) for number, amount in enumerate(amounts, start=1)]

    def item(self, number: int) -> str:
        """The id of the item that bills an instalment, or of the rest."""
        return derived("instalment", self.id, str(number))

    def called(self, number: int) -> str:
        """What is printed for an instalment, or for the rest."""
        if number == REST:
            return f"{self.description}, rest of the instalments"
        surcharge = f", with {self.surcharge_percent.normalize():f} % surcharge" if self.surcharge_percent else ""
        return f"{self.description}, instalment {number} of {self.parts}{surcharge}"


class Kept(NamedTuple):
    """An item of a plan as its row says it; `state` is its billing state's word."""

    id: str
    due: date
    amount: Money
    state: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a plan is. `written_off` is neither billed nor left."""

    commitment: Money
    billed: Money
    left: Money
    written_off: Money


def standing(plan: Plan, items: Sequence[Kept]) -> Standing:
    """What was billed, and what is left of the whole."""
    code = plan.currency
    billed = total((item.amount for item in items if item.state == "Billed"), code)
    left = plan.whole - billed
    if plan.rest is not Rest.WRITE_OFF or plan.ended_on is None or _from(plan, items, plan.ended_on):
        return Standing(plan.whole, billed, left, Money(0, code))
    still = total((item.amount for item in items if item.state == "Unbilled"), code)
    return Standing(plan.whole, billed, still, left - still)


def missing(plan: Plan, items: Iterable[Kept]) -> list[Part]:
    """Instalments without an item."""
    there = {item.id for item in items}
    return [part for part in plan.instalments() if plan.item(part.number) not in there]


def ending(plan: Plan, items: Sequence[Kept], ended_on: date) -> tuple[list[Kept], Part | None]:
    """What an early end takes out, and the item that bills it at once, if that was decided.

    Shape: instalments that were due before the end stay as they are; those that have no item yet count for the rest.
    """
    out = _from(plan, items, ended_on)
    unmade = [part.amount for part in missing(plan, items) if part.due >= ended_on]
    amounts = [*(item.amount for item in out), *unmade]
    if not amounts or plan.rest is not Rest.BILL:
        return out, None
    return out, Part(REST, ended_on, total(amounts, plan.currency))


def _from(plan: Plan, items: Iterable[Kept], first: date) -> list[Kept]:
    """The unbilled instalments from a day on."""
    return [item for item in items if item.state == "Unbilled" and item.due >= first and item.id != plan.item(REST)]
