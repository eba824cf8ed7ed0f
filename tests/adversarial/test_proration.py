"""Scenarios D, and the three defects of the best open engine: what a part of a cycle costs, whoever asks when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.adversarial.bills import billed, net, sub


@pytest.mark.parametrize("start", ["2026-01-01", "2026-01-15", "2026-01-31", "2024-02-29"])
def test_d3_a_whole_month_costs_the_monthly_price(start: str) -> None:
    """Scenario D3 (erpnext 42779: 80.00 becomes 154.67 and 72.26): on any bill day, twelve months are twelve times 80.00."""
    runs = [(date.fromisoformat(start) + timedelta(days=day)).isoformat() for day in range(340)]
    rows = billed(sub("s", start, "80.00", (start, 1)), runs)
    assert {row.amount for row in rows} == {"80.00"}
    assert len(rows) == 12


def test_d4_a_change_leaves_the_denominator_of_its_cycle() -> None:
    """Scenario D4 (lago 6194: 42 or 87 days instead of 91): an upgrade on 20 May is measured on 1 April to 30 June."""
    seats = sub("s", "2026-04-01", "91.00", ("2026-04-01", 1), ("2026-05-20", 2))
    rows = billed(seats, ["2026-04-01", "2026-05-20"], frequency="quarterly")
    assert [(row.fraction, row.amount) for row in rows] == [("91/91", "91.00"), ("42/91", "-42.00"), ("42/91", "84.00")]


def test_d5_the_credit_keeps_the_old_price() -> None:
    """Scenario D5: 10.00 becomes 20.00 on the 16th; ten of those days come back at the old price."""
    seats = sub("s", "2026-06-01", "10.00", ("2026-06-01", 3))
    seats["changes"].append({"id": "up", "effective": "2026-06-16", "quantity": 3, "unit_price": "20.00"})
    assert [row.amount for row in billed(seats, ["2026-06-01", "2026-06-16"])] == ["30.00", "-15.00", "30.00"]


def test_d6_quarters_are_as_long_as_they_are() -> None:
    """Scenario D6 (nominal days): of 90, 91, 92 and 92 days, never of 91.25."""
    changes = [(day, count) for count, day in enumerate(("2026-01-31", "2026-05-01", "2026-07-31", "2026-10-31"), 2)]
    rows = billed(sub("s", "2026-01-01", "92.00", ("2026-01-01", 1), *changes), ["2026-12-31"], frequency="quarterly")
    assert [row.fraction for row in rows if row.kind == "credit"] == ["60/90", "61/91", "62/92", "62/92"]


def test_d7_a_thousand_seats_are_rounded_once() -> None:
    """Scenario D7 (UniBee rounds the unit first): 1,000 x 24.9975 x 10/31 is 8,063.71 and not 1,000 x 8.06."""
    seats = sub("s", "2026-01-01", "24.9975", ("2026-01-01", 0), ("2026-01-22", 1000))
    (row,) = billed(seats, ["2026-01-22"])
    assert (row.fraction, row.amount) == ("10/31", "8063.71")


@pytest.mark.parametrize(
    ("changes", "amounts"),
    [
        ((("2026-01-01", 5),), ["155.00"]),
        ((("2026-01-31", 5),), ["310.00", "-10.00", "5.00"]),
        ((("2026-01-16", 12), ("2026-01-16", 10)), ["310.00"]),
        ((("2026-01-16", 0),), ["310.00", "-160.00"]),
        ((("2026-01-01", 0), ("2026-01-16", 10)), ["160.00"]),
    ],
    ids=["on the first day", "on the last day", "up and back on one day", "to zero", "from zero"],
)
def test_d8_changes_at_the_edges(changes: tuple[tuple[str, int], ...], amounts: list[str]) -> None:
    """Scenario D8 (BCApps 6637): ten seats at 31.00 in January."""
    seats = sub("s", "2026-01-01", "31.00", ("2026-01-01", 10), *changes)
    assert [row.amount for row in billed(seats, ["2026-01-31"])] == amounts


@pytest.mark.parametrize(
    "runs",
    [
        ["2024-02-29"],
        ["2024-02-01", "2024-02-10", "2024-02-20", "2024-02-29"],
        ["2024-02-01", "2024-02-29"],
        ["2024-02-10", "2024-02-29"],
    ],
    ids=["once", "after each change", "before and after", "between the changes"],
)
def test_d9_defect_1_the_path_does_not_matter(runs: list[str]) -> None:
    """Scenario D9, defect 1: two changes in one cycle of 29 days, at 1.00 a seat and day: 10 x 9 + 12 x 10 + 9 x 10 = 300.00."""
    rows = billed(sub("s", "2024-02-01", "29.00", ("2024-02-01", 10), ("2024-02-10", 12), ("2024-02-20", 9)), runs)
    assert net(rows) == 300
    assert {row.fraction.partition("/")[2] for row in rows} == {"29"}


def test_d10_defect_2_old_and_new_seats_are_measured_alike() -> None:
    """Scenario D10, defect 2: bill day 31, cycle 31 January to 30 March in a leap year; credit and charge are both of 29 days."""
    seats = sub("s", "2024-01-31", "29.00", ("2024-01-31", 10), ("2024-02-10", 12))
    rows = billed(seats, ["2024-01-31", "2024-02-10"])
    assert [(row.kind, row.fraction, row.amount) for row in rows] == [
        *(("cycle", "29/29", "290.00"), ("credit", "19/29", "-190.00"), ("charge", "19/29", "228.00")),
    ]
    assert net(rows) == 290 + 2 * 19


@pytest.mark.parametrize(("frequency", "end", "days"), [("annual", "2027-01-15", 365), ("quarterly", "2026-04-15", 90)])
def test_d11_defect_3_a_change_never_restarts_a_term(frequency: str, end: str, days: int) -> None:
    """Scenario D11, defect 3 (killbill 2306): 100, then 105, then 90 seats; the term ends on its day and renews for 90."""
    seats = sub("s", "2026-01-15", f"{days}.00", ("2026-01-15", 100), ("2026-02-10", 105), ("2026-03-20", 90))
    rows = billed(seats, ["2026-01-15", "2026-02-10", "2026-03-20", end], frequency=frequency)
    assert {row.end for row in rows if row.run != end} == {end}
    used = (date.fromisoformat(end) - date(2026, 2, 10)).days, (date.fromisoformat(end) - date(2026, 3, 20)).days
    assert net(rows[:-1]) == 100 * days + 5 * used[0] - 15 * used[1]
    assert (rows[-1].kind, rows[-1].start, rows[-1].amount) == ("cycle", end, f"{90 * days}.00")


def test_d12_every_subscription_has_each_cycle_once() -> None:
    """Scenario D12 (OCA 989, 1065, 1448: a date on the line, advanced twice for the second): three lines, twelve months."""
    seats = [sub(name, "2026-01-01", price, ("2026-01-01", 1)) for name, price in (("a", "1.00"), ("b", "2.00"), ("c", "3.00"))]
    months = [f"2026-{month:02}-01" for month in range(1, 13)]
    rows = billed(seats, months)
    assert sorted((row.subscription, row.start) for row in rows) == [(name, month) for name in "abc" for month in months]
    assert net(rows) == 12 * 6
