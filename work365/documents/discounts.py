"""Discounts on paper: in the reader's words, and on the discounted line itself where the template says so."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.invoicing.discounts import spread
from work365.invoicing.lines import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.documents.document import DocumentLine
    from work365.documents.formats import Formats
    from work365.money import Money

NAMED = re.compile(r"Discount (?P<percent>\d+(?:\.\d+)?) % on (?P<name>.+)", re.DOTALL)
"""How a run describes a discount on the posted line."""


@dataclass(frozen=True, slots=True)
class Discounted:
    """A line as it is printed: with the discount that it carries, and the discount's name.

    Attributes:
        off: what was taken off, negative; None when nothing was.
    """

    line: DocumentLine
    off: Money | None = None
    name: str = ""


def reworded(line: DocumentLine, writing: Formats) -> str:
    """The description; a discount that a run has named is named in the reader's language."""
    named = NAMED.fullmatch(line.description) if line.kind is Kind.DISCOUNT else None
    if named is None:
        return line.description
    percent = writing.percent(Decimal(named["percent"]))
    return writing.labels.discount_line.format(percent=percent, name=named["name"])


def folded(lines: Sequence[DocumentLine], writing: Formats) -> tuple[Discounted, ...]:
    """Every discount moved onto the lines that it is taken off, to the cent; the sum of all lines stays what it was.

    A discount belongs to the lines of its subscription and period. Where those are not plain charges (a credit, another tax), it
    stays a line of its own: it would say something else than what was billed.
    """
    result = [Discounted(line) for line in lines]
    for discount in [one for one in lines if one.kind is Kind.DISCOUNT]:
        places = [index for index, one in enumerate(result) if _taken_off(one, discount)]
        amounts = [result[index].line.amount for index in places]
        if not places or discount.amount.minor >= 0 or -discount.amount.minor > sum(amount.minor for amount in amounts):
            continue
        for index, part in zip(places, spread(-discount.amount, amounts), strict=True):
            line = result[index].line
            result[index] = Discounted(replace(line, amount=line.amount - part), -part, _name(discount, writing))
        result = [one for one in result if one.line is not discount]
    return tuple(result)


def _taken_off(one: Discounted, discount: DocumentLine) -> bool:
    line = one.line
    same = (line.subscription, line.period, line.tax_code, line.tax_percent)
    wanted = (discount.subscription, discount.period, discount.tax_code, discount.tax_percent)
    charged = line.kind in (Kind.CYCLE, Kind.STUB) and line.amount.minor > 0
    return one.off is None and charged and bool(line.subscription) and same == wanted


def _name(discount: DocumentLine, writing: Formats) -> str:
    named = NAMED.fullmatch(discount.description)
    percent = writing.percent(Decimal(named["percent"])) if named else ""
    return writing.labels.discount_given.format(discount=percent) if percent else discount.description
