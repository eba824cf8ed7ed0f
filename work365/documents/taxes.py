"""The tax summary: one row per rate, summed from the lines that were rounded before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import total

if TYPE_CHECKING:
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
            note=document.tax_notes.get(code, ""),
        )
        for (percent, code), lines in sorted(groups.items(), key=_highest_first)
    )


def _highest_first(group: tuple[tuple[Decimal | None, str], list[DocumentLine]]) -> tuple[bool, Decimal | int, str]:
    percent, code = group[0]
    return (percent is None, -(percent if percent is not None else 0), code)
