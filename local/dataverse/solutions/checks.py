"""Whether what people see fits the tables: views, forms, charts, site maps and apps name what is there.

Source: Microsoft Learn, "Customize table views", "Form XML schema", "Chart (visualization) XML", "Site map XML reference".
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from local.dataverse import errors, fetchxml
from local.dataverse.solutions import faults, forms, kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.entities import Catalog, Entity
    from local.dataverse.querytree import Group, Link, Query
    from local.dataverse.storage import Storage

_WEB_RESOURCE = re.compile(r"\$webresource:([^?&#\"']+)")
ALWAYS = {"statecode", "statuscode"}


def tree(text: str, what: str) -> ET.Element:
    """XML that was kept. Errors: ImportFault."""
    if "<!" in text:
        raise faults.malformed(what, "a document type or comment is not allowed.")
    try:
        return ET.fromstring(text)  # noqa: S314  declarations are refused above, so there are no entities to expand
    except (ET.ParseError, ValueError) as error:
        raise faults.malformed(what, str(error)) from None


def table(catalog: Catalog, name: str) -> Entity:
    """A table by its logical name. Errors: ImportFault."""
    found = catalog.by_name.get(name.lower())
    if found is None:
        raise faults.no_table(name)
    return found


def column(entity: Entity, name: str) -> None:
    """Errors: ImportFault when the table has no such column."""
    if name not in entity.columns:
        raise faults.no_column(entity.name, name)


def fetch(catalog: Catalog, text: str) -> Query:
    """A query whose tables and columns are all there. Errors: ImportFault."""
    try:
        query = fetchxml.parse(text)
    except errors.DataverseError as error:
        raise faults.ImportFault(error.code, error.message) from None
    entity = table(catalog, query.name)
    aliases = {"": entity, **_links(catalog, entity, query.links)}
    for attribute in query.attributes:
        column(entity, attribute.name)
    for sort in query.orders:
        if sort.attribute:
            column(aliases.get(sort.entity, entity), sort.attribute)
    for group in query.filters:
        _conditions(catalog, group, aliases, entity)
    return query


def _links(catalog: Catalog, parent: Entity, links: tuple[Link, ...]) -> dict[str, Entity]:
    found: dict[str, Entity] = {}
    for link in links:
        entity = table(catalog, link.name)
        column(entity, link.source)
        column(parent, link.target)
        for attribute in link.attributes:
            column(entity, attribute.name)
        found[link.alias] = entity
        found |= _links(catalog, entity, link.links)
        for group in link.filters:
            _conditions(catalog, group, {**found, "": entity}, entity)
    return found


def _conditions(catalog: Catalog, group: Group, aliases: Mapping[str, Entity], entity: Entity) -> None:
    for condition in group.conditions:
        column(aliases.get(condition.alias, entity), condition.attribute)
    for inner in group.groups:
        _conditions(catalog, inner, aliases, entity)
    _links(catalog, entity, group.links)


def view(storage: Storage, row: Mapping[str, Sql]) -> None:
    """Errors: ImportFault for a query or a layout that names what is not there."""
    catalog = storage.catalog
    entity = table(catalog, str(row["returnedtypecode"]))
    aliases: set[str] = set()
    if row.get("fetchxml"):
        query = fetch(catalog, str(row["fetchxml"]))
        if query.name != entity.name:
            raise faults.invalid(f"savedquery[{row['name']}]", f"The view of '{entity.name}' has a query of '{query.name}'.")
        aliases = _aliases(query.links)
    if not row.get("layoutxml"):
        return
    for cell in tree(str(row["layoutxml"]), f"layoutxml of '{row['name']}'").iter("cell"):
        name = cell.get("name", "")
        alias, dot, _ = name.partition(".")
        if not (dot and alias in aliases):
            column(entity, name)


def _aliases(links: tuple[Link, ...]) -> set[str]:
    return {link.alias for link in links}.union(*(_aliases(link.links) for link in links))


def form(storage: Storage, row: Mapping[str, Sql]) -> None:
    """Errors: ImportFault for a control of a column that is not there, a grid of an unknown table, a script that is missing."""
    catalog = storage.catalog
    entity = None if row["objecttypecode"] == forms.NO_TABLE else table(catalog, str(row["objecttypecode"]))
    root = tree(str(row["formxml"]), f"form '{row['name']}'")
    for control in root.iter("control"):
        name = control.get("datafieldname")
        if name and entity is not None:
            column(entity, name)
        for parameter in control.iter("TargetEntityType"):
            table(catalog, (parameter.text or "").strip())
        for parameter in control.iter("RelationshipName"):
            _relation(entity, (parameter.text or "").strip())
        for parameter in control.iter("ViewId"):
            _view_of(storage, (parameter.text or "").strip(), row)
    for library in root.iter("Library"):
        _resource(storage, library.get("name", ""))


def _relation(entity: Entity | None, name: str) -> None:
    if name and entity is not None and name not in entity.collections and name not in entity.manys:
        raise faults.ImportFault(
            "0x80040216", f"The relationship '{name}' of a grid on a form of '{entity.name}' does not exist."
        )


def _view_of(storage: Storage, text: str, row: Mapping[str, Sql]) -> None:
    view_id = text.strip("{}").lower()
    if view_id and not storage.rows("SELECT 1 FROM savedquery WHERE savedqueryid = ?", (view_id,)):
        raise faults.ImportFault("0x80040217", f"savedquery With Id = {view_id} Does Not Exist (form '{row['name']}')")


def _resource(storage: Storage, name: str) -> None:
    if not storage.rows("SELECT 1 FROM webresource WHERE name = ?", (name,)):
        raise faults.not_there(name, kinds.WEB_RESOURCE.number)


def chart(storage: Storage, row: Mapping[str, Sql]) -> None:
    """Errors: ImportFault for a query that names what is not there."""
    table(storage.catalog, str(row["primaryentitytypecode"]))
    if row.get("datadescription"):
        for query in tree(str(row["datadescription"]), f"chart '{row['name']}'").iter("fetch"):
            fetch(storage.catalog, ET.tostring(query, encoding="unicode"))


def site_map(storage: Storage, row: Mapping[str, Sql]) -> None:
    """Errors: ImportFault for an area of an unknown table or a page that is missing."""
    for area in tree(str(row["sitemapxml"]), f"site map '{row['sitemapname']}'").iter("SubArea"):
        if area.get("Entity"):
            table(storage.catalog, area.get("Entity", ""))
        match = _WEB_RESOURCE.search(area.get("Url", ""))
        if match:
            _resource(storage, match[1])


CHECKS = {kinds.VIEW: view, kinds.FORM: form, kinds.CHART: chart, kinds.SITE_MAP: site_map}


def broken(storage: Storage) -> Iterator[tuple[kinds.ComponentType, str, str]]:
    """What does not fit any more: its kind, its id, and why. Lookups, steps and the tables between are looked at as well."""
    for kind, check in CHECKS.items():
        entity = storage.catalog[kind.table]
        for found in storage.rows(entity.select_sql):
            row = dict(zip(entity.stored, found, strict=True))
            try:
                check(storage, row)
            except faults.ImportFault as fault:
                yield kind, str(row[entity.primary_id]), fault.message
    for one in storage.catalog:
        for part in one.table.columns:
            for target in part.targets:
                if target not in storage.catalog.by_name:
                    yield kinds.ATTRIBUTE, f"{one.name}.{part.name}", f"The column points to '{target}'."
    for (step_id,) in storage.rows(
        "SELECT sdkmessageprocessingstepid FROM sdkmessageprocessingstep WHERE sdkmessagefilterid IS NOT NULL AND "
        "sdkmessagefilterid NOT IN (SELECT sdkmessagefilterid FROM sdkmessagefilter)"
    ):
        yield kinds.STEP, str(step_id), "The table of the step is not there."
    for (step_id,) in storage.rows(
        "SELECT sdkmessageprocessingstepid FROM sdkmessageprocessingstep WHERE eventhandler IS NULL OR eventhandler NOT IN "
        "(SELECT serviceendpointid FROM serviceendpoint)"
    ):
        yield kinds.STEP, str(step_id), "The endpoint of the step is not there."
