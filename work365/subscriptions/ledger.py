"""The change log as a ledger: rows are only appended, numbered without gaps, and their deltas sum to the subscription.

A row says the seats and the price after it, and what it adds to the seats. Read in the order of their days (of one day in the
order of their numbers), the deltas run from 0 to the quantity that each row says; the last one is the subscription's quantity.

A row for a day before others that are there must not change what those say. Where a later day set the seats itself, they stay,
and a row on that day takes the difference back; where it set only the price, the new seats go on through it. Likewise for prices.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from decimal import Decimal


class Event(Enum):
    """What a row is about. The values are the labels of the choice in the table model."""

    CREATE = "Create"
    QUANTITY = "Quantity"
    PRICE = "Price"
    PAUSE = "Pause"
    RESUME = "Resume"
    CANCEL = "Cancel"
    REACTIVATE = "Reactivate"
    TRANSFER = "Transfer"
    UPGRADE = "Upgrade"
    RENEWAL = "Renewal"
    SPLIT = "Split"
    PROMOTION = "Promotion"


class Source(Enum):
    """Through which door a change came. The values are the labels of the choice in the table model."""

    STAFF = "Staff"
    PORTAL = "Portal"
    PROVIDER = "Provider"
    IMPORT = "Import"
    SCHEDULE = "Schedule"


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the change log.

    Shape: `quantity` and `unit_price` are the values after the change; `delta` is what the row adds to the seats.
    """

    sequence: int
    effective: date
    quantity: int
    delta: int
    unit_price: Decimal
    event: Event
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Seats and price on a day; no price before the first row."""

    quantity: int
    unit_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Break:
    """One way in which a subscription's log is no ledger, in words."""

    sequence: int
    message: str


def in_order(rows: Iterable[LogRow]) -> list[LogRow]:
    """The rows in the order in which they count."""
    return sorted(rows, key=lambda row: (row.effective, row.sequence))


def standing(rows: Iterable[LogRow], day: date) -> Standing:
    """Seats and price on a day, after every change of it."""
    last = next((row for row in reversed(in_order(rows)) if row.effective <= day), None)
    return Standing(0, None) if last is None else Standing(last.quantity, last.unit_price)


def appended(rows: Sequence[LogRow], day: date, quantity: int, unit_price: Decimal, event: Event) -> list[LogRow]:
    """The row that sets seats and price from a day on, and those that keep later days as they were."""
    before = standing(rows, day)
    sequence = max((row.sequence for row in rows), default=0) + 1
    first = LogRow(sequence, day, quantity, quantity - before.quantity, unit_price, event)
    return [first, *_kept(rows, before, first)]


def _kept(rows: Sequence[LogRow], before: Standing, first: LogRow) -> Iterator[LogRow]:
    """One row per later day until neither the new seats nor the new price go on."""
    days: dict[date, list[LogRow]] = defaultdict(list)
    for row in in_order(rows):
        if row.effective > first.effective:
            days[row.effective].append(row)
    old, new, shift, number = before, Standing(first.quantity, first.unit_price), first.delta, first.sequence
    for there in days.values():
        last = there[-1]
        seats_set, price_set = sum(row.delta for row in there) != 0, last.unit_price != old.unit_price
        old = Standing(last.quantity, last.unit_price)
        new = Standing(last.quantity if seats_set else new.quantity, last.unit_price if price_set else new.unit_price)
        back = -shift if seats_set else 0
        if new != old or back:
            number += 1
            yield replace(
                last,
                sequence=number,
                quantity=new.quantity,
                delta=back,
                unit_price=last.unit_price if new.unit_price is None else new.unit_price,
                event=Event.QUANTITY if back else Event.PRICE,
                reference="",
            )
        shift += back
        if new == old:
            return


def breaks(rows: Iterable[LogRow], quantity: int, last_sequence: int | None = None) -> list[Break]:
    """Every way in which a log is no ledger of a subscription with this quantity.

    Shape: `last_sequence` is what the subscription says of its newest row; None when it says nothing.
    """
    ordered = in_order(rows)
    found = [*_gaps(sorted(row.sequence for row in ordered)), *_sums(ordered)]
    total = sum(row.delta for row in ordered)
    if total != quantity:
        found.append(Break(0, f"the rows add up to {total}, the subscription says {quantity}"))
    newest = max((row.sequence for row in ordered), default=0)
    if last_sequence is not None and last_sequence != newest:
        found.append(Break(0, f"the newest row is number {newest}, the subscription says {last_sequence}"))
    return found


def _gaps(numbers: Sequence[int]) -> Iterator[Break]:
    for before, number in pairwise((0, *numbers)):
        if number == before:
            yield Break(number, f"number {number} is there twice")
        elif number != before + 1:
            missing = f"number {before + 1} is" if number == before + 2 else f"numbers {before + 1} to {number - 1} are"
            yield Break(number, f"{missing} missing")


def _sums(ordered: Sequence[LogRow]) -> Iterator[Break]:
    """The days at whose end the deltas up to then are not what the day's last row says."""
    running = 0
    for row, after in zip(ordered, [*ordered[1:], None], strict=True):
        running += row.delta
        if (after is None or after.effective != row.effective) and running != row.quantity:
            yield Break(
                row.sequence, f"row {row.sequence} says {row.quantity} from {row.effective} on, the rows add up to {running}"
            )
