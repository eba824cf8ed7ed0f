"""A subscription priced in another currency, as its contract bills it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from work365.currencies.conversion import Conversion, in_contract_currency
from work365.errors import BadInput
from work365.money import Currency
from work365.periods import MONTHLY, Cadence
from work365.pricing import Package
from work365.subscriptions.change_log import Change, Subscription, Timeline

USD = Currency("USD")
JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
CADENCE = Cadence.around(JANUARY, 1, MONTHLY)
KEPT = Conversion(USD, Decimal("0.7"), {JANUARY: Decimal("0.9"), FEBRUARY: Decimal("0.8")})


def prices(subscription: Subscription, conversion: Conversion = KEPT) -> list[str]:
    """Quantity and price on some days, after conversion."""
    turned = in_contract_currency(subscription, conversion, CADENCE, as_of=date(2026, 3, 31))
    timeline = Timeline(turned, turned.changes)
    states = [timeline.at(day) for day in (JANUARY, date(2026, 1, 31), FEBRUARY, date(2026, 2, 28), MARCH, date(2026, 4, 1))]
    return [f"{state.quantity} x {state.unit_price:.2f}" for state in states]


def change(effective: date, quantity: int, price: str | None = None) -> Change:
    """A row of the log."""
    return Change(f"c-{effective}", effective, quantity, unit_price=None if price is None else Decimal(price))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([change(JANUARY, 10)], "10 x 18.00, 10 x 18.00, 10 x 16.00, 10 x 16.00, 10 x 14.00, 10 x 14.00"),
        (
            [change(JANUARY, 10), change(date(2026, 1, 17), 4)],
            "10 x 18.00, 4 x 18.00, 4 x 16.00, 4 x 16.00, 4 x 14.00, 4 x 14.00",
        ),
        (
            [change(JANUARY, 10), change(FEBRUARY, 4, "30")],
            "10 x 18.00, 10 x 18.00, 4 x 24.00, 4 x 24.00, 4 x 21.00, 4 x 21.00",
        ),
        (
            [change(JANUARY, 10), change(date(2026, 2, 10), 10, "0")],
            "10 x 18.00, 10 x 18.00, 10 x 16.00, 10 x 0.00, 10 x 0.00, 10 x 0.00",
        ),
        ([change(date(2026, 2, 10), 5)], "0 x 18.00, 0 x 18.00, 0 x 18.00, 5 x 16.00, 5 x 14.00, 5 x 14.00"),
    ],
)
def test_each_cycle_has_its_rate(changes: list[Change], expected: str) -> None:
    """Cycles that were billed keep theirs; the others have that of the day, also across changes and new prices."""
    assert ", ".join(prices(Subscription("s", JANUARY, Decimal(20), tuple(changes)))) == expected


def test_the_changes_that_are_added_settle_nothing() -> None:
    """They have no id and are known already; the real ones keep their ids."""
    turned = in_contract_currency(Subscription("s", JANUARY, Decimal(20), (change(JANUARY, 1),)), KEPT, CADENCE, as_of=MARCH)
    assert [(one.id, one.settled) for one in turned.changes] == [("c-2026-01-01", False), ("", True), ("", True)]


def test_tiers_are_not_converted() -> None:
    """A price that is no price per seat is refused in words."""
    with pytest.raises(BadInput, match="priced by tiers or packages in USD"):
        in_contract_currency(Subscription("s", JANUARY, pricing=Package(10, Decimal(5))), KEPT, CADENCE, as_of=MARCH)
