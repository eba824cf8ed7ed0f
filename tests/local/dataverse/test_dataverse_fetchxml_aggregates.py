"""FetchXML: groups, sums, averages and counts, parts of dates, and rows that look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.local.dataverse.fetching import fetch

if TYPE_CHECKING:
    from local.dataverse.trial import Api


def test_aggregates(data: Api) -> None:
    """Groups, sums, averages, counts, in the order that was asked for."""
    inner = (
        '<attribute name="accountcategorycode" alias="kind" groupby="true"/>'
        '<attribute name="revenue" alias="total" aggregate="sum"/>'
        '<attribute name="revenue" alias="filled" aggregate="countcolumn"/><attribute name="name" alias="n" aggregate="count"/>'
        '<order alias="total" descending="true"/>'
    )
    rows = fetch(data, inner, 'aggregate="true"')["value"]
    assert [(row["kind"], row["total"], row["filled"], row["n"]) for row in rows] == [(1, 30, 2, 2), (2, 30, 1, 2)]
    inner = (
        '<attribute name="createdon" alias="month" groupby="true" dategrouping="month"/>'
        '<attribute name="accountid" alias="n" aggregate="count"/>'
    )
    assert fetch(data, inner, 'aggregate="true"')["value"] == [{"month": 11, "n": 4}]


def test_aggregates_of_whole_numbers_and_of_distinct_values(data: Api) -> None:
    """Averages of whole numbers are whole; distinct values are counted once; a limit of one's own is kept."""
    for row, number in zip(data.rows("accounts?$select=name&$orderby=name"), (5, 5, 6, None), strict=True):
        data("PATCH", f"accounts({row['accountid']})", {"numberofemployees": number})
    column = '<attribute name="numberofemployees" alias="{}" aggregate="{}" {}/>'
    terms = (
        ("mean", "avg", ""),
        ("all", "count", ""),
        ("filled", "countcolumn", ""),
        ("different", "countcolumn", "distinct='1'"),
    )
    inner = "".join(column.format(*term) for term in terms)
    assert fetch(data, inner, 'aggregate="true"')["value"] == [{"mean": 5, "all": 4, "filled": 3, "different": 2}]
    text = f'<fetch aggregate="1" aggregatelimit="3"><entity name="account">{inner}</entity></fetch>'
    assert data("GET", f"accounts?fetchXml={quote(text)}").error == (400, "0x8004e023")


@pytest.mark.parametrize(
    ("day", "parts"),
    [
        ("2023-03-25", {"day": "25", "week": "12", "month": "3", "quarter": "1", "fiscal-period": "Quarter 1 FY2023"}),
        ("2023-08-27", {"day": "27", "week": "35", "month": "8", "quarter": "3", "fiscal-period": "Quarter 3 FY2023"}),
        ("2026-01-01", {"week": "1", "year": "2,026", "fiscal-year": "FY2026"}),
        ("2026-12-31", {"week": "53", "fiscal-period": "Quarter 4 FY2026"}),
    ],
)
def test_grouping_by_parts_of_a_date(api: Api, day: str, parts: dict[str, str]) -> None:
    """As the page's example reads them."""
    api.create("contacts", lastname="x", birthdate=day)
    inner = "".join(
        f'<attribute name="birthdate" alias="{part.replace("-", "")}" groupby="true" dategrouping="{part}"/>' for part in parts
    )
    inner += '<attribute name="contactid" alias="n" aggregate="count"/>'
    row = fetch(api, inner, 'aggregate="true"', "contact", prefer='odata.include-annotations="*"')["value"][0]
    assert {part: row[f"{part.replace('-', '')}@OData.Community.Display.V1.FormattedValue"] for part in parts} == parts


def test_distinct(data: Api) -> None:
    """Rows that look the same come once."""
    inner = '<attribute name="accountcategorycode"/><order attribute="accountcategorycode"/>'
    assert fetch(data, inner, 'distinct="true"')["value"] == [{"accountcategorycode": 1}, {"accountcategorycode": 2}]
