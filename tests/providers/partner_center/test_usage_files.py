"""Daily rated usage files: documented rows in both spellings, and what makes a row the same in a later file."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from providers.partner_center.usage import read_usage
from work365.errors import BadInput
from work365.findings import Finding
from work365.usage.importing import UsageLine

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLE = Path(__file__).parent / "data" / "daily_rated_usage.jsonl"
BASE = {
    "SubscriptionId": "sub-1", "UsageDate": "2026-01-15", "MeterId": "m-1", "MeterName": "Compute Hours", "Quantity": "23.200004",
    "UnitPrice": "0.0209496384791679", "BillingPreTaxTotal": "0.486031696515249", "BillingCurrency": "USD",
    "ResourceURI": "/vm/1", "InvoiceNumber": "G001", "Tags": '""', "ProductId": "P", "SkuId": "S", "ChargeType": "new",
}  # fmt: skip


def lines(folder: Path, *rows: Mapping[str, str]) -> list[UsageLine | Finding]:
    names = list(BASE)
    file = folder / "usage.csv"
    cells = [names, *([{**BASE, **row}[name] for name in names] for row in rows)]
    file.write_text("\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells) + "\n")
    return list(read_usage(file))


def one(folder: Path, **row: str) -> UsageLine:
    [line] = lines(folder, {"Tags": "", **row})
    assert isinstance(line, UsageLine), line
    return line


def test_the_documented_sample_is_read() -> None:
    """The two rows that the documentation prints, as JSON lines, with every number to ten decimals."""
    first, second = (line for line in read_usage(SAMPLE) if isinstance(line, UsageLine))
    assert (first.used, first.quantity, first.cost, first.currency) == (
        date(2018, 11, 13),
        Decimal("23.200004"),
        Decimal("0.4860316965"),
        "USD",
    )
    assert (first.resource_group, first.region, first.unit, first.category) == (
        *("TestWINRG", "EASTUS2", "1 Hour", "Virtual Machine Licenses"),
    )
    assert first.confirmed
    assert first.line_id != second.line_id


@pytest.mark.parametrize(
    ("row", "same"),
    [
        ({"Quantity": "1", "BillingPreTaxTotal": "2"}, True),
        ({"ResourceURI": "/VM/1", "ChargeType": "New"}, True),
        ({"UsageDate": "1/15/2026"}, True),
        ({"UsageDate": "2026-01-15T00:00:00Z"}, True),
        ({"InvoiceNumber": ""}, True),
        ({"UsageDate": "2026-01-16"}, False),
        ({"MeterId": "m-2"}, False),
        ({"ResourceURI": "/vm/2"}, False),
        ({"SubscriptionId": "sub-2"}, False),
    ],
)
def test_the_same_usage_has_the_same_id_in_every_file(tmp_path: Path, row: dict[str, str], same: bool) -> None:
    assert (one(tmp_path, **row).line_id == one(tmp_path).line_id) is same


def test_a_row_that_stands_there_twice_is_two_lines(tmp_path: Path) -> None:
    """Totals equal the file's: nothing is folded."""
    first, second = (line for line in lines(tmp_path, {"Tags": ""}, {"Tags": ""}) if isinstance(line, UsageLine))
    assert second.line_id == f"{first.line_id}#2"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"Quantity": "1e99"}, "Quantity"),
        ({"BillingPreTaxTotal": "100000000000"}, "BillingPreTaxTotal"),
        ({"BillingPreTaxTotal": "1,5"}, "BillingPreTaxTotal"),
        ({"Quantity": "NaN"}, "Quantity"),
        ({"UnitPrice": ""}, "UnitPrice"),
        ({"UsageDate": "9999-12-31"}, "UsageDate"),
        ({"UsageDate": "2026-02-30"}, "UsageDate"),
        ({"BillingCurrency": "EURO"}, "BillingCurrency"),
        ({"SubscriptionId": " "}, "SubscriptionId"),
        ({"Tags": "[1]"}, "Tags"),
        ({"Tags": "{" * 3999}, "Tags"),
        ({"Tags": json.dumps({str(key): key for key in range(380)}, separators=(",", ":"))}, "Tags"),
    ],
)
def test_nonsense_is_a_finding_that_names_its_column(tmp_path: Path, row: dict[str, str], column: str) -> None:
    """Nothing goes on to the tenant that it would refuse, or that would stop a contract's billing later."""
    [found] = lines(tmp_path, {"Tags": "", **row})
    assert isinstance(found, Finding)
    assert column in found.subject + found.message


def test_what_is_taken_back_is_read_with_its_sign(tmp_path: Path) -> None:
    line = one(tmp_path, Quantity="-3", BillingPreTaxTotal="-0.75")
    assert (line.quantity, line.cost) == (Decimal(-3), Decimal("-0.75"))


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        *((text, {}) for text in ("null", "[]", '""', " ")),
        ('{"env": "prod"}', {"env": "prod"}),
        ('"env": "prod","n": 1', {"env": "prod", "n": "1"}),
        ("", {}),
    ],
)
def test_tags(tmp_path: Path, tags: str, found: dict[str, str]) -> None:
    """With braces and without."""
    assert one(tmp_path, Tags=tags).tags == found


def test_an_unbilled_row_is_not_confirmed(tmp_path: Path) -> None:
    assert not one(tmp_path, InvoiceNumber="").confirmed


def test_a_broken_row_is_a_finding_and_the_others_are_read(tmp_path: Path) -> None:
    found = lines(tmp_path, {"Tags": ""}, {"Tags": "", "Quantity": "many"}, {"Tags": "not tags"}, {"Tags": ""})
    assert [isinstance(line, Finding) for line in found] == [False, True, True, False]


def test_a_file_without_meters_is_refused(tmp_path: Path) -> None:
    """The attribute set 'basic' would give other ids."""
    file = tmp_path / "basic.csv"
    file.write_text("SubscriptionId,UsageDate,Quantity\na,2026-01-01,1\n")
    with pytest.raises(BadInput, match="attribute set 'full'"):
        list(read_usage(file))
    file.write_text(",".join(BASE) + "\n")
    with pytest.raises(BadInput, match="no usage"):
        list(read_usage(file))
