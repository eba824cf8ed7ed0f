"""What the commands of `w365 revenue` share: a span of months, rows as a table or a document, rows as a file."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from rich.table import Table as Shown

from cli.output import Output, data, tell
from work365.errors import BadInput
from work365.periods import plus_months
from work365.revenue.months import month_of, months, shown, typed_month

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from work365.periods import Period

YEAR = 12
MONTHS_MAX = 120


def month_span(first: str, last: str, today: date, *, length: int = YEAR) -> list[Period]:
    """The months that were typed: from this one on, and so many of them, by default. Errors: BadInput."""
    start = typed_month(first, "--from") if first else month_of(today)
    end = typed_month(last, "--to") if last else month_of(plus_months(start.start, length - 1))
    span = list(months(start, end))
    if not span or len(span) > MONTHS_MAX:
        message = f"{shown(start)} to {shown(end)} is no span of 1 to {MONTHS_MAX} months"
        raise BadInput(message, "--to")
    return span


def write_rows(file: Path | None, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Rows as CSV, where a file was asked for."""
    if file is not None:
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, columns)
            writer.writeheader()
            writer.writerows(rows)
        tell(f"{len(rows)} rows are in {file}")


def show_rows(rows: Sequence[dict[str, Any]], columns: Sequence[str], name: str, output: Output) -> None:
    """Rows on stdout."""
    if output is Output.JSON:
        data().print(json.dumps({name: rows}, ensure_ascii=False), soft_wrap=True)
        return
    table = Shown(*(column.replace("_", " ").capitalize() for column in columns))
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    data().print(table)
