"""Usage on invoices: in arrears, once, grouped, priced by meter, and corrected where it was restated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataverse.query import Query
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.usage import USAGE, add_price, add_usage, billing_states, printed

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
MID_JANUARY, MID_FEBRUARY = date(2026, 1, 15), date(2026, 2, 15)
MARKED_UP = Decimal(20)


def arranged(**columns: Any) -> tuple[BillingDesk, str, str]:  # noqa: ANN401  values of columns
    """A contract with a mark-up of 20 percent and a subscription that costs nothing by itself."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1", **{"usagemarkuppercent": MARKED_UP, **columns})
    azure = desk.subscription(contract, seats=0, price=Decimal(0), printedname="Azure plan")
    return desk, contract, azure


def test_usage_is_cost_and_mark_up_in_arrears_and_billed_once() -> None:
    """F35: 100.00 cost and 20 percent are 120.00, once the cycle is over; what is not confirmed waits."""
    desk, contract, azure = arranged()
    add_usage(desk, contract, azure, MID_JANUARY, "60.00")
    add_usage(desk, contract, azure, date(2026, 1, 31), "40.00")
    add_usage(desk, contract, azure, MID_JANUARY, "7.00", certainty="Unconfirmed")
    add_usage(desk, contract, azure, FEBRUARY, "5.00")
    desk.run(MID_JANUARY)
    assert desk.invoices() == []
    desk.run(FEBRUARY)
    desk.run(FEBRUARY)
    assert printed(desk) == [[("Usage 15 \u2013 31 Jan 2026: Azure plan", "120.00")]]
    assert billing_states(desk, USAGE) == ["Billed", "Billed", "Unbilled", "Unbilled"]


def test_a_contract_that_bills_changes_at_once_bills_usage_with_its_cycles() -> None:
    desk, contract, azure = arranged(changesbilled="Now")
    add_usage(desk, contract, azure, MID_JANUARY, "10.00")
    for day in (JANUARY, MID_JANUARY, FEBRUARY, MID_FEBRUARY):
        desk.run(day)
    assert printed(desk) == [[("Usage 15 Jan 2026: Azure plan", "12.00")]]


def test_late_data_goes_to_the_next_cycle_with_its_own_days() -> None:
    desk, contract, azure = arranged()
    add_usage(desk, contract, azure, MID_JANUARY, "10.00")
    desk.run(FEBRUARY)
    add_usage(desk, contract, azure, date(2026, 1, 20), "1.00")
    add_usage(desk, contract, azure, MID_FEBRUARY, "2.00")
    desk.run(MARCH)
    assert printed(desk)[1] == [
        ("Usage 20 Jan 2026: Azure plan, received late", "1.20"),
        ("Usage 15 Feb 2026: Azure plan", "2.40"),
    ]


def test_usage_after_the_contracts_end_is_billed_by_itself() -> None:
    desk, contract, azure = arranged(enddate=FEBRUARY)
    desk.run(FEBRUARY)
    add_usage(desk, contract, azure, MID_JANUARY, "10.00")
    desk.run(MID_FEBRUARY)
    assert [lines[0][1] for lines in printed(desk)] == ["12.00"]


@pytest.mark.parametrize(
    ("columns", "lines"),
    [
        ({"usagegroup": 365000000}, [("Azure plan", "3.61")]),
        (
            {"usagegroup": 365000001},
            [("Azure plan, without resource group", "1.20"), ("Azure plan, resource group Web", "2.41")],
        ),
        (
            {"usagegroup": 365000002, "usagetag": "Centre"},
            [("Azure plan, without Centre", "2.40"), ("Azure plan, Centre 4711", "1.21")],
        ),
        (
            {"usagegroup": 365000003},
            [("Azure plan, Compute", "2.40"), ("Azure plan, Storage", "1.21")],
        ),
    ],
)
def test_lines_are_grouped_as_the_contract_says(columns: dict[str, Any], lines: list[tuple[str, str]]) -> None:
    """1.00 and 1.00 and 1.005 with 20 percent: 3.606 in all; a line is the exact sum of its records, rounded once."""
    desk, contract, azure = arranged(**columns)
    add_usage(desk, contract, azure, MID_JANUARY, "1.00", metercategory="Compute")
    add_usage(desk, contract, azure, MID_JANUARY, "1.00", group="Web", metercategory="Compute")
    add_usage(desk, contract, azure, MID_JANUARY, "1.005", group="WEB", tags={"Centre": "4711"}, metercategory="Storage")
    desk.run(FEBRUARY)
    assert printed(desk) == [[(f"Usage 15 Jan 2026: {name}", amount) for name, amount in lines]]


def test_the_mark_up_at_billing_counts() -> None:
    """F35: changing it before billing prices anew without another import."""
    desk, contract, azure = arranged()
    add_usage(desk, contract, azure, MID_JANUARY, "100.00")
    desk.api.update(Ref("w365_billingcontract", contract), {"w365_usagemarkuppercent": Decimal("17.64")})
    desk.run(FEBRUARY)
    assert printed(desk)[0][0][1] == "117.64"


def test_a_restated_record_is_billed_by_its_difference_with_both_dates() -> None:
    """F152: 100.00 were billed as 120.00; the revised 90.00 give back 12.00 on the next invoice."""
    desk, contract, azure = arranged()
    first = add_usage(desk, contract, azure, MID_JANUARY, "100.00")
    desk.run(FEBRUARY)
    [invoice] = desk.invoices()
    [row] = desk.api.find(Query(USAGE, ("w365_billedamount", "_w365_invoice_value")))
    assert (row["w365_billedamount"], row["_w365_invoice_value"]) == (Decimal(120), invoice.id)
    desk.api.update(Ref(USAGE, first), {"w365_billingstate": 365000003})
    named = {"w365_PriorInvoice@odata.bind": f"/w365_invoices({invoice.id})"}
    second = add_usage(desk, contract, azure, MID_JANUARY, "90.00", prior="120.00")
    desk.api.update(Ref(USAGE, second), named)
    add_usage(desk, contract, azure, MID_FEBRUARY, "50.00")
    desk.run(MARCH)
    assert printed(desk)[1] == [
        (f"Restated usage 15 Jan 2026, first billed on {invoice.number} of 1 February 2026: Azure plan", "-12.00"),
        ("Usage 15 Feb 2026: Azure plan", "60.00"),
    ]
    assert desk.api.read(Ref(USAGE, second), select=("w365_billedamount",))["w365_billedamount"] == Decimal(108)


def test_a_meter_without_a_price_and_cost_without_a_rate_hold_their_contract_only() -> None:
    """F116: never zero, never a guess."""
    desk, contract, azure = arranged(usagemarkuppercent=None)
    add_usage(desk, contract, azure, MID_JANUARY, "1.00")
    abroad, plan = desk.contract("C-2", usagemarkuppercent=Decimal(0)), ""
    plan = desk.subscription(abroad, seats=0, price=Decimal(0))
    add_usage(desk, abroad, plan, MID_JANUARY, "1.00", currency="USD")
    desk.standing("C-3")
    desk.run(FEBRUARY)
    assert {invoice.contract for invoice in desk.invoices()} == {"C-3"}
    assert desk.findings() == dict.fromkeys(("C-1", "C-2"), ("contract-not-billed", "Open"))
    messages = [row["w365_message"] for row in desk.api.find(Query("w365_finding", ("w365_message",), order="w365_subject"))]
    assert "usage of 'Compute' has no price; enter a mark-up on the contract" in messages[0]
    assert "'USD to EUR on 2026-01-15'); enter the exchange rate" in messages[1]


def test_meters_have_prices_of_their_own() -> None:
    """F116: a fixed price, a package, and a mark-up for a category, the contract's own before everybody's."""
    desk, contract, azure = arranged()
    add_price(desk, "bandwidth", meter="Bandwidth", unitprice=Decimal("0.05"))
    add_price(desk, "messages", meter="Messages", unitprice=Decimal("2.50"), packagesize=Decimal(1000))
    add_price(desk, "storage", metercategory="Storage", markuppercent=Decimal(50))
    add_price(desk, "own storage", metercategory="Storage", markuppercent=Decimal(10), contract=contract)
    add_usage(desk, contract, azure, MID_JANUARY, "1.00", meter="Bandwidth", units="100")
    add_usage(desk, contract, azure, MID_JANUARY, "1.00", meter="Messages", units="999")
    add_usage(desk, contract, azure, date(2026, 1, 16), "1.00", meter="Messages", units="1002")
    add_usage(desk, contract, azure, MID_JANUARY, "10.00", meter="Blob", metercategory="Storage")
    desk.run(FEBRUARY)
    assert printed(desk) == [
        [
            ("Usage 15 Jan 2026: Azure plan", "16.00"),
            ("Usage 15 \u2013 16 Jan 2026: Azure plan, Messages, packages of 1000 x 1 Hour", "7.50"),
        ]
    ]


def test_cost_in_another_currency_is_converted_at_the_rate_of_its_day() -> None:
    """100.00 dollars on two days at 0.90 and 0.80, with 20 percent: 108.00 and 96.00; another day's rate is never taken."""
    desk, contract, azure = arranged()
    for used, rate in ((MID_JANUARY, "0.90"), (date(2026, 1, 16), "0.80")):
        add_usage(desk, contract, azure, used, "100.00", currency="USD")
        row = {"w365_fromcurrency": "USD", "w365_tocurrency": "EUR", "w365_ratedate": used, "w365_rate": Decimal(rate)}
        desk.api.create("w365_exchangerate", {"w365_name": f"USD/EUR {used}", "w365_source": "ECB", **row})
    desk.run(FEBRUARY)
    assert printed(desk) == [[("Usage 15 \u2013 16 Jan 2026: Azure plan", "204.00")]]
    add_usage(desk, contract, azure, MID_FEBRUARY, "100.00", currency="USD")
    desk.run(MARCH)
    assert len(desk.invoices()) == 1
    assert desk.findings() == {"C-1": ("contract-not-billed", "Open")}
