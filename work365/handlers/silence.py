"""What the daily check does when somebody outside does not answer: it says so, and goes on with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from work365.errors import External, Refused
from work365.findings import Severity
from work365.reconciling.difference import Code, Difference

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

T = TypeVar("T")


class SilentError(Exception):
    """Somebody outside did not say all that was asked; the message says why."""


def heard(ask: Callable[[], T]) -> T:
    """What somebody outside answers. Errors: SilentError with their words, or ours where they are not set up."""
    try:
        return ask()
    except (External, Refused) as error:
        raise SilentError(str(error)) from error


def reading(whose: str) -> str:
    """The name of the check of one gateway or company's books, by the id of its row."""
    return f"reading:{whose}:money"


def not_checked(whose: str, code: str, what: str, why: str, since: date) -> Difference:
    """The finding of a night without an answer. Shape: `what` was not compared; `code` is what a person knows it by."""
    return Difference(
        code=Code.NOT_CHECKED,
        about=reading(whose),
        part="silent",
        subject=f"{code}: the daily check",
        amount=None,
        since=since,
        words=f"{what} ({code}) was not compared: {why.rstrip('.')}.",
        next_step="Nothing, if it was a moment: the next night catches up. Else look at its status and the secret's name.",
        severity=Severity.WARNING,
    )
