"""A contract by item in the tenant: each subscription in its own cycles, what is due on one day on one invoice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.query import Query, eq
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk

if TYPE_CHECKING:
    from local.desks.billing import Billed

MARCH, CONTRACT = date(2026, 3, 1), "w365_billingcontract"


@pytest.fixture
def desk() -> BillingDesk:
    return BillingDesk(MARCH)


def by_item(desk: BillingDesk, **columns: Any) -> str:  # noqa: ANN401  values of columns
    """A monthly contract by item from March."""
    return desk.contract("C-1", start=MARCH, scheduledby="Item", changesbilled="Now", **columns)


def billed(invoices: list[Billed]) -> list[tuple[str, list[str]]]:
    """Days and lines of invoices."""
    return [(one.issued, one.amounts) for one in invoices]


def next_invoice(desk: BillingDesk, contract: str) -> str:
    return str(desk.api.read(Ref(CONTRACT, contract), select=("w365_nextinvoicedate",))["w365_nextinvoicedate"])


def test_an_annual_seat_on_a_monthly_contract(desk: BillingDesk) -> None:
    """F7: the monthly seats on the first, the annual ones upfront on 14 March and a year later, each in its own cycle."""
    contract = by_item(desk)
    desk.subscription(contract, seats=10, price=Decimal("10.00"), start=MARCH)
    desk.subscription(contract, seats=5, price=Decimal("108.00"), start=date(2026, 3, 14), frequency="Annual")
    desk.run(MARCH)
    assert next_invoice(desk, contract) == "2026-03-14"
    for day in (date(2026, 3, 14), date(2026, 4, 1)):
        desk.run(day)
    assert billed(desk.invoices()) == [
        ("2026-03-01", ["100.00"]),
        ("2026-03-14", ["540.00"]),
        ("2026-04-01", ["100.00"]),
    ]
    desk.run(date(2026, 4, 1))
    assert len(desk.invoices()) == 3


def test_what_is_due_on_one_day_stands_on_one_invoice(desk: BillingDesk) -> None:
    """Two cadences that begin on one day are billed together, and a later cycle of each by itself."""
    contract = by_item(desk)
    desk.subscription(contract, seats=10, price=Decimal("10.00"), start=MARCH)
    desk.subscription(contract, seats=5, price=Decimal("27.00"), start=MARCH, frequency="Quarterly")
    for day in (MARCH, date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)):
        desk.run(day)
    amounts = [one.amounts for one in desk.invoices()]
    assert amounts == [["100.00", "135.00"], ["100.00"], ["100.00"], ["100.00", "135.00"]]


def test_in_arrears_items_that_began_together_are_billed_apart(desk: BillingDesk) -> None:
    """The month is over before the quarter: two documents whose first cycle begins on the same day."""
    contract = by_item(desk, policy="Arrears")
    desk.subscription(contract, seats=1, price=Decimal("10.00"), start=MARCH)
    desk.subscription(contract, seats=1, price=Decimal("27.00"), start=MARCH, frequency="Quarterly")
    for day in (date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)):
        desk.run(day)
    assert [one.amounts for one in desk.invoices()] == [["10.00"], ["10.00"], ["27.00", "10.00"]]


def test_seats_that_change_in_an_item_are_prorated_in_its_own_cycle(desk: BillingDesk) -> None:
    """Five more annual seats from 1 December: 365.00 x 90/365 each, learned of long after the year was billed."""
    contract = by_item(desk)
    annual = desk.subscription(contract, seats=5, price=Decimal("365.00"), start=MARCH, frequency="Annual")
    desk.run(MARCH)
    desk.change(contract, annual, date(2026, 12, 1), 10, price=Decimal("365.00"))
    desk.run(date(2026, 12, 1))
    assert [one.amounts for one in desk.invoices()] == [["1825.00"], ["-450.00", "900.00"]]


def test_weeks_and_any_number_of_months(desk: BillingDesk) -> None:
    """F109: a contract every two weeks, and one every five months with a first term of any length."""
    weekly = desk.contract("C-1", start=MARCH, frequency="Every n weeks", frequencycount=2)
    months = {"frequency": "Every n months", "frequencycount": 5, "cycleanchor": date(2026, 6, 1)}
    odd = desk.contract("C-2", start=MARCH, **months)
    for contract in (weekly, odd):
        desk.subscription(contract, seats=1, price=Decimal("153.00"), start=MARCH)
    for day in (MARCH, date(2026, 3, 15), date(2026, 6, 1)):
        desk.run(day)
    lines = desk.api.find(
        Query("w365_invoiceline", ("w365_periodstart", "w365_amount"), filter=eq("_w365_contract_value", odd), order="w365_key")
    )
    assert [(row["w365_periodstart"], f"{row['w365_amount']:.2f}") for row in lines] == [
        ("2026-03-01", "93.22"),  # 1 January to 31 May are 151 days; 92 of them
        ("2026-06-01", "153.00"),
    ]
