"""`w365 import rates` against a tenant: what it adds, that it adds it once, what it never changes, and its exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli.importing_rates import attach
from dataverse.query import Query
from dataverse.stores.exchange_rates import ExchangeRateRows
from dataverse.webapi import Ref
from local.clock import FixedClock
from local.desks.tenants import Tenant

if TYPE_CHECKING:
    from typer.testing import Result

DATA = Path(__file__).parent.parent / "providers" / "exchange_rates" / "data"
COLUMNS = (
    "w365_exchangerateid",
    "w365_fromcurrency",
    "w365_tocurrency",
    "w365_ratedate",
    "w365_rate",
    "w365_source",
    "w365_reason",
)


@pytest.fixture
def tenant() -> Tenant:
    """An empty tenant."""
    return Tenant(FixedClock(datetime(2026, 11, 3, 9, tzinfo=UTC)))


def run(tenant: Tenant, name: str, *arguments: str) -> Result:
    """The command on one of the sample files."""
    app = typer.Typer()
    group = typer.Typer()
    group.callback()(lambda: None)
    attach(group, lambda: ExchangeRateRows(tenant.api))
    app.add_typer(group, name="import")
    return CliRunner().invoke(app, ["import", "rates", str(DATA / name), *arguments])


def counts(result: Result) -> tuple[int, int, int, list[str]]:
    """Rows, new, same, and the findings' codes."""
    shown = json.loads(result.stdout)
    return shown["rows"], shown["new"], shown["same"], [one["code"] for one in shown["findings"]]


def stored(tenant: Tenant) -> list[str]:
    """Every row."""
    found = tenant.api.find(Query("w365_exchangerate", COLUMNS, order="w365_ratedate,w365_tocurrency,w365_fromcurrency"))
    return [" ".join(str(row[name]) for name in COLUMNS[1:]) for row in found]


def test_the_same_rates_twice_add_nothing(tenant: Tenant) -> None:
    """Whatever shape they come in."""
    first = run(tenant, "eurofxref-daily.xml", "--output", "json")
    assert (first.exit_code, counts(first)) == (0, (3, 3, 0, []))
    again = run(tenant, "eurofxref.csv", "--output", "json")
    assert (again.exit_code, counts(again)) == (0, (3, 0, 3, []))
    assert counts(run(tenant, "eurofxref-hist.csv", "--output", "json")) == (6, 3, 3, [])
    assert stored(tenant)[3:] == [
        "EUR GBP 2026-11-02 0.8774500000 ECB None",
        "EUR JPY 2026-11-02 177.6400000000 ECB None",
        "EUR USD 2026-11-02 1.1523000000 ECB None",
    ]


def test_a_rate_that_is_there_is_never_changed(tenant: Tenant) -> None:
    """An invoice may have used it; the difference is a finding and ends 1."""
    run(tenant, "eurofxref.csv")
    (row,) = [one for one in tenant.api.find(Query("w365_exchangerate", COLUMNS)) if one["w365_tocurrency"] == "USD"]
    tenant.api.update(Ref("w365_exchangerate", row["w365_exchangerateid"]), {"w365_rate": 1})
    result = run(tenant, "eurofxref.csv")
    assert result.exit_code == 1
    assert "exchange-rate-differs: The file says 1.1523 for EUR/USD 2026-11-02, but 1.0" in result.stdout
    assert "EUR USD 2026-11-02 1.0000000000 ECB None" in stored(tenant)


def test_bad_rows_are_findings_and_the_others_are_added(tenant: Tenant) -> None:
    """A manual rate without a reason is one of them."""
    result = run(tenant, "own.csv", "--output", "json")
    assert (result.exit_code, counts(result)) == (1, (3, 2, 0, ["broken-exchange-rate"] * 4))
    assert stored(tenant) == [
        "USD EUR 2026-11-02 0.8678000000 manual agreed with the customer",
        "GBP EUR 2026-11-03 1.1393000000 bank None",
    ]


def test_a_dry_run_writes_nothing(tenant: Tenant) -> None:
    """It says what it would add."""
    result = run(tenant, "eurofxref-hist.csv", "--dry-run", "--since", "2026-11-01")
    assert result.exit_code == 0
    assert "dry run: nothing was written" in result.stdout
    assert "No findings." in result.stdout
    assert (stored(tenant), counts(run(tenant, "eurofxref-hist.csv", "--since", "2026-11-01", "--output", "json"))[1]) == ([], 3)
