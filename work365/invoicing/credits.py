"""Credits: never more than what was billed and is not credited yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.invoicing.lines import Kind
from work365.money import zero

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from work365.invoicing.desired import Wanted
    from work365.money import Money


def creditable(asked: Money, billed: Money, credited: Money) -> Money:
    """The part of a credit that may be given for a line; a negative wish is a wish for nothing.

    Shape: `credited` sums up, as a positive amount, what earlier credits took from the line.
    """
    return max(zero(billed.currency), min(asked, billed - credited))


def limited(wants: Sequence[Wanted], keys: str, credited: Mapping[str, int]) -> list[Wanted]:
    """Wanted lines beside what people gave back of the same charges: a charge's credits never sum up to more than the charge.

    Shape: `credited` in minor units by slot, positive; `keys` is what the slots of these lines begin with.
    """
    left: dict[str | None, int] = {}
    lines = []
    for want in wants:
        minor = want.minor
        if want.kind is Kind.CREDIT:
            minor = -min(-minor, left.get(want.origin, -minor))
            left[want.origin] = left.get(want.origin, 0) + minor
        else:
            given = credited.get(keys + want.slot, 0)
            minor = max(minor, given)
            left[want.slot] = minor - given
        if minor or want.kind is not Kind.CREDIT:
            lines.append(want._replace(minor=minor))
    return lines
