"""Credits: never more than what was billed and is not credited yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.money import zero

if TYPE_CHECKING:
    from work365.money import Money


def creditable(asked: Money, billed: Money, credited: Money) -> Money:
    """The part of a credit that may be given for a line; a negative wish is a wish for nothing.

    Shape: `credited` sums up, as a positive amount, what earlier credits took from the line.
    """
    return max(zero(billed.currency), min(asked, billed - credited))
