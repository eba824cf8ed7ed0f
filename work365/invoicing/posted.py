"""What is posted, slot by slot: the lines that earlier bills left, summed up to what each slot holds now."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from work365.errors import CurrencyMismatch, InvariantBroken
from work365.invoicing.keys import Version, parse
from work365.invoicing.lines import Posted
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from work365.invoicing.lines import Line
    from work365.money import Currency


class Held(NamedTuple):
    """What a slot holds.

    Attributes:
        key: the line that filled it; corrections name it as their origin.
        minor: the sum of the slot's lines.
        filled: False once it was taken out.
        version: number of the newest line, also of one that was cancelled.
        fraction: used and whole of what it holds; None when that is not known.
        void: every line of it was cancelled: it is filled as if for the first time, under a new version.
        origin: what the line that filled it names: of a credit, the charge that it takes back.
    """

    key: str
    subscription: str
    period: Period
    quantity: int | Decimal
    unit_price: Decimal | None
    minor: int
    filled: bool
    version: int
    fraction: tuple[int, int] | None = None
    void: bool = False
    origin: str | None = None


def held(posted: Sequence[Posted | Line], currency: Currency) -> dict[str, Held]:
    """The slots of posted lines.

    Errors: InvariantBroken when a key is posted twice or is not one of ours; CurrencyMismatch for a line in another currency.
    """
    slots: dict[str, list[tuple[Version, Posted | Line]]] = {}
    for line in posted:
        slot, version = parse(line.key)
        slots.setdefault(slot, []).append((version, line))
        if line.amount.currency != currency:
            message = f"line {line.key} is posted in {line.amount.currency}, but its contract is billed in {currency}"
            raise CurrencyMismatch(message)
    return {slot: _summed(lines) for slot, lines in slots.items()}


def _summed(lines: list[tuple[Version, Posted | Line]]) -> Held:
    if len(lines) > 1:
        lines.sort(key=lambda pair: pair[0])
        _each_once(lines)
    live = [pair for pair in lines if not (isinstance(pair[1], Posted) and pair[1].cancelled)]
    last, newest = lines[-1]
    if not live:
        return _filled(0, last, newest)._replace(minor=0, filled=False, void=True)
    result = _filled(0, *live[0])
    for version, line in live[1:]:
        result = _after(result, version, line)
    return result if len(live) == len(lines) else result._replace(version=last.number)


def _each_once(lines: list[tuple[Version, Posted | Line]]) -> None:
    for (version, _), (following, line) in pairwise(lines):
        if version == following:
            message = f"line {line.key} is posted twice; find out how before anything else is billed for this contract"
            raise InvariantBroken(message)


def _filled(before_minor: int, version: Version, line: Posted | Line) -> Held:
    minor = before_minor + line.amount.minor
    return Held(
        key=line.key,
        subscription=line.subscription,
        period=line.period,
        quantity=line.quantity,
        unit_price=line.unit_price,
        minor=minor,
        filled=True,
        version=version.number,
        fraction=line.fraction,
        origin=line.origin,
    )


def _after(before: Held, version: Version, line: Posted | Line) -> Held:
    if version.action == "":
        return _filled(before.minor, version, line)
    minor = before.minor + line.amount.minor
    if version.action == "r":
        return before._replace(minor=minor, filled=False, version=version.number)
    longer = line.period.start == before.period.end
    fraction = _together(before.fraction, line.fraction, longer=longer)
    return before._replace(minor=minor, period=_resized(before.period, line.period), version=version.number, fraction=fraction)


def _resized(period: Period, moved: Period) -> Period:
    """A period after its end was moved: to the end of the days added behind it, or to the start of the days taken off."""
    return Period(period.start, moved.end if moved.start == period.end else moved.start)


def _together(held: tuple[int, int] | None, moved: tuple[int, int] | None, *, longer: bool) -> tuple[int, int] | None:
    """A fraction after its end was moved; both were measured in one cycle."""
    if held is None or moved is None or held[1] != moved[1]:
        return None
    return (held[0] + moved[0] if longer else held[0] - moved[0], held[1])
