"""A missed cycle, as a person is shown it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from work365.money import Money
    from work365.periods import Period


@dataclass(frozen=True, slots=True)
class Missed:
    """One unbilled cycle that waits for a decision, and what it would be billed; whether the prices include the tax.

    Shape: `cycle` are the days of it that are billed.
    """

    cycle: Period
    amount: Money
    with_tax: bool = False
