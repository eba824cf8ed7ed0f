"""Forms and dashboards: every control shows something that exists, in the way that suits its type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from dataverse.solution.checking.index import braced
from dataverse.solution.columns import TYPES
from dataverse.solution.controls import CLASSES, GLANCE, LIST, NOTES
from dataverse.solution.xml import Malformed, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.solution.checking.index import Index
    from dataverse.solution.checking.named import Named
    from dataverse.solution.xml import Element

SUITED = {TYPES[kind]: shown for kind, shown in CLASSES.items()} | {"owner": CLASSES[Kind.LOOKUP]}
LOOKUPS = frozenset({"lookup", "owner"})


def refused(index: Index) -> Iterator[tuple[str, str]]:
    """Path and sentence."""
    for path, table, root in index.of_tables("FormXml"):
        yield from ((path, sentence) for sentence in _form(index, table, root))
    for path, root in index.under("Dashboards/"):
        for control in root.iter("control"):
            yield from ((path, sentence) for sentence in _list(index, control, None))
    for physical, table in index.by_physical.items():
        kinds = {kind for owner, kind in index.forms.values() if owner == table.name}
        if not table.unmodified and "main" not in kinds:
            yield f"Entities/{physical}/FormXml", f"{table.name} has no main form"


def _form(index: Index, table: Named, root: Element) -> Iterator[str]:
    names: set[str] = set()
    for control in root.iter("control"):
        name = control.get("id", "")
        if name in names:
            yield f"control {name} stands there twice"
        names.add(name)
        shown = control.get("classid", "").upper()
        if shown == LIST:
            yield from _list(index, control, table)
        elif shown == GLANCE:
            yield from _glance(index, control, table)
        elif shown != NOTES:
            yield from _column(control, table, shown)


def _column(control: Element, table: Named, shown: str) -> Iterator[str]:
    column = control.get("datafieldname")
    kind = table.columns.get(column or "")
    if kind is None:
        yield f"control shows {column}, which {table.name} does not have"
    elif SUITED.get(kind) != shown:
        yield f"control shows {column}, a {kind}, with the class {shown}"


def _list(index: Index, control: Element, parent: Named | None) -> Iterator[str]:
    table = control.findtext("parameters/TargetEntityType") or ""
    view = braced(control.findtext("parameters/ViewId") or "")
    chart = control.findtext("parameters/VisualizationId")
    relation = control.findtext("parameters/RelationshipName") or ""
    if table not in index.tables:
        yield f"control lists {table}, which does not exist"
        return
    if index.views.get(view) != table:
        yield f"control lists {table} in {view}, which is none of its views"
    if chart and index.charts.get(braced(chart)) != table:
        yield f"control draws {chart}, which is no chart of {table}"
    if relation and parent is not None:
        child, referenced, _ = index.relationships.get(relation, ("", "", ""))
        if (index.physical.get(child), index.physical.get(referenced)) != (table, parent.name):
            yield f"control follows {relation}, which does not lead from {table} to {parent.name}"


def _glance(index: Index, control: Element, table: Named) -> Iterator[str]:
    column = control.get("datafieldname", "")
    if table.columns.get(column) not in LOOKUPS:
        yield f"control looks through {column}, which is no lookup of {table.name}"
    try:
        forms = read((control.findtext("parameters/QuickForms") or "").encode())
    except Malformed:
        yield "control has QuickForms that are no XML"
        return
    for one in forms:
        if index.forms.get(braced(one.text or "")) != (one.get("entityname"), "quick"):
            yield f"control shows {one.text}, which is no quick form of {one.get('entityname')}"
