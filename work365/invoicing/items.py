"""What is billed once, beside the recurring lines: one-time items, usage, time. Each by its own rule, all on one document.

An item's key is made from the row that it stems from, so a second copy meets the first. Its amount is rounded once; discounts are
lines of their own, the item's first and the contract's from the rest, as for subscriptions (docs/adr/0001-money.md). A late fee
has none: what the contract takes off is for what it sells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from work365.errors import BadInput
from work365.invoicing.discounts import percent_of
from work365.invoicing.lines import Kind, Line
from work365.money import Currency, Money, rounded
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

_HUNDRED = 100
_DAY = timedelta(days=1)


class Mark(NamedTuple):
    """What is written on a row beside that it is billed: only if it is still the version that was read.

    Attributes:
        amount: its part of the item, before that was rounded; None for rows that do not keep it.
        markup_percent, rate: how it came about, for rows that keep that.
    """

    row: str
    version: str
    amount: Decimal | None = None
    markup_percent: Decimal | None = None
    rate: Decimal | None = None

    @property
    def kept(self) -> dict[str, Decimal]:
        """What its row keeps, by column without prefix."""
        pairs = {"billedamount": self.amount, "markuppercent": self.markup_percent, "billedrate": self.rate}
        return {name: value for name, value in pairs.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to bill once.

    Attributes:
        table, rows: where it stems from, by logical name and ids; marked as billed in the change set of its document.
        key: what its line keys begin with; unique in the tenant.
        description: printed.
        period: the days that it is about; one day for most.
        quantity: negative for something taken back.
        unit_price: per unit, in major units of the contract's currency.
        discount_percent: 0 to 100, of this item alone.
        product: id of the catalogue product; None for one written in.

    Errors: BadInput when the discount is not possible.
    """

    table: str
    rows: tuple[str, ...]
    key: str
    kind: Kind
    description: str
    period: Period
    quantity: Decimal
    unit_price: Decimal
    tax_category: str
    product: str | None = None
    discount_percent: Decimal = Decimal(0)
    due: date | None = None
    with_cycle: bool = False
    marks: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.discount_percent <= _HUNDRED:
            message = f"'{self.description}' has a discount of {self.discount_percent} percent; use 0 to 100"
            raise BadInput(message)

    def ready(self, as_of: date, *, between_cycles: bool) -> bool:
        """Whether a run of this day bills it."""
        return (self.due or self.period.start) <= as_of and not (between_cycles and self.with_cycle)

    def amount(self, code: Currency) -> Money:
        """Quantity times price, rounded once."""
        return rounded(Fraction(self.quantity) * Fraction(self.unit_price), code)


def one_day(day: date) -> Period:
    """The period of something that happened on a day."""
    return Period(day, day + _DAY)


def lines_of(item: Item, code: Currency, contract_percent: Decimal, generation: int = 0) -> Iterator[tuple[Line, str]]:
    """The lines of one item with what each is called: the item, what its own discount takes off, and the contract's.

    Shape: `generation` counts the contract's cancelled documents: an item that one of them had billed gets new keys.
    """
    left = item.amount(code)
    charged = _line(item, f"{item.key}.{generation}", item.kind, item.quantity, item.unit_price, left, None)
    yield charged, item.description
    if item.kind is Kind.FEE:
        return
    for name, percent in (("d-own", item.discount_percent), ("d", contract_percent)):
        off = percent_of(left, percent)
        if off.minor:
            left -= off
            line = _line(item, f"{item.key}/{name}.{generation}", Kind.DISCOUNT, Decimal(1), (-off).major, -off, charged.key)
            yield line, f"Discount {percent.normalize():f} % on {item.description}"


def _line(item: Item, key: str, kind: Kind, quantity: Decimal, price: Decimal, amount: Money, origin: str | None) -> Line:
    return Line(key, "", kind, None, item.period, quantity, price, (1, 1), amount, origin, item.period.start)
