"""FetchXML and grids, written from words: which rows, which columns, in which order.

Source: Fetch.xsd and CustomizationsSolution.xsd 9.0.0.2090; learn.microsoft.com, "FetchXML reference".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from dataverse.solution.words import column_of, value_of
from dataverse.solution.xml import Element, node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.schema.model import Column, Table

WIDTHS = {
    Kind.STRING: 150,
    Kind.MEMO: 300,
    Kind.INTEGER: 80,
    Kind.DECIMAL: 110,
    Kind.MONEY: 120,
    Kind.BOOLEAN: 80,
    Kind.DATE: 110,
    Kind.DATETIME: 140,
    Kind.CHOICE: 120,
    Kind.STATE: 90,
    Kind.STATUS: 120,
    Kind.LOOKUP: 170,
}
"""Pixels by type of column."""
UPWARDS, DOWNWARDS = "+", "-"
SEVERAL = frozenset({"in", "not-in"})


def listed(table: Table, words: str) -> list[tuple[Column, int, str]]:
    """The columns of a declaration: column, width, `+`, `-` or "" for how rows are sorted by it."""
    found = []
    for word in words.split():
        sort = word[0] if word[0] in UPWARDS + DOWNWARDS else ""
        name, _, width = word.removeprefix(sort).partition(":")
        column = column_of(table, name)
        found.append((column, int(width) if width else WIDTHS[column.kind], sort))
    return found


def grid(table: Table, words: str) -> Element:
    """The layout of a list: the columns with their widths."""
    cells = (node("cell", name=column.name, width=str(width)) for column, width, _ in listed(table, words))
    row = node("row", *cells, name="result", id=table.primary_id)
    return node("grid", row, name="resultset", jump=table.primary_name, select="1", icon="1", preview="1")


def fetch(table: Table, words: str, *filters: Element | None) -> Element:
    """The query of a list."""
    columns = listed(table, words)
    names = dict.fromkeys([table.primary_id, table.primary_name, *(column.name for column, _, _ in columns)])
    orders = (
        node("order", attribute=column.name, descending=str(sort == DOWNWARDS).lower()) for column, _, sort in columns if sort
    )
    entity = node("entity", *(node("attribute", name=name) for name in names), *orders, *filters, name=table.name)
    return node("fetch", entity, attributes={"version": "1.0", "output-format": "xml-platform", "mapping": "logical"})


def where(table: Table, text: str) -> Element | None:
    """The filter of a declaration, None for no condition at all."""
    conditions = [_alternatives(table, part) for part in text.split(";") if part.strip()]
    return node("filter", *conditions, type="and") if conditions else None


def _alternatives(table: Table, text: str) -> Element:
    ways = [_condition(table, part) for part in text.split(" or ")]
    return ways[0] if len(ways) == 1 else node("filter", *ways, type="or")


def _condition(table: Table, text: str) -> Element:
    word, operator, *rest = text.split(maxsplit=2)
    column = column_of(table, word)
    told = {"attribute": column.name, "operator": operator}
    if not rest:
        return node("condition", attributes=told)
    if operator in SEVERAL:
        return node("condition", *(node("value", value_of(column, one)) for one in rest[0].strip().split("|")), attributes=told)
    return node("condition", attributes={**told, "value": value_of(column, rest[0].strip())})


def finder(columns: Iterable[Column]) -> Element:
    """What a quick find compares with what was typed."""
    conditions = (node("condition", attribute=column.name, operator="like", value="{0}") for column in columns)
    return node("filter", *conditions, attributes={"type": "or", "isquickfindfields": "1"})
