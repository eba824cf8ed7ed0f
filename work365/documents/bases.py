"""What a percentage off is a percentage of, read off the document's own lines, so that a customer can redo the sum.

A run takes a percentage from what a subscription, or an item, is charged for the days of the discount, or from what earlier
discounts left of that. The base is whichever of these gives the discount to the cent; where neither does, because it holds for
some of the days only or moves an earlier one, nobody says a base.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.documents.described import name_of, percent_off
from work365.invoicing.discounts import percent_of
from work365.invoicing.lines import Kind
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from work365.documents.document import DocumentLine
    from work365.money import Money
    from work365.periods import Period

SEATS = frozenset({Kind.CYCLE, Kind.STUB, Kind.CREDIT, Kind.CHARGE, Kind.CORRECTION})
"""What is charged for seats."""


def with_bases(lines: Sequence[DocumentLine]) -> tuple[DocumentLine, ...]:
    """The lines, each percentage off with its base where the lines give one."""
    of: dict[str, list[DocumentLine]] = {}
    for line in lines:
        of.setdefault(line.subscription, []).append(line)
    return tuple(replace(line, base=_base(line, of[line.subscription])) if _is_percentage(line) else line for line in lines)


def gives(line: DocumentLine) -> bool:
    """Whether a discount is its percentage of its base, to the cent: those of a bundle's parts, each rounded, may not be."""
    percent = percent_off(line.description)
    return percent is not None and line.base is not None and percent_of(line.base, percent) == -line.amount


def goes_without_saying(discount: DocumentLine, printed: Iterable[DocumentLine]) -> bool:
    """Whether the base of a discount is what stands on the printed lines of what it is taken off, and gives it to the cent."""
    return gives(discount) and discount.base in (_charged(discount, printed), _named(discount, printed))


def _is_percentage(line: DocumentLine) -> bool:
    return line.kind is Kind.DISCOUNT and percent_off(line.description) is not None


def _base(discount: DocumentLine, mine: Sequence[DocumentLine]) -> Money | None:
    """The first of the sums that gives it. Shape: `mine` are the lines of its subscription, in the document's order."""
    sums = (base for base in _sums(discount, mine) if base.minor and gives(replace(discount, base=base)))
    return next(sums, None)


def _sums(discount: DocumentLine, mine: Sequence[DocumentLine]) -> Iterator[Money]:
    code, name = discount.amount.currency, name_of(discount.description)
    earlier = [one for one in mine[: mine.index(discount)] if one.kind is Kind.DISCOUNT and one.period == discount.period]
    seats, item = _charged(discount, mine), _named(discount, mine)
    yield seats
    yield seats + total((one.amount for one in earlier), code)
    yield item
    yield item + total((one.amount for one in earlier if name_of(one.description) == name), code)


def _charged(discount: DocumentLine, lines: Iterable[DocumentLine]) -> Money:
    """What the seats of its subscription are charged on its days."""
    mine = (one for one in lines if one.kind in SEATS and one.subscription and one.subscription == discount.subscription)
    return total((one.amount for one in mine if _within(one.period, discount.period)), discount.amount.currency)


def _named(discount: DocumentLine, lines: Iterable[DocumentLine]) -> Money:
    """What the lines come to that it names, such as a one-time item."""
    name, days = name_of(discount.description), discount.period
    named = (one for one in lines if one.kind is not Kind.DISCOUNT and one.description == name and one.period == days)
    return total((one.amount for one in named), discount.amount.currency)


def _within(days: Period | None, whole: Period | None) -> bool:
    if days is None or whole is None:
        return days == whole
    return whole.start <= days.start and days.end <= whole.end
