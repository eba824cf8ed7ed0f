"""What a change of a subscription does, or why it may not be: one rule for every door.

    event       when                          seats afterwards              status afterwards
    Quantity    active                        those that are wished; 0 rests  as before
    Price       not cancelled                 as before                     as before
    Pause       active                        0 if the contract says so     Suspended
    Resume      suspended, or 0 seats         those before it               Active
    Cancel      not cancelled                 0                             Cancelled
    Reactivate  cancelled                     those before it               Active

Seats under a term go only inside their window or from the end of the term on (work365/terms/windows.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.crediting.policy import RefundRule
from work365.errors import Refused
from work365.subscriptions.held import Status, midnight, windows_of
from work365.subscriptions.ledger import Event, Source, appended, in_order, standing
from work365.terms.windows import returnable, still_open

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from work365.subscriptions.held import Held
    from work365.subscriptions.ledger import LogRow

LIVE = (Status.ACTIVE, Status.AWAITING)
STANDING = (*LIVE, Status.SUSPENDED)
ALLOWED = {
    Event.QUANTITY: LIVE,
    Event.PRICE: STANDING,
    Event.PAUSE: LIVE,
    Event.RESUME: STANDING,
    Event.CANCEL: STANDING,
    Event.REACTIVATE: (Status.CANCELLED,),
    Event.TRANSFER: LIVE,
    Event.UPGRADE: LIVE,
}
GIVEN_BACK = {
    RefundRule.NONE: "What is paid in advance is kept to its end: no refund.",
    RefundRule.DAYS: "The days that are left are given back.",
    RefundRule.HOURS: "The hours that are left are given back.",
    RefundRule.FULL: "What is paid for the cycle is given back in full.",
}
INSTEAD = {
    Status.CANCELLED: "reactivate it first",
    Status.SUSPENDED: "resume it first",
    Status.ACTIVE: "there is nothing to do",
    Status.AWAITING: "wait until it is provisioned",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a subscription.

    Attributes:
        on: the first day on which it holds.
        quantity: seats afterwards; for an upgrade or a transfer the seats that go, None for all of them.
        unit_price: per seat and billing cycle of the contract afterwards; None leaves it.
        refund: how much of what is paid for them seats that go give back; None where nobody was asked: the days that are left.
        product, contract, into: where seats go: another product, another contract, an existing subscription.
    """

    event: Event
    on: date
    quantity: int | None = None
    unit_price: Decimal | None = None
    product: str | None = None
    contract: str | None = None
    into: str | None = None
    source: Source = Source.STAFF
    note: str = ""
    refund: RefundRule | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The rows that a change appends, how the subscription stands afterwards, and the rule in a sentence.

    Shape: `owned` says that with these rows what its price list priced has a price of its own.
    """

    rows: tuple[LogRow, ...]
    quantity: int
    unit_price: Decimal
    status: Status
    sentence: str
    owned: bool = False


def decide(held: Held, wish: Wish, now: datetime) -> Decision:
    """Apply a change of one subscription. Errors: Refused with what is wrong and what to do."""
    allow(held, wish)
    before = standing(held.rows, wish.on)
    price = before.unit_price if before.unit_price is not None else held.unit_price
    quantity = _seats(held, wish, before.quantity)
    after = price if wish.unit_price is None else wish.unit_price
    owned = held.listed and wish.event is Event.PRICE and wish.unit_price is not None
    if wish.event in (Event.QUANTITY, Event.PRICE) and (quantity, after) == (before.quantity, price) and not owned:
        message = f"{held.name} has {quantity} seats at {after:f} on {wish.on} already; there is nothing to change"
        raise Refused(message)
    if quantity > before.quantity:
        _refuse_unpaid(held, wish)
    rule = _rule(held, wish, before.quantity - quantity, now) + _given_back(wish, before.quantity - quantity)
    decision = settled(held, appended(held.rows, wish.on, quantity, after, wish.event), _status(held, wish), rule)
    return replace(decision, owned=owned)


def settled(held: Held, rows: list[LogRow], status: Status, sentence: str) -> Decision:
    """How the subscription stands once these rows are in its log."""
    last = in_order([*held.rows, *rows])[-1]
    return Decision(tuple(rows), last.quantity, last.unit_price, status, sentence)


def allow(held: Held, wish: Wish) -> None:
    """Errors: Refused when the status, the dates or a split forbid the event."""
    if held.part:
        message = (
            f"{held.name} is one payer's part of a split subscription, or what a tier above bills for one; change that one, and "
            "this follows it"
        )
        raise Refused(message)
    if held.split and wish.event in (Event.TRANSFER, Event.UPGRADE):
        message = (
            f"the seats of {held.name} are split over several payers and cannot go elsewhere; name other payers in its split"
        )
        raise Refused(message)
    if held.status not in ALLOWED[wish.event]:
        message = f"{held.name} is {held.status.value}: {wish.event.value} is not possible; {INSTEAD[held.status]}"
        raise Refused(message)
    if wish.on < held.start:
        message = f"{held.name} starts on {held.start}; a change cannot take effect on {wish.on}, before that"
        raise Refused(message)
    for name, value in (("quantity", wish.quantity), ("price", wish.unit_price)):
        if value is not None and value < 0:
            message = f"a {name} of {value} is not possible; use 0 or more"
            raise Refused(message)
    if wish.unit_price is not None and wish.event not in (Event.TRANSFER, Event.UPGRADE):
        _refuse_own_price(held, wish)


def _refuse_own_price(held: Held, wish: Wish) -> None:
    """Errors: Refused when what a price list prices on that day cannot have a price of its own."""
    message = ""
    if held.listed and held.bound_to_list:
        message = f"{held.name} is priced by its price list and can have no price of its own: {held.bound_to_list}"
    elif held.listed and wish.event is not Event.PRICE:
        message = f"{held.name} is priced by its price list; give it a price of its own by a change of the price alone"
    elif held.own_from is not None and wish.on < held.own_from:
        message = f"{held.name} is priced by its price list before {held.own_from}; change its own price from that day on"
    if message:
        raise Refused(message)


def _refuse_unpaid(held: Held, wish: Wish) -> None:
    """Errors: Refused when seats are paid first and something is open; what the supplier has sold already is not held up."""
    place = held.place
    if place.unpaid and wish.source not in (Source.PROVIDER, Source.IMPORT):
        message = (
            f"{held.name} gets no more seats before contract {place.number} is paid: {', '.join(place.unpaid)} is open, and its "
            "payment rule says that seats are paid first"
        )
        raise Refused(message)


def _seats(held: Held, wish: Wish, before: int) -> int:
    if wish.event is Event.CANCEL:
        return 0
    if wish.event is Event.PAUSE:
        return 0 if held.place.pause_stops else before
    if wish.event is Event.PRICE:
        return before
    if wish.event is Event.QUANTITY:
        if wish.quantity is None:
            message = "say how many seats it has afterwards"
            raise Refused(message)
        return wish.quantity
    return _seats_again(held, wish, before)


def _seats_again(held: Held, wish: Wish, before: int) -> int:
    """The seats of something that goes on: those that are wished, else those that it had last."""
    if wish.event is Event.RESUME and held.status is not Status.SUSPENDED and before:
        message = f"{held.name} has {before} seats and is not paused; there is nothing to resume"
        raise Refused(message)
    if wish.quantity is not None:
        return wish.quantity
    earlier = [row.quantity for row in in_order(held.rows) if row.effective <= wish.on and row.quantity]
    return before or (earlier[-1] if earlier else 0)


def _status(held: Held, wish: Wish) -> Status:
    moves = {Event.PAUSE: Status.SUSPENDED, Event.CANCEL: Status.CANCELLED}
    again = (Event.RESUME, Event.REACTIVATE)
    return Status.ACTIVE if wish.event in again else moves.get(wish.event, held.status)


def _rule(held: Held, wish: Wish, fewer: int, now: datetime) -> str:
    """The rule that applies, in a sentence. Errors: Refused when it forbids fewer seats."""
    agreed = held.agreed
    if wish.event is Event.PAUSE and not held.place.pause_stops:
        return "Billing goes on while it is paused; the contract says so."
    if agreed is None or wish.on >= agreed.end:
        return "It is bound by no term on that day: seats may come and go." if agreed is None else _at_end(agreed.end)
    if fewer <= 0:
        return f"Seats may be added at any time, at the price of the term; they end with it on {agreed.end}."
    if wish.event is Event.PAUSE:
        return "The customer is not billed while it is paused; the supplier goes on billing until the term ends."
    at = max(now, midnight(wish.on))
    until = None if agreed.said is None else agreed.said.cancel_until
    if wish.event is Event.CANCEL and until is not None and at < until:
        return f"The supplier lets it be cancelled until {until:%Y-%m-%d %H:%M} UTC."
    return reduction(held, fewer, at)


def _given_back(wish: Wish, fewer: int) -> str:
    """What becomes of the money, where somebody was asked."""
    return "" if wish.refund is None or fewer <= 0 else f" {GIVEN_BACK[wish.refund]}"


def _at_end(end: date) -> str:
    return f"The term ends on {end}; from then on seats may go."


def reduction(held: Held, fewer: int, at: datetime) -> str:
    """Why so many seats may go at a moment. Errors: Refused with the day on which it becomes possible."""
    open_ = still_open(windows_of(held), at)
    free = returnable(open_, at)
    if fewer <= free:
        until = min(window.until for window in open_)
        return f"{free} seats may be given back, the first of them until {until:%Y-%m-%d %H:%M} UTC."
    agreed = held.agreed
    end = "" if agreed is None else f" It becomes possible on {agreed.end}, when the term ends: plan it for that day."
    some = f" {free} of them may, until {min(w.until for w in open_):%Y-%m-%d %H:%M} UTC." if free else ""
    message = f"{fewer} seats of {held.name} cannot be given back on {at:%Y-%m-%d}.{some}{end}"
    raise Refused(message)
