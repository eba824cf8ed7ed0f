"""From one month's recurring revenue to the next, and from there to what was invoiced.

    opening + new + expansion - contraction - churn +/- price +/- exchange = closing

Opening is what the day before the month was worth a month, closing what its last day is: each month opens with what the last one
closed. Seats move by customer: of one who had nothing everything is new, of one who ends with nothing everything is churn, of any
other more is expansion and less is contraction. What the same seats cost more or less is price, also by a discount that begins or
ends. All of a month is valued at the rate of its last day; what that rate does to the opening is exchange.

Every amount is the difference of two rounded values of one subscription, so rows add up to bars and bars to the closing, to the
cent, whatever is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from work365.money import Money, rounded, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from fractions import Fraction

    from work365.money import Currency
    from work365.periods import Period
    from work365.revenue.recurring import Running, Worth

_DAY = timedelta(days=1)


class Rates(Protocol):
    """Exchange rates by day."""

    def rate(self, source: Currency, target: Currency, on: date) -> Fraction:
        """Units of `target` for one of `source`; 1 for the same currency. Errors: NoExchangeRate."""


class Bar(Enum):
    """Why recurring revenue moved."""

    NEW = "new"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"
    PRICE = "price"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True)
class Row:
    """One movement: what it did to a month of one subscription, and the change behind it where there is one."""

    bar: Bar
    of: Running
    day: date
    amount: Money
    change: str | None = None


class Gap(NamedTuple):
    """From the closing of one subscription to what was invoiced for it in the month.

    Shape: closing = invoiced + part_months + not_invoiced + other_months.

    Attributes:
        part_months: the month's days are worth less or more than its last day's month: changes within it, and cycles of weeks or
            of another length.
        not_invoiced: its days less what documents say about them: service that is not billed yet (arrears, skipped cycles), and
            amounts off; what stays there in advance is a leak.
        other_months: what documents say about its days less what was invoiced in it: paid ahead, or made good later.
    """

    of: Running
    closing: Money
    part_months: Money
    not_invoiced: Money
    other_months: Money
    invoiced: Money


@dataclass(frozen=True, slots=True)
class Bridge:
    """One month in one currency.

    Attributes:
        gaps: of every subscription that is worth something or was invoiced.
    """

    month: Period
    currency: Currency
    opening: Money
    closing: Money
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]

    def bar(self, bar: Bar) -> Money:
        """The sum of a bar's rows; negative for what was lost."""
        return total((row.amount for row in self.rows if row.bar is bar), self.currency)

    def gap(self, name: str) -> Money:
        """The sum of one part of the gaps."""
        return total((getattr(gap, name) for gap in self.gaps), self.currency)


class Invoiced(NamedTuple):
    """What documents say about one subscription in one month, in their currency and major units.

    Attributes:
        about: of its days.
        dated: of the documents issued in it.
    """

    currency: Currency
    about: Fraction
    dated: Fraction


def bridge(
    month: Period, running: Sequence[Running], invoiced: Mapping[str, Invoiced], rates: Rates, currency: Currency
) -> Bridge:
    """The bridge of a calendar month.

    Shape:  `invoiced` by the id of the subscription.
    Errors: NoExchangeRate.
    """
    known = _customers(running, month)
    moves = [_moved(one, month, known[one.account], rates, currency) for one in running]
    gaps = [
        _gap(one, month, moved.closing, invoiced.get(one.subscription.id), rates)
        for one, moved in zip(running, moves, strict=True)
    ]
    return Bridge(
        month,
        currency,
        total((moved.opening for moved in moves), currency),
        total((moved.closing for moved in moves), currency),
        tuple(row for moved in moves for row in moved.rows),
        tuple(gap for gap in gaps if any(amount.minor for amount in gap[1:])),
    )


class _Customer(NamedTuple):
    """Whether a customer was worth something before the month, and whether it is at its end."""

    had: bool
    has: bool

    def bar(self, minor: int) -> Bar:
        """What more or fewer seats are to it."""
        if self.had and self.has:
            return Bar.EXPANSION if minor > 0 else Bar.CONTRACTION
        if self.had == self.has:  # came and went within the month
            return Bar.NEW if minor > 0 else Bar.CHURN
        return Bar.NEW if self.has else Bar.CHURN


class _Moved(NamedTuple):
    opening: Money
    closing: Money
    rows: list[Row]


def _customers(running: Iterable[Running], month: Period) -> dict[str, _Customer]:
    had: set[str] = set()
    has: set[str] = set()
    accounts: set[str] = set()
    for one in running:
        accounts.add(one.account)
        if one.on(month.start - _DAY).month:
            had.add(one.account)
        if one.on(month.end - _DAY).month:
            has.add(one.account)
    return {account: _Customer(account in had, account in has) for account in accounts}


def _moved(one: Running, month: Period, customer: _Customer, rates: Rates, currency: Currency) -> _Moved:
    """The movements of one subscription: the differences of its values, each rounded."""
    before = one.on(month.start - _DAY)
    opening = value = _shown(before.month, one.currency, currency, rates, month.start - _DAY)
    rows: list[Row] = []
    for bar, day, worth, change in _steps(one, month, before):
        after = _shown(worth, one.currency, currency, rates, month.end - _DAY)
        if moved := (after - value).minor:
            rows.append(Row(bar or customer.bar(moved), one, day, Money(moved, currency), change))
        value = after
    return _Moved(opening, value, rows)


def _steps(one: Running, month: Period, before: Worth) -> Iterator[tuple[Bar | None, date, Fraction, str | None]]:
    """What a month of it is worth after each movement, in its own currency; None for one of seats."""
    yield Bar.EXCHANGE, month.start, before.month, None
    for day in one.turns(month):
        after = one.on(day)
        if after.state.quantity != before.state.quantity:
            yield None, day, _moved_seats(before, after), after.state.change
        yield Bar.PRICE, day, after.month, after.state.change
        before = after


def _moved_seats(before: Worth, after: Worth) -> Fraction:
    """The new seats at the old price; where seats come from nothing, go to nothing, or are priced by tiers, as they are."""
    prices = before.state.unit_price, after.state.unit_price
    if None in prices or 0 in (before.state.quantity, after.state.quantity):
        return after.month
    return before.with_seats(after.state.quantity)


def _gap(one: Running, month: Period, closing: Money, said: Invoiced | None, rates: Rates) -> Gap:
    last, currency = month.end - _DAY, closing.currency
    nothing = Money(0, currency)
    served = _shown(one.served(month), one.currency, currency, rates, last)
    about = _shown(said.about, said.currency, currency, rates, last) if said else nothing
    dated = _shown(said.dated, said.currency, currency, rates, last) if said else nothing
    return Gap(one, closing, closing - served, served - about, about - dated, dated)


def _shown(exact: Fraction, source: Currency, target: Currency, rates: Rates, on: date) -> Money:
    """Rounded, in the bridge's currency. Nothing needs no rate."""
    return rounded(exact * rates.rate(source, target, on), target) if exact else Money(0, target)
