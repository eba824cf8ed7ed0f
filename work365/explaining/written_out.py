"""Lines written out as items of a scenario: each by itself, as the sum that it is."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.contracts.as_json import without_nones
from work365.money import rounded
from work365.simulating.items import Once, item_said
from work365.simulating.taxes import Prices, Rate, TaxTerms, tax_terms_said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.contracts.as_json import Json
    from work365.explaining.subject import LineBehind
    from work365.simulating.taxes import RoundedOn

ONE = Decimal(1)


def written_out(lines: Sequence[LineBehind], on: date, rounded_on: RoundedOn, *, stating_tax: bool = False) -> Json:
    """A scenario of one run that bills these lines and nothing else.

    Shape: at least one line, all with prices of one kind; `stating_tax` gives the tax of each as an amount.
    """
    prices = Prices.GROSS if lines[0].price_includes_tax else Prices.NET
    return without_nones(
        currency=lines[0].amount.currency,
        contract={"start": on.isoformat()},
        subscriptions=[],
        items=[item_said(_item(line, on, stating_tax=stating_tax)) for line in lines],
        tax=tax_terms_said(TaxTerms(prices=prices, rounded_on=rounded_on)),
        runs=[on.isoformat()],
    )


def rate_of_line(line: LineBehind) -> Rate:
    """What a line bears."""
    return Rate(amount=line.tax.major) if line.tax_percent is None else Rate(line.tax_percent, line.tax_code)


def _item(line: LineBehind, on: date, *, stating_tax: bool) -> Once:
    counted, price, fraction = _sum(line)
    quantity = counted.normalize()
    return Once(
        id=line.key or f"line {line.ordinal}",
        kind=line.kind,
        period=line.period,
        quantity=-quantity if line.priced.minor < 0 else quantity,
        unit_price=price,
        pricing=line.pricing if price is None else None,
        fraction=fraction,
        recorded=on,
        tax=Rate(amount=line.tax.major) if stating_tax else rate_of_line(line),
    )


def _sum(line: LineBehind) -> tuple[Decimal, Decimal | None, tuple[int, int]]:
    """Quantity, price and fraction whose product is the line's amount without its sign.

    Shape: no price for tiers. What is exactly what was charged or given before, and no product, is one at its amount.
    """
    quantity, fraction = abs(line.quantity), (line.used, line.whole)
    posted, code = abs(line.priced.minor), line.amount.currency
    if line.unit_price is not None:
        price = abs(line.unit_price)
        if rounded(Fraction(quantity) * Fraction(price) * Fraction(*fraction), code).minor == posted:
            return quantity, price, fraction
    elif line.pricing is not None and quantity == int(quantity):
        cost = Fraction(*line.pricing.cost(int(quantity)))
        if rounded(cost * Fraction(*fraction), code).minor == posted:
            return quantity, None, fraction
    return ONE, abs(line.priced.major), (1, 1)
