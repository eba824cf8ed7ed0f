"""What a discount by percent is taken of: the lines before it that are charged for the same days, or the item that it is on.

The percentage is the printed one. Only what comes to the posted amount is said: a discount that moved because charges changed is
the difference of two sums, and stands for itself.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.invoicing.keys import is_discount, slot_name
from work365.invoicing.lines import Kind
from work365.money import rounded, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.explaining.subject import LineBehind

_PERCENT = re.compile(r"(?P<percent>\d+(?:\.\d+)?) % on ")


def with_bases(lines: Sequence[LineBehind]) -> tuple[LineBehind, ...]:
    """The lines of a document; its discounts by percent say what they are taken of."""
    return tuple(_with_base(line, lines[:place]) for place, line in enumerate(lines))


def _with_base(line: LineBehind, before: Sequence[LineBehind]) -> LineBehind:
    named = _PERCENT.search(line.description) if line.kind is Kind.DISCOUNT and is_discount(slot_name(line.key)) else None
    charged = [one.priced for one in before if _same_place(one, line)]
    if named is None or not charged:
        return line
    percent, base = Decimal(named["percent"]), total(charged, line.amount.currency)
    taken = rounded(Fraction(base.major) * Fraction(percent) / 100, base.currency)
    return replace(line, taken_from=(percent, base)) if -taken == line.priced else line


def _same_place(one: LineBehind, line: LineBehind) -> bool:
    """Whether a line is charged, or taken off before, in the cycle or for the item that a discount is on."""
    place = line.key.rpartition("/")[0]
    return one.key.rpartition("/")[0] == place or one.key.rpartition(".")[0] == place
