"""What commands share: their exit codes, the choice of output, and reading a day."""

from __future__ import annotations

from datetime import date
from enum import Enum

from work365.errors import BadInput

OK, FINDINGS, USAGE, NOT_AUTHORISED, PARTIAL = 0, 1, 2, 3, 4


class Output(Enum):
    """How a command says its data."""

    TABLE = "table"
    JSON = "json"


def day_option(text: str, option: str) -> date:
    """A day that was typed. Errors: BadInput."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is not a day; write it as 2026-02-01"
        raise BadInput(message, option) from None
