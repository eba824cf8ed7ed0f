"""`w365 export`: every row comes out, exactly, and a half-written export never looks like a whole one."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli.exporting import DATED, Ports, register
from dataverse.query import Query
from dataverse.rows import bind
from dataverse.schema.tables import CUSTOM
from dataverse.webapi import Ref, WebApi
from local.desks.billing import BillingDesk
from local.desks.tenants import URL, Tenant
from local.http import Request
from work365.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

    from dataverse.webapi import Row

NOW = datetime(2026, 11, 1, 2, 15, tzinfo=UTC)
PDF = b"%PDF-1.7 not really"


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    made = Tenant(lambda: NOW)
    made.api.create_multiple("w365_product", [_product(number) for number in range(7)])
    product = made.api.first(Query("w365_product", ("w365_productid",), order="w365_number"))
    assert product is not None
    price_list = made.api.create("w365_pricelist", {"w365_name": "EUR", "w365_code": "EUR"})
    price = {
        "w365_term": "P1M",
        "w365_billingplan": 365000000,
        "w365_tierfrom": 1,
        "w365_validfrom": "2026-01-01",
        "w365_unitprice": Decimal("0.0000000012"),
        **bind("w365_Product", "w365_product", product["w365_productid"]),
        **bind("w365_PriceList", "w365_pricelist", price_list),
    }
    made.api.create("w365_price", price)
    made.api.create("annotation", {"subject": "x", "filename": "../a b.pdf", "documentbody": base64.b64encode(PDF).decode()})
    return made


def _product(number: int) -> Row:
    return {
        "w365_name": f'Quoted "name", {number}\nsecond line',
        "w365_number": f"P-{number}",
        "w365_printedname": "Überraschung",
        "w365_billingtype": 365000001,
        "w365_taxcategory": "standard",
        "w365_isbundle": number % 2 == 0,
    }


def run(api: WebApi, *arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app, lambda: Ports(api, URL, lambda: NOW))
    return CliRunner().invoke(app, ["export", *arguments])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_table_has_a_file_and_every_row_is_in_it(tenant: Tenant, tmp_path: Path) -> None:
    result = run(tenant.api, str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert {table.name for table in CUSTOM} <= {one["table"] for one in manifest["tables"]}
    for one in manifest["tables"]:
        path = tmp_path / "out" / one["file"]
        assert len(rows_of(path)) == one["rows"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == one["sha256"]
        expected = sum(1 for _ in tenant.api.find(Query(one["table"], ())))
        assert one["rows"] == expected


def test_values_come_out_as_they_are(tenant: Tenant, tmp_path: Path) -> None:
    run(tenant.api, str(tmp_path / "out"), "--table", "w365_product", "--table", "w365_price")
    product = min(rows_of(tmp_path / "out" / "w365_product.csv"), key=lambda row: row["w365_number"])
    assert product["w365_name"] == 'Quoted "name", 0\nsecond line'
    assert (product["w365_billingtype"], product["w365_billingtype.label"]) == ("365000001", "Usage")
    assert (product["w365_isbundle"], product["w365_printedname"]) == ("true", "Überraschung")
    [price] = rows_of(tmp_path / "out" / "w365_price.csv")
    assert price["w365_unitprice"] == "0.0000000012"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"w365_product.csv", "w365_price.csv", "manifest.json"}


def test_documents_are_files_and_their_names_lead_nowhere_else(tenant: Tenant, tmp_path: Path) -> None:
    run(tenant.api, str(tmp_path / "out"), "--table", "annotation")
    [note] = rows_of(tmp_path / "out" / "annotation.csv")
    file = tmp_path / "out" / note["documentbody"]
    assert file.read_bytes() == PDF
    assert file.parent == tmp_path / "out" / "documents"


def test_what_moved_money_in_a_period(tmp_path: Path) -> None:
    """F39: February's document and its lines, and nothing of January or March; nobody paid."""
    desk = BillingDesk(date(2026, 1, 1))
    desk.standing(start=date(2026, 1, 1))
    for month in (1, 2, 3):
        desk.run(date(2026, month, 1))
    folder = tmp_path / "out"
    result = run(desk.api, str(folder), "--from", "2026-02-01", "--to", "2026-02-28")
    assert result.exit_code == 0, result.output
    assert {path.stem for path in folder.iterdir()} == {*DATED, "manifest"}
    [invoice] = rows_of(folder / "w365_invoice.csv")
    lines = rows_of(folder / "w365_invoiceline.csv")
    assert invoice["w365_invoicedate"] == "2026-02-01"
    assert {line["_w365_invoice_value"] for line in lines} == {invoice["w365_invoiceid"]}
    assert rows_of(folder / "w365_payment.csv") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "2026-02-01"], "'' is not a day"),
        (["--from", "2026-02-28", "--to", "2026-02-01"], "2026-02-01 is before 2026-02-28"),
        (["--from", "2026-02-01", "--to", "2026-02-28", "--table", "w365_product"], "rows of 'w365_product' have no day"),
    ],
)
def test_a_period_that_says_too_little(tenant: Tenant, tmp_path: Path, arguments: list[str], said: str) -> None:
    result = run(tenant.api, str(tmp_path / "out"), *arguments)
    assert isinstance(result.exception, BadInput)
    assert said in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_column_that_the_partner_added_is_in_it(tmp_path: Path) -> None:
    """What a partner adds to our tables is theirs and leaves with them."""
    tenant = Tenant(lambda: NOW)
    column = {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
        "SchemaName": "fab_Colour",
        "MaxLength": 20,
        "DisplayName": {"LocalizedLabels": [{"Label": "Colour", "LanguageCode": 1033}]},
    }
    headers = {"authorization": "Bearer x", "content-type": "application/json", "host": "org.crm.dynamics.com"}
    path = "/api/data/v9.2/EntityDefinitions(LogicalName='w365_product')/Attributes"
    assert tenant.app(Request("POST", path, "", headers, json.dumps(column).encode())).status == 204
    product = tenant.api.create("w365_product", _product(1))
    tenant.api.update(Ref("w365_product", product), {"fab_colour": "blue"})
    run(tenant.api, str(tmp_path / "out"), "--table", "w365_product")
    assert [row["fab_colour"] for row in rows_of(tmp_path / "out" / "w365_product.csv")] == ["blue"]


def test_an_interrupted_export_is_no_export(tenant: Tenant, tmp_path: Path) -> None:
    """The folder appears whole or not at all, and the next try goes through."""

    class Broken(WebApi):
        def find(self, query: Query) -> Iterator[Row]:
            if query.table == "w365_invoice":
                message = "no answer"
                raise Unavailable(message)
            return tenant.api.find(query)

    broken = Broken.__new__(Broken)
    assert isinstance(run(broken, str(tmp_path / "out")).exception, Unavailable)
    assert [path.name for path in tmp_path.iterdir()] == ["out.unfinished"]
    assert run(tenant.api, str(tmp_path / "out")).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_two_exports_are_never_mixed(tenant: Tenant, tmp_path: Path) -> None:
    for arguments, word in (((str(tmp_path),), "exists already"), ((str(tmp_path / "x"), "--table", "role"), "is no table")):
        error = run(tenant.api, *arguments).exception
        assert isinstance(error, BadInput)
        assert word in str(error)
