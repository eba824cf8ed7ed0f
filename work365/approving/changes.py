"""A change of a subscription as an approver is shown it: what it adds or takes away a month, what comes off the price.

Amounts are seats times prices before discounts, each contract's cycles made months. They may be too high by a discount, and never
too low, so that nothing passes by it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.approving.matters import Matter
from work365.approving.request import Request
from work365.approving.thresholds import Size
from work365.money import Money, rounded
from work365.revenue.recurring import per_month
from work365.subscriptions.ledger import standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from work365.exposure.limiting import Exceeded
    from work365.ports.changing import Price, Recorded
    from work365.subscriptions.deciding import Decision, Wish
    from work365.subscriptions.held import Held

HUNDRED = Decimal(100)
OVER_THE_LIMIT, UNKNOWN = "over the credit limit by", "not known"
"""A fact, and what a fact says that nobody knows."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """Seats and price of a subscription on the day of a change, before and after it."""

    before: int
    after: int
    old: Decimal
    new: Decimal
    worth: Fraction


def of_change(held: Held, wish: Wish, recorded: Recorded | None, price: Price) -> Request:
    """The request that a change is.

    Shape: `recorded` is what it comes to by the rules as they stand; None for one that is planned and not possible today.
    """
    turn = None if recorded is None else _turn(held, recorded.decision, wish.on, price.amount)
    added = None if recorded is None else _added(recorded, turn, price.amount)
    amount = None if added is None else rounded(added, price.currency)
    what = f"{wish.event.value} of {held.name} on contract {held.place.number} from {wish.on} on"
    seats = str(wish.quantity) if turn is None and wish.quantity is not None else "" if turn is None else str(turn.after)
    return Request(
        f"{what}: {seats} seats" if seats else what, tuple(_sizes(wish, turn, amount)), _facts(held, wish, recorded, turn, price)
    )


def with_limit(request: Request, over: Exceeded) -> Request:
    """The request of an order that exceeds a credit limit: by how much is one more size of it."""
    size = Size(Matter.OVER_LIMIT, over.over_by)
    facts = {OVER_THE_LIMIT: str(size)}
    return replace(request, sizes=(*request.sizes, size), facts={**request.facts, **facts})


def _sizes(wish: Wish, turn: _Turn | None, amount: Money | None) -> Iterator[Size]:
    if amount is None or amount.minor > 0:
        yield Size(Matter.PURCHASE, amount)
    elif amount.minor < 0:
        yield Size(Matter.REDUCTION, -amount)
    if wish.unit_price is not None and (turn is None or turn.new < turn.old):
        yield Size(Matter.DISCOUNT, percent=None if turn is None else (turn.old - turn.new) / turn.old * HUNDRED)


def _facts(held: Held, wish: Wish, recorded: Recorded | None, turn: _Turn | None, price: Price) -> dict[str, str]:
    """Everything that would make an approver think again; what is empty is left out."""
    refund = wish.refund if recorded is None else recorded.wish.refund
    facts = {
        "subscription": held.id,
        "state": held.status.value,
        "seats now": str(held.quantity),
        "price now": _figure(price.amount),
        "currency": price.currency,
        "change": wish.event.value,
        "from": wish.on.isoformat(),
        "seats before": "" if turn is None else str(turn.before),
        "seats afterwards": str(wish.quantity or "") if turn is None else str(turn.after),
        "price afterwards": _figure(wish.unit_price) if turn is None else _figure(turn.new),
        "to product": wish.product or "",
        "to contract": wish.contract or "",
        "into": wish.into or "",
        "given back": "" if refund is None else refund.value,
    }
    return {name: said for name, said in facts.items() if said}


def _turn(held: Held, decision: Decision, on: date, price: Decimal | None) -> _Turn | None:
    """One side of a change; None where its price is not known."""
    if price is None:
        return None
    row = decision.rows[0]
    before = standing(held.rows, on).unit_price
    old = price if held.listed or before is None else before
    new = price if held.listed and not decision.owned else row.unit_price
    worth = row.quantity * Fraction(new) - (row.quantity - row.delta) * Fraction(old)
    return _Turn(row.quantity - row.delta, row.quantity, old, new, per_month(worth, held.terms.on(on).frequency))


def _added(recorded: Recorded, turn: _Turn | None, price: Decimal | None) -> Fraction | None:
    """What a change adds a month on every side of it; None where the price of one is not known."""
    on = recorded.wish.on
    others = [(part.held, part.decision) for part in recorded.parts if part.held.billable]
    others += [recorded.into] if recorded.into is not None else []
    sides = [turn] if recorded.held.billable else []
    sides += [_turn(one, decision, on, None if one.listed else one.unit_price) for one, decision in others]
    known = [side for side in sides if side is not None]
    if len(known) < len(sides):
        return None
    begun = _begun(recorded, price)
    return None if begun is None else sum((side.worth for side in known), Fraction(0)) + begun


def _begun(recorded: Recorded, price: Decimal | None) -> Fraction | None:
    """What the subscription costs a month that goes on with seats of another."""
    fresh = recorded.fresh
    if fresh is None:
        return Fraction(0)
    row, terms = fresh.decision.rows[0], fresh.place.contract.on(recorded.wish.on)
    same = fresh.product == recorded.held.product and recorded.held.listed
    if recorded.held.listed and not row.unit_price and not same:
        return None
    each = price if same and not row.unit_price and price is not None else row.unit_price
    return per_month(row.quantity * Fraction(each), terms.frequency)


def _figure(value: Decimal | None) -> str:
    return UNKNOWN if value is None else f"{value.normalize():f}"
