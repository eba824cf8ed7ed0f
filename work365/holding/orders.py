"""What a credit hold holds back: whatever gives a customer more. Never less, never a bill.

Held back are more seats, resuming, reactivating and upgrading, asked for by staff or the portal, or planned before. Fewer seats,
a pause, an end, a price and a transfer to another contract of the customer go on, and so does what the supplier did already,
renewals, invoices and charges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.subscriptions.ledger import Event, Source, standing

if TYPE_CHECKING:
    from work365.holding.hold import Hold
    from work365.subscriptions.deciding import Wish
    from work365.subscriptions.held import Held

BRINGS = (Event.RESUME, Event.REACTIVATE, Event.UPGRADE)
DONE_ALREADY = (Source.PROVIDER, Source.IMPORT)


def held_back(held: Held, wish: Wish) -> Hold | None:
    """The hold that a wish meets; None where it goes on."""
    hold = held.place.hold
    return hold if hold is not None and brings_more(held, wish) else None


def brings_more(held: Held, wish: Wish) -> bool:
    """A wish is an order: it gives the customer more, and has not happened at the supplier already."""
    if wish.source in DONE_ALREADY:
        return False
    seats = standing(held.rows, wish.on).quantity
    more = wish.event is Event.QUANTITY and wish.quantity is not None and wish.quantity > seats
    return more or wish.event in BRINGS
