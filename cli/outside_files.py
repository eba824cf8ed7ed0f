"""Files with charges that come from outside: CSV or a workbook, read through a map; and the rows of it that go back.

    [columns]
    Contract = "Agreement"
    Product = "Article"
    Description = "Text"
    Date = "Day"
    UnitPrice = "Price"

`Quantity` is 1 where the map says nothing about it; `Currency`, `UnitCost` and `Reference` may be missing.
"""

from __future__ import annotations

import csv
from itertools import chain, count
from typing import TYPE_CHECKING

from cli.workbooks import ENDINGS, sheet_records
from providers.partner_center.column_map import Vocabulary
from providers.partner_center.records import records
from providers.partner_center.rows import Row
from work365.errors import BadInput
from work365.outside.line import OutsideLine, Returned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from providers.partner_center.column_map import ColumnMap
    from providers.partner_center.records import Record

REQUIRED = ("Contract", "Product", "Description", "Date", "UnitPrice")
BILLING_LINES = Vocabulary(
    "file of billing lines",
    (*REQUIRED, "Quantity", "Currency", "UnitCost", "Reference"),
    REQUIRED,
    constants={"quantity": "1"},
)
ROW, REASON = "w365 row", "w365 reason"
"""What stands before the columns of a row that goes back."""
NUMBER_MAX, DESCRIPTION_MAX, REFERENCE_MAX = 100, 300, 100


def file_records(path: Path, sheet: str, columns: ColumnMap) -> Iterator[Record]:
    """The rows of a file, its header first. Errors: BadInput for a file that is neither CSV nor a workbook."""
    if path.suffix.lower() in ENDINGS:
        return sheet_records(path, sheet, columns.spelling)
    if sheet:
        message = f"Only a workbook has sheets, and {path.name} is none; leave the option out"
        raise BadInput(message, "--sheet")
    return records(path)


def read_outside(found: Iterable[Record], file: str, columns: ColumnMap) -> Iterator[OutsideLine | Returned]:
    """The charges of a file, and the rows that say none. Errors: BadInput for a file that lacks a mapped column."""
    for record in found:
        if record.header:
            columns.check(record.cells, file)
        elif record.problem:
            yield Returned(record.line, f"{record.problem}.")
        else:
            yield _read(record, columns)


def _read(record: Record, columns: ColumnMap) -> OutsideLine | Returned:
    try:
        return _line(Row(columns.apply(record.cells), columns.spelling), record.line)
    except BadInput as error:
        return Returned(record.line, f"{error.path}: {error.message}.")


def _line(row: Row, line: int) -> OutsideLine:
    day = row.day("Date", required=True)
    assert day is not None  # noqa: S101  required
    return OutsideLine(
        row=line,
        contract=row.text("Contract", required=True, limit=NUMBER_MAX),
        product=row.text("Product", required=True, limit=NUMBER_MAX),
        description=row.text("Description", required=True, limit=DESCRIPTION_MAX),
        day=day,
        quantity=row.number("Quantity"),
        unit_price=row.number("UnitPrice"),
        unit_cost=row.number("UnitCost") if row.text("UnitCost") else None,
        currency=row.currency("Currency") if row.text("Currency") else "",
        reference=row.text("Reference", limit=REFERENCE_MAX),
    )


def write_returned(source: Path, found: Iterable[Record], returned: Sequence[Returned]) -> Path:
    """Write the rows that were not imported beside their file, each with its reason, and say where.

    Shape: CSV in UTF-8 with the file's own columns, so that it can be put right and imported through the same map. A file that is
           there may be somebody's work; the next free name is taken.
    """
    reasons = {one.row: one.reason for one in returned}
    names: list[str] = []
    rows: list[list[str]] = []
    for record in found:
        if record.header:
            names = [name for name in record.cells if name not in (ROW, REASON)]
        elif record.line in reasons:
            cells = [record.cells.get(name, "") for name in names]
            rows.append([str(record.line), reasons[record.line], *cells])
    path = next(free for free in _names(source) if not free.exists())
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([[ROW, REASON, *names], *rows])
    return path


def _names(source: Path) -> Iterator[Path]:
    """`april.returned.csv`, `april.returned-2.csv` and so on."""
    words = chain(("returned",), (f"returned-{number}" for number in count(2)))
    return (source.with_name(f"{source.stem}.{word}.csv") for word in words)
