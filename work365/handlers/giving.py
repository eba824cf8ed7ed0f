"""Give a promotion to a sale: a discount with its own days, and one row of the log that says so.

The row is effective on the sale's first day. So what was billed since is looked at again, and the next invoice takes off what the
promotion gives for those days; a sale that no bill has seen is billed with it from the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.catalogue.giving import chosen, grant_of, promotion_sentence
from work365.errors import Refused
from work365.ports.changing import Recorded
from work365.subscriptions.deciding import Wish, settled
from work365.subscriptions.ledger import Event, appended, standing

if TYPE_CHECKING:
    from datetime import datetime

    from work365.catalogue.promotions import Promotion
    from work365.ports.giving import GivingBook, Sold
    from work365.subscriptions.discount import Discount


@dataclass(frozen=True, slots=True)
class Given:
    """What a sale gets: the promotion, and the discount that it becomes."""

    sold: Sold
    promotion: Promotion
    discount: Discount


def offered(subscription: str, code: str, *, book: GivingBook) -> Given:
    """What a sale would get; nothing is written. Errors: Refused with the reason; NotFound."""
    sold = book.load(subscription)
    held = sold.held
    if held.part:
        message = f"{held.name} is one payer's part of a split subscription, or what a tier above bills; give it to that one"
        raise Refused(message)
    if sold.sale is None:
        message = f"{held.name} has no product or no seats yet, and a promotion is for a product; enter them on its form"
        raise Refused(message)
    if sold.has:
        message = f"{held.name} has a promotion already: {sold.has}; a sale gets one; to end it, give that discount an end date"
        raise Refused(message)
    promotion, discount = chosen(sold.promotions, sold.sale, code)
    return Given(sold, promotion, discount)


def give(given: Given, *, book: GivingBook, now: datetime) -> None:
    """Write it, once. Errors: Conflict when the subscription changed meanwhile, or has it already."""
    held, start = given.sold.held, given.discount.start or given.sold.held.start
    stands = standing(held.rows, start)
    price = held.unit_price if stands.unit_price is None else stands.unit_price
    rows = appended(held.rows, start, stands.quantity, price, Event.PROMOTION)
    decision = settled(held, rows, held.status, promotion_sentence(given.discount))
    grant = grant_of(held.id, given.promotion, given.discount)
    wish = Wish(Event.PROMOTION, start, note=decision.sentence)
    book.record(Recorded(grant.discount.id, held, wish, decision, now), grant)
