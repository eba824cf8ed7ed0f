"""`w365 costs unmatched`: both lists of a month, over a tenant that was billed and has imported its supplier's bill."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import costs
from dataverse.query import Query
from dataverse.rows import bind
from dataverse.stores.unmatched import UnmatchedLines
from dataverse.webapi import Ref
from local.desks.supplier import LINE, SupplierDesk
from work365.errors import BadInput

if TYPE_CHECKING:
    from typer.testing import Result

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
MONTH = "cycleCharge 2026-01-01..2026-01-31 +10 @20 r-1"


def desk_of(**columns: Any) -> SupplierDesk:  # noqa: ANN401  columns of the subscription
    """Ten seats of the supplier's subscription s-1, by seats and days."""
    desk = SupplierDesk(JANUARY)
    desk.resold(price=Decimal(25), printedname="E3", **columns)
    return desk


def run(desk: SupplierDesk, *arguments: str) -> Result:
    app = typer.Typer()
    costs.register(app, lambda: (UnmatchedLines(desk.api, desk.tenant.currencies), FEBRUARY))
    return CliRunner().invoke(app, ["costs", "unmatched", *arguments])


def asked(desk: SupplierDesk, month: str = "2026-01") -> tuple[int, list[dict[str, Any]]]:
    result = run(desk, "--month", month, "--output", "json")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, json.loads(result.stdout)["unmatched"]


def test_a_month_that_was_charged_and_billed_is_not_listed() -> None:
    """Also where a change was cut otherwise by the supplier than by us."""
    desk = desk_of()
    desk.run(JANUARY)
    desk.imports(MONTH)
    assert asked(desk) == (0, [])
    desk.imports("addQuantity 2026-01-16..2026-01-31 +5 @10.3226 r-2")
    desk.run(FEBRUARY)
    assert asked(desk) == (0, [])


def test_what_is_billed_before_its_bill_has_come_is_revenue_without_cost() -> None:
    desk = desk_of()
    desk.subscription(desk.terms, seats=1)
    desk.run(JANUARY)
    number = desk.invoices()[0].number
    code, rows = asked(desk)
    assert code == 1
    (row,) = rows
    assert {name: row[name] for name in ("what", "customer", "subscription", "days", "amount", "currency")} == {
        "what": "revenue without cost",
        "customer": "Customer of C-1",
        "subscription": "E3",
        "days": 31,
        "amount": "250.00",
        "currency": "EUR",
    }
    assert row["lines"].startswith(f"{number} line ")


def test_what_is_charged_and_not_billed_is_cost_without_revenue_day_by_day() -> None:
    """Billed to the 20th only: 11 of 31 days of 200.00 are without revenue. Next month's bill is another month's matter."""
    desk = desk_of(enddate=date(2026, 1, 21))
    desk.run(JANUARY)
    desk.imports(MONTH)
    desk.imports("cycleCharge 2026-02-01..2026-02-28 +10 @20 r-9", invoice="G-2")
    code, (row,) = asked(desk)
    assert (code, row["what"], row["days"], row["amount"], row["lines"]) == (1, "cost without revenue", 11, "70.97", "G-1 r-1")
    assert [(one["days"], one["amount"]) for one in asked(desk, "2026-02")[1]] == [(28, "200.00")]


def test_lines_that_are_billed_themselves_are_matched_when_they_are_billed() -> None:
    desk = SupplierDesk(JANUARY, supplierlinesfrom=JANUARY, suppliermarkuppercent=Decimal(15))
    desk.imports(MONTH)
    assert [row["what"] for row in asked(desk)[1]] == ["cost without revenue"]
    desk.run(FEBRUARY)
    assert asked(desk) == (0, [])


def test_a_part_of_a_split_is_revenue_of_the_whole() -> None:
    desk = desk_of(billable=False)
    whole = next(iter(desk.api.find(Query("w365_subscription", ("w365_subscriptionid",)))))["w365_subscriptionid"]
    part = desk.subscription(desk.terms, seats=10)
    desk.api.update(Ref("w365_subscription", part), bind("w365_SplitOf", "w365_subscription", whole))
    desk.run(JANUARY)
    desk.imports(MONTH)
    assert asked(desk) == (0, [])


def test_a_line_that_somebody_entered_without_length_is_about_its_first_day() -> None:
    """It is listed and stops nothing."""
    desk = desk_of()
    desk.run(JANUARY)
    desk.imports(MONTH)
    line = next(iter(desk.api.find(Query(LINE, ("w365_providerinvoicelineid",)))))["w365_providerinvoicelineid"]
    desk.api.update(Ref(LINE, line), {"w365_chargestart": date(2026, 1, 31), "w365_chargeend": date(2026, 1, 1)})
    assert [(row["what"], row["days"]) for row in asked(desk)[1]] == [("revenue without cost", 30)]


def test_a_person_reads_the_last_full_month_as_a_table_or_a_sentence() -> None:
    desk = desk_of()
    desk.run(JANUARY)
    assert "revenue without cost" in run(desk).stdout.replace("\n", " ")
    desk.imports(MONTH)
    assert "In 2026-01 every day that a supplier charged is billed" in run(desk).stdout.replace("\n", " ")


def test_a_month_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match="is not a month"):
        asked(desk_of(), "January")
