"""Discounts on paper: on the discounted line itself, where the template says so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.documents.bases import gives, goes_without_saying
from work365.documents.described import NAMED, UNNAMED, percent_off
from work365.documents.shown import Reduction, Shown
from work365.invoicing.discounts import spread
from work365.invoicing.lines import Kind
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.documents.document import DocumentLine
    from work365.documents.formats import Formats
    from work365.money import Money


def folded(lines: Sequence[Shown], writing: Formats) -> tuple[Shown, ...]:
    """Every discount moved onto the lines that it is taken off, to the cent; the sum of all lines stays what it was.

    A discount belongs to the lines of its subscription and period. Where those are not plain charges (a credit, another tax), it
    stays a line of its own: it would say something else than what was billed. So does a percentage that is on several lines
    and of another sum than theirs.
    """
    result = list(lines)
    for discount in [one for one in lines if one.line.kind is Kind.DISCOUNT]:
        off = -discount.line.amount
        places = [index for index, one in enumerate(result) if _taken_off(one.line, discount.line)]
        amounts = [result[index].line.amount for index in places]
        if not places or off.minor <= 0 or off.minor > sum(amount.minor for amount in amounts):
            continue
        before = total((result[index].before for index in places), off.currency)
        if len(places) > 1 and discount.line.base not in (None, before):
            continue
        for index, part in zip(places, spread(off, amounts), strict=True):
            one = result[index]
            named = _reduction(discount.line, one, part, writing)
            line = replace(one.line, amount=one.line.amount - part)
            result[index] = replace(one, line=line, reductions=(*one.reductions, named))
        result = [one for one in result if one is not discount]
    return tuple(result)


def _taken_off(line: DocumentLine, discount: DocumentLine) -> bool:
    same = (line.subscription, line.period, line.tax_code, line.tax_percent)
    wanted = (discount.subscription, discount.period, discount.tax_code, discount.tax_percent)
    return line.kind in (Kind.CYCLE, Kind.STUB) and line.amount.minor > 0 and bool(line.subscription) and same == wanted


def bases_said(lines: Sequence[Shown]) -> tuple[Shown, ...]:
    """The lines, a discount that stands by itself with its base only where the printed lines do not say it."""
    printed = [replace(one.line, amount=one.before) for one in lines]

    def said(one: Shown) -> Shown:
        known = one.line.base is not None and goes_without_saying(one.line, printed)
        return replace(one, line=replace(one.line, base=None)) if known else one

    return tuple(map(said, lines))


def _reduction(discount: DocumentLine, one: Shown, part: Money, writing: Formats) -> Reduction:
    """A discount, or its share, on one line. What it is a percentage of is said where it is not what the line came to before."""
    name, percent, base = _name(discount, one.line, writing), percent_off(discount.description), discount.base
    if base is None or part != -discount.amount:
        return Reduction(name, part)
    exact = gives(discount)
    if base != one.before or not exact:
        name = writing.labels.discount_given_on.format(discount=name, base=writing.money(base))
    if not exact:
        return Reduction(f"{name} ({writing.labels.rounded_by_part})", part)
    return Reduction(name, part, percent, base)


def _name(discount: DocumentLine, line: DocumentLine, writing: Formats) -> str:
    """What stands under the line; that it is taken off this line need not be said there."""
    named = NAMED.fullmatch(discount.description)
    if named is None:
        return discount.description.removesuffix(f" on {line.description}")
    percent = writing.percent(Decimal(named["percent"]))
    if named["called"] == UNNAMED:
        return writing.labels.discount_given.format(discount=percent)
    return writing.labels.discount_named.format(called=named["called"], percent=percent)
