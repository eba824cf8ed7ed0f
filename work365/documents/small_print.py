"""What a line says beside its figures: the part of the cycle, the change behind it, and what was taken off it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.contracts.policy import Prorate
from work365.documents.bases import gives
from work365.documents.described import credits_line
from work365.invoicing.lines import Kind
from work365.periods import by_the_hour

if TYPE_CHECKING:
    from work365.documents.document import ChangeNamed, Document, DocumentLine
    from work365.documents.formats import Formats
    from work365.documents.labels import Labels
    from work365.documents.shown import Shown

CORRECTING = frozenset({Kind.CREDIT, Kind.CHARGE, Kind.CORRECTION, Kind.DISCOUNT})


def reductions_of(one: Shown, document: Document, writing: Formats) -> tuple[str, ...]:
    """The small print about what is taken off a line: its own price, then each discount by its name."""
    own: tuple[str, ...] = ()
    if one.listed is not None and one.listed.percent and one.line.unit_price is not None:
        price, percent = writing.price(one.line.unit_price, document.currency), writing.percent(one.listed.percent)
        own = (writing.labels.own_price.format(price=price, percent=percent),)
    return (*own, *(reduction.name for reduction in one.reductions))


def fraction_of(line: DocumentLine, prorate: Prorate, labels: Labels) -> str:
    """What the price was multiplied by. A whole month for some of its days is said too: the dates look like less."""
    if line.fraction is None or line.kind is Kind.DISCOUNT:
        return ""
    used, whole = line.fraction
    if used == whole and (line.kind is Kind.CYCLE or prorate in (Prorate.DAYS, Prorate.DAYS30)):
        return ""
    if line.change is not None and line.change.hourly and line.period and by_the_hour(used, whole, line.period):
        return f"{used}/{whole} {labels.hours}"
    if prorate is Prorate.NONE:
        return labels.whole_cycle
    word = {Prorate.DAYS: labels.days, Prorate.MONTHS: labels.months_used, Prorate.DAYS30: labels.days_30}[prorate]
    return f"{used}/{whole} {word}"


def notes_of(line: DocumentLine, writing: Formats) -> tuple[str, ...]:
    """The small print of a line: the change behind it, or that it corrects one, if its description does not say so; its users."""
    users = (writing.labels.users.format(names=", ".join(line.users)),) if line.users else ()
    if line.base is not None and not gives(line):
        rounding = writing.labels.rounded_by_part
        return (f"{rounding[:1].upper()}{rounding[1:]}", *users)
    if line.change is not None:
        return (_change(line.change, writing), *users)
    if line.origin and line.kind in CORRECTING and not credits_line(line):
        return (writing.labels.discount_moved if line.kind is Kind.DISCOUNT else writing.labels.correction, *users)
    return users


def _change(change: ChangeNamed, writing: Formats) -> str:
    labels = writing.labels
    if change.event == "Cancel":
        what = labels.change_cancel
    elif change.delta:
        what = labels.change_quantity.format(before=change.quantity - change.delta, after=change.quantity)
    elif change.event == "Price":
        what = labels.change_price
    else:
        what = labels.change_other.format(event=labels.events.get(change.event, change.event), after=change.quantity)
    return labels.change.format(sequence=change.sequence, what=what, effective=writing.short_day(change.effective))
