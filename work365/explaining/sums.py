"""The sum behind a line, as a person with a calculator does it: quantity times price times fraction, tiers, a percentage.

Everything is computed from the posted line; where the posted amount is not what the printed sum gives, the sentence says why.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.contracts.policy import Prorate
from work365.crediting.policy import RefundRule
from work365.documents.formats import Plain
from work365.invoicing.lines import Kind
from work365.invoicing.rated_words import words as tiers_in_words
from work365.money import EXPONENT, Money, rounded
from work365.periods import by_the_hour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.explaining.subject import LineBehind

PLACES_SHOWN = 6
_EXACT = Decimal(10) ** -PLACES_SHOWN
_KEPT = Decimal(10) ** -10
"""What a price has at most: a value that ends there is shown whole."""
_PLAIN = Plain()
UNITS = {
    Prorate.DAYS: ("day", "days of the cycle"),
    Prorate.DAYS30: ("day", "days of the cycle, counted in months of 30 days"),
    Prorate.MONTHS: ("month", "months of the cycle"),
    Prorate.NONE: ("cycle", "cycle"),
}


def exact(line: LineBehind) -> Fraction | None:
    """What the printed sum comes to before it is rounded, with the line's sign; None for a line that has no sum."""
    if line.kind is Kind.DISCOUNT and line.taken_from is not None:
        percent, base = line.taken_from
        return -Fraction(base.major) * Fraction(percent) / 100
    if line.kind in (Kind.DISCOUNT, Kind.MINIMUM):
        return None
    if line.unit_price is None:
        whole = None if line.pricing is None else Fraction(*line.pricing.cost(int(line.quantity)))
    else:
        whole = Fraction(line.quantity) * Fraction(line.unit_price)
    if whole is None:
        return None
    part = whole * Fraction(line.used, line.whole)
    return -part if part * line.amount.minor < 0 else part


def how_much(line: LineBehind) -> Iterator[str]:
    """What the line comes to, and what its fraction is of."""
    found = exact(line)
    if found is None:
        yield f"The amount is {_PLAIN.priced(line.priced)}, rounded once." if line.unit_price is not None else _untold(line)
    elif line.taken_from is not None:
        percent, base = line.taken_from
        yield f"-{_PLAIN.percent(percent)} of {_PLAIN.money(base)} = {_result(found, line)}."
    elif line.unit_price is None:
        yield _by_tiers(line, found)
    else:
        yield from _by_price(line, line.unit_price, found)


def _by_price(line: LineBehind, unit_price: Decimal, found: Fraction) -> Iterator[str]:
    turned = found * Fraction(line.quantity) * Fraction(unit_price) < 0
    price = _PLAIN.price(unit_price, line.amount.currency)
    fraction = "" if line.used == line.whole else f" x {line.used}/{line.whole}"
    yield f"{'-' if turned else ''}{_PLAIN.quantity(line.quantity)} x {price}{fraction} = {_result(found, line)}."
    if line.used != line.whole:
        yield f"That is {_share(line)}."


def _by_tiers(line: LineBehind, found: Fraction) -> str:
    places, quantity = EXPONENT[line.amount.currency], int(line.quantity)
    made = tiers_in_words(line.pricing, quantity, places) if line.pricing else ""
    how = f"{_PLAIN.quantity(line.quantity)} are priced by tiers or packages: {made or '0'}"
    if line.used == line.whole:
        return f"{how} = {_result(found, line)}."
    cost = abs(found) * Fraction(line.whole, line.used) if line.used else Fraction(0)
    whole = _shown(Decimal(cost.numerator) / Decimal(cost.denominator), places)
    return f"{how} = {whole} for a whole cycle; {_share(line)} comes to {_result(found, line)}."


def _untold(line: LineBehind) -> str:
    no_price = f"{_PLAIN.quantity(line.quantity)} are priced by tiers or packages, so there is no single price per seat"
    return f"{no_price}; {_share(line)} comes to {_PLAIN.priced(line.priced)}."


def _result(exact: Fraction, line: LineBehind) -> str:
    """`-160.00 EUR`, or the exact value and what it is rounded to; a posted amount that differs is said to."""
    posted, computed = line.priced, rounded(exact, line.amount.currency)
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    places = EXPONENT[posted.currency]
    if posted != computed:
        return f"{_shown(value, places)}; posted is {_PLAIN.priced(posted)}, {_why_another(line, computed)}"
    if Fraction(posted.major) == exact:
        return _PLAIN.priced(posted)
    return f"{_shown(value, places)}, rounded once to {_PLAIN.priced(posted)}"


def _shown(value: Decimal, places: int) -> str:
    whole = value.quantize(_KEPT)
    shown = (whole if whole == value else value.quantize(_EXACT)).normalize()
    exponent = shown.as_tuple().exponent
    return f"{shown:.{max(places, -exponent if isinstance(exponent, int) else 0)}f}"


def _share(line: LineBehind) -> str:
    unit, of = UNITS[line.terms.prorate if line.terms else Prorate.DAYS]
    if line.used == line.whole:
        return "the whole cycle"
    if line.change is not None and line.change.refund is RefundRule.HOURS and by_the_hour(line.used, line.whole, line.period):
        return f"{line.used} of the {line.whole} hours of the cycle"
    return f"{line.used} of the {line.whole} {of}" if unit != "cycle" else f"{line.used} of {line.whole} cycles"


def _why_another(line: LineBehind, computed: Money) -> str:
    """Why a line is not what its sum gives: it repeats what was charged, or stops at what is left of that."""
    before = None if line.origin is None else abs(line.origin.amount.minor)
    if line.kind is Kind.CREDIT and before not in (None, abs(line.amount.minor)) and abs(line.priced.minor) < abs(computed.minor):
        return "which is all that is left of what was charged: the rest was given back already"
    given = line.origin is not None and line.origin.amount.minor < 0
    return f"exactly what was {'given back' if given else 'charged'} before"
