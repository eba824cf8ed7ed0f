"""`w365 revenue` over a tenant that was billed."""

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
from dataverse.query import Query
from dataverse.stores.revenue import Revenue
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk

if TYPE_CHECKING:
    from pathlib import Path

START = date(2026, 1, 15)


@pytest.fixture
def desk() -> BillingDesk:
    """A year that was paid ahead, and a monthly contract beside it."""
    made = BillingDesk(START)
    year = made.contract("C-1", start=START, billday=15, frequency="Annual", changesbilled="Now")
    made.subscription(year, seats=10, price=Decimal("120.00"), start=START)
    month = made.contract("C-2", start=date(2026, 2, 1))
    made.subscription(month, seats=1, price=Decimal("28.00"), start=date(2026, 2, 1))
    made.run(START)
    made.run(date(2026, 2, 1))
    return made


def asked(desk: BillingDesk, *words: str) -> tuple[int, dict[str, Any]]:
    app = typer.Typer()
    revenue.register(app, lambda: (Revenue(desk.api), date(2026, 3, 2)))
    result = CliRunner().invoke(app, ["revenue", *words, "--output", "json"])
    return result.exit_code, json.loads(result.stdout)


def test_the_schedule_of_an_invoice(desk: BillingDesk) -> None:
    """F127: 55.89 in January, everything after thirteen months."""
    code, said = asked(desk, "schedule", "--invoice", "INV-CO-2026-00001", "--from", "2026-01", "--to", "2027-02")
    by_month = {row["month"]: row for row in said["months"]}
    assert (code, by_month["2026-01"]["earned"], by_month["2026-01"]["closing"]) == (0, "55.89", "1144.11")
    assert sum(Decimal(row["earned"]) for row in said["months"]) == 1200
    assert (by_month["2027-01"]["closing"], "2027-02" in by_month) == ("0.00", False)
    assert {row["entity"] for row in said["months"]} == {"CO"}


def test_a_schedule_has_a_year_unless_somebody_says_otherwise(desk: BillingDesk) -> None:
    """By contract, and from this month on."""
    code, said = asked(desk, "schedule", "--contract", "C-1")
    assert (code, said["months"][0]["month"], said["months"][-1]["month"]) == (0, "2026-03", "2027-01")
    app = typer.Typer()
    revenue.register(app, lambda: (Revenue(desk.api), date(2026, 3, 2)))
    assert CliRunner().invoke(app, ["revenue", "schedule", "--from", "2026-03", "--to", "2026-02"]).exit_code == 1


def test_the_journal_of_a_month_is_exported_and_ties_to_the_invoices(desk: BillingDesk, tmp_path: Path) -> None:
    """F127: of February, the last full month: 92.06 of the year and all of the month are earned."""
    entries, lines = tmp_path / "journal.csv", tmp_path / "lines.csv"
    code, said = asked(desk, "journal", "--csv", str(entries), "--lines", str(lines))
    assert (code, said["month"], said["untied"]) == (0, "2026-02", [])
    assert said["totals"] == [
        {"month": "2026-02", "entity": "CO", "currency": "EUR"}
        | {"opening": "1144.11", "invoiced": "28.00", "earned": "120.06", "closing": "1052.05"}
    ]
    with entries.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["account"], row["debit"], row["credit"]) for row in rows] == [
        ("Deferred revenue", "92.06", "0.00"),
        ("Revenue", "0.00", "92.06"),
    ]
    with lines.open(encoding="utf-8", newline="") as file:
        assert [(row["document"], row["earned"]) for row in csv.DictReader(file)] == [
            ("INV-CO-2026-00001", "92.06"),
            ("INV-CO-2026-00002", "28.00"),
        ]


def test_a_change_and_a_credit_leave_the_closed_months(desk: BillingDesk) -> None:
    """F127: five seats less from 1 March, credited on its day; January and February are what they were."""
    before = [asked(desk, "journal", "--month", month)[1] for month in ("2026-01", "2026-02")]
    contract = next(iter(desk.numbers))
    (subscription, _) = desk._sequences
    desk.change(contract, subscription, date(2026, 3, 1), 5, price=Decimal("120.00"))
    desk.run(date(2026, 3, 1))
    assert [asked(desk, "journal", "--month", month)[1] for month in ("2026-01", "2026-02")] == before
    _, march = asked(desk, "schedule", "--contract", "C-1", "--from", "2026-03", "--to", "2027-01")
    invoiced, earned = (sum(Decimal(row[name]) for row in march["months"]) for name in ("invoiced", "earned"))
    assert march["months"][0]["opening"] == "1052.05"
    assert earned == Decimal("1052.05") + invoiced


def test_a_document_that_lost_a_line_is_named(desk: BillingDesk) -> None:
    """Exit code 1, and the sentence says which and by how much."""
    (line,) = desk.api.find(Query("w365_invoiceline", ("w365_invoicelineid",), "w365_Invoice/w365_number eq 'INV-CO-2026-00002'"))
    desk.api.delete(Ref("w365_invoiceline", line["w365_invoicelineid"]))
    code, said = asked(desk, "journal", "--month", "2026-02")
    assert (code, said["untied"]) == (
        1,
        ["The lines of INV-CO-2026-00002 come to 0.00 EUR and the document to 28.00 EUR; the journal has its lines."],
    )
