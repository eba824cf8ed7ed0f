"""A contract's unbilled supplier lines as items for its next invoice: what the supplier billed, converted, with the mark-up.

Each line is the customer's line for one line of the supplier and names it. Its price is exact to ten decimals and rounded once,
so a calculator gives the same: subtotal x rate x (100 + mark-up) / 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.currencies.rates import NoExchangeRate
from work365.errors import BadInput
from work365.invoicing.items import Item, Mark
from work365.invoicing.lines import Kind
from work365.money import Currency, ten_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from work365.periods import Period
    from work365.usage.pricing import Rates

TABLE = "w365_providerinvoiceline"
KEYS = "supplied/"
"""What the keys of such lines begin with."""
DESCRIPTION_MAX = 300
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Supplied:
    """A line of a supplier's bill that no invoice of ours has billed.

    Attributes:
        charge: in the words of the table model, such as "Cycle fee".
        reference: the supplier's own, "" if it gave none.
        quantity: seats; the sign is that of `subtotal`.
        subtotal: in major units of `currency`, negative for a credit.
        correction: it is the difference to what the supplier had said of the line before.
        version: of its row when it was read.
    """

    id: str
    version: str
    invoice: str
    reference: str
    charge: str
    period: Period
    quantity: Decimal
    subtotal: Decimal
    currency: Currency
    name: str
    product: str
    tax_category: str
    correction: bool = False


@dataclass(frozen=True, slots=True)
class SupplierTerms:
    """How a contract bills what the supplier billed.

    Attributes:
        since: the first day of charges that are billed so; earlier ones are billed by seats and days.
        markup_percent: None when nobody has said.
    """

    since: date
    markup_percent: Decimal | None
    currency: Currency
    rates: Rates


def supplied_items(lines: Iterable[Supplied], terms: SupplierTerms) -> Iterator[Item]:
    """One item per line. Errors: BadInput without a mark-up; NoExchangeRate for a charge whose day has no rate."""
    for line in lines:
        if line.period.start >= terms.since:
            yield _item(line, terms)


def _item(line: Supplied, terms: SupplierTerms) -> Item:
    if terms.markup_percent is None:
        message = "its licences are billed by the supplier's lines, but it has no mark-up; enter one, 0 to pass them on at cost"
        raise BadInput(message)
    rate = _rate(line, terms)
    price = marked_up(line.subtotal, rate, terms.markup_percent)
    return Item(
        table=TABLE,
        rows=(line.id,),
        key=f"{KEYS}{line.id}",
        kind=Kind.SUPPLIER,
        description=_description(line),
        period=line.period,
        quantity=Decimal(-1 if price < 0 else 1),
        unit_price=abs(price),
        tax_category=line.tax_category,
        product=line.product,
        marks=(Mark(line.id, line.version, price, terms.markup_percent, rate),),
    )


def marked_up(subtotal: Decimal, rate: Decimal, percent: Decimal) -> Decimal:
    """What a supplier's subtotal costs the customer, to ten decimals, in major units of the contract's currency."""
    return ten_places(Fraction(subtotal) * Fraction(rate) * (_HUNDRED + Fraction(percent)) / _HUNDRED)


def _rate(line: Supplied, terms: SupplierTerms) -> Decimal:
    """The rate of the day on which the charge starts. Errors: NoExchangeRate."""
    if line.currency == terms.currency:
        return Decimal(1)
    found = terms.rates.rate(line.currency, terms.currency, line.period.start)
    if found is None:
        raise NoExchangeRate(line.currency, terms.currency, line.period.start)
    return Decimal(found) if isinstance(found, Decimal) else ten_places(found)


def _description(line: Supplied) -> str:
    named = f", {line.reference}" if line.reference else ""
    behind = f" (supplier's invoice {line.invoice}{named})"
    seats = "" if line.correction else f", {abs(line.quantity).normalize():f}"
    what = f"{line.name}: {'correction of ' if line.correction else ''}{line.charge.lower()}{seats}"
    return what[: DESCRIPTION_MAX - len(behind)] + behind
