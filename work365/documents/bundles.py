"""Bundles on paper: the parts that are not to be seen, folded into the line of their bundle.

The bundle's line has the bundle's seats, and its amount is the sum of what was posted for it and for its hidden parts; so the
lines of the document still sum to its net. Where the bundle posted no line of its own (one that costs nothing by itself posts no
change), a part's line stands under the bundle's name. What is folded together has one kind, period, fraction and tax.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.documents.template import Bundles
from work365.invoicing.lines import Kind
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from work365.documents.document import ChangeNamed, DocumentLine, Part
    from work365.money import Money

FOLDING = frozenset({Kind.CYCLE, Kind.STUB, Kind.CREDIT, Kind.CHARGE, Kind.CORRECTION, Kind.DISCOUNT})
"""What is charged for seats. What a part was metered is no share of the bundle's price: it stays a line of its own."""
PRICE_PLACES_MAX = 10


def folded_parts(lines: Sequence[DocumentLine], printing: Bundles) -> tuple[DocumentLine, ...]:
    """The lines, hidden parts in those of their bundles, every other one as it is. Amounts and taxes sum to what they did."""
    parts = {line.subscription: line.part for line in lines if line.part is not None and _hidden(line.part, printing)}
    if not parts:
        return tuple(lines)
    bundles = {part.bundle for part in parts.values()}
    names = {line.subscription: line.description for line in lines if line.kind in FOLDING - {Kind.DISCOUNT}}
    groups: dict[Hashable, list[DocumentLine]] = {}
    for place, line in enumerate(lines):
        bundle = parts[line.subscription].bundle if line.subscription in parts else line.subscription
        folds = bundle in bundles and line.kind in FOLDING
        groups.setdefault((bundle, *_alike(line, names)) if folds else place, []).append(line)
    return tuple(shown for group in groups.values() for shown in _folded(group, parts, names))


def _hidden(part: Part, printing: Bundles) -> bool:
    return part.hidden if printing is Bundles.AS_SOLD else printing is Bundles.ONE_LINE


def _alike(line: DocumentLine, names: Mapping[str, str]) -> tuple[Hashable, ...]:
    """What lines must agree on to be one."""
    change = (line.change.event, line.change.effective) if line.change is not None else None
    discount = _called(line, names) if line.kind is Kind.DISCOUNT else ""
    measured = (line.kind, line.period, line.fraction, change, bool(line.origin))
    return (*measured, line.tax_percent, line.tax_code, line.contract, discount)


def _called(discount: DocumentLine, names: Mapping[str, str]) -> str:
    """A discount's name without what it is taken off."""
    taken_off = names.get(discount.subscription)
    if taken_off is None:
        return discount.description.rpartition(" on ")[0] or discount.description
    return discount.description.removesuffix(f" on {taken_off}")


def _folded(group: Sequence[DocumentLine], parts: Mapping[str, Part], names: Mapping[str, str]) -> Iterable[DocumentLine]:
    """The line of a bundle out of those that are alike; the lines themselves where none of them is of a hidden part."""
    hidden = [line for line in group if line.subscription in parts and line.kind in FOLDING]
    if not hidden:
        return group
    own = next((line for line in group if line.subscription not in parts), None)
    head = own or _as_bundle(hidden[0], parts[hidden[0].subscription], names)
    code = head.amount.currency
    whole = replace(
        head, amount=total((line.amount for line in group), code), tax=total((line.tax for line in group), code), part=None
    )
    if whole.kind is Kind.DISCOUNT:
        return [replace(whole, unit_price=whole.priced.major, base=_base(group))]
    price = _per_seat(whole.quantity, [(line.quantity, line.unit_price) for line in group])
    listed = _per_seat(whole.quantity, [(line.quantity, line.list_price) for line in group])
    checked = price is not None and whole.at(price) == whole.priced  # amounts that were rounded one by one may be a cent off
    return [replace(whole, unit_price=price if checked else None, list_price=listed)]


def _base(discounts: Sequence[DocumentLine]) -> Money | None:
    """What they are percentages of, together; None where one of them does not say it."""
    bases = [one.base for one in discounts if one.base is not None]
    return total(bases, bases[0].currency) if bases and len(bases) == len(discounts) else None


def _as_bundle(line: DocumentLine, part: Part, names: Mapping[str, str]) -> DocumentLine:
    """A part's line as one of its bundle: by the bundle's name, with the bundle's seats."""
    if line.kind is Kind.DISCOUNT:
        return replace(line, subscription=part.bundle, description=f"{_called(line, names)} on {part.bundle_name}")
    seats = None if line.quantity is None or line.quantity % part.per_seat else line.quantity / part.per_seat
    change = None if line.change is None else _of_bundle(line.change, part.per_seat)
    return replace(line, subscription=part.bundle, description=part.bundle_name, quantity=seats, change=change)


def _of_bundle(change: ChangeNamed, per_seat: int) -> ChangeNamed | None:
    """The change of a part in seats of its bundle; None where it was no change of these."""
    if change.quantity % per_seat or change.delta % per_seat:
        return None
    return replace(change, quantity=change.quantity // per_seat, delta=change.delta // per_seat)


def _per_seat(seats: Decimal | None, priced: Iterable[tuple[Decimal | None, Decimal | None]]) -> Decimal | None:
    """What the prices of all lines come to per seat of the bundle; None where one has none, or where it has too many places."""
    exact = Fraction(0)
    for quantity, price in priced:
        if quantity is None or price is None:
            return None
        exact += Fraction(quantity) * Fraction(price)
    if not seats:
        return None
    scaled = exact / Fraction(seats) * 10**PRICE_PLACES_MAX
    return Decimal(scaled.numerator).scaleb(-PRICE_PLACES_MAX) if scaled.denominator == 1 else None
