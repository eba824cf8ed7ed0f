"""Views and charts: every column that they name is one of their table, every option one of its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.solution.checking.index import Index
    from dataverse.solution.checking.named import Named
    from dataverse.solution.xml import Element

COMPARED = frozenset({"eq", "ne", "in", "not-in", "neq"})
WITH_DEFAULT = {"0": "public", "1": "advanced find", "2": "associated", "4": "quick find", "64": "lookup"}
NUMBERS = frozenset({"int", "bigint", "decimal", "money"})


def refused(index: Index) -> Iterator[tuple[str, str]]:
    """Path and sentence."""
    for path, table, root in index.of_tables("SavedQueries"):
        yield from ((path, sentence) for sentence in _view(index, table, root[0]))
    for path, table, root in index.of_tables("Visualizations"):
        yield from ((path, sentence) for sentence in _chart(index, table, root))
    yield from _defaults(index)


def _view(index: Index, table: Named, view: Element) -> Iterator[str]:
    entity, grid = view.find("fetchxml/fetch/entity"), view.find("layoutxml/grid")
    if entity is None or grid is None:
        yield "savedquery needs a fetch and a grid"
        return
    yield from _query(index, table, entity)
    read = {one.get("name") for one in entity.findall("attribute")}
    for cell in grid.iter("cell"):
        if cell.get("name") not in read:
            yield f"cell shows {cell.get('name')}, which the fetch does not read"
    if grid.get("jump") != table.primary_name:
        yield f"grid jumps by {grid.get('jump')}; rows of {table.name} are called by {table.primary_name}"
    row = grid.find("row")
    if row is not None and row.get("id") != table.primary_id:
        yield f"row is identified by {row.get('id')}; the id of {table.name} is {table.primary_id}"
    quick = view.findtext("isquickfindquery") == "1"
    if quick != any(one.get("isquickfindfields") == "1" for one in entity.iter("filter")):
        yield "savedquery is a quick find exactly when it has a filter with isquickfindfields"


def _query(index: Index, table: Named, entity: Element) -> Iterator[str]:
    if entity.get("name") != table.name:
        yield f"entity reads {entity.get('name')}, but the file is one of {table.name}"
        return
    yield from _columns(table, entity)
    for link in entity.iter("link-entity"):
        other = index.tables.get(link.get("name", ""))
        if other is None:
            yield f"link-entity names {link.get('name')}, which does not exist"
        else:
            yield from _columns(other, link)


def _columns(table: Named, place: Element) -> Iterator[str]:
    for tag, name in (("attribute", "name"), ("order", "attribute"), ("condition", "attribute")):
        found = place.iterfind(f".//filter/{tag}") if tag == "condition" else place.iterfind(tag)
        for one in found:
            column = one.get(name)
            if column is None and one.get("alias"):
                continue
            if column not in table.columns:
                yield f"{tag} names {column}, which {table.name} does not have"
            elif tag == "condition":
                yield from _condition(table, one, column)


def _condition(table: Named, condition: Element, column: str) -> Iterator[str]:
    options = table.options.get(column)
    if options is None or condition.get("operator") not in COMPARED:
        return
    values = [value.text or "" for value in condition] or [condition.get("value", "")]
    for value in values:
        if value not in options:
            yield f"condition compares {column} with {value}, which is none of its options"


def _chart(index: Index, table: Named, chart: Element) -> Iterator[str]:
    fetch = chart.find("datadescription/datadefinition/fetchcollection/fetch")
    entity = None if fetch is None else fetch.find("entity")
    if entity is None:
        yield "visualization needs a fetch"
        return
    yield from _query(index, table, entity)
    aliases = {one.get("alias") for one in entity.iter("attribute")}
    for tag in ("category", "measure", "order"):
        for one in chart.iter(tag):
            if one.get("alias") not in aliases:
                yield f"{tag} goes by {one.get('alias')}, which the fetch does not give"
    for one in entity.findall("attribute"):
        kind = table.columns.get(one.get("name", ""), "")
        if one.get("aggregate") in {"sum", "avg"} and kind not in NUMBERS:
            yield f"attribute sums {one.get('name')}, which is no number"
        if one.get("dategrouping") and kind != "datetime":
            yield f"attribute groups {one.get('name')} by {one.get('dategrouping')}, but it is no date"


def _defaults(index: Index) -> Iterator[tuple[str, str]]:
    """Each table of ours has one default of every kind of view."""
    found: dict[tuple[str, str], int] = {}
    for _, table, root in index.of_tables("SavedQueries"):
        if root.findtext("savedquery/isdefault") == "1":
            key = (table.name, root.findtext("savedquery/querytype") or "")
            found[key] = found.get(key, 0) + 1
    for physical, table in index.by_physical.items():
        for kind, word in WITH_DEFAULT.items():
            if not table.unmodified and found.get((table.name, kind), 0) != 1:
                count = found.get((table.name, kind), 0)
                yield f"Entities/{physical}/SavedQueries", f"{table.name} has {count} default views for {word}, not one"
