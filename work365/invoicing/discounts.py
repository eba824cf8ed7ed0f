"""Discounts: percentages of amounts that are already rounded, and amounts off, never more than there is.

A contract's percentage is taken from what each subscription is charged in each cycle. When a change moves that sum, the discount
moves with it: one line for the difference, so that the discounts of a cycle always add up to the percentage of its charges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.money import Money, half_away, split, zero

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

_HUNDRED = 100


def percent_of(amount: Money, percent: Decimal) -> Money:
    """A percentage of an amount, rounded once."""
    return Money(percent_minor(amount.minor, percent.as_integer_ratio()), amount.currency)


def percent_minor(minor: int, percent: tuple[int, int]) -> int:
    """A percentage (numerator, denominator) of an amount in minor units, rounded once."""
    return half_away(minor * percent[0], percent[1] * _HUNDRED)


def combined(subtotal: Money, percents: Sequence[Decimal] = (), fixed: Sequence[Money] = ()) -> Money:
    """What several discounts take off together: percentages of the subtotal first, then amounts, at most the subtotal."""
    taken = zero(subtotal.currency)
    for percent in percents:
        taken += percent_of(subtotal, percent)
    for amount in fixed:
        taken += amount
    return min(taken, subtotal)


def spread(discount: Money, lines: Sequence[Money]) -> list[Money]:
    """A discount divided over lines in proportion to them, to the cent, none of them below zero.

    Shape: n lines of zero or more, at least one positive; n parts in the same order.
    """
    whole = sum(line.minor for line in lines)
    return split(min(discount, Money(whole, discount.currency)), [line.minor for line in lines])
