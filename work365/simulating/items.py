"""What a scenario bills once, beside subscriptions: one-time items, usage, time, suppliers' charges, and any line by itself.

An item is quantity times price. What it is made of may be told part by part: records of usage or time with their quantities,
sums that were kept to ten decimals, a supplier's cost with its rate and mark-up. A line by itself, such as a credit that a person
gave, is an item with the fraction or the tiers that the line has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from work365.contracts.as_json import without_nones
from work365.invoicing.items import Item, lines_of
from work365.invoicing.lines import Kind, Line
from work365.money import rounded
from work365.periods import Period
from work365.simulating.prices import MOST_SEATS, pricing, pricing_said
from work365.simulating.taxes import rate_of, rate_said
from work365.strict_json import choice, day, each, members, needed, number, optional, refuse, shown, signed, text
from work365.supplied.charging import KEYS as SUPPLIER_KEYS
from work365.supplied.charging import marked_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.contracts.as_json import Json
    from work365.contracts.contract import BillingContract
    from work365.pricing import Pricing
    from work365.simulating.taxes import Rate

MOST_PARTS = 10_000
_DAY = timedelta(days=1)
_FRACTION = re.compile(r"([0-9]{1,9})/([0-9]{1,9})", re.ASCII)
KEYS = {Kind.USAGE: "usage/", Kind.SUPPLIER: SUPPLIER_KEYS}
"""How the keys of what counts for a commitment begin, as in the monthly run."""
_ONE, _ZERO, _HUNDRED = Decimal(1), Decimal(0), Decimal(100)


@dataclass(frozen=True, slots=True)
class Part:
    """A row that an item is made of: a quantity of it, or an amount in major units, both with their sign.

    Attributes:
        less: of the amount, what was billed for it before.
        cost, rate, markup_percent: how the amount came about, for what a supplier charges.
    """

    id: str
    quantity: Decimal | None = None
    amount: Decimal | None = None
    less: Decimal | None = None
    cost: Decimal | None = None
    rate: Decimal = _ONE
    markup_percent: Decimal = _ZERO

    @property
    def counts(self) -> Decimal:
        """What it adds to the quantity, or to the amount."""
        if self.quantity is not None:
            return self.quantity
        amount = self.amount if self.cost is None else marked_up(self.cost, self.rate, self.markup_percent)
        return (amount or _ZERO) - (self.less or _ZERO)


@dataclass(frozen=True, slots=True)
class Once:
    """One thing to bill once.

    Attributes:
        recorded: the first day of a run that bills it; None for its first day, for usage the day on which its cycle is over.
        quantity: with its sign; None where the parts say it.
        unit_price: in major units; None where tiers price it, or its parts are amounts.
        fraction: used and whole.
        tax: what it bears, if not what the scenario says for everything.
    """

    id: str
    kind: Kind
    period: Period
    quantity: Decimal | None
    unit_price: Decimal | None
    pricing: Pricing | None = None
    fraction: tuple[int, int] = (1, 1)
    discount_percent: Decimal = _ZERO
    parts: tuple[Part, ...] = ()
    recorded: date | None = None
    tax: Rate | None = None

    @property
    def key(self) -> str:
        """What the keys of its lines begin with."""
        return KEYS.get(self.kind, "") + self.id.removeprefix(KEYS.get(self.kind, ""))

    @property
    def with_cycle(self) -> bool:
        """It waits for the invoice of a cycle, as usage does."""
        return self.kind is Kind.USAGE and self.recorded is None

    def due(self, contract: BillingContract) -> date:
        """The first day of a run that bills it."""
        if self.recorded is not None:
            return self.recorded
        if self.kind is not Kind.USAGE:
            return self.period.start
        over = contract.cadence.containing(self.period.start).end
        return (over if contract.end is None else min(over, contract.end)) + timedelta(days=contract.offset_days)

    def lines(self, contract: BillingContract, generation: int = 0) -> Iterator[Line]:
        """The item and what discounts take off it; a line by itself is that line alone."""
        quantity, price = self.counted
        if self.pricing is None and self.fraction == (1, 1):
            item = Item(
                "", (), self.key, self.kind, self.id, self.period, quantity, price or _ZERO, "", None, self.discount_percent
            )
            yield from (line for line, _ in lines_of(item, contract.currency, contract.discount_percent, generation))
            return
        amount = rounded(self._cost(quantity, price) * Fraction(*self.fraction), contract.currency)
        yield Line(
            f"{self.key}.{generation}",
            "",
            self.kind,
            None,
            self.period,
            quantity,
            price,
            self.fraction,
            amount,
            None,
            self.period.start,
        )

    @property
    def counted(self) -> tuple[Decimal, Decimal | None]:
        """Quantity and price, as a line prints them."""
        if not self.parts:
            return (_ONE if self.quantity is None else self.quantity), self.unit_price
        whole = sum((part.counts for part in self.parts), _ZERO)
        if self.unit_price is not None or self.pricing is not None:
            return whole, self.unit_price
        return (-_ONE if whole < 0 else _ONE), abs(whole)

    def _cost(self, quantity: Decimal, price: Decimal | None) -> Fraction:
        if self.pricing is None:
            return Fraction(quantity) * Fraction(price or 0)
        cost = Fraction(*self.pricing.cost(abs(int(quantity))))
        return -cost if quantity < 0 else cost


def item(value: object, path: str) -> Once:
    """One item. Errors: BadInput, with the path of what is wrong."""
    row = members(value, path, "id kind start end quantity unit_price pricing fraction discount_percent parts recorded tax")
    start = needed(row, path, "start", day)
    end = optional(row, path, "end", day) or start + _DAY
    if end < start:
        refuse(f"{path}.end", f"it ends on {end}, before it starts on {start}; correct one of the two dates")
    one = Once(
        id=needed(row, path, "id", text),
        kind=optional(row, path, "kind", choice(Kind)) or Kind.ONE_TIME,
        period=Period(start, end),
        quantity=optional(row, path, "quantity", signed),
        unit_price=optional(row, path, "unit_price", signed),
        pricing=optional(row, path, "pricing", pricing),
        fraction=optional(row, path, "fraction", _fraction) or (1, 1),
        discount_percent=optional(row, path, "discount_percent", number) or _ZERO,
        parts=optional(row, path, "parts", each(MOST_PARTS, _part)) or (),
        recorded=optional(row, path, "recorded", day),
        tax=optional(row, path, "tax", rate_of),
    )
    _refuse_unclear(one, path)
    return one


def item_said(one: Once) -> Json:
    """The same in the words that `item` reads."""
    used, whole = one.fraction
    return without_nones(
        id=one.id,
        kind=one.kind.value,
        start=one.period.start.isoformat(),
        end=one.period.end.isoformat(),
        recorded=None if one.recorded is None else one.recorded.isoformat(),
        quantity=_said(one.quantity),
        unit_price=_said(one.unit_price),
        pricing=pricing_said(one.pricing),
        fraction=None if one.fraction == (1, 1) else f"{used}/{whole}",
        discount_percent=_said(one.discount_percent) if one.discount_percent else None,
        parts=[_part_said(part) for part in one.parts] or None,
        tax=rate_said(one.tax),
    )


def _refuse_unclear(one: Once, path: str) -> None:
    """What could be read in two ways."""
    amounts = [part for part in one.parts if part.quantity is None]
    if one.parts and one.quantity is not None:
        refuse(f"{path}.quantity", "its 'parts' say how much it is; leave one of the two out")
    if amounts and (one.unit_price is not None or one.pricing is not None):
        refuse(f"{path}.parts", "amounts are not priced again; give each part a 'quantity', or leave the price out")
    if amounts and len(amounts) < len(one.parts):
        refuse(f"{path}.parts", "give all parts a 'quantity', or all an amount")
    if one.unit_price is None and one.pricing is None and not amounts:
        refuse(
            f"{path}.unit_price", "the price is missing; give a string such as \"7.99\", or 'pricing', or 'parts' with amounts"
        )
    quantity, _ = one.counted
    if one.pricing is not None and (quantity % 1 or abs(quantity) > MOST_SEATS):
        refuse(f"{path}.quantity", f"tiers and packages price a whole quantity of at most {MOST_SEATS}")
    if one.discount_percent > _HUNDRED:
        refuse(f"{path}.discount_percent", f"{one.discount_percent} percent is not possible; use 0 to 100")
    if one.discount_percent and (one.pricing is not None or one.fraction != (1, 1)):
        refuse(f"{path}.discount_percent", "a line by itself has no discount; give that as an item of its own")


def _part(value: object, path: str) -> Part:
    row = members(value, path, "id quantity amount less cost rate markup_percent")
    quantity, amount, cost = (optional(row, path, name, signed) for name in ("quantity", "amount", "cost"))
    if sum(one is not None for one in (quantity, amount, cost)) != 1:
        refuse(path, "give a 'quantity', an 'amount' or a 'cost', one of the three")
    given: dict[str, Any] = {name: optional(row, path, name, number) for name in ("rate", "markup_percent")}
    if cost is None and any(one is not None for one in given.values()):
        refuse(path, "'rate' and 'markup_percent' belong to a 'cost'")
    less = optional(row, path, "less", signed)
    if quantity is not None and less is not None:
        refuse(f"{path}.less", "this is taken off an amount, not off a quantity")
    marked = {name: one for name, one in given.items() if one is not None}
    return Part(needed(row, path, "id", text), quantity, amount, less, cost, **marked)


def _part_said(part: Part) -> Json:
    marked = part.cost is not None
    return without_nones(
        id=part.id,
        quantity=_said(part.quantity),
        amount=_said(part.amount),
        cost=_said(part.cost),
        rate=_said(part.rate) if marked else None,
        markup_percent=_said(part.markup_percent) if marked else None,
        less=_said(part.less) if part.less else None,
    )


def _fraction(value: object, path: str) -> tuple[int, int]:
    found = _FRACTION.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[2]) == 0:
        refuse(path, f'{shown(value)} is not a fraction; give the part used and the whole, such as "16/31"')
    return int(found[1]), int(found[2])


def _said(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
