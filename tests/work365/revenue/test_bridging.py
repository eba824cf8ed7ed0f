"""F154: opening and bars are closing, for every month; rows are their bars; what was invoiced is explained to nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from work365.contracts.amendment import Amendment
from work365.contracts.contract import BillingContract
from work365.currencies.rates import NoExchangeRate
from work365.invoicing.billing import bill
from work365.money import Currency, total
from work365.periods import ANNUAL, MONTHLY, QUARTERLY, Frequency, Period, Unit
from work365.pricing import Tier, TierModel, Tiers
from work365.revenue.bridging import Bar, Bridge, Invoiced, bridge
from work365.revenue.months import month_of, months
from work365.revenue.recurring import Running
from work365.subscriptions.change_log import Change, Subscription
from work365.subscriptions.discount import Discount

if TYPE_CHECKING:
    from collections.abc import Sequence

EUR, USD = Currency("EUR"), Currency("USD")
START = date(2026, 1, 1)
MARCH = month_of(date(2026, 3, 1))


class Rates:
    """A rate for each month's last day; 1 in one currency."""

    def __init__(self, **by_month: str) -> None:
        self._by_month = by_month

    def rate(self, source: Currency, target: Currency, on: date) -> Fraction:
        if source == target:
            return Fraction(1)
        found = self._by_month.get(f"{on:%b}")
        if found is None:
            raise NoExchangeRate(source, target, on)
        return Fraction(found)


def running(
    *changes: tuple[str, int] | tuple[str, int, str], account: str = "A", frequency: Frequency = MONTHLY,
    currency: Currency = EUR, end: date | None = None, discounts: tuple[Discount, ...] = (), percent: str = "0", name: str = "s",
) -> Running:  # fmt: skip
    """A subscription at 10.00 a seat and cycle unless a change says otherwise."""
    log = tuple(
        Change(f"{name}{index}", date.fromisoformat(on), seats, unit_price=Decimal(price[0]) if price else None)
        for index, (on, seats, *price) in enumerate(changes)
    )
    terms = BillingContract(f"C-{account}", currency, START, frequency, 1, discount_percent=Decimal(percent))
    return Running(
        account, f"C-{account}", name, currency, Subscription(name, START, Decimal(10), log, end, None, discounts), terms
    )


def bars(found: Bridge) -> dict[str, int]:
    """Bars that have something, in minor units."""
    return {bar.value: found.bar(bar).minor for bar in Bar if found.bar(bar).minor}


@pytest.mark.parametrize(
    ("subscriptions", "opening", "expected", "closing"),
    [
        ([running(("2026-03-10", 10))], 0, {"new": 100_00}, 100_00),
        ([running(("2026-01-01", 10), ("2026-03-10", 15))], 100_00, {"expansion": 50_00}, 150_00),
        ([running(("2026-01-01", 10), ("2026-03-10", 4))], 100_00, {"contraction": -60_00}, 40_00),
        ([running(("2026-01-01", 10), ("2026-03-10", 0))], 100_00, {"churn": -100_00}, 0),
        ([running(("2026-01-01", 10), end=date(2026, 3, 15))], 100_00, {"churn": -100_00}, 0),
        ([running(("2026-01-01", 10), end=date(2026, 4, 1))], 100_00, {}, 100_00),
        ([running(("2026-01-01", 10), ("2026-03-10", 12, "9.00"))], 100_00, {"expansion": 20_00, "price": -12_00}, 108_00),
        ([running(("2026-01-01", 12), frequency=ANNUAL)], 10_00, {}, 10_00),
        ([running(("2026-03-01", 3), frequency=QUARTERLY)], 0, {"new": 10_00}, 10_00),
        ([running(("2026-01-01", 6), frequency=Frequency(2, Unit.WEEK))], 130_00, {}, 130_00),
        ([running(("2026-03-05", 10), ("2026-03-20", 0))], 0, {"new": 100_00, "churn": -100_00}, 0),
        ([running(("2026-01-01", 10)), running(("2026-03-02", 5), name="t")], 100_00, {"expansion": 50_00}, 150_00),
        (
            [running(("2026-01-01", 10), ("2026-03-02", 0)), running(("2026-03-02", 10, "12.00"), name="t")],
            *(100_00, {"expansion": 120_00, "contraction": -100_00}, 120_00),
        ),
        (
            [running(("2026-01-01", 10), discounts=(Discount("d", "Spring", Decimal(10), end=date(2026, 3, 15)),), percent="50")],
            *(45_00, {"price": 5_00}, 50_00),
        ),
    ],
    ids=[
        *("new", "more seats", "fewer seats", "none left", "ended", "ends with the month", "seats at another price", "a year"),
        *("a quarter", "weeks", "came and went", "one more subscription", "an upgrade", "a promotion ends"),
    ],
)  # fmt: skip
def test_what_moves_recurring_revenue(
    subscriptions: Sequence[Running], opening: int, expected: dict[str, int], closing: int
) -> None:
    """March: opening, the bars, closing."""
    found = bridge(MARCH, subscriptions, {}, Rates(), EUR)
    assert (found.opening.minor, bars(found), found.closing.minor) == (opening, expected, closing)


def test_tiers_move_with_their_seats() -> None:
    """From 4 to 6 seats: 40.00 becomes 56.00, all of it expansion."""
    tiers = Tiers(TierModel.GRADUATED, (Tier(4, Decimal(10)), Tier(None, Decimal(8))))
    log = (Change("a", START, 4), Change("b", date(2026, 3, 9), 6))
    one = Running("A", "C", "s", EUR, Subscription("s", START, changes=log, pricing=tiers), BillingContract("C", EUR, START))
    found = bridge(MARCH, [one], {}, Rates(), EUR)
    assert (found.opening.minor, bars(found), found.rows[0].change) == (40_00, {"expansion": 16_00}, "b")


def test_another_cycle_is_another_price() -> None:
    """30.00 a month become 300.00 a year in the middle of April: 25.00 a month, and neither a new customer nor a lost one."""
    log = (Change("a", START, 3), Change("b", date(2026, 4, 15), 3, unit_price=Decimal(100)))
    terms = BillingContract("C", EUR, START, amendments=(Amendment("yearly", date(2026, 4, 15), frequency=ANNUAL),))
    one = Running("A", "C", "s", EUR, Subscription("s", START, Decimal(10), log), terms)
    found = bridge(month_of(date(2026, 4, 1)), [one], {}, Rates(), EUR)
    assert (found.opening.minor, bars(found), found.closing.minor) == (30_00, {"price": -5_00}, 25_00)


def test_exchange_is_what_the_rate_does_to_the_opening() -> None:
    """100 dollars at 0.90 are 90.00; at 0.95 they are 95.00, and ten seats more are 95.00 of expansion."""
    dollars = running(("2026-01-01", 10), ("2026-03-10", 20), currency=USD)
    found = bridge(MARCH, [dollars], {}, Rates(Feb="0.90", Mar="0.95"), EUR)
    assert (found.opening.minor, bars(found), found.closing.minor) == (90_00, {"expansion": 95_00, "exchange": 5_00}, 190_00)
    with pytest.raises(NoExchangeRate, match="from USD to EUR on 2026-03-31"):
        bridge(MARCH, [dollars], {}, Rates(Feb="0.90"), EUR)


def test_what_was_invoiced_is_explained() -> None:
    """A year of 1,200.00 paid in January: in March 0.00 was invoiced, and 101.92 of the document are March's days."""
    year = running(("2026-01-01", 120), frequency=ANNUAL)
    said = {"s": Invoiced(EUR, Fraction(1200 * 31, 365), Fraction(0))}
    (gap,) = bridge(MARCH, [year], said, Rates(), EUR).gaps
    assert [one.minor for one in gap[1:]] == [100_00, -1_92, 0, 101_92, 0]
    (leak,) = bridge(MARCH, [running(("2026-01-01", 10))], {}, Rates(), EUR).gaps
    assert (leak.not_invoiced.minor, leak.invoiced.minor) == (100_00, 0)


days = st.integers(0, 380).map(lambda offset: (START + timedelta(days=offset)).isoformat())
changes = st.tuples(days, st.integers(0, 9), st.sampled_from(["10", "9.99", "3.333"]))
promotions = st.builds(
    Discount, st.just("d"), st.just("d"), st.sampled_from([Decimal(10), Decimal("33.3")]), st.none(), st.none()
)
subscriptions = st.builds(
    lambda log, account, frequency, currency, end, discounts, name: running(
        *log, account=account, frequency=frequency, currency=currency,
        end=None if end is None else date.fromisoformat(end), discounts=tuple(discounts), percent="7.5", name=f"s{name}",
    ),
    st.lists(changes, min_size=1, max_size=5), st.sampled_from("AB"),
    st.sampled_from([MONTHLY, QUARTERLY, ANNUAL, Frequency(1, Unit.WEEK)]), st.sampled_from([EUR, USD]),
    st.none() | days, st.lists(promotions, max_size=1), st.integers(0, 10**9),
)  # fmt: skip
ENDS = {"Dec": "0.91", "Jan": "0.92", "Feb": "0.93", "Mar": "0.89", "Apr": "0.9", "May": "0.95", "Jun": "1", "Jul": "1.01"}
RATES = Rates(**ENDS, Aug="0.977", Sep="0.9", Oct="0.91", Nov="0.9")
YEAR = list(months(month_of(START), month_of(date(2026, 11, 1))))


@settings(max_examples=60)
@given(st.lists(subscriptions, max_size=4))
def test_every_month_is_bridged_to_the_cent(some: list[Running]) -> None:
    """Opening + bars = closing, each month opens with what the last one closed, rows are their bars, gaps come to nothing."""
    bridges = [bridge(month, some, {}, RATES, EUR) for month in YEAR]
    for found in bridges:
        assert found.opening + total((found.bar(bar) for bar in Bar), EUR) == found.closing
        assert total((row.amount for row in found.rows), EUR) == found.closing - found.opening
        assert found.bar(Bar.NEW).minor >= 0 >= found.bar(Bar.CONTRACTION).minor
        assert found.bar(Bar.EXPANSION).minor >= 0
        explained = total((found.gap(name) for name in ("part_months", "not_invoiced", "other_months", "invoiced")), EUR)
        assert explained == found.closing == found.gap("closing")
    assert all(before.closing == after.opening for before, after in pairwise(bridges))


@settings(max_examples=40)
@given(st.lists(changes, min_size=1, max_size=5), st.sampled_from([MONTHLY, QUARTERLY, ANNUAL]))
def test_what_billing_bills_in_advance_leaves_nothing_uninvoiced(log: list[tuple[str, int, str]], frequency: Frequency) -> None:
    """The days that a month serves are the days that the engine's own lines charge, but for the rounding of lines."""
    one = running(*log, frequency=frequency)
    lines = bill(one.terms, [one.subscription], (), as_of=date(2027, 3, 1)).lines
    for month in YEAR:
        about = sum((Fraction(line.amount.major) * _share(line.period, month) for line in lines), Fraction(0))
        found = bridge(month, [one], {one.subscription.id: Invoiced(EUR, about, Fraction(0))}, Rates(), EUR)
        assert abs(found.gap("not_invoiced").minor) <= 1 + len(lines)


def _share(part: Period, month: Period) -> Fraction:
    inside = part.overlap(month)
    return Fraction(inside.days, part.days) if inside else Fraction(0)
