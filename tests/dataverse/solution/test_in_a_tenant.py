"""The queries of views and charts, asked in a tenant: every one is answered, and finds the rows that its name promises."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import httpx2
import pytest

from dataverse.schema.tables import BY_NAME
from dataverse.solution.fetch import fetch
from dataverse.solution.views import every_view, view_file
from dataverse.solution.words import column_of, table_of, value_of
from dataverse.solution.xml import read
from local.dataverse import DataverseApp
from local.http import httpx_transport
from tools import solution

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = "https://org.crm.dynamics.com/api/data/v9.2/"
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def tenant() -> Iterator[httpx2.Client]:
    """An empty tenant at noon of a Thursday."""
    app = DataverseApp(any_token=True, clock=lambda: NOON, deliver=lambda _: 200)
    with httpx2.Client(base_url=ROOT, transport=httpx_transport(app), headers={"authorization": "Bearer token"}) as client:
        yield client
    app.close()


def asked(tenant: httpx2.Client, collection: str, query: ET.Element, typed: str = "") -> httpx2.Response:
    """One query, with what was typed into a quick find in its place."""
    text = ET.tostring(query, encoding="unicode").replace("{0}", f"{typed}%")
    return tenant.get(collection, params={"fetchXml": text})


def test_every_query_is_answered(tenant: httpx2.Client) -> None:
    """A tenant with our tables refuses none of them."""
    refused, count = [], 0
    for path, data in solution.on_disk().items():
        if "/SavedQueries/" in path or "/Visualizations/" in path:
            for query in read(data).iter("fetch"):
                count += 1
                answer = asked(tenant, BY_NAME[query[0].get("name", "")].set_name, query)
                if answer.status_code != 200:
                    refused.append(f"{path}: {answer.text}")
    assert refused == []
    assert count == sum(path.count("/SavedQueries/") + path.count("/Visualizations/") for path in solution.on_disk())


CASES = {
    # view, rows by name (words of the model), the names that it shows
    "overdue: before today, and something left": (
        "Overdue invoices",
        {
            "yesterday": "status=Issued duedate=2026-11-25 balance=10",
            "last year": "status=Partial duedate=2025-01-31 balance=10",
            "today": "status=Issued duedate=2026-11-26 balance=10",
            "nothing left": "status=Issued duedate=2026-11-25 balance=0",
            "draft": "status=Draft duedate=2026-11-25 balance=10",
        },
        {"yesterday", "last year"},
    ),
    "this month": (
        "Invoices of this month",
        {"first": "invoicedate=2026-11-01", "last": "invoicedate=2026-11-30", "before": "invoicedate=2026-10-31"},
        {"first", "last"},
    ),
    "renewals": (
        "Renewals in 90 days",
        {
            "tomorrow": "status=Active commitmentend=2026-11-27",
            "in 89 days": "status=Active commitmentend=2027-02-23",
            "in 100 days": "status=Active commitmentend=2027-03-06",
            "long over": "status=Active commitmentend=2026-01-01",
        },
        {"tomorrow", "in 89 days"},
    ),
    "to bill": (
        "Contracts due to bill",
        {"today": "nextinvoicedate=2026-11-26", "missed": "nextinvoicedate=2026-10-01", "tomorrow": "nextinvoicedate=2026-11-27"},
        {"today", "missed"},
    ),
    "unmapped": ("Unmapped provider accounts", {"new": "domain=a.example"}, {"new"}),
    "errors": (
        "Open errors",
        {"bad": "severity=Error status=Open", "odd": "severity=Warning status=Open", "done": "severity=Error status=Resolved"},
        {"bad"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_view_shows_what_its_name_says(tenant: httpx2.Client, case: str) -> None:
    """Rows on both sides of every border, on one day."""
    name, rows, expected = CASES[case]
    view = next(view for views in every_view().values() for view in views if view.name == name)
    for called, words in rows.items():
        row: dict[str, Any] = {view.table.primary_name: called}
        for word, value in (pair.split("=") for pair in words.split()):
            column = column_of(view.table, word)
            row[column.name] = int(value_of(column, value)) if column.choice else (float(value) if word == "balance" else value)
        if "statuscode" in row:
            row["statecode"] = next(
                option.state for option in view.table.choice("statuscode").options if option.value == row["statuscode"]
            )
        answer = tenant.post(view.table.set_name, json=row)
        assert answer.status_code == 204, answer.text
    query = next(view_file(view).iter("fetch"))
    found = asked(tenant, view.table.set_name, query).json()["value"]
    assert {row[view.table.primary_name] for row in found} == expected


def test_a_quick_find_looks_into_the_texts(tenant: httpx2.Client) -> None:
    """An invoice is found by the beginning of its number, and by its name."""
    table = table_of("invoice")
    for name, number in (("November", "INV-1"), ("December", "INV-2"), ("INV-3", "X-9")):
        answer = tenant.post(table.set_name, json={"w365_name": name, "w365_number": number})
        assert answer.status_code == 204, answer.text
    finder = next(view for view in every_view()[table.name] if view.name == "Invoices: quick find")
    query = next(view_file(finder).iter("fetch"))
    found = {typed: asked(tenant, table.set_name, query, typed).json()["value"] for typed in ("INV", "Dec", "X-9", "none")}
    assert {typed: sorted(row["w365_name"] for row in rows) for typed, rows in found.items()} == {
        "INV": ["December", "INV-3", "November"],
        "Dec": ["December"],
        "X-9": ["INV-3"],
        "none": [],
    }


def test_lists_are_sorted_as_declared() -> None:
    """`-` sorts downwards, `+` upwards, in the order in which they stand."""
    orders = [dict(order.items()) for order in fetch(table_of("payout"), "+person -periodstart amount").iter("order")]
    assert orders == [
        {"attribute": "w365_person", "descending": "false"},
        {"attribute": "w365_periodstart", "descending": "true"},
    ]
