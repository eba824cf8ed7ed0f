"""Same key, same answer: a file that comes twice, and a file of the same name, or row of the same key, with other content.

What makes a row known is in the row, never the file's name. Each import is typed in a process of its own (office.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

import wiring
from dataverse.webapi import Ref
from local.sample.generated import PRODUCT
from tests.same_key.town import Town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.same_key.office import Said

MAP = """
[columns]
Contract = "Contract"
Description = "Text"
Date = "Day"
UnitPrice = "Price"
Reference = "Voucher"
[constants]
Product = "GEN-1"
"""


@dataclass(frozen=True)
class Import:
    """A file, how it is imported, a row of the same key that says something else, and what that row is told.

    Attributes:
        table: what the rows become.
        more: a row of another key, which comes in under the same file name.
    """

    words: tuple[str, ...]
    table: str
    head: str
    row: str
    other: str
    told: str
    more: str


IMPORTS = {
    "billing-lines": Import(
        ("import", "billing-lines", "file.csv", "--map", "datacentre.toml"),
        "w365_nonrecurringitem",
        "Contract,Text,Day,Price,Voucher",
        "C-1,Hotel,2026-02-20,10.00,R-1",
        "C-1,Hotel,2026-02-20,12.00,R-1",
        "was imported from file.csv row 2 with gen-1, Hotel, 2026-02-20, 1, 10; that stays",
        "C-1,Hotel,2026-02-20,12.00,R-2",
    ),
    "rates": Import(
        ("import", "rates", "file.csv"),
        "w365_exchangerate",
        "from,to,date,rate,source,reason",
        "USD,EUR,2026-02-02,0.8678,manual,agreed",
        "USD,EUR,2026-02-02,0.9999,manual,agreed",
        "The file says 0.9999 for USD/EUR 2026-02-02, but 0.8678",
        "USD,EUR,2026-02-03,0.9999,manual,agreed",
    ),
}


class Desk:
    """Somebody with a folder of files."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self._folder = town, folder
        town.api.update(Ref("w365_product", PRODUCT), {"w365_number": "GEN-1"})
        (folder / "datacentre.toml").write_text(MAP, "utf-8")

    def imports(self, one: Import, *rows: str, name: str = "file.csv") -> Said:
        """A file with these rows."""
        (self._folder / name).write_text("\n".join((one.head, *rows)) + "\n", "utf-8")
        given = [name if word == "file.csv" else word for word in one.words]
        return self.town.office.types(*(str(self._folder / word) if "." in word else word for word in given))

    def count(self, one: Import) -> int:
        """How many rows there are."""
        return len(self.town.office.rows()[one.table])


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Desk]:
    yield Desk(Town(capsys), tmp_path)
    wiring.install(None)


@pytest.mark.parametrize("one", IMPORTS.values(), ids=IMPORTS)
def test_the_same_file_adds_nothing(desk: Desk, one: Import) -> None:
    """Nor does a copy of it under another name."""
    before = desk.count(one)
    assert desk.imports(one, one.row).code == 0
    held = desk.town.office.rows()
    assert desk.count(one) == before + 1
    assert desk.imports(one, one.row).code == 0
    assert desk.imports(one, one.row, name="copy.csv").code == 0
    assert desk.town.office.rows() == held


@pytest.mark.parametrize("one", IMPORTS.values(), ids=IMPORTS)
def test_another_file_of_the_same_name_brings_what_is_new(desk: Desk, one: Import) -> None:
    """A row whose key is known and that says something else is refused with what stands; the others come in."""
    desk.imports(one, one.row)
    before = desk.town.office.rows()[one.table]
    said = desk.imports(one, one.other, one.more)
    assert (said.code, one.told in said.out) == (1, True), said
    after = desk.town.office.rows()[one.table]
    assert len(after) == len(before) + 1
    assert all(row in after for row in before)
