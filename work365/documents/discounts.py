"""Discounts on paper: on the discounted line itself, where the template says so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.documents.described import NAMED, UNNAMED
from work365.documents.shown import Reduction, Shown
from work365.invoicing.discounts import spread
from work365.invoicing.lines import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.documents.document import DocumentLine
    from work365.documents.formats import Formats


def folded(lines: Sequence[Shown], writing: Formats) -> tuple[Shown, ...]:
    """Every discount moved onto the lines that it is taken off, to the cent; the sum of all lines stays what it was.

    A discount belongs to the lines of its subscription and period. Where those are not plain charges (a credit, another tax), it
    stays a line of its own: it would say something else than what was billed.
    """
    result = list(lines)
    for discount in [one for one in lines if one.line.kind is Kind.DISCOUNT]:
        off = -discount.line.amount
        places = [index for index, one in enumerate(result) if _taken_off(one.line, discount.line)]
        amounts = [result[index].line.amount for index in places]
        if not places or off.minor <= 0 or off.minor > sum(amount.minor for amount in amounts):
            continue
        for index, part in zip(places, spread(off, amounts), strict=True):
            one = result[index]
            named = Reduction(_name(discount.line, one.line, writing), part)
            line = replace(one.line, amount=one.line.amount - part)
            result[index] = replace(one, line=line, reductions=(*one.reductions, named))
        result = [one for one in result if one is not discount]
    return tuple(result)


def _taken_off(line: DocumentLine, discount: DocumentLine) -> bool:
    same = (line.subscription, line.period, line.tax_code, line.tax_percent)
    wanted = (discount.subscription, discount.period, discount.tax_code, discount.tax_percent)
    return line.kind in (Kind.CYCLE, Kind.STUB) and line.amount.minor > 0 and bool(line.subscription) and same == wanted


def _name(discount: DocumentLine, line: DocumentLine, writing: Formats) -> str:
    """What stands under the line; that it is taken off this line need not be said there."""
    named = NAMED.fullmatch(discount.description)
    if named is None:
        return discount.description.removesuffix(f" on {line.description}")
    percent = writing.percent(Decimal(named["percent"]))
    if named["called"] == UNNAMED:
        return writing.labels.discount_given.format(discount=percent)
    return writing.labels.discount_named.format(called=named["called"], percent=percent)
