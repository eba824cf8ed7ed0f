"""Excel workbooks (xlsx, xlsm, xlsb, xls) and OpenDocument sheets: the rows of one sheet, as a CSV file would give them.

A workbook keeps numbers as binary fractions and shows 15 significant digits of them; those are what a person has entered, so they
are what is read. Numbers and days are spelled as the map of the file says, because its text cells are. A cell whose formula has
failed is empty.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook

from providers.partner_center.records import Record, column_names
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from providers.partner_center.rows import Spelling

ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def sheet_records(path: Path, sheet: str, spelling: Spelling) -> Iterator[Record]:
    """The rows of a sheet, its header first.

    Shape:  `sheet` may be "" where only one has rows; rows count as the program shows them, empty ones are left out.
    Errors: BadInput for a file that is no workbook, a sheet that is not there, and where it is not clear which one is meant.
    """
    try:
        book = CalamineWorkbook.from_path(path)
        rows = book.get_sheet_by_name(_chosen(book, sheet, path.name)).to_python(skip_empty_area=False)
    except OSError as error:
        message = f"The file cannot be read ({error.strerror or error}); check its name and its rights"
        raise BadInput(message, str(path)) from error
    except CalamineError as error:
        message = f"This is no workbook that can be read ({error}); save it again as .xlsx, without a password"
        raise BadInput(message, path.name) from error
    yield from _records([[_text(cell, spelling) for cell in row] for row in rows], path.name)


def _chosen(book: CalamineWorkbook, sheet: str, file: str) -> str:
    if sheet:
        if sheet not in book.sheet_names:
            message = f"The workbook has no sheet '{sheet}'; it has {', '.join(book.sheet_names)}"
            raise BadInput(message, "--sheet")
        return sheet
    filled = [name for name in book.sheet_names if book.get_sheet_by_name(name).height]
    if len(filled) != 1:
        message = f"Rows stand on the sheets {', '.join(filled)}; name one with --sheet" if filled else "The workbook is empty"
        raise BadInput(message, file)
    return filled[0]


def _records(rows: Sequence[Sequence[str]], file: str) -> Iterator[Record]:
    filled = [(number, cells) for number, cells in enumerate(rows, start=1) if any(cell.strip() for cell in cells)]
    if not filled:
        message = "The sheet is empty"
        raise BadInput(message, file)
    (first, header), *body = filled
    names = column_names(header, file)
    yield Record(first, dict.fromkeys(names, ""), header=True)
    for number, cells in body:
        yield Record(number, dict(zip(names, cells, strict=False)))


def _text(cell: object, spelling: Spelling) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return f"{cell:.15g}".replace(".", spelling.decimal_mark)
    if isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        return day.strftime(spelling.dates) if spelling.dates else day.isoformat()
    return str(cell)
