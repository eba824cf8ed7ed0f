"""What a file would change in a price list: prices added, changed and removed, and whom it is about.

A row of the file is compared with the price that the list has for its place on its first day; the same price again is no change,
so that importing a file twice changes nothing. What was found is named by a hash; that hash is what a person approves.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.catalogue.prices import in_force
from work365.planning import fingerprint
from work365.provisioning.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from work365.catalogue.prices import Price
    from work365.catalogue.sold import Sold
    from work365.provisioning.terms import Plan

_HUNDRED = Decimal(100)
_TENTH = Decimal("0.1")


class Kind(Enum):
    """What happens to a price. The values are the labels of the choice in the table model."""

    ADDED = "Added"
    CHANGED = "Changed"
    REMOVED = "Removed"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One price of a file.

    Attributes:
        number: the product's; for Microsoft's ProductId:SkuId.
        amount, cost: per seat and billing-plan period, in major units of `currency`.
        valid_to: first day on which it can no longer be sold.
        market, segment: "" when the file does not say.
        line: where it stands in the file.
    """

    number: str
    terms: Terms
    tier_from: int
    valid_from: date
    amount: Decimal
    currency: str
    cost: Decimal | None = None
    valid_to: date | None = None
    market: str = ""
    segment: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """One price that is not as the file has it. `day` is the first day of the new price, or the first day without one."""

    kind: Kind
    product: str
    number: str
    term: str
    plan: Plan
    tier_from: int
    day: date
    old: Decimal | None = None
    old_cost: Decimal | None = None
    new: Decimal | None = None
    new_cost: Decimal | None = None
    valid_to: date | None = None

    @property
    def place(self) -> str:
        """What makes it the only one of its kind in a plan."""
        return f"{self.number} {self.term} {self.plan.value} {self.tier_from} {self.day}"

    @property
    def percent(self) -> Decimal | None:
        """By how much the price moves, to a tenth; None where there is no price before or after."""
        if not self.old or self.new is None:
            return None
        return ((self.new - self.old) * _HUNDRED / self.old).quantize(_TENTH)


@dataclass(frozen=True, slots=True)
class Compared:
    """A file against a list. `strangers` are numbers of products that the catalogue does not have."""

    differences: tuple[Difference, ...]
    unchanged: int
    strangers: tuple[str, ...]

    def count(self, kind: Kind) -> int:
        """How many differences of a kind there are."""
        return sum(one.kind is kind for one in self.differences)


def compared(
    rows: Iterable[SheetRow], products: Mapping[str, str], prices: Sequence[Price], *, today: date, whole: Iterable[str]
) -> Compared:
    """Compare a file with a list.

    Shape: `products` are ids by lower-case number; `prices` are the list's rows; `whole` are ids of the products of which the
           file says every price, so that one that it lacks is no longer sold.
    """
    theirs: dict[tuple[str, str, Plan], list[Price]] = {}
    for price in prices:
        theirs.setdefault((price.product, price.term, price.plan), []).append(price)
    found: dict[str, Difference] = {}
    said: set[tuple[str, str, Plan, int]] = set()
    strangers: set[str] = set()
    unchanged = 0
    for row in rows:
        product = products.get(row.number.lower())
        if product is None:
            strangers.add(row.number)
            continue
        said.add((product, row.terms.term, row.terms.plan, row.tier_from))
        one = _difference(row, product, theirs.get((product, row.terms.term, row.terms.plan), ()))
        if one is None:
            unchanged += 1
        else:
            found[one.place] = one
    numbers = {product: number for number, product in products.items()}
    for (product, term, plan), some in theirs.items():
        if product in set(whole):
            found |= {one.place: one for one in _removed(in_force(some, Terms(term, plan), today), said, numbers, today)}
    ordered = sorted(found.values(), key=lambda one: (one.kind.value, one.place))
    return Compared(tuple(ordered), unchanged, tuple(sorted(strangers)))


def _difference(row: SheetRow, product: str, prices: Sequence[Price]) -> Difference | None:
    holding = in_force(prices, row.terms, row.valid_from)
    before = next((price for price in holding if price.tier_from == row.tier_from), None)
    if before is not None and _same(row, before):
        return None
    return Difference(
        Kind.ADDED if before is None else Kind.CHANGED,
        product,
        row.number,
        row.terms.term,
        row.terms.plan,
        row.tier_from,
        row.valid_from,
        None if before is None else before.amount,
        None if before is None else before.cost,
        row.amount,
        row.cost,
        row.valid_to,
    )


def _same(row: SheetRow, before: Price) -> bool:
    """A price without an end is still sold, also one that a file lacked once; a cost that a file does not say is as it was."""
    return row.valid_to == before.valid_to and row.amount == before.amount and (row.cost is None or row.cost == before.cost)


def _removed(
    holding: Iterable[Price], said: set[tuple[str, str, Plan, int]], numbers: Mapping[str, str], today: date
) -> Iterable[Difference]:
    for price in holding:
        if (price.product, price.term, price.plan, price.tier_from) not in said:
            number = numbers[price.product]
            old = (price.amount, price.cost)
            yield Difference(Kind.REMOVED, price.product, number, price.term, price.plan, price.tier_from, today, *old)


def plan_hash(price_list: str, differences: Iterable[Difference]) -> str:
    """What names a set of differences: the same ones always have the same hash."""
    told = [
        "|".join([one.kind.value, one.place, *(_told(value) for value in (one.old, one.new, one.new_cost, one.valid_to))])
        for one in differences
    ]
    return fingerprint(price_list, told)


def _told(value: Decimal | date | None) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else value.isoformat()


@dataclass(frozen=True, slots=True)
class Effect:
    """Whom a difference is about: subscriptions and seats, and what it does to the margin of one billing-plan period.

    Shape: `margin` in major units of the list's currency; None where a price or a cost is not known.
    """

    subscriptions: int
    seats: int
    margin: Decimal | None


def effect_of(difference: Difference, sold: Iterable[Sold]) -> Effect:
    """The effect once every one of them has renewed at the new price."""
    theirs = [one for one in sold if one.product == difference.product and one.terms == Terms(difference.term, difference.plan)]
    seats = sum(one.quantity for one in theirs)
    known = (difference.old, difference.new, difference.old_cost, difference.new_cost)
    if any(value is None for value in known):
        return Effect(len(theirs), seats, None)
    old, new, old_cost, new_cost = (value or Decimal(0) for value in known)
    return Effect(len(theirs), seats, ((new - old) - (new_cost - old_cost)) * seats)
