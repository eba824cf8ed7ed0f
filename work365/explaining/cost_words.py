"""What a line cost: a sentence for each line of a supplier's bill behind it, or that there is none."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.documents.formats import Plain
from work365.invoicing.lines import Kind
from work365.money import rounded

if TYPE_CHECKING:
    from work365.explaining.subject import LineBehind
    from work365.periods import Period
    from work365.supplied.costing import CostLine, CostShare

_PLAIN = Plain()


def cost_sentences(line: LineBehind) -> list[str]:
    """Nothing for what no supplier bills, and for a line that bills a supplier's line itself: its source says so already."""
    if line.costs is None or line.kind is Kind.SUPPLIER:
        return []
    if line.costs:
        return [_cost(one) for one in line.costs]
    if line.amount.minor < 0:
        return ["Cost: no supplier's bill credits anything for these days."]
    return ["Cost: no line of a supplier's bill is known for these days; import the bill with `w365 import provider-lines`."]


def _cost(share: CostShare) -> str:
    line = share.line
    named = f"{line.charge.lower()} of supplier's bill {line.bill}" + (f", line {line.reference}" if line.reference else "")
    of = f", for {line.of}" if line.of else ""
    if share.days == line.period.days:
        falls = "all of its days fall in this line"
    else:
        falls = f"{share.days} of its {line.period.days} days fall in this line, {_PLAIN.priced(share.amount)}"
    return f"Cost: {named}{of}, {_days(line.period)}: {_sum(line)} ({falls})."


def _sum(line: CostLine) -> str:
    """`10 x 20.00 = 200.00 EUR`; where that is not what the supplier charged, its seats and its amount."""
    amount = _PLAIN.priced(rounded(line.subtotal, line.currency))
    seats = _PLAIN.quantity(abs(line.quantity))
    price = abs(line.unit_cost or Decimal(0))
    if Fraction(abs(line.quantity)) * Fraction(price) * Fraction(line.rate) != abs(line.subtotal):
        return f"{seats} for {amount}"
    minus, converted = "-" if line.credits else "", "" if line.rate == 1 else f" x {line.rate.normalize():f}"
    return f"{minus}{seats} x {_PLAIN.price(price, line.currency)}{converted} = {amount}"


def _days(period: Period) -> str:
    first, last = period.start, period.end - timedelta(days=1)
    return _PLAIN.day(first) if first == last else f"{_PLAIN.day(first)} to {_PLAIN.day(last)}"
