"""The ledger of a subscription: how known rows and new days become the rows to append.

Rows are never edited. The rows of a day carry absolute seats and price (the last one counts) and their deltas sum to the day's
step, so knowledge that arrives late is appended with the day's date and, where a later day is known already, a row on that day
takes the difference back. Appending what is known appends nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.subscriptions.ledger import Event, LogRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from work365.provisioning.days import SeatDay

REFERENCE_LENGTH = 200
"""Characters of the reference column."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A day on which the supplier replaced another number of seats than we had."""

    day: date
    ours: int
    theirs: int


def joined(references: Iterable[str]) -> str:
    """The references of a row as its column keeps them: joined while they fit, else the first and a digest of all."""
    ordered = sorted(set(references))
    text = " ".join(ordered)
    if len(text) <= REFERENCE_LENGTH:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:24]
    return f"{ordered[0][:150]} +{len(ordered) - 1} {digest}"


def _absorbed(day: SeatDay, rows: Sequence[LogRow]) -> bool:
    """The rows of this day know these transactions already."""
    known = {word for row in rows for word in row.reference.split(" ")}
    return set(day.references) <= known or joined(day.references) in {row.reference for row in rows}


def absorbed(days: Iterable[SeatDay], rows: Iterable[LogRow]) -> frozenset[str]:
    """The references whose effect the ledger holds already."""
    by_day = _by_day(rows)
    return frozenset(ref for day in days if day.day in by_day and _absorbed(day, by_day[day.day]) for ref in day.references)


def _by_day(rows: Iterable[LogRow]) -> dict[date, list[LogRow]]:
    by_day: dict[date, list[LogRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.sequence):
        by_day[row.effective].append(row)
    return by_day


def seats_by_day(rows: Sequence[LogRow], days: Sequence[SeatDay]) -> tuple[dict[date, int], list[Dispute]]:
    """The seats from each day on that is named by a row or a day, and where the supplier contradicts us."""
    known, said = _by_day(rows), {day.day: day for day in days}
    result: dict[date, int] = {}
    disputes: list[Dispute] = []
    running: int | None = None
    for when in sorted({*known, *said}):
        before = running
        if when in known:
            running = known[when][-1].quantity
        if when in said and not _absorbed(said[when], known.get(when, ())):
            day = said[when]
            expected = running if when in known and day.before == running else before
            if day.before is not None and expected is not None and expected != day.before and day.after != running:
                disputes.append(Dispute(when, expected, day.before))
            running = day.after if day.after is not None else max((running or 0) + day.net, 0)
        result[when] = running or 0
    return result, disputes


def rows_to_append(
    rows: Sequence[LogRow],
    seats: Mapping[date, int],
    prices: Mapping[date, Decimal],
    days: Sequence[SeatDay],
    marks: Iterable[date] = (),
) -> list[LogRow]:
    """What the ledger lacks.

    Shape: `seats` and `prices` have the same days; `marks` are days that get a row even if neither seats nor price changed
           (another product), unless the ledger knows their transactions.
    """
    known, said = _by_day(rows), {day.day: day for day in days}
    sequence = max((row.sequence for row in rows), default=0)
    result: list[LogRow] = []
    quantity, price = 0, None
    for when in sorted(seats):
        present = known.get(when, [])
        delta = seats[when] - quantity - sum(row.delta for row in present)
        last = present[-1] if present else None
        stands = (last.quantity, last.unit_price) if last else (quantity, price)
        marked = when in set(marks) and not (when in said and _absorbed(said[when], present))
        if delta or stands != (seats[when], prices[when]) or marked:
            sequence += 1
            event = _event(said.get(when), quantity, seats[when], delta, first=not rows and not result)
            reference = joined(said[when].references) if when in said and not _absorbed(said[when], present) else ""
            result.append(LogRow(sequence, when, seats[when], delta, prices[when], event, reference))
        quantity, price = seats[when], prices[when]
    return result


def _event(day: SeatDay | None, before: int, after: int, delta: int, *, first: bool) -> Event:
    if first:
        return Event.CREATE
    if not delta:
        return Event.PRICE
    if day is not None and day.cancels:
        return Event.CANCEL
    return (
        Event.REACTIVATE
        if before == 0 and after > 0 and day is not None and day.after == after and not day.before
        else Event.QUANTITY
    )
