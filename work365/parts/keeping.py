"""What the log of a part lacks to say what a rule wants: seats and a price for every day.

A part is a subscription of its own on a contract that pays, so that everything that holds for a subscription holds for it: it is
prorated, corrected when something is learned late, explained, and settled once. Splits make parts of some seats for several
payers (work365/splitting), tiers of resellers parts of all seats, one above the other (work365/reselling).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from work365.ids import derived
from work365.parts.dated import in_force
from work365.subscriptions.change_log import winners
from work365.subscriptions.ledger import Event, appended, standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from work365.subscriptions.change_log import Change
    from work365.subscriptions.ledger import LogRow, Standing


ROWS_MAX = 900
"""What one change set may write, a little below the vendor's limit of 1,000."""


class Bought(NamedTuple):
    """How many seats there are from a day on."""

    day: date
    seats: int


class Seats(NamedTuple):
    """Seats and price from a day on."""

    day: date
    quantity: int
    unit_price: Decimal


def part_id(purpose: str, subscription: str, payer: str) -> str:
    """The id of the row of a payer's part. Shape: `purpose` says which rule makes it, such as "split"."""
    return derived("subscription", purpose, subscription, payer)


def bought(changes: Sequence[Change], end: date | None) -> list[Bought]:
    """The seats of a subscription as billing counts them; none after its end."""
    found = [Bought(change.effective, change.quantity) for change in winners(changes)]
    return found if end is None else [*(one for one in found if one.day < end), Bought(end, 0)]


def seats_on(found: Sequence[Bought], day: date) -> int:
    """How many there are on a day. Shape: `found` in the order of its days."""
    there = in_force(found, day)
    return there.seats if there else 0


def lacking(rows: Sequence[LogRow], wanted: Sequence[Seats], event: Event | None = None) -> list[LogRow]:
    """The rows that turn a log into one that says what is wanted on every day. A log without seats is not begun.

    Shape: `event` is what a row after the first is about; None says it by what the row changes.
    """
    log = list(rows)
    for day in sorted({one.day for one in wanted} | {row.effective for row in rows}):
        now, target = standing(log, day), in_force(wanted, day)
        seats = 0 if target is None else target.quantity
        price = now.unit_price if target is None else target.unit_price
        begun = bool(log) or seats > 0
        if begun and price is not None and (now.quantity, now.unit_price) != (seats, price):
            log += appended(log, day, seats, price, (event or _event(now, seats)) if log else Event.CREATE)
    return log[len(rows) :]


def _event(before: Standing, seats: int) -> Event:
    return Event.PRICE if before.quantity == seats else Event.QUANTITY
