"""Microsoft's side: the charge lines of a subscription's life.

A change is wipe and recreate: one negative row with the old quantity and one positive row with the new one, under one reference,
at the effective price: unit price x days left / days of the month in which the cycle starts (365 or 366 for a year).
Rounding is a named strategy per charge type, as the published examples print it: whole cycles, cancellations and upgrades
truncate the effective price per unit, seat changes truncate the line.

Source: Partner Center, "Common billing scenarios" (the March 2022 series, cancellation in the window, upgrades).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from local.sample.catalogue import cost
from work365.periods import plus_months

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACE = UUID("5a3d1e00-0365-5000-8000-000000000365")
CENT = Decimal("0.01")
BY_LINE = ("addQuantity", "removeQuantity")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to a subscription: `seats` after it, or another product."""

    day: date
    charge: str
    seats: int = 0
    product: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """A subscription at Microsoft.

    Attributes:
        since: when it was bought; before the first file for those that exist already.
        discount: percent off the partner's price for the term (a promotion).
        parts: the names under which one sale is charged in two rows, with their share of the price in percent.
    """

    name: str
    customer: str
    product: str
    term: str
    plan: str
    since: date
    seats: int
    events: tuple[Event, ...] = ()
    discount: int = 0
    trial: bool = False
    parts: tuple[tuple[str, int], ...] = ()

    @property
    def id(self) -> str:
        """Microsoft's id."""
        return str(uuid5(SPACE, f"subscription {self.name}"))


@dataclass(frozen=True, slots=True)
class Charge:
    """One row. Shape: `end` is inclusive, as Microsoft prints it; `sign` -1 for a credit."""

    life: Life
    charge: str
    product: str
    start: date
    end: date
    seats: int
    sign: int
    unit_price: Decimal
    effective: Fraction
    reference: str
    term_start: date
    term_end: date
    trial: bool = False
    part: str = ""

    def subtotal(self, rate: Decimal) -> Decimal:
        """The amount in the billing currency, rounded the way this charge type is."""
        unit = self.effective * Fraction(rate)
        if self.charge in BY_LINE:
            return self.sign * truncated(unit * self.seats)
        return self.sign * truncated(unit) * self.seats


def truncated(amount: Fraction) -> Decimal:
    """Two decimals, the rest cut off."""
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(CENT, ROUND_DOWN) if amount else Decimal("0.00")


def cycle_days(start: date, plan: str) -> int:
    """The days that a cycle's price stands for."""
    if plan == "Annual":
        return 366 if calendar.isleap(start.year) else 365
    return calendar.monthrange(start.year, start.month)[1]


def effective(price: Decimal, start: date, cycle_start: date, cycle_end: date, plan: str) -> Fraction:
    """The price of the days from `start` to the end of the cycle (inclusive); the whole price for the whole cycle."""
    if start == cycle_start:
        return Fraction(price)
    return Fraction(price) * ((cycle_end - start).days + 1) / cycle_days(cycle_start, plan)


@dataclass(frozen=True, slots=True)
class _Cycle:
    """One charge cycle inside a term. Shape: all ends inclusive."""

    start: date
    end: date
    term_start: date
    term_end: date
    trial: bool

    def row(self, life: Life, currency: str, *, charge: str, day: date, seats: int, sign: int, product: str) -> Charge:
        """The row that charges or credits some seats from a day to the end of the cycle."""
        full = Decimal(0) if self.trial else cost(product, currency, life.term, life.plan)
        price = effective(full * (100 - life.discount) / 100, day, self.start, self.end, life.plan)
        reference = str(uuid5(SPACE, f"{life.name} {charge} {day}"))
        return Charge(
            life, charge, product, day, self.end, seats, sign, full, price, reference, self.term_start, self.term_end, self.trial
        )


def _cycles(life: Life, until: date) -> Iterator[tuple[str, _Cycle]]:
    """The cycles with the charge type of their first row. Monthly terms renew on the clamped day, years keep their own."""
    months, length = (12 if life.plan == "Annual" else 1), (1 if life.term == "P1M" else 12)
    term_start, number, trial = life.since, 0, life.trial
    start = term_start
    while start < until:
        end = plus_months(term_start, months * (number + 1)) - ONE_DAY
        term_end = plus_months(term_start, length) - ONE_DAY
        paid_at_last = life.trial and not trial and start == plus_months(life.since, 1)
        word = "new" if start == life.since else "convert" if paid_at_last else "renew" if start == term_start else "cycleCharge"
        yield word, _Cycle(start, end, term_start, term_end, trial)
        start, number, trial = end + ONE_DAY, number + 1, False
        if start > term_end:
            term_start, number = start, 0


def charges(life: Life, currency: str, first: date, until: date) -> list[Charge]:
    """Every row that Microsoft bills from `first` up to, not including, `until`."""
    rows: list[Charge] = []
    seats, product = life.seats, life.product
    events = list(life.events)
    for word, cycle in _cycles(life, until):
        rows.append(cycle.row(life, currency, charge=word, day=cycle.start, seats=seats, sign=1, product=product))
        while events and events[0].day <= cycle.end:
            event = events.pop(0)
            old = cycle.row(life, currency, charge=event.charge, day=event.day, seats=seats, sign=-1, product=product)
            reference = str(uuid5(SPACE, f"{old.reference} {event.seats}"))
            rows.append(replace(old, reference=reference))
            if event.charge == "cancelImmediate":
                return _printed(rows, first, until)
            seats, product = event.seats, event.product or product
            new = cycle.row(life, currency, charge=event.charge, day=event.day, seats=seats, sign=1, product=product)
            rows.append(replace(new, reference=reference))
    return _printed(rows, first, until)


def _printed(rows: list[Charge], first: date, until: date) -> list[Charge]:
    return [part for row in rows if first <= row.start < until for part in _parts(row)]


def _parts(row: Charge) -> list[Charge]:
    """The rows of one sale: usually itself; some products are charged under two names."""
    shares = row.life.parts
    return [
        replace(row, effective=row.effective * share / 100, unit_price=row.unit_price * share / 100, part=name)
        for name, share in shares
    ] or [row]
