"""`w365 import billing-lines`: charges of any outside party, through a map, row by row, each once."""

from __future__ import annotations

import contextlib
import csv
import json
import shutil
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import billing_lines, explaining
from cli.billing_lines import Ports
from dataverse.query import Query
from dataverse.stores.explaining import Explanations
from dataverse.stores.outside import Maps, OutsideItems
from dataverse.webapi import Ref
from local.desks.billing import CONTRACT, ITEM, BillingDesk
from local.faults import CRASHES, Died
from local.sample.generated import PRODUCT
from work365.errors import BadInput, External

if TYPE_CHECKING:
    from dataverse.webapi import WebApi
    from tests.points import Tried

WORKBOOK = Path(__file__).parent / "data" / "charges.xlsx"
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
MAP = """
dates = "%d.%m.%Y"
decimal_mark = ","
[columns]
Contract = "Agreement"
Description = "Text"
Date = "Day"
Quantity = "Pieces"
UnitPrice = "Price"
[constants]
Product = "GEN-1"
[values.Contract]
"Kunde 77" = "C-1"
"""
HEADER = "Agreement;Text;Day;Pieces;Price;Remark\n"
FILE = (
    HEADER
    + "Kunde 77;Domain example.com;10.01.2026;2;12,50;\nC-1;Rack;15.01.2026;1,5;100,00;left\nC-2;Hotel;20.01.2026;1;99,90;\n"
)


class Office:
    """A company with two contracts, and a folder of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.desk = BillingDesk(JANUARY)
        self.contracts = [self.desk.contract(number) for number in ("C-1", "C-2")]
        self.desk.api.update(Ref("w365_product", PRODUCT), {"w365_number": "GEN-1"})
        self.map = self.written(MAP, "datacentre.toml")

    def written(self, text: str, name: str = "january.csv") -> str:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return str(path)

    def run(self, *arguments: str, api: WebApi | None = None) -> dict[str, Any]:
        """The command's answer. Errors: what it raised."""
        app, group = typer.Typer(), typer.Typer()
        group.callback()(lambda: None)
        used = api or self.desk.api
        billing_lines.attach(group, lambda: Ports(OutsideItems(used, self.desk.tenant.currencies), Maps(used)))
        app.add_typer(group, name="import")
        result = CliRunner().invoke(app, ["import", "billing-lines", *arguments, "--output", "json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        answer: dict[str, Any] = json.loads(result.stdout)
        assert result.exit_code == (1 if answer["returned"] else 0)
        return answer

    def counts(self, *arguments: str) -> tuple[int, int, int]:
        """Rows added, there already, returned."""
        answer = self.run(*arguments)
        return len(answer["added"]), len(answer["same"]), len(answer["returned"])

    def items(self) -> list[tuple[str, int, str]]:
        """File, row and price of every item."""
        query = Query(ITEM, ("w365_importfile", "w365_importrow", "w365_unitprice"), order="w365_importfile,w365_importrow")
        return [
            (row["w365_importfile"], row["w365_importrow"], f"{row['w365_unitprice']:f}") for row in self.desk.api.find(query)
        ]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_file_is_mapped_once_previewed_and_billed(office: Office) -> None:
    """The dry run shows every amount and writes nothing, not even the map; the next invoice has the lines with their tax."""
    file = office.written(FILE)
    preview = office.run(file, "--map", office.map, "--dry-run")
    assert [(one["contract"], one["amount"]) for one in preview["added"]] == [
        ("C-1", "25.00"),
        ("C-1", "150.00"),
        ("C-2", "99.90"),
    ]
    assert [(one["contract"], one["lines"], one["amount"]) for one in preview["totals"]] == [
        ("C-1", 2, "175.00"),
        ("C-2", 1, "99.90"),
    ]
    assert office.items() == []
    with pytest.raises(BadInput, match="no map 'datacentre'"):
        office.run(file, "--map", "datacentre", "--dry-run")
    assert office.counts(file, "--map", office.map) == (3, 0, 0)
    assert office.items() == [
        ("january.csv", row, price) for row, price in ((2, "12.5000000000"), (3, "100.0000000000"), (4, "99.9000000000"))
    ]
    office.desk.run(FEBRUARY)
    assert [(invoice.contract, invoice.net, invoice.tax) for invoice in office.desk.invoices()] == [
        ("C-1", Decimal("175.00"), Decimal("33.25")),
        ("C-2", Decimal("99.90"), Decimal("18.98")),
    ]


def test_the_map_is_known_by_its_name_afterwards(office: Office) -> None:
    office.counts(office.written(FILE), "--map", office.map)
    second = office.written(HEADER + "C-2;Taxi;03.02.2026;1;20,00;\n", "february.csv")
    assert office.counts(second, "--map", "datacentre") == (1, 0, 0)


def test_the_same_charges_add_nothing_whatever_the_file_is_called(office: Office) -> None:
    """The same file, a copy, and one with a row before them; it is said where each came from."""
    file = office.written(FILE)
    office.run(file, "--map", office.map)
    assert office.counts(file, "--map", "datacentre") == (0, 3, 0)
    shutil.copy(file, office.folder / "copy.csv")
    assert office.counts(str(office.folder / "copy.csv"), "--map", "datacentre") == (0, 3, 0)
    office.desk.run(FEBRUARY)
    grown = office.written(FILE.replace(HEADER, HEADER + "C-2;Taxi;03.02.2026;1;20,00;\n"), "grown.csv")
    answer = office.run(grown, "--map", "datacentre")
    assert [one["row"] for one in answer["added"]] == [2]
    assert answer["same"][0] == {"row": 3, "before": "january.csv row 2"}


def test_two_rows_that_say_the_same_are_two_charges(office: Office) -> None:
    """As often as the file says it; another file with the same two adds nothing, one with three adds the third."""
    row = "C-1;Taxi;10.01.2026;1;20,00;\n"
    assert office.counts(office.written(HEADER + row * 2), "--map", office.map) == (2, 0, 0)
    assert office.counts(office.written(HEADER + row * 2, "again.csv"), "--map", "datacentre") == (0, 2, 0)
    assert office.counts(office.written(HEADER + row * 3, "more.csv"), "--map", "datacentre") == (1, 2, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("C-9;Hotel;20.01.2026;1;99,90;", "No contract has the number C-9"),
        ("C-3;Hotel;20.01.2026;1;99,90;", "Contract C-3 is not active"),
        ("C-1;;20.01.2026;1;99,90;", "Description: The cell is empty"),
        ("C-1;Hotel;2026-01-20;1;99,90;", "Date: '2026-01-20' is not a date"),
        ("C-1;Hotel;20.01.2026;;99,90;", "Quantity: The cell is empty"),
        ("C-1;Hotel;20.01.2026;0;99,90;", "Quantity: The quantity is 0"),
        ("C-1;Hotel;20.01.2026;0,00001;99,90;", "Quantity: 0.00001 has more than 4 decimal places"),
        ("C-1;Paid by 4242 4242 4242 4242;20.01.2026;1;99,90;", "Description: It holds a card number"),
        ("C-1;Hotel;20.01.2026;1;free;", "UnitPrice: 'free' is not a number"),
        ("C-1;Hotel;20.01.2026;1", "The row has only 4 of 6 cells"),
    ],
)
def test_a_bad_row_comes_back_with_its_reason_and_the_others_go_on(office: Office, row: str, reason: str) -> None:
    """It stands in a file beside the input, with the columns of the input and the reason before them."""
    closed = office.desk.contract("C-3")
    office.desk.api.update(Ref(CONTRACT, closed), {"statecode": 1, "statuscode": 2})
    answer = office.run(office.written(f"{HEADER}{row}\nC-1;Rack;15.01.2026;1;1,00;\n"), "--map", office.map)
    assert [one["row"] for one in answer["added"]] == [3]
    assert [one["row"] for one in answer["returned"]] == [2]
    assert reason in answer["returned"][0]["reason"]
    with (office.folder / "january.returned.csv").open(encoding="utf-8-sig", newline="") as file:
        (back,) = csv.DictReader(file)
    assert (back["w365 row"], back["w365 reason"]) == ("2", answer["returned"][0]["reason"])
    if ";99,90;" in row:
        assert (back["agreement"], back["price"]) == (row.split(";", maxsplit=1)[0], "99,90")


def test_returned_rows_are_put_right_and_imported_like_any_file(office: Office) -> None:
    """Neither file doubles what the other brought, and nobody's corrections are overwritten."""
    office.desk.item(office.contracts[0], date(2026, 1, 5), "5.00")
    file = office.written(FILE.replace("C-2;", "C-8;"))
    assert office.counts(file, "--map", office.map) == (2, 0, 1)
    back = office.folder / "january.returned.csv"
    back.write_text(back.read_text("utf-8-sig").replace("C-8", "C-2"), "utf-8")
    assert office.counts(file, "--map", "datacentre") == (0, 2, 1)
    assert (office.folder / "january.returned-2.csv").exists()
    assert office.counts(str(back), "--map", "datacentre") == (1, 0, 0)
    assert office.counts(str(back), "--map", "datacentre") == (0, 1, 0)


def test_a_reference_is_one_charge_and_is_never_changed_from_a_file(office: Office) -> None:
    columns = office.written(MAP.replace('UnitPrice = "Price"', 'UnitPrice = "Price"\nReference = "Remark"'), "named.toml")
    row = "C-1;Hotel;20.01.2026;1;{price};R-1\n"
    twice = office.written(HEADER + row.format(price="10,00") + row.format(price="12,00"))
    answer = office.run(twice, "--map", columns)
    assert [one["row"] for one in answer["added"]] == [2]
    assert answer["returned"][0]["reason"].startswith("Reference R-1 stands in row 2 already")
    later = office.run(office.written(HEADER + row.format(price="12,00"), "later.csv"), "--map", columns)
    assert (
        "was imported from january.csv row 2 with gen-1, Hotel, 2026-01-20, 1, 10; that stays" in later["returned"][0]["reason"]
    )


def test_a_workbook_is_read_as_it_is_shown(office: Office) -> None:
    """Numbers to 15 digits (0.1 + 0.2 is 0.3), days as days, text cells as the map spells them, a failed formula as empty."""
    columns = MAP.replace('UnitPrice = "Price"', 'UnitPrice = "Price"\nReference = "No."\nProduct = "Article"')
    file = office.folder / "charges.xlsx"
    shutil.copy(WORKBOOK, file)
    answer = office.run(str(file), "--map", office.written(columns.replace('[constants]\nProduct = "GEN-1"\n', ""), "rack.toml"))
    assert [(one["row"], one["date"], one["unit_price"], one["amount"]) for one in answer["added"]] == [
        (2, "2026-01-10", "12.34", "24.68"),
        (3, "2026-01-15", "0.3", "0.30"),
        (6, "2026-01-16", "20.00", "30.00"),
    ]
    assert [(one["row"], one["reason"].split(":")[0]) for one in answer["returned"]] == [
        (4, "No contract has the number C-9; correct it, or translate it under 'values' of the map."),
        (7, "Quantity"),
    ]
    assert (office.folder / "charges.returned.csv").read_text("utf-8-sig").splitlines()[1].endswith(',15.01.2026,1,"1234,5",D-3')


def test_what_is_no_file_of_charges_is_refused_in_a_sentence(office: Office) -> None:
    broken = office.written("PK\x03\x04", "broken.xlsx")
    cases = [
        ((office.written("Agreement;Text\nC-1;x\n", "narrow.csv"), "--map", office.map), "which the file does not have"),
        ((broken, "--map", office.map), "no workbook that can be read"),
        ((str(office.folder / "none.xlsx"), "--map", office.map), "cannot be read"),
        ((str(WORKBOOK), "--map", office.map, "--sheet", "Charge"), "no sheet 'Charge'; it has Charges, Empty"),
        ((office.written(FILE), "--map", office.map, "--sheet", "Charges"), "Only a workbook has sheets"),
        ((office.written(FILE), "--map", office.written('ends = "inclusive"\n[columns]\n', "e.toml")), "unknown entries: ends"),
        ((office.written(FILE), "--map", office.written("[columns]\nContract = 'A'\n", "x.toml")), "says nothing about Product"),
    ]
    for arguments, words in cases:
        with pytest.raises(BadInput, match=words):
            office.run(*arguments)
    assert office.items() == []


def test_the_page_for_finance_people_has_a_map_that_works(office: Office) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "import-billing-lines.md").read_text("utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    file = office.written(FILE.replace("Remark", "Voucher"))
    assert office.counts(file, "--map", office.written(example, "page.toml")) == (3, 0, 0)


def test_the_invoice_line_says_its_file_and_row(office: Office) -> None:
    office.run(office.written(FILE), "--map", office.map)
    office.desk.run(FEBRUARY)
    app = typer.Typer()
    explaining.register(app, lambda: Explanations(office.desk.api))
    result = CliRunner().invoke(app, ["explain", "invoice", office.desk.invoices()[0].number])
    assert "It was imported from row 2 of january.csv." in result.stdout


def test_an_import_that_dies_is_finished_by_importing_again(tmp_path: Path, tried: Tried) -> None:
    """Broken at every request in every way: afterwards each row is there once."""
    first = Office(tmp_path)
    file = first.written(FILE)
    fuse = first.desk.fuse
    first.run(file, "--map", first.map, api=first.desk.tenant.webapi(fuse.guard(first.desk.tenant.app)))
    for at, fault in tried("billing lines", product(range(1, fuse.count + 1), CRASHES)):
        office = Office(tmp_path)
        office.desk.fuse.arm(at=at, fault=fault)
        guarded = office.desk.tenant.webapi(office.desk.fuse.guard(office.desk.tenant.app))
        with contextlib.suppress(Died, External):
            office.run(file, "--map", office.map, api=guarded)
        office.desk.fuse.reset()
        office.run(file, "--map", office.map)
        assert office.items() == first.items(), f"{fault.value} at {at}"
