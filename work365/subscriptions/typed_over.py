"""Seats and prices that somebody typed over on a subscription, whose change log says others.

Every change writes both, the row of the log and what the subscription shows: what the newest row by day says, also where its
day is still to come. Where they differ, a person, or a program of theirs, has changed the subscription alone. Billing that would
be undone by the next row of the log, and nobody was asked about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from work365.subscriptions.ledger import Standing


def differs(shown: Standing, logged: Standing | None) -> str:
    """What a subscription shows and what its log says, in words; "" where that is the same, or nothing is logged yet.

    Shape: without a price, the price list of its contract prices it.
    """
    if logged is None:
        return ""
    seats = "" if shown.quantity == logged.quantity else f"{shown.quantity} seats, and there are {logged.quantity}"
    return "; ".join(filter(None, (seats, price_differs(shown, logged))))


def price_differs(shown: Standing, logged: Standing | None) -> str:
    """The same of the price alone."""
    if logged is None or shown.unit_price == logged.unit_price:
        return ""
    price = "the price of its list" if shown.unit_price is None else f"a price of {_plain(shown.unit_price)}"
    return f"{price}, and it is {_plain(logged.unit_price)}"


def _plain(price: Decimal | None) -> str:
    return "that of its list" if price is None else f"{price.normalize():f}"
