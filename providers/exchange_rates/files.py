"""Exchange rates out of a file; which kind it is, is seen from its content. A row that cannot be read is a finding.

Kinds: the euro reference rates of the European Central Bank as XML or as CSV (of one day or of many, zipped as published), and a
plain CSV with the columns from, to, date, rate, source and, for a rate that a person enters, reason.

Source: www.ecb.europa.eu, "Euro foreign exchange reference rates": `Cube time="2026-11-02"` with `Cube currency= rate=`; CSV with
`Date, USD, JPY, …` whose dates are written `02 November 2026` (one day) or `2026-11-02` (time series), `N/A` where there is none.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from work365.currencies.rates import ExchangeRate
from work365.errors import BadInput
from work365.findings import Finding
from work365.money import Currency, currency

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

SIZE_LIMIT = 64 * 1024 * 1024
EURO, ECB = Currency("EUR"), "ECB"
PLAIN = ("from", "to", "date", "rate", "source")
NONE = ("", "N/A")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"),
)
_WRITTEN = re.compile(r"(\d{1,2}) ([A-Za-z]+) (\d{4})")


def read_rates(path: Path) -> Iterator[ExchangeRate | Finding]:
    """Every rate of a file, with a finding for each row that cannot be read. Errors: BadInput when it is no such file."""
    text = _text(path)
    if text.lstrip().startswith("<"):
        yield from _xml(text, path.name)
        return
    rows = csv.reader(io.StringIO(text), skipinitialspace=True)
    head = [cell.strip().lower() for cell in next(rows, [])]
    if head[:1] == ["date"]:
        yield from _ecb_csv(rows, head, path.name)
    elif set(PLAIN) <= set(head):
        yield from _plain(rows, head, path.name)
    else:
        message = (
            "this is no file of exchange rates: use the XML or CSV of the European Central Bank, or a CSV with the columns "
            f"{', '.join(PLAIN)} and reason"
        )
        raise BadInput(message, path.name)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw.startswith(b"PK"):
            raw = _unzipped(raw, path.name)
        return raw.decode("utf-8-sig")
    except OSError as error:
        message = f"the file cannot be read ({error.strerror}); check its name and its rights"
        raise BadInput(message, path.name) from None
    except UnicodeDecodeError:
        message = "the file is not text in UTF-8"
        raise BadInput(message, path.name) from None


def _unzipped(raw: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            (inside,) = archive.infolist()
            if inside.file_size <= SIZE_LIMIT:
                return archive.read(inside)
    except (ValueError, zipfile.BadZipFile):
        pass
    message = f"a zip file must hold one file of at most {SIZE_LIMIT} bytes, and this one does not"
    raise BadInput(message, name)


def _xml(text: str, name: str) -> Iterator[ExchangeRate | Finding]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        message = "an XML file with a document type of its own is not read"
        raise BadInput(message, name)
    try:
        root = ET.fromstring(text)  # noqa: S314  entities were refused above, and nothing else expands
    except ET.ParseError as error:
        message = f"the XML cannot be read: {error}"
        raise BadInput(message, name) from None
    days = [cube for cube in root.iter() if "time" in cube.attrib]
    if not days:
        message = "the XML holds no euro reference rates (no Cube with a time)"
        raise BadInput(message, name)
    for cube in days:
        for one in cube:
            cells = {"to": one.get("currency", ""), "date": cube.get("time", ""), "rate": one.get("rate", "")}
            yield _rate({"from": EURO, "source": ECB, **cells}, f"{name} {cells['date']} {cells['to']}")


def _ecb_csv(rows: Iterable[list[str]], head: list[str], name: str) -> Iterator[ExchangeRate | Finding]:
    for number, row in enumerate(rows, start=2):
        for code, cell in zip(head[1:], row[1:], strict=False):
            if code and cell.strip() not in NONE:
                cells = {"from": EURO, "to": code.upper(), "date": row[0], "rate": cell, "source": ECB}
                yield _rate(cells, f"{name} line {number} {code.upper()}")


def _plain(rows: Iterable[list[str]], head: list[str], name: str) -> Iterator[ExchangeRate | Finding]:
    for number, row in enumerate(rows, start=2):
        if any(cell.strip() for cell in row):
            yield _rate(dict(zip(head, row, strict=False)), f"{name} line {number}")


def _rate(cells: Mapping[str, str], where: str) -> ExchangeRate | Finding:
    """One rate, or what is wrong with its row."""
    said = {name: cell.strip() for name, cell in cells.items()}
    try:
        base, quote = (currency(said.get(column, "")) for column in ("from", "to"))
        day, number = _day(said.get("date", "")), Decimal(said.get("rate", ""))
    except (BadInput, ValueError, InvalidOperation) as error:
        why = str(error) if isinstance(error, BadInput) else f"'{said.get('date')}' and '{said.get('rate')}' are no date and rate"
        message = f"{where}: {why}. The other rows were imported; correct this one and import the file again."
        return Finding("broken-exchange-rate", where, message)
    return ExchangeRate(base, quote, day, number, said.get("source", ""), said.get("reason", ""))


def _day(text: str) -> date:
    """A date as the bank writes it: `2026-11-02`, or `02 November 2026`. Errors: ValueError."""
    if written := _WRITTEN.fullmatch(text):
        day, month, year = written.groups()
        return date(int(year), MONTHS.index(month.lower()) + 1, int(day))
    return date.fromisoformat(text)
