"""Exchange rates out of a file; which kind it is, is seen from its content. A row that cannot be read is a finding.

Kinds: the euro reference rates of the European Central Bank as XML or as CSV (of one day or of many, zipped as published), and a
plain CSV with the columns from, to, date, rate, source and, for a rate that a person enters, reason.

Source: www.ecb.europa.eu, "Euro foreign exchange reference rates": CSV with `Date, USD, JPY, …` whose dates are written
`02 November 2026` (one day) or `2026-11-02` (time series), `N/A` where there is none.
"""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING

from providers.exchange_rates.reference_xml import read_reference_xml
from providers.exchange_rates.rows import ECB, EURO, rate_of
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from work365.currencies.rates import ExchangeRate
    from work365.findings import Finding

SIZE_LIMIT = 64 * 1024 * 1024
PLAIN = ("from", "to", "date", "rate", "source")
NONE = ("", "N/A")


def read_rates(path: Path) -> Iterator[ExchangeRate | Finding]:
    """Every rate of a file, with a finding for each row that cannot be read. Errors: BadInput when it is no such file."""
    text = _text(path)
    if text.lstrip().startswith("<"):
        yield from read_reference_xml(text, path.name)
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


def _ecb_csv(rows: Iterable[list[str]], head: list[str], name: str) -> Iterator[ExchangeRate | Finding]:
    for number, row in enumerate(rows, start=2):
        for code, cell in zip(head[1:], row[1:], strict=False):
            if code and cell.strip() not in NONE:
                cells = {"from": EURO, "to": code.upper(), "date": row[0], "rate": cell, "source": ECB}
                yield rate_of(cells, f"{name} line {number} {code.upper()}")


def _plain(rows: Iterable[list[str]], head: list[str], name: str) -> Iterator[ExchangeRate | Finding]:
    for number, row in enumerate(rows, start=2):
        if any(cell.strip() for cell in row):
            yield rate_of(dict(zip(head, row, strict=False)), f"{name} line {number}")
