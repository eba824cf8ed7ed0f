"""What each tier earns: the margins of the tiers add up to the total margin exactly, and what is not known is named (F118)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from work365.contracts.contract import BillingContract
from work365.currencies.rates import NoExchangeRate
from work365.money import Currency, zero
from work365.periods import QUARTERLY, Period
from work365.reselling.chain import Chain, Purchase
from work365.reselling.margins import SUPPLIER, Earned, Sale, TierSale, earned
from work365.revenue.recurring import Running
from work365.subscriptions.change_log import Change, Subscription

if TYPE_CHECKING:
    from collections.abc import Sequence

EUR, USD = Currency("EUR"), Currency("USD")
FIRST, SIXTEENTH, APRIL = date(2026, 3, 1), date(2026, 3, 16), date(2026, 4, 1)
MARCH = Period(FIRST, APRIL)
RATE = Fraction(9, 10)


def rate(source: Currency, target: Currency, on: date) -> Fraction:
    """A dollar is 0.90 euros on the first of March, and nothing else is known."""
    if source == target:
        return Fraction(1)
    if (source, target, on) != (USD, EUR, FIRST):
        raise NoExchangeRate(source, target, on)
    return RATE


def running(price: str | Decimal, seats: Sequence[tuple[date, int]], code: Currency = EUR, *, discount: int = 0) -> Running:
    """Seats from days on at one price, by the month."""
    changes = tuple(Change(f"c{number}", day, count) for number, (day, count) in enumerate(seats))
    terms = BillingContract("a contract", code, FIRST, discount_percent=Decimal(discount))
    return Running("Customer", "C-1", "S-1", code, Subscription("s1", FIRST, Decimal(price), changes), terms)


def sale(sold: Running, tiers: Sequence[tuple[str, Running | None]], *, cost: str | Decimal | None = "18.60") -> Sale:
    """A subscription of RES below some tiers, the nearest one first."""
    bought = tuple(Purchase(f"buyer of {name}", "MS", FIRST, name, name) for name, _ in tiers)
    steps = (Chain(FIRST, bought),) if bought else ()
    above = {name: TierSale(name, f"{name}-1", one) for name, one in tiers}
    return Sale("S-1", "Customer", "RES", "C-1", (sold,), None if cost is None else Decimal(cost), steps, above)


def one(of: Sale, code: Currency | None = None) -> Earned:
    (found,) = earned(of, MARCH, rate, code)
    return found


TEN = [(FIRST, 10)]
GROWN = [(FIRST, 10), (SIXTEENTH, 15)]


def shown(found: Earned) -> list[tuple[str, str]]:
    return [(tier.seller, "unknown" if tier.amount is None else f"{tier.amount.major}") for tier in found.margins]


def test_each_tier_earns_the_step_between_two_prices() -> None:
    """10 seats, 15 from the 16th: 12.58 seats of March. 18.60, 21.70, 24.80 and 31.00 are 234, 273, 312 and 390 euros."""
    found = one(sale(running("31.00", GROWN), [("DIS", running("24.80", GROWN)), ("MAS", running("21.70", GROWN))]))
    assert [(charge.seller, f"{charge.amount.major}") for charge in found.charges if charge.amount] == [
        (SUPPLIER, "234.00"),
        ("MAS", "273.00"),
        ("DIS", "312.00"),
        ("RES", "390.00"),
    ]
    assert shown(found) == [("MAS", "39.00"), ("DIS", "39.00"), ("RES", "78.00")]
    assert found.total is not None
    assert f"{found.total.major}" == "156.00"


def test_the_customers_discount_is_the_resellers_and_not_the_suppliers() -> None:
    found = one(sale(running("31.00", TEN, discount=10), [("DIS", running("24.80", TEN))]))
    assert shown(found) == [("DIS", "62.00"), ("RES", "31.00")]


def test_a_tier_in_dollars_is_converted_by_the_rate_of_the_day() -> None:
    """10 seats at 30.00 dollars are 270.00 euros."""
    found = one(sale(running("31.00", TEN), [("DIS", running("30.00", TEN, USD))]))
    assert shown(found) == [("DIS", "84.00"), ("RES", "40.00")]


def test_without_a_rate_what_is_not_known_is_named() -> None:
    found = one(sale(running("31.00", TEN), [("DIS", running("30.00", TEN, USD))]), USD)
    assert [charge.seller for charge in found.charges if charge.unknown] == [SUPPLIER, "RES"]
    assert found.charges[0].unknown.startswith("there is no exchange rate from EUR to USD on 2026-03-01.")
    assert (shown(found), found.total) == ([("DIS", "unknown"), ("RES", "unknown")], None)


def test_without_a_cost_only_the_topmost_margin_and_the_total_are_unknown() -> None:
    found = one(sale(running("31.00", TEN), [("DIS", running("24.80", TEN))], cost=None))
    assert (shown(found), found.total) == ([("DIS", "unknown"), ("RES", "62.00")], None)
    assert found.charges[0].unknown == "the supplier's price of S-1 is not known; enter its unit cost"


def test_a_tier_without_a_price_leaves_the_total_known() -> None:
    found = one(sale(running("31.00", TEN), [("DIS", None), ("MAS", running("21.70", TEN))]))
    assert shown(found) == [("MAS", "31.00"), ("DIS", "unknown"), ("RES", "unknown")]
    assert found.total is not None
    assert found.charges[2].unknown.startswith("contract DIS-1 has no price for S-1 yet")


def test_a_month_is_cut_where_the_tiers_change() -> None:
    """Until the 15th there is no tier: RES earns 12.40 a seat, on 15 of 31 days; then DIS earns 6.20 of it."""
    made = sale(running("31.00", TEN), [("DIS", running("24.80", [(SIXTEENTH, 10)]))])
    later = Chain(SIXTEENTH, made.steps[0].tiers)
    before, after = earned(replace(made, steps=(later,)), MARCH, rate)
    assert (before.period, shown(before)) == (Period(FIRST, SIXTEENTH), [("RES", "60.00")])
    assert (after.period, shown(after)) == (Period(SIXTEENTH, APRIL), [("DIS", "32.00"), ("RES", "32.00")])


prices = st.decimals("0", "500", places=4)
logs = st.lists(st.tuples(st.dates(FIRST, APRIL), st.integers(0, 300)), min_size=1, max_size=4)


@given(prices, st.lists(st.tuples(prices, st.sampled_from([EUR, USD])), max_size=4), prices, logs, st.sampled_from([0, 7, 100]))
def test_the_margins_of_the_tiers_add_up_to_the_total_margin(
    cost: Decimal, tiers: list[tuple[Decimal, Currency]], price: Decimal, seats: list[tuple[date, int]], discount: int
) -> None:
    """Exactly, whatever the prices, the currencies, the seats and the number of tiers."""
    log = sorted(dict(seats).items())
    above = [(f"T{number}", running(own, log, code)) for number, (own, code) in enumerate(tiers)]
    found = one(sale(running(price, log, discount=discount), above, cost=cost), EUR)
    amounts = [tier.amount for tier in found.margins if tier.amount is not None]
    assert len(amounts) == len(tiers) + 1
    assert sum(amounts, zero(EUR)) == found.total


def test_a_tier_may_be_billed_by_the_quarter() -> None:
    """27.00 a quarter of 90 days, 31 of them in March, is 9.30 a seat."""
    quarterly = BillingContract("a contract", EUR, date(2026, 1, 1), frequency=QUARTERLY)
    tier = Running("RES", "D-1", "S-1", EUR, Subscription("p1", FIRST, Decimal("27.00"), (Change("c", FIRST, 10),)), quarterly)
    found = one(sale(running("31.00", TEN), [("DIS", tier)], cost="0"))
    assert shown(found) == [("DIS", "93.00"), ("RES", "217.00")]
