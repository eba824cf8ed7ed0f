"""Minimum commitments and maximum spend on invoices (F35, F115)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataverse.rows import bind
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.crediting import CreditingDesk
from local.desks.usage import add_usage, printed
from local.sample.generated import PRODUCT

JANUARY, FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in (1, 2, 3, 4, 5))
MID_JANUARY = date(2026, 1, 15)


def arranged(**columns: Any) -> tuple[BillingDesk, str, str]:  # noqa: ANN401  values of columns
    """A contract with a commitment and a subscription that costs 310.00 a month."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1", **{"usagemarkuppercent": Decimal(0), **columns})
    desk.api.update(Ref("w365_billingcontract", contract), bind("w365_CommitmentProduct", "w365_product", PRODUCT))
    return desk, contract, desk.subscription(contract, printedname="Plan")


def months(desk: BillingDesk) -> list[list[str]]:
    return [[amount for _, amount in lines] for lines in printed(desk)]


@pytest.mark.parametrize("policy", ["Advance", "Arrears"])
def test_a_shortfall_is_billed_once_at_the_end_of_its_block(policy: str) -> None:
    """1,000.00 over three months of which 930.00 are licences: 70.00 with the invoice of April, whenever the runs are."""
    desk, _, _ = arranged(minimumamount=Decimal(1000), minimumcycles=3, policy=policy)
    for day in (JANUARY, FEBRUARY, date(2026, 2, 9), MARCH, APRIL, APRIL, MAY):
        desk.run(day)
    shortfalls = [line for lines in printed(desk) for line in lines if line[0].startswith("Minimum")]
    assert shortfalls == [("Minimum 1 Jan \u2013 31 Mar 2026 of 1,000.00 EUR: 930.00 charged", "70.00")]
    assert [invoice.issued for invoice in desk.invoices() if "70.00" in invoice.amounts] == ["2026-04-01"]


def test_the_greater_of_minimum_and_actual_usage() -> None:
    """F35: 100.00 of usage beside 310.00 lack 90.00 to 500.00; late usage of 50.00 gives 50.00 back."""
    desk, contract, plan = arranged(minimumamount=Decimal(500))
    desk.run(JANUARY)
    add_usage(desk, contract, plan, MID_JANUARY, "100.00")
    desk.run(FEBRUARY)
    add_usage(desk, contract, plan, MID_JANUARY, "50.00")
    add_usage(desk, contract, plan, date(2026, 2, 9), "300.00")
    desk.run(MARCH)
    desk.run(MARCH)
    assert months(desk) == [["310.00"], ["310.00", "100.00", "90.00"], ["310.00", "50.00", "300.00", "-50.00"]]
    assert printed(desk)[2][3][0] == "Minimum 1 \u2013 31 Jan 2026 of 500.00 EUR: 460.00 charged, corrected"


def test_a_maximum_caps_each_cycle() -> None:
    desk, contract, plan = arranged(maximumamount=Decimal(400))
    desk.run(JANUARY)
    add_usage(desk, contract, plan, MID_JANUARY, "100.00")
    desk.item(contract, MID_JANUARY, "99.00")
    desk.run(FEBRUARY)
    assert months(desk)[1] == ["310.00", "99.00", "100.00", "-10.00"]
    add_usage(desk, contract, plan, MID_JANUARY, "5.00")
    desk.run(MARCH)
    assert months(desk)[2] == ["310.00", "5.00", "-5.00"]


def test_the_last_block_is_settled_when_the_contract_has_ended() -> None:
    """Its last cycle was billed in advance; half of February asks for half the minimum."""
    end = date(2026, 2, 15)
    desk, _, _ = arranged(minimumamount=Decimal(500), enddate=end)
    for day in (JANUARY, FEBRUARY, date(2026, 2, 10), end, MARCH):
        desk.run(day)
    assert months(desk) == [["310.00"], ["155.00", "190.00"], ["95.00"]]
    assert printed(desk)[2] == [("Minimum 1 \u2013 14 Feb 2026 of 250.00 EUR (500.00 x 1/2): 155.00 charged", "95.00")]


def test_a_contract_with_nothing_on_it_is_billed_its_minimum() -> None:
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1", minimumamount=Decimal(50))
    desk.run(JANUARY)
    assert desk.findings() == {"C-1": ("contract-not-billed", "Open")}
    desk.api.update(Ref("w365_billingcontract", contract), bind("w365_CommitmentProduct", "w365_product", PRODUCT))
    desk.run(JANUARY)
    desk.run(FEBRUARY)
    assert months(desk) == [["50.00"]]
    assert desk.findings() == {"C-1": ("contract-not-billed", "Resolved")}


def test_a_change_that_reaches_back_moves_the_shortfall() -> None:
    """Ten more seats from mid-January bring the month above its minimum: the shortfall is given back."""
    desk, contract, plan = arranged(minimumamount=Decimal(400), changesbilled="Now")
    desk.run(JANUARY)
    desk.run(FEBRUARY)
    desk.change(contract, plan, date(2026, 1, 17), 20, recorded=date(2026, 2, 5))
    desk.run(date(2026, 2, 5))
    billed = {line for lines in printed(desk) for line in lines if line[0].startswith("Minimum")}
    assert billed == {
        ("Minimum 1 \u2013 31 Jan 2026 of 400.00 EUR: 310.00 charged", "90.00"),
        ("Minimum 1 \u2013 31 Jan 2026 of 400.00 EUR: 460.00 charged, corrected", "-90.00"),
    }


def test_what_was_cancelled_makes_up_for_nothing() -> None:
    """310.00 of 500.00 stand, so 190.00 are missing, however often the month was billed and cancelled before."""
    desk = CreditingDesk(JANUARY)
    contract = desk.contract("C-1", minimumamount=Decimal(500))
    desk.api.update(Ref("w365_billingcontract", contract), bind("w365_CommitmentProduct", "w365_product", PRODUCT))
    desk.subscription(contract)
    desk.run(JANUARY)
    desk.cancel(desk.invoices()[0].number)
    desk.run(date(2026, 1, 2))
    desk.run(FEBRUARY)
    last = desk.invoices()[-1]
    assert last.amounts == ["310.00", "190.00"]
    desk.cancel(last.number)
    desk.run(date(2026, 2, 2))
    assert desk.invoices()[-1].amounts == ["310.00", "190.00"]
