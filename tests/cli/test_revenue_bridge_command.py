"""`w365 revenue bridge` over a tenant that was billed."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import revenue
from dataverse.rows import bind
from dataverse.stores.recurring import Recurring
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk

if TYPE_CHECKING:
    from pathlib import Path

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def desk() -> BillingDesk:
    """Two monthly customers, one of whom leaves on 15 March, and one who has paid a year and buys five seats more in March."""
    made = BillingDesk(JANUARY)
    stays, leaves, year = made.contract("C-1"), made.contract("C-2"), made.contract("C-3", frequency="Annual")
    made.subscription(stays, seats=10, price=Decimal("31.00"))
    gone = made.subscription(leaves, seats=4, price=Decimal("25.00"))
    seats = made.subscription(year, seats=10, price=Decimal("120.00"))
    for month in (JANUARY, FEBRUARY, MARCH):
        made.run(month)
    made.change(leaves, gone, date(2026, 3, 15), 0, price=Decimal("25.00"))
    made.change(year, seats, date(2026, 3, 20), 15, price=Decimal("120.00"))
    made.run(date(2026, 4, 1))
    return made


def asked(desk: BillingDesk, *words: str) -> tuple[int, dict[str, Any]]:
    result = invoked(desk, *words, "--output", "json")
    return result[0], json.loads(result[1])


def invoked(desk: BillingDesk, *words: str) -> tuple[int, str]:
    app = typer.Typer()
    revenue.register(app, recurring=lambda: (Recurring(desk.api), date(2026, 4, 2)))
    result = CliRunner().invoke(app, ["revenue", "bridge", *words])
    return result.exit_code, result.stdout


def test_every_month_is_bridged(desk: BillingDesk) -> None:
    """F154: January opens with nothing; March loses a customer and grows another; each month opens with the last closing."""
    code, said = asked(desk, "--from", "2026-01", "--to", "2026-03")
    assert code == 0
    shown = [[month[name] for name in ("month", "opening", "new", "expansion", "churn", "closing")] for month in said["months"]]
    assert shown == [
        ["2026-01", "0.00", "510.00", "0.00", "0.00", "510.00"],
        ["2026-02", "510.00", "0.00", "0.00", "0.00", "510.00"],
        ["2026-03", "510.00", "0.00", "50.00", "-100.00", "460.00"],
    ]


def test_each_bar_opens_its_rows(desk: BillingDesk, tmp_path: Path) -> None:
    """F154: who it was, when, and by which change; as a table, in the document, and as a file."""
    file = tmp_path / "rows.csv"
    code, table = invoked(desk, "--bar", "churn", "--rows", str(file))
    assert (code, table.count("Customer of C-2"), table.count("Customer of C-3")) == (0, 1, 0)
    with file.open(encoding="utf-8", newline="") as rows:
        found = [(row["bar"], row["day"], row["contract"], row["amount"]) for row in csv.DictReader(rows)]
    assert found == [("churn", "2026-03-15", "C-2", "-100.00"), ("expansion", "2026-03-20", "C-3", "50.00")]


def test_what_was_invoiced_of_it_is_explained_to_nothing(desk: BillingDesk) -> None:
    """F154: closing less invoiced is part months, what is not invoiced, and what other months have; nothing is left."""
    _, said = asked(desk)
    (month,) = said["invoiced"]
    assert (month["month"], month["closing"], month["invoiced"]) == ("2026-03", "460.00", "410.00")
    parts = [Decimal(month[name]) for name in ("part_months", "not_invoiced", "other_months", "invoiced")]
    assert sum(parts) == Decimal(month["closing"])
    gaps = {gap["contract"]: gap for gap in said["gaps"]}
    # 100.00 were invoiced for March and 54.84 given back in April; 14 days were worth 45.16, and the month closed with nothing
    assert [gaps["C-2"][name] for name in ("closing", "part_months", "not_invoiced", "other_months", "invoiced")] == [
        *("0.00", "-45.16", "0.00", "-54.84", "100.00"),
    ]
    assert (gaps["C-1"]["closing"], gaps["C-1"]["invoiced"]) == ("310.00", "310.00")


def test_everything_in_one_currency(desk: BillingDesk) -> None:
    """Exchange is what the rates of the month's ends do to the opening; a rate that is missing is named."""
    dollars = desk.contract("C-4", start=FEBRUARY)
    usd = bind("transactioncurrencyid", "transactioncurrency", desk.tenant.currencies.id("USD"))
    desk.api.update(Ref("w365_billingcontract", dollars), usd)
    desk.subscription(dollars, seats=10, price=Decimal("10.00"), start=FEBRUARY)
    for on, rate in ((date(2026, 2, 28), "0.90"), (date(2026, 3, 31), "0.95")):
        row = {"w365_name": f"USD/EUR {on}", "w365_fromcurrency": "USD", "w365_tocurrency": "EUR", "w365_ratedate": on}
        desk.api.create("w365_exchangerate", {**row, "w365_rate": Decimal(rate), "w365_source": "test"})
    _, said = asked(desk, "--currency", "EUR")
    (month,) = said["months"]
    assert (month["opening"], month["exchange"], month["closing"]) == ("600.00", "5.00", "555.00")
    _, each = asked(desk)
    assert [(one["currency"], one["closing"]) for one in each["months"]] == [("EUR", "460.00"), ("USD", "100.00")]
    app = typer.Typer()
    revenue.register(app, recurring=lambda: (Recurring(desk.api), date(2026, 4, 2)))
    missing = CliRunner().invoke(app, ["revenue", "bridge", "--from", "2026-04", "--currency", "EUR"])
    assert "no exchange rate from USD to EUR on 2026-04-30" in str(missing.exception)


def test_what_cannot_be_valued_is_named(desk: BillingDesk) -> None:
    """A subscription without a price anywhere: the others are there, and the exit code says that somebody has to look."""
    desk.subscription(desk.contract("C-5"), price=None)
    code, said = asked(desk)
    assert (code, said["months"][0]["closing"]) == (1, "460.00")
    assert said["unvalued"][0].startswith("Contract C-5: subscription ")
