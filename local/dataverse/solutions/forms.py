"""`FormXml` of a table: its forms, by type; and `Dashboards`, which are forms of no table.

Source: systemform of exported solutions and of the published schema; Microsoft Learn, systemform table reference (type).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse.solutions import faults, kinds
from local.dataverse.solutions.nodes import serialized
from local.dataverse.solutions.parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.dataverse.solutions.nodes import Node

NO_TABLE = "none"
"""The table of a dashboard."""
TYPES = {"main": 2, "mobile": 5, "quick": 6, "quickCreate": 7, "card": 11, "mainInteractionCentric": 12}


def forms(group: Node | None, table: str) -> Iterator[Part]:
    """Errors: ImportFault, also for a type of form that is not kept here."""
    if group is None:
        return
    for listed in group.children("forms"):
        kind = listed.required("type")
        if kind not in TYPES:
            raise faults.unsupported(f"forms of the type '{kind}' ({listed.place})")
        for node in listed.children("systemform"):
            yield _form(node, table, TYPES[kind])
        listed.done()
    group.done()


def dashboards(group: Node | None) -> Iterator[Part]:
    """Errors: ImportFault."""
    for node in group.children("Dashboard") if group is not None else ():
        form_id = node.guid("FormId")
        node.place = f"Dashboard[{form_id}]"
        node.ignore_attributes("unmodified")
        name = node.label("LocalizedNames", "LocalizedName")
        if not name:
            raise node.fault("A dashboard needs a LocalizedName.")
        listed = node.needed("FormXml").needed("forms")
        if listed.required("type") != "dashboard":
            raise faults.unsupported(f"dashboards of the type '{listed.attribute('type')}' ({node.place})")
        values = {
            "name": name,
            "description": node.label("Descriptions", "Description") or None,
            "objecttypecode": NO_TABLE,
            "type": 0,
            "formxml": serialized(listed.raw("form")),
            "isdefault": int(node.flag("IsDefault")),
            "introducedversion": node.text("IntroducedVersion") or None,
        }
        listed.done()
        node.skip({"IsCustomizable", "CanBeDeleted", "IsTabletEnabled"})
        node.done()
        yield Part(kinds.FORM, form_id, name, values, place=node.place)
    if group is not None:
        group.done()


def _form(node: Node, table: str, kind: int) -> Part:
    form_id = node.guid("formid")
    node.place = f"Entity[{table}]/systemform[{form_id}]"
    node.ignore_attributes("unmodified")
    name = node.label("LocalizedNames", "LocalizedName")
    body = node.raw("form")
    if body is None or not name:
        raise node.fault("A form needs a form element and a LocalizedName.")
    values = {
        "name": name,
        "description": node.label("Descriptions", "Description") or None,
        "objecttypecode": table,
        "type": kind,
        "formxml": serialized(body),
        "formpresentation": node.whole("FormPresentation", 0),
        "formactivationstate": node.whole("FormActivationState", 1),
        "isdefault": int(node.flag("isdefault")),
        "introducedversion": node.text("IntroducedVersion") or None,
    }
    node.skip({"IsCustomizable", "CanBeDeleted"})
    node.done()
    return Part(kinds.FORM, form_id, name, values, place=node.place)
