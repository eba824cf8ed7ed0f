"""The figures of docs/reference/tax.md are those of the code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from work365.money import Currency, exactly
from work365.taxing.assessing import Buyer, Rounding, TableTax, TaxDocument, TaxedLine
from work365.taxing.rates import TaxRate, TaxTable, Treatment

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "tax.md"
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines() if line.startswith("| ")]
FIGURES = [row for row in ROWS if len(row) == 6 and row[1] in ("EUR", "JPY", "KWD")]
DAY = date(2026, 11, 1)
TABLE = TaxTable([TaxRate("DE", "standard", DAY, Decimal(19))])


def test_the_page_has_figures_of_every_kind() -> None:
    """Line, document, with tax; two, no and three decimal places."""
    assert {row[1] for row in FIGURES} == {"EUR", "JPY", "KWD"}
    assert {row[2] for row in FIGURES} == {"Line", "Document", "Line, included", "Document, included"}


@pytest.mark.parametrize("row", FIGURES, ids=[f"{row[0]} {row[2]}" for row in FIGURES])
def test_a_figure_is_what_the_code_computes(row: list[str]) -> None:
    """Taxes of the lines, net and tax."""
    lines, code, how, taxes, net, tax = row
    word, _, included = how.partition(", ")
    currency = Currency(code)
    taxed = [TaxedLine(str(index), exactly(Decimal(amount), currency), "standard") for index, amount in enumerate(lines.split())]
    document = TaxDocument("d", "C-1", Buyer("A-1", "DE"), DAY, currency, taxed, bool(included))
    found = TableTax(TABLE, Rounding(word)).assess(document)
    assert " ".join(str(line.tax.major) for line in found.lines) == taxes
    assert str(sum((line.net.major for line in found.lines), Decimal(0))) == net
    assert str(sum((line.tax.major for line in found.lines), Decimal(0))) == tax


def test_the_categories_are_those_of_the_code() -> None:
    """Each code once, and whether it has a rate."""
    shown = {row[0]: row[2] for row in ROWS if len(row) == 3 and len(row[0]) <= 2}
    assert shown == {one.value: "above 0" if one is Treatment.STANDARD else "0" for one in Treatment if one.value}
