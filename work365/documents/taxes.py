"""The tax summary: one row per rate, summed from the lines that were rounded before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from work365.documents.document import Document, DocumentLine
    from work365.money import Money


@dataclass(frozen=True, slots=True)
class TaxRow:
    """Net and tax of all lines with one rate and code; `percent` None means that no tax rule applied."""

    percent: Decimal | None
    base: Money
    tax: Money
    note: str


def tax_rows(document: Document) -> tuple[TaxRow, ...]:
    """The summary, highest rate first; its bases sum to the net, its taxes to the document's tax."""
    groups: dict[tuple[Decimal | None, str], list[DocumentLine]] = {}
    for line in document.lines:
        groups.setdefault((line.tax_percent, line.tax_code), []).append(line)
    return tuple(
        TaxRow(
            percent=percent,
            base=total((line.amount for line in lines), document.currency),
            tax=total((line.tax for line in lines), document.currency),
            note=_note(lines, document.tax_notes.get(code, "")),
        )
        for (percent, code), lines in sorted(groups.items(), key=_highest_first)
    )


def _note(lines: Iterable[DocumentLine], of_rate: str) -> str:
    """What was said of the tax when it was applied; where nobody said anything then, what its rate says."""
    said = ((line.vat.note if line.vat is not None else "") or of_rate for line in lines)
    return " ".join(dict.fromkeys(note for note in said if note))


def _highest_first(group: tuple[tuple[Decimal | None, str], list[DocumentLine]]) -> tuple[bool, Decimal | int, str]:
    percent, code = group[0]
    return (percent is None, -(percent if percent is not None else 0), code)
