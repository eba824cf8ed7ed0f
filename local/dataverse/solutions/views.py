"""`SavedQueries` and `Visualizations` of a table: its views and charts.

Source: savedquery and savedqueryvisualization of exported solutions and of the published schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse.solutions import kinds
from local.dataverse.solutions.nodes import serialized
from local.dataverse.solutions.parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.dataverse.solutions.nodes import Node


def views(group: Node | None, table: str) -> Iterator[Part]:
    """Errors: ImportFault."""
    if group is None:
        return
    for listed in group.children("savedqueries"):
        for node in listed.children("savedquery"):
            yield _view(node, table)
        listed.done()
    group.done()


def _view(node: Node, table: str) -> Part:
    view_id = node.guid("savedqueryid")
    node.place = f"Entity[{table}]/savedquery[{view_id}]"
    node.ignore_attributes("unmodified")
    name = node.label("LocalizedNames", "LocalizedName")
    if not name:
        raise node.fault("A view needs a LocalizedName.")
    part = Part(
        kinds.VIEW,
        view_id,
        name,
        {
            "name": name,
            "description": node.label("Descriptions", "Description") or None,
            "returnedtypecode": table,
            "querytype": node.whole("querytype", 0),
            "fetchxml": _inside(node, "fetchxml"),
            "layoutxml": _inside(node, "layoutxml"),
            "columnsetxml": _inside(node, "columnsetxml"),
            "isdefault": int(node.flag("isdefault")),
            "isquickfindquery": int(node.flag("isquickfindquery")),
            "isprivate": int(node.flag("isprivate")),
            "isuserdefined": 0,
            "queryapi": node.text("queryapi") or None,
            "introducedversion": node.text("IntroducedVersion") or None,
        },
        place=node.place,
    )
    node.skip({"IsCustomizable", "CanBeDeleted", "returnedtypecode", "conditionalformatting", "layoutjson"})
    node.done()
    return part


def _inside(node: Node, name: str) -> str | None:
    """What one element holds: one element of its own, as text."""
    found = node.raw(name)
    if found is None or not len(found):
        return (found.text or "").strip() or None if found is not None else None
    return serialized(found[0])


def charts(group: Node | None, table: str) -> Iterator[Part]:
    """Errors: ImportFault."""
    if group is None:
        return
    for node in group.children("visualization"):
        chart_id = node.guid("savedqueryvisualizationid")
        node.place = f"Entity[{table}]/visualization[{chart_id}]"
        node.ignore_attributes("unmodified")
        name = node.label("LocalizedNames", "LocalizedName")
        values = {
            "name": name,
            "description": node.label("Descriptions", "Description") or None,
            "primaryentitytypecode": table,
            "datadescription": _inside(node, "datadescription"),
            "presentationdescription": _inside(node, "presentationdescription"),
            "isdefault": int(node.flag("isdefault")),
            "introducedversion": node.text("IntroducedVersion") or None,
        }
        if node.text("webresourcename"):
            raise node.fault("Charts that a web resource draws are not supported.")
        node.skip({"IsCustomizable", "CanBeDeleted", "customizationlevel"})
        node.done()
        yield Part(kinds.CHART, chart_id, name, values, place=node.place)
    group.done()
