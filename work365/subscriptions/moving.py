"""Seats that go: to another product (upgrade) or another contract (transfer), all of them or some.

They end here and start there on one day, so that no day of a seat is billed twice or left out. Full: everything goes, and the
supplier's id with it. Partial: what is left stays, what goes becomes a subscription of its own with the same end, or joins one
that exists. Terms may grow by it and never shrink. Source: Microsoft partner documentation, "Transition subscriptions": targets
are active, outside their cancellation window, and end no earlier than the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.subscriptions.deciding import Decision, allow, settled
from work365.subscriptions.held import Status, windows_of
from work365.subscriptions.ledger import Event, appended, standing
from work365.terms.windows import returnable

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from work365.subscriptions.deciding import Wish
    from work365.subscriptions.held import Held, Place


@dataclass(frozen=True, slots=True)
class Fresh:
    """A subscription that starts with the seats that came. `whole`: it takes the supplier's id along."""

    place: Place
    product: str | None
    decision: Decision
    whole: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """Both sides of a move: the source, and either an existing target or a fresh one."""

    source: Decision
    into: Decision | None = None
    fresh: Fresh | None = None


def move(held: Held, wish: Wish, place: Place, into: Held | None, now: datetime) -> Moved:
    """Move seats on a day.

    Shape:  `place` is the contract that they go to, the same one for most upgrades; `into` an existing subscription on it.
    Errors: Refused with what is wrong and what to do.
    """
    allow(held, wish)
    seats = _seats(held, wish)
    _same_customer(held, place)
    price = _price(held, wish, place, into)
    _nothing_later(held, wish.on)
    before = standing(held.rows, wish.on)
    left = before.quantity - seats
    status = held.status if left else Status.CANCELLED
    own = before.unit_price if before.unit_price is not None else held.unit_price
    rows = appended(held.rows, wish.on, left, own, wish.event)
    source = settled(held, rows, status, f"{seats} seats of {held.name} end on {wish.on} and start elsewhere on the same day.")
    if into is not None:
        return Moved(source, into=_joined(held, wish, into, seats, price, now))
    first = appended((), wish.on, seats, price, Event.CREATE)
    decision = Decision(tuple(first), seats, price, Status.ACTIVE, f"{seats} seats start on {wish.on}.")
    return Moved(source, fresh=Fresh(place, wish.product or held.product, decision, whole=not left))


def _seats(held: Held, wish: Wish) -> int:
    there = standing(held.rows, wish.on).quantity
    seats = there if wish.quantity is None else wish.quantity
    if not 0 < seats <= there:
        message = f"{held.name} has {there} seats on {wish.on}; {seats} of them cannot go elsewhere"
        raise Refused(message)
    return seats


def _same_customer(held: Held, place: Place) -> None:
    if place.account != held.place.account:
        message = f"contract {place.number} belongs to another customer; choose one of the same customer"
        raise Refused(message)
    if place.ended:
        message = f"contract {place.number} has ended; choose an active one"
        raise Refused(message)
    if place.contract.currency != held.place.contract.currency:
        message = f"contract {place.number} is in {place.contract.currency}, this one in {held.place.contract.currency}"
        raise Refused(message)


def _price(held: Held, wish: Wish, place: Place, into: Held | None) -> Decimal:
    """The price there. A price is per billing cycle, so another product or another frequency needs one of its own."""
    if wish.unit_price is not None:
        return wish.unit_price
    if into is not None:
        return standing(into.rows, wish.on).unit_price or into.unit_price
    other_product = wish.product is not None and wish.product != held.product
    if other_product or place.contract.frequency != held.place.contract.frequency:
        message = "say the price per seat and billing cycle: the product or the billing frequency is another one there"
        raise Refused(message)
    if held.listed:
        message = f"say the price per seat and billing cycle: {held.name} has none of its own that could go along"
        raise Refused(message)
    return standing(held.rows, wish.on).unit_price or held.unit_price


def _nothing_later(held: Held, day: date) -> None:
    later = [row.effective for row in held.rows if row.effective > day]
    if later:
        message = f"{held.name} changes on {min(later)} already; move its seats from that day on, or take that change back"
        raise Refused(message)


def _joined(held: Held, wish: Wish, into: Held, seats: int, price: Decimal, now: datetime) -> Decision:
    """Seats that join an existing subscription."""
    allow(into, wish)
    _nothing_later(into, wish.on)
    if into.id == held.id:
        message = f"{held.name} cannot take its own seats; choose another subscription"
        raise Refused(message)
    if held.agreed is not None and into.agreed is not None:
        if into.agreed.end < held.agreed.end or into.agreed.term.months < held.agreed.term.months:
            message = f"the term of {into.name} is shorter or ends before {held.agreed.end}; a term can only grow"
            raise Refused(message)
        if wish.event is Event.UPGRADE and returnable(windows_of(into), now):
            message = f"{into.name} can still be cancelled; seats can join it once its window is over"
            raise Refused(message)
    there = standing(into.rows, wish.on).quantity
    rows = appended(into.rows, wish.on, there + seats, price, wish.event)
    return settled(into, rows, into.status, f"{seats} seats join {into.name} on {wish.on}.")
