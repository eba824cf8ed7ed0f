"""One rate out of the words that a row says, whichever kind of file it stands in."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from work365.currencies.rates import ExchangeRate
from work365.errors import BadInput
from work365.findings import Finding
from work365.money import Currency, currency

if TYPE_CHECKING:
    from collections.abc import Mapping

EURO, ECB = Currency("EUR"), "ECB"
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"),
)
_WRITTEN = re.compile(r"(\d{1,2}) ([A-Za-z]+) (\d{4})")


def rate_of(cells: Mapping[str, str], where: str) -> ExchangeRate | Finding:
    """One rate, or what is wrong with its row. Shape: cells by from, to, date, rate, source and reason."""
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
