"""Records: the rows of a file as cells by column name, one at a time, however it is packed.

CSV with or without BOM, with comma, semicolon or tab; JSON lines; either of them gzipped, in one member or several. Memory does
not grow with the file. Bytes are decoded row by row, so that one broken row costs one finding; a quote that is never closed costs
the row in which it stands, not the rest of the file.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LINE_LIMIT = 1 << 20
"""Bytes of one line; a longer one is not a row of a bill."""
JOIN_LIMIT = 20
"""Lines that one quoted cell may span."""
BOM = b"\xef\xbb\xbf"
_SIGNS = (
    (b"PK\x03\x04", "an Excel workbook or ZIP archive; save the sheet as 'CSV UTF-8', or unpack the archive"),
    (b"%PDF", "a PDF; download the reconciliation file, not the invoice"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as 'CSV UTF-8'"),
    (b"\xff\xfe", "text in UTF-16; save it as 'CSV UTF-8'"),
    (b"\xfe\xff", "text in UTF-16; save it as 'CSV UTF-8'"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One row: where it stands, and its cells by lower-case column name; or why it cannot be read.

    Shape: a CSV file's `header` comes first, as a record whose cells are empty; JSON lines have none.
    """

    line: int
    cells: dict[str, str]
    problem: str = ""
    header: bool = False


def records(path: Path) -> Iterator[Record]:
    """The rows of a file, the header of a CSV file first.

    Errors: BadInput when the file as a whole cannot be one: not there, empty, packed otherwise, cut off, not text.
    """
    try:
        with path.open("rb") as raw:
            magic = raw.read(2)
            raw.seek(0)
            stream = gzip.GzipFile(fileobj=raw) if magic == b"\x1f\x8b" else raw
            yield from _rows(stream, path.name)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        message = "The compressed file is damaged or was cut off; download it again. Nothing was imported"
        raise BadInput(message, path.name) from error
    except OSError as error:
        message = f"The file cannot be read ({error.strerror or error}); check its name and its rights"
        raise BadInput(message, str(path)) from error


def _rows(stream: BinaryIO | gzip.GzipFile, file: str) -> Iterator[Record]:
    lines = _lines(stream)
    first = next((pair for pair in lines if pair[1].strip(b"\x00\r\n\t ") or pair[1].startswith(b"\x00")), None)
    if first is None:
        message = "The file is empty; download it again"
        raise BadInput(message, file)
    number, start = first[0], first[1].removeprefix(BOM)
    for sign, name in _SIGNS:
        if start.startswith(sign):
            message = f"This is {name}"
            raise BadInput(message, file)
    if b"\x00" in start:
        message = "This is not text; a reconciliation file is CSV or JSON lines, possibly gzipped"
        raise BadInput(message, file)
    if start.lstrip()[:1] in (b"{", b"["):
        yield from _json_lines(chain([(number, start)], lines), file)
    else:
        yield from _csv(number, start, lines, file)


def _lines(stream: BinaryIO | gzip.GzipFile) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(LINE_LIMIT + 1):
        number += 1
        whole = line
        while not line.endswith(b"\n") and len(line) > LINE_LIMIT:
            line = stream.readline(LINE_LIMIT + 1)
        yield number, whole


def _json_lines(lines: Iterator[tuple[int, bytes]], file: str) -> Iterator[Record]:
    read = 0
    for number, raw in lines:
        if not raw.strip():
            continue
        row = _object(raw)
        if row is None and not read:
            message = "This is JSON, but not one object per line; export it as JSON lines"
            raise BadInput(message, file)
        read += 1
        if row is None:
            yield Record(number, {}, "The line is not a JSON object")
        else:
            yield Record(number, {str(name).lower(): _cell(value) for name, value in row.items()})


def _object(raw: bytes) -> dict[str, Any] | None:
    if len(raw) > LINE_LIMIT:
        return None
    try:
        value = json.loads(raw.decode("utf-8-sig"), parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _cell(value: Any) -> str:  # noqa: ANN401  decoded JSON
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, default=str)
    return str(value)


def _csv(number: int, header: bytes, lines: Iterator[tuple[int, bytes]], file: str) -> Iterator[Record]:
    names, delimiter = _header(header, file)
    yield Record(number, dict.fromkeys(names, ""), header=True)
    pending: list[tuple[int, bytes]] = []
    for pair in lines:
        pending.append(pair)
        while pending:
            if not pending[0][1].strip():
                pending.pop(0)
                continue
            count = _closed(pending)
            if count == 0 and len(pending) < JOIN_LIMIT:
                break
            yield _csv_row(pending[: count or 1], names, delimiter)
            del pending[: count or 1]
    while pending:
        count = _closed(pending) or 1
        if b"".join(raw for _, raw in pending[:count]).strip():
            yield _csv_row(pending[:count], names, delimiter)
        del pending[:count]


def _closed(pending: Sequence[tuple[int, bytes]]) -> int:
    """How many lines make one row: up to the one that closes every quote; 0 if none does yet."""
    quotes = 0
    for count, (_, raw) in enumerate(pending, start=1):
        quotes += raw.count(b'"')
        if quotes % 2 == 0:
            return count
    return 0


def _header(raw: bytes, file: str) -> tuple[list[str], str]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = "This is not text in UTF-8; save it as 'CSV UTF-8'"
        raise BadInput(message, file) from error
    delimiter = max(",;\t|", key=text.count)
    return column_names(_cells(text, delimiter) or [], file), delimiter


def column_names(cells: Sequence[str], file: str) -> list[str]:
    """A header's cells as column names. Errors: BadInput for fewer than two, and for one that stands there twice."""
    names = [name.strip().strip("\ufeff'").lower() for name in cells]
    if len(names) < 2:  # noqa: PLR2004  one column is no table
        message = "This is not a CSV file with a header; a reconciliation file starts with its column names"
        raise BadInput(message, file)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        message = f"The column(s) {', '.join(twice)} stand there twice; leave one of each"
        raise BadInput(message, file)
    return names


def _cells(text: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error:
        return None


def _csv_row(pairs: Sequence[tuple[int, bytes]], names: Sequence[str], delimiter: str) -> Record:
    number = pairs[0][0]
    raw = b"".join(line for _, line in pairs)
    if len(raw) > LINE_LIMIT:
        return Record(number, {}, "The row is longer than any row of a bill")
    try:
        values = _cells(raw.decode("utf-8").rstrip("\r\n").replace("\n", " ").replace("\r", " "), delimiter)
    except UnicodeDecodeError:
        return Record(number, {}, "The row holds characters that are not UTF-8")
    if values is None:
        return Record(number, {}, "A quotation mark in the row is not closed or stands in the wrong place")
    if len(values) > len(names) and any(cell.strip() for cell in values[len(names) :]):
        return Record(
            number, {}, f"The row has {len(values)} cells, the header only {len(names)}; a comma may stand unquoted in a name"
        )
    if len(values) < len(names):
        return Record(number, {}, f"The row has only {len(values)} of {len(names)} cells")
    return Record(number, dict(zip(names, values, strict=False)))
