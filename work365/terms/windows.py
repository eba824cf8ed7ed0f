"""Windows: how many seats may still be given back, until when, and what comes back for them.

Each purchase, renewal and seat increase opens a window of 168 hours for its own seats: all of the money within the first 24
hours, afterwards the part for the days that are left. What the supplier says about a subscription wins over what we compute.
Source: Microsoft partner documentation, "Create a new subscription" (cancel and reduce) and "Get a subscription by id"
(`refundableQuantity`, `refundOptions`).

Which seats a reduction gives back where several windows are open is not documented: we take the newest first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.invoicing.proration import prorated
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from work365.money import Currency, Money

OPEN = timedelta(hours=168)
FULL = timedelta(hours=24)
ALERT_HOURS = (24, 48)


@dataclass(frozen=True, slots=True)
class SeatChange:
    """What opens or uses up windows: seats that came (`delta` > 0) or went, at a moment.

    Attributes:
        renewal: the term began anew: older windows are over, and all seats (`delta`) may be given back again.
        returnable: False for seats that came by an upgrade or a transfer; those open no window.
    """

    at: datetime
    delta: int
    renewal: bool = False
    returnable: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """Seats that may be given back.

    Attributes:
        seats: how many of them are left.
        full_until: before this moment all of the money comes back; None when nobody knows.
        until: before this moment they may be given back.
        came: how many there were; None where the supplier says only what is left.
    """

    seats: int
    full_until: datetime | None
    until: datetime
    came: int | None = None

    def refund(self, at: datetime, unit_price: Decimal, charge: Period, cycle: Period, currency: Currency) -> Money:
        """What comes back for all of its seats: the whole charge, or its part from this day (UTC) on.

        Units:  `unit_price` per seat and whole `cycle`, of which `charge` is the part that these seats were charged for.
        Errors: BadInput after the window, and for a charge outside the cycle.
        """
        if at >= self.until:
            message = f"these {self.seats} seats could be given back until {self.until:%Y-%m-%d %H:%M} UTC"
            raise BadInput(message)
        full = self.full_until is not None and at < self.full_until
        rest = charge if full else Period(min(max(at.date(), charge.start), charge.end), charge.end)
        return prorated(unit_price, self.seats, rest, cycle, currency)

    def alert(self, now: datetime) -> int | None:
        """24 or 48 when at most so many hours are left; None when there are more, or none."""
        left = self.until - now
        return next((hours for hours in ALERT_HOURS if timedelta(0) < left <= timedelta(hours=hours)), None)


def windows(changes: Iterable[SeatChange]) -> list[Window]:
    """The windows that a history has opened and no reduction has used up, oldest first; also those that are over by now."""
    open_: list[Window] = []
    for change in sorted(changes, key=lambda one: one.at):
        if change.renewal:
            open_ = []
        if change.delta < 0:
            open_ = _used_up(open_, -change.delta, change.at)
        elif change.delta and change.returnable:
            open_.append(Window(change.delta, change.at + FULL, change.at + OPEN, change.delta))
    return open_


def still_open(found: Sequence[Window], now: datetime) -> list[Window]:
    """The windows that are not over."""
    return [window for window in found if now < window.until]


def returnable(found: Sequence[Window], now: datetime) -> int:
    """How many seats may be given back at a moment."""
    return sum(window.seats for window in still_open(found, now))


def _used_up(found: list[Window], seats: int, at: datetime) -> list[Window]:
    """What is left after seats went: the newest window that is open gives first."""
    left: list[Window] = []
    for window in reversed(found):
        taken = min(window.seats, seats) if at < window.until else 0
        seats -= taken
        if window.seats > taken:
            left.append(replace(window, seats=window.seats - taken))
    return left[::-1]
