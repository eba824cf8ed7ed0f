"""What commands share: their exit codes, the choice of output, where data and progress go, and reading a day."""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from work365.errors import BadInput
from work365.periods import kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OK, FINDINGS, USAGE, NOT_AUTHORISED, PARTIAL, INTERRUPTED = 0, 1, 2, 3, 4, 130
AMOUNT_MAX = 922_337_203_685_477
"""Of Dataverse. Source: "Microsoft Dataverse column types", Currency."""
WIDTH_OF_A_FILE = 200
"""Columns when stdout is a pipe or a file: wide enough that no table is squeezed."""


class Output(Enum):
    """How a command says its data."""

    TABLE = "table"
    JSON = "json"


def data() -> Console:
    """Where data goes. Sentences are printed with `soft_wrap`, so that a pipe gets each on one line."""
    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)


def progress() -> Progress:
    """A bar on stderr; none when nobody watches."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)


def tell(sentence: str) -> None:
    """A sentence for the person at the keyboard, on stderr."""
    sys.stderr.write(f"w365: {sentence}\n")
    sys.stderr.flush()


def day_option(text: str, option: str) -> date:
    """A day that was typed. Errors: BadInput."""
    try:
        return kept(date.fromisoformat(text), option)
    except ValueError:
        message = f"'{text}' is not a day; write it as 2026-02-01"
        raise BadInput(message, option) from None


def amount_option(text: str, option: str) -> Decimal:
    """An amount that was typed, in digits. Errors: BadInput."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or "e" in text.casefold():  # nobody writes money with an exponent, and who types one slipped
        message = f"'{text}' is not an amount; write it as 500.00"
        raise BadInput(message, option)
    if abs(amount) > AMOUNT_MAX:
        message = f"'{text}' is more than can be kept; use at most {AMOUNT_MAX}"
        raise BadInput(message, option)
    return amount


def show_rows(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, object]], output: Output) -> None:
    """A list as a command says it: a table of the columns, or as JSON the whole rows under a name."""
    if output is Output.JSON:
        data().print(json.dumps({name: rows}, ensure_ascii=False), soft_wrap=True)
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    data().print(table)
