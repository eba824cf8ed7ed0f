"""Which lines the customer reads, in which block each stands, and what is written in its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.contracts.policy import Policy
from work365.documents.bases import with_bases
from work365.documents.bundles import folded_parts
from work365.documents.described import reworded
from work365.documents.discounts import bases_said, folded
from work365.documents.printed import Block, LineView
from work365.documents.shown import Shown, listed
from work365.documents.small_print import fraction_of, notes_of, reductions_of
from work365.documents.template import DISCOUNT, LIST_PRICE
from work365.invoicing.lines import Kind
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date

    from work365.documents.document import Document, DocumentLine
    from work365.documents.formats import Formats
    from work365.periods import Period

ADJUSTING = frozenset({Kind.CREDIT, Kind.CHARGE, Kind.CORRECTION})
SEVERAL = 2
REGULAR = frozenset({Kind.CYCLE, Kind.STUB, Kind.MINIMUM})


def shown_lines(document: Document, writing: Formats) -> tuple[Shown, ...]:
    """The lines as the customer reads them, in print and e-invoice: bundles, list prices and discounts as the template says."""
    columns = document.template.columns
    printed = folded_parts(with_bases(document.lines), document.template.bundles)
    lines = tuple(Shown(line, listed=listed(line) if LIST_PRICE in columns else None) for line in printed)
    return bases_said(folded(lines, writing) if DISCOUNT in columns else lines)


def blocks_of(shown: Sequence[Shown], document: Document, writing: Formats) -> tuple[Block, ...]:
    """By what the lines are for; on a document for several contracts by these, or as the template says; with a subtotal each."""
    if document.template.group_by == "provider":
        return _together(shown, document, writing, lambda line: line.provider or document.seller.name)
    if document.template.group_by == "class":
        classes = writing.labels.product_classes
        return _together(shown, document, writing, lambda line: classes.get(line.product_class, classes[""]))
    if len({one.line.contract for one in shown}) >= SEVERAL:
        return _together(shown, document, writing, lambda line: f"{writing.labels.contract} {line.contract}")
    return _by_purpose(shown, document, writing)


def _together(
    shown: Sequence[Shown], document: Document, writing: Formats, title_of: Callable[[DocumentLine], str]
) -> tuple[Block, ...]:
    """A block per title, in the order in which the titles come first."""
    titles: dict[str, list[Shown]] = {}
    for one in shown:
        titles.setdefault(title_of(one.line), []).append(one)
    return tuple(_block(title, lines, document, writing) for title, lines in titles.items())


def _by_purpose(shown: Sequence[Shown], document: Document, writing: Formats) -> tuple[Block, ...]:
    billed = {line.period for line in document.lines if line.kind in REGULAR}
    current = _current_from(document)
    labels = writing.labels
    regular = labels.next_period if document.policy is Policy.ADVANCE else labels.past_period
    blocks: dict[str, list[Shown]] = {labels.adjustments: [], labels.earlier: [], regular: []}
    for one in shown:
        piece = document.policy is Policy.ARREARS and _piece(one.line, current)
        if adjusts(one.line, billed) and not piece:
            blocks[labels.adjustments].append(one)
        else:
            blocks[labels.earlier if _ended_by(one.line, current) else regular].append(one)
    if blocks[labels.adjustments] and all(one.line.kind is Kind.SURCHARGE for one in blocks[regular]):
        blocks[labels.adjustments] += blocks.pop(regular)  # it is taken of what is adjusted, and nothing else is billed
    return tuple(_block(title, lines, document, writing) for title, lines in blocks.items() if lines)


def _piece(line: DocumentLine, current: date | None) -> bool:
    """In arrears a cycle with a change in it is billed piece by piece: the later pieces are charges that correct nothing."""
    return current is not None and line.kind is Kind.CHARGE and not line.origin and not _ended_by(line, current)


def _current_from(document: Document) -> date | None:
    """First day of the newest cycle that the document bills; None when it bills none."""
    periods = [line.period for line in document.lines if line.kind in REGULAR and line.period is not None]
    newest = max((period.end for period in periods), default=None)
    return min((period.start for period in periods if period.end == newest), default=None)


def _ended_by(line: DocumentLine, day: date | None) -> bool:
    return day is not None and line.period is not None and line.period.end <= day


def adjusts(line: DocumentLine, billed: Collection[Period | None]) -> bool:
    """Whether a line mends the past rather than bills a cycle.

    Shape: `billed` holds the periods that the document bills regularly: a discount belongs to what it is taken off.
    """
    return line.kind in ADJUSTING or (line.kind is Kind.DISCOUNT and line.period not in billed)


def _block(title: str, lines: Sequence[Shown], document: Document, writing: Formats) -> Block:
    return Block(
        title=title,
        lines=tuple(_line(one, document, writing) for one in lines),
        subtotal=""
        if "subtotals" in document.template.hide
        else writing.money(total((one.line.amount for one in lines), document.currency)),
    )


def _line(one: Shown, document: Document, writing: Formats) -> LineView:
    line, hide = one.line, document.template.hide
    period = None if "dates" in hide else line.period
    quantity = None if "quantity" in hide else line.quantity
    unit_price = None if "unit_price" in hide or one.listed is not None else line.unit_price
    return LineView(
        description=reworded(line, writing),
        notes=(*(() if "notes" in hide else notes_of(line, writing)), *reductions_of(one, document, writing)),
        dates=writing.period(period) if period else "",
        quantity=writing.quantity(quantity) if quantity is not None else "",
        list_price=writing.price(one.listed.price, document.currency) if one.listed is not None else "",
        unit_price=writing.price(unit_price, document.currency) if unit_price is not None else "",
        fraction="" if "fraction" in hide else fraction_of(line, document.prorate, writing.labels),
        discount=writing.money(one.off) if one.off is not None else "",
        amount=writing.money(line.amount),
    )
