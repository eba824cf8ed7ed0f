"""A document as it is explained: its lines, how its contracts were billed, and all of it in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.explaining.reproducing import reproductions
from work365.explaining.words import billed_to, explain, heading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from work365.explaining.reproducing import Reproduction
    from work365.explaining.rerun import History
    from work365.explaining.subject import LineBehind
    from work365.simulating.taxes import RoundedOn


@dataclass(frozen=True, slots=True)
class Explained:
    """One document: its lines in order, and how its contracts were billed up to it.

    Attributes:
        histories: of the contracts that a run has billed on it.
        skipped: the cycles that are never billed, and why.
        payers: those of a contract whose payer changes, each by name from a day on.
        cancelled: why a person cancelled it; "" for one that stands.
        inherited: the terms that its contracts do not say themselves, as they hold today, each with who says it.
    """

    number: str
    customer: str
    total: str
    on: date
    rounded_on: RoundedOn
    lines: tuple[LineBehind, ...]
    histories: tuple[History, ...] = ()
    inherited: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    payers: tuple[tuple[date, str], ...] = ()
    cancelled: str = ""

    @property
    def history(self) -> History | None:
        """That of a document of one contract; None for one of several, and for one that no run has written."""
        return self.histories[0] if len(self.histories) == 1 else None

    def reproductions(self) -> list[Reproduction]:
        """Scenarios that together make every line again."""
        return reproductions(self.lines, self.histories, on=self.on, rounded_on=self.rounded_on)


def chosen(found: Explained, line: int | None, where: str) -> Sequence[LineBehind]:
    """One line, counted from 1, or all. Errors: BadInput at `where` when there is no such line."""
    if line is None:
        return found.lines
    wanted = [one for one in found.lines if one.ordinal == line]
    if not wanted:
        message = f"{found.number} has {len(found.lines)} lines, counted from 1"
        raise BadInput(message, where)
    return wanted


def in_words(found: Explained, lines: Sequence[LineBehind]) -> Iterator[str]:
    """What a person reads, line by line: the document, then each line with its sentences below it."""
    yield f"{found.number} for {found.customer}, {found.total}"
    if found.cancelled:
        yield f"It was cancelled: {found.cancelled.rstrip('.')}."
    if found.inherited:
        yield f"Its contract does not say these itself: {'; '.join(found.inherited)}."
    if found.payers:
        yield f"Its contract is {billed_to(found.payers)}."
    if found.skipped:
        yield f"Never billed, because a person decided so: {'; '.join(found.skipped)}."
    for one in lines:
        yield ""
        yield heading(one)
        yield from (f"  {sentence}" for sentence in explain(one))
