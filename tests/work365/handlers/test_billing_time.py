"""Approved time on invoices (F100): rolled up as the contract says, billed once, and closed with that."""

from __future__ import annotations

from datetime import date

import pytest

from dataverse.query import Query
from dataverse.rows import status_label
from local.desks.billing import BillingDesk
from local.desks.usage import TIME, add_time, billing_states, printed

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)


@pytest.mark.parametrize(
    ("roll_up", "lines"),
    [
        (
            365000000,
            [
                ("Time 5 Jan 2026: Service, Ann: Set-up", "150.00"),
                ("Time 5 Jan 2026: Service, Bob", "200.00"),
                ("Time 6 Jan 2026: Service, Ann", "50.00"),
                ("Time 6 Jan 2026: Service, Bob", "80.01"),
            ],
        ),
        (
            365000001,
            [
                ("Time 5 \u2013 6 Jan 2026: Service, Ann", "200.00"),
                ("Time 5 Jan 2026: Service, Bob", "200.00"),
                ("Time 6 Jan 2026: Service, Bob", "80.01"),
            ],
        ),
        (
            365000002,
            [
                ("Time 5 Jan 2026: Service, Engineer", "350.00"),
                ("Time 6 Jan 2026: Service, no role", "50.00"),
                ("Time 6 Jan 2026: Service, Engineer", "80.01"),
            ],
        ),
        (365000003, [("Time 5 \u2013 6 Jan 2026: Service", "400.00"), ("Time 6 Jan 2026: Service", "80.01")]),
    ],
)
def test_time_is_rolled_up(roll_up: int, lines: list[tuple[str, str]]) -> None:
    """Bob's evening at 160.02 is never mixed with hours at 100.00."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1", timerollup=roll_up)
    add_time(desk, contract, MONDAY, "1.5", role="Engineer", description="Set-up")
    add_time(desk, contract, MONDAY, "2", who="Bob", role="Engineer")
    add_time(desk, contract, TUESDAY, "0.5")
    add_time(desk, contract, TUESDAY, "0.5", who="Bob", role="Engineer", price="160.02")
    desk.run(FEBRUARY)
    [shown] = printed(desk)
    product = shown[0][0].removeprefix(shown[0][0].split(": ")[0] + ": ").split(",")[0]
    assert [(text.replace(f": {product}", ": Service"), amount) for text, amount in sorted(shown)] == sorted(lines)


def test_only_approved_time_is_billed_once_and_closed() -> None:
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1")
    add_time(desk, contract, MONDAY, "1")
    for state in ("Draft", "Submitted", "Rejected"):
        add_time(desk, contract, MONDAY, "10", state=state)
    for day in (FEBRUARY, FEBRUARY, MARCH):
        desk.run(day)
    assert [invoice.amounts for invoice in desk.invoices()] == [["100.00"]]
    assert billing_states(desk, TIME) == ["Billed", "Unbilled", "Unbilled", "Unbilled"]
    rows = desk.api.find(Query(TIME, ("statecode", "statuscode", "_w365_invoice_value")))
    closed = [(row["statecode"], status_label(TIME, row)) for row in rows if row["_w365_invoice_value"]]
    assert closed == [(1, "Billed")]


def test_time_of_a_contract_that_bills_at_once_is_billed_at_once() -> None:
    desk = BillingDesk(JANUARY)
    contract = desk.standing(changesbilled="Now")
    desk.run(JANUARY)
    add_time(desk, contract, MONDAY, "3")
    desk.run(TUESDAY)
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"], ["300.00"]]


def test_negative_hours_hold_the_contract() -> None:
    desk = BillingDesk(JANUARY)
    add_time(desk, desk.contract("C-1"), MONDAY, "-1")
    desk.run(FEBRUARY)
    assert desk.findings() == {"C-1": ("contract-not-billed", "Open")}
