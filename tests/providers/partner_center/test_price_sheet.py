"""Microsoft's price sheet: what its rows mean, and what is said of those that mean nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from providers.partner_center.price_sheet import read_sheet
from work365.catalogue.list_changes import SheetRow
from work365.errors import BadInput
from work365.findings import Finding
from work365.provisioning.terms import Plan, Terms

SHEET = Path(__file__).parent / "data" / "price_sheet.csv"


def test_a_row_has_the_suggested_price_the_cost_and_its_days() -> None:
    """An annual row holds the annual price; the year 9999 is no end; the last minute of a day ends with the day."""
    rows = [row for row in read_sheet(SHEET) if isinstance(row, SheetRow)]
    first, visio = rows[0], next(row for row in rows if row.number == "CFQ7TTC0HD32:0003")
    assert (first.number, first.terms, first.amount, first.cost) == (
        *("CFQ7TTC0HDK0:0001", Terms("P1Y", Plan.ANNUAL)),
        *(Decimal(144), Decimal("115.2")),
    )
    assert (first.valid_from, first.valid_to, first.market, first.segment) == (date(2019, 2, 1), None, "US", "Commercial")
    assert (visio.tier_from, visio.valid_to) == (1, date(2026, 7, 1))


def test_what_is_no_licence_is_left_out_and_a_broken_row_is_a_finding() -> None:
    """One-time products have no term; one bad cell costs one row."""
    items = list(read_sheet(SHEET))
    (finding,) = [item for item in items if isinstance(item, Finding)]
    assert (finding.code, finding.subject) == ("broken-row", "price_sheet.csv line 6")
    assert len(items) == 6


def test_a_file_without_the_columns_is_no_sheet(tmp_path: Path) -> None:
    """The columns that are missing are named."""
    file = tmp_path / "x.csv"
    file.write_text("ProductId,SkuId\na,b\n")
    with pytest.raises(BadInput, match="lacks the column"):
        list(read_sheet(file))
