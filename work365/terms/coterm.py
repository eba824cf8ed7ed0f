"""Co-termination: which days a first term may end on, and what the stub until then costs.

A first term may end where another subscription of the customer ends (trials aside), or with a calendar month, never later than
the full term. A monthly term may not end on the 28th, 29th or 30th unless that is the end of the month. Later terms run full
length. Source: Microsoft partner documentation, "Co-terminous subscriptions" and "Get custom term end dates"; where another
subscription is renewed within the first term, its later ends count too (the documented example of a three-year term beside a
one-year term). What the supplier offers wins: it is passed as `offered`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.invoicing.billing import bill
from work365.money import Money, total
from work365.periods import Period, plus_months
from work365.subscriptions.change_log import Change, Subscription
from work365.terms.term import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from work365.contracts.contract import BillingContract
    from work365.invoicing.lines import Line

ONE_DAY = timedelta(days=1)
CALENDAR_MONTH, FULL_TERM, SUPPLIER = "end of a calendar month", "full term", "offered by the supplier"
SHORT_MONTH_ENDS = (28, 29, 30)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another subscription of the same customer, as far as its end matters. `end` is the first day after its term."""

    name: str
    end: date
    term: Term
    trial: bool = False


@dataclass(frozen=True, slots=True)
class LegalEnd:
    """A day on which the first term may end. `end` is the first day after it; `last_day` is what people and Microsoft say."""

    end: date
    why: tuple[str, ...]

    @property
    def last_day(self) -> date:
        """The last day of the term."""
        return self.end - ONE_DAY


def legal_ends(
    start: date, term: Term, neighbours: Iterable[Neighbour] = (), *, offered: Iterable[date] | None = None
) -> list[LegalEnd]:
    """Every end that a first term may have, in order of days; the last one is the full term.

    Shape: `offered` are first days after the term, from the supplier; None computes them.
    """
    full = term.starting(start).end
    why: dict[date, list[str]] = {}
    if offered is None:
        for name, end in _computed(start, full, neighbours):
            if start < end <= full and _allowed(end, term):
                why.setdefault(end, []).append(name)
    else:
        why = {end: [SUPPLIER] for end in offered if start < end <= full}
    why.setdefault(full, []).append(FULL_TERM)
    return [LegalEnd(end, tuple(dict.fromkeys(why[end]))) for end in sorted(why)]


def chosen_end(legal: Sequence[LegalEnd], end: date) -> LegalEnd:
    """The legal end that a person chose, as the first day after the term. Errors: Refused with the nearest legal ones."""
    for one in legal:
        if one.end == end:
            return one
    near = sorted(legal, key=lambda one: abs(one.end - end))[:3]
    days = ", ".join(str(one.last_day) for one in sorted(near, key=lambda one: one.end))
    message = f"a term cannot end on {end - ONE_DAY}; the nearest days on which it can are {days}"
    raise Refused(message)


def _computed(start: date, full: date, neighbours: Iterable[Neighbour]) -> Iterable[tuple[str, date]]:
    first = start.replace(day=1)
    month = plus_months(first, 1)
    while month <= full:
        yield CALENDAR_MONTH, month
        month = plus_months(month, 1)
    for one in neighbours:
        end, ends = one.end, 0
        while not one.trial and end <= full:
            yield one.name, end
            ends += 1
            end = plus_months(one.end, ends * one.term.months)


def _allowed(end: date, term: Term) -> bool:
    """A monthly term ends on the 28th, 29th or 30th only where that is the month's last day."""
    last = end - ONE_DAY
    return term is not Term.MONTH or last.day not in SHORT_MONTH_ENDS or end.day == 1


@dataclass(frozen=True, slots=True)
class Stub:
    """A first term that is shorter than a full one, priced by the lines that the invoices will carry.

    Attributes:
        fraction: its days, and the days of the full term.
        lines: what the contract's invoices will bill for it, cycle by cycle.
        price: their sum.
    """

    period: Period
    fraction: tuple[int, int]
    lines: tuple[Line, ...]
    price: Money


def stub(contract: BillingContract, start: date, end: date, term: Term, *, seats: int, unit_price: Decimal) -> Stub:
    """Price a first term before anybody confirms it, by the code that will bill it.

    Units: `unit_price` per seat and billing cycle of the contract.
    """
    period = Period(start, end)
    log = (Change("stub", start, seats, unit_price=unit_price),)
    priced = bill(contract, [Subscription("stub", start, changes=log, end=end)], (), as_of=contract.cadence.containing(end).end)
    fraction = (period.days, term.starting(start).days)
    return Stub(period, fraction, priced.lines, total((line.amount for line in priced.lines), contract.currency))
