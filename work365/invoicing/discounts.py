"""Discounts: percentages of amounts that are already rounded, and amounts off, never more than there is.

A subscription's own discounts are taken first, each from what is charged on the days on which it holds; the contract's percentage
is taken from the rest. A percentage that holds for all days that are charged is one of the printed sum; any other discount is
computed exactly, piece by piece, and rounded once.

A contract's percentage is taken from what each subscription is charged in each cycle. When a change moves that sum, the discount
moves with it: one line for the difference, so that the discounts of a cycle always add up to the percentage of its charges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.money import Money, half_away, split, zero

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from work365.contracts.amount_off import AmountOff
    from work365.invoicing.proration import Ruler
    from work365.money import Currency
    from work365.periods import Period
    from work365.subscriptions.change_log import Timeline
    from work365.subscriptions.discount import Discount

_HUNDRED = 100


def percent_of(amount: Money, percent: Decimal) -> Money:
    """A percentage of an amount, rounded once."""
    return Money(percent_minor(amount.minor, percent.as_integer_ratio()), amount.currency)


def percent_minor(minor: int, percent: tuple[int, int]) -> int:
    """A percentage (numerator, denominator) of an amount in minor units, rounded once."""
    return half_away(minor * percent[0], percent[1] * _HUNDRED)


def own_minor(discount: Discount, charged: int, part: Period, ruler: Ruler, timeline: Timeline, scale: int) -> int:
    """What a subscription's own discount takes off in one cycle, rounded once, as a positive number of minor units.

    Shape: `charged` is the rounded sum of the subscription's lines in the cycle; `part` are the days that they are about.
    """
    window = discount.within(part)
    if window is None:
        return 0
    if discount.percent is not None and window == part:
        return percent_minor(charged, discount.percent.as_integer_ratio())
    steps = ruler.steps(timeline, window.start, window.end)
    marks = [*(step.mark for step in steps[1:]), ruler.end_mark(window.end)]
    off = sum(discount.per_cycle(step.state) * (end - step.mark) for step, end in zip(steps, marks, strict=True)) * scale
    return half_away(off.numerator, off.denominator * ruler.length)


def off_minor(off: AmountOff, part: Period, ruler: Ruler, scale: int) -> int:
    """What an amount off a contract comes to on the billed days of a cycle, rounded once, in minor units."""
    window = off.within(part)
    if window is None:
        return 0
    whole = off.amount.as_integer_ratio()
    return half_away(whole[0] * scale * ruler.used(window), whole[1] * ruler.length)


def shares(off: int, rests: Sequence[int], code: Currency) -> list[int]:
    """An amount in minor units divided over what is left of each, in proportion, to the cent, none of them below zero."""
    room = [max(0, rest) for rest in rests]
    if not off or not sum(room):
        return [0] * len(rests)
    return [part.minor for part in spread(Money(off, code), [Money(rest, code) for rest in room])]


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
