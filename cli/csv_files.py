"""Rows of a tenant as files: CSV (UTF-8, RFC 4180) with every column that a row has, and the documents that it carries.

A choice has its number in its column and its words in `<column>.label` beside it. What Dataverse says about a row besides its
columns (annotations, the ETag) is left out: the version stands in `versionnumber`.
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dataverse.schema.model import Table
    from dataverse.webapi import Row

LABEL = ".label"
BODY, FILE_NAME = "documentbody", "filename"
NAME_MAX = 120
"""Characters of a document's name that are kept behind its id."""


@dataclass(frozen=True, slots=True)
class Written:
    """One file that was written."""

    file: str
    rows: int
    sha256: str
    columns: tuple[str, ...]
    documents: int = 0


class _Hashed:
    """A text file that knows the hash of its bytes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.hash = hashlib.sha256()

    def write(self, text: str) -> int:
        raw = text.encode()
        self.hash.update(raw)
        return self._file.write(raw)

    def close(self) -> None:
        self._file.close()


def write_table(table: Table, rows: Iterable[Row], folder: Path) -> Written:
    """Write one table. Rows are written as they come; a table without rows gets the columns of the model."""
    path = folder / f"{table.name}.csv"
    out = _Hashed(path)
    names: tuple[str, ...] = ()
    count = documents = 0
    try:
        writer = csv.writer(out)
        for row in rows:
            if BODY in row and table.name == "annotation":
                documents += _document(row, table, folder)
            if not names:
                names = _header(table, (name for name in row if "@" not in name))
                writer.writerow(names)
            writer.writerow([_cell(table, row, name) for name in names])
            count += 1
        if not names:
            names = _header(table, (column.api_name for column in table.columns))
            writer.writerow(names)
    finally:
        out.close()
    return Written(path.name, count, out.hash.hexdigest(), names, documents)


def _header(table: Table, names: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        found.append(name)
        if _is_choice(table, name):
            found.append(name + LABEL)
    return tuple(found)


def _is_choice(table: Table, name: str) -> bool:
    column = table.by_name.get(name)
    return column is not None and column.kind in (Kind.CHOICE, Kind.STATE, Kind.STATUS)


def _cell(table: Table, row: Row, name: str) -> str:
    if name.endswith(LABEL):
        return _label(table, row, name.removesuffix(LABEL))
    return _text(row.get(name))


def _label(table: Table, row: Row, name: str) -> str:
    """The words of a choice; a number that a partner added to it has none here."""
    value = row.get(name)
    try:
        return "" if value is None else table.choice(name).label(value)
    except KeyError:
        return ""


def _text(value: Any) -> str:  # noqa: ANN401  whatever JSON holds
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _document(row: Row, table: Table, folder: Path) -> int:
    """Write the document of a note as a file, and name that file in its place; how many were written."""
    text = row.get(BODY)
    if not text:
        return 0
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return 0
    kept = re.sub(r"[^\w.-]+", "_", str(row.get(FILE_NAME) or "document"))[-NAME_MAX:]
    path = folder / "documents" / f"{row[table.primary_id]}-{kept}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(raw)
    row[BODY] = f"documents/{path.name}"
    return 1
