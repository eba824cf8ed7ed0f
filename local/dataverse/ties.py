"""Relationships made and removed: a lookup with its one-to-many relationship, or a table between two others.

Source: Microsoft Learn, "Create and update table relationships using the Web API"; the payloads of Microsoft's Python SDK.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Column, Kind, Ownership
from local.dataverse import column_bodies, columns, errors, evolving, making, metadata, relationships, seed
from local.dataverse.made import Intersect, MadeColumn

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Storage
    from local.dataverse.urls import Segment

Json = dict[str, Any]
ONE, MANY = "OneToManyRelationshipMetadata", "ManyToManyRelationshipMetadata"
_EVENTS = ("Assign", "Share", "Unshare", "Reparent", "Merge", "Delete", "RollupView", "Archive")
_ACTIONS = ("NoCascade", "Cascade", "Active", "UserOwned", "RemoveLink", "Restrict")


def post(storage: Storage, context: Context, _: tuple[Segment, ...], given: Json) -> str:
    """Make a relationship. Errors: 400 in a sentence; 404 for a table that is not there."""
    kind = str(given.get("@odata.type", "")).removeprefix("#").removeprefix("Microsoft.Dynamics.CRM.").removeprefix("Complex")
    schema = making.schema_name(given, "A relationship")
    if any(one["SchemaName"].lower() == schema.lower() for one in relationships.all_relationships(storage.catalog)):
        raise errors.bad(f"An EntityRelationship with the specified name {schema} already exists.", "0x80044153")
    if kind == ONE:
        _lookup(storage, schema, given)
    elif kind == MANY:
        _between(storage, context, schema, given)
    else:
        raise errors.bad(f"A relationship needs '@odata.type': Microsoft.Dynamics.CRM.{ONE} or {MANY}.", making.BAD)
    return f"RelationshipDefinitions({relationships.relation_id(schema)})"


def _table(storage: Storage, given: Json, name: str) -> Entity:
    wanted = str(making.member(given, name, str, "A relationship")).lower()
    entity = storage.catalog.by_name.get(wanted)
    if entity is None or isinstance(entity.table, Intersect):
        raise errors.DataverseError(404, "0x80060888", f"Could not find an entity with name {wanted} and object id.")
    return entity


def _cascade(given: Json) -> tuple[tuple[str, str], ...]:
    found = given.get("CascadeConfiguration")
    if found is None:
        return ()
    if not isinstance(found, dict):
        raise errors.bad("CascadeConfiguration must be an object.", making.BAD)
    made = []
    for event, action in found.items():
        if event.startswith("@"):
            continue
        if event not in _EVENTS or action not in _ACTIONS:
            raise errors.bad(f"CascadeConfiguration has '{event}': '{action}', which is not supported.", making.BAD)
        made.append((event, str(action)))
    return tuple(made)


def _lookup(storage: Storage, schema: str, given: Json) -> None:
    parent, child = _table(storage, given, "ReferencedEntity"), _table(storage, given, "ReferencingEntity")
    wanted = given.get("ReferencedAttribute")
    if wanted and wanted != parent.primary_id:
        raise errors.bad(f"ReferencedAttribute must be the primary key '{parent.primary_id}'.", making.BAD)
    lookup = making.member(given, "Lookup", dict, "A one-to-many relationship")
    made = column_bodies.column({"@odata.type": "Microsoft.Dynamics.CRM.LookupAttributeMetadata", **lookup}, {})
    if made.kind is not Kind.LOOKUP:
        raise errors.bad("Lookup of a relationship must be a LookupAttributeMetadata.", making.BAD)
    cascade = _cascade(given)
    if dict(cascade).get("Delete") == "Cascade" and parent is child:
        raise errors.bad("A table cannot be the parent of itself with cascading deletes.", making.BAD)
    columns.add(storage, child, replace(made, targets=(parent.name,), relations=((parent.name, schema),), cascade=cascade))


def _between(storage: Storage, context: Context, schema: str, given: Json) -> None:
    first, second = _table(storage, given, "Entity1LogicalName"), _table(storage, given, "Entity2LogicalName")
    name = str(given.get("IntersectEntityName") or schema).lower()
    if name in storage.catalog.by_name or not making.is_name(name):
        raise errors.bad(f"The IntersectEntityName '{name}' is taken or not valid.", "0x80044150")
    twin = ("one", "two") if first is second else ("", "")
    halves = (f"{first.primary_id}{twin[0]}", f"{second.primary_id}{twin[1]}")
    navs = (
        str(given.get("Entity1NavigationPropertyName") or (f"Referencing{schema}" if twin[0] else schema)),
        str(given.get("Entity2NavigationPropertyName") or (f"Referenced{schema}" if twin[0] else schema)),
    )
    for end, nav in zip((first, second), navs, strict=True):
        taken = {*end.properties, *end.singles, *end.collections, *end.manys}
        if nav in taken or not making.is_name(nav):
            raise errors.bad(f"The navigation property '{nav}' of '{end.name}' is taken or not valid.", making.BAD)
    table = Intersect(
        name=name,
        schema=schema,
        set_name=f"{name}set",
        label=schema,
        plural=schema,
        primary_id=f"{name}id",
        primary_name="",
        ownership=Ownership.ORGANIZATION,
        columns=(
            Column(f"{name}id", f"{name}id", Kind.GUID, schema, read_only=True),
            *(Column(half, half, Kind.GUID, half, read_only=True) for half in halves),
            Column("versionnumber", "VersionNumber", Kind.BIGINT, "Version", read_only=True),
        ),
        tracked=False,
        relation=schema,
        ends=(first.name, second.name),
        navs=navs,
        halves=halves,
    )
    evolving.define(storage, table)
    seed.fill(storage, context.now)


def _found(storage: Storage, key: str | None) -> Json:
    return metadata.find(relationships.all_relationships(storage.catalog), key or "", "SchemaName")


def put(storage: Storage, _: Context, segments: tuple[Segment, ...], given: Json) -> str:
    """Change the cascade rules of a relationship. Errors: 400 for one of the platform."""
    found = _found(storage, segments[0].key)
    if found["RelationshipType"] == "ManyToManyRelationship":
        return ""
    child = storage.catalog[found["ReferencingEntity"]]
    column = child.columns[found["ReferencingAttribute"]]
    if not isinstance(column, MadeColumn):
        raise errors.bad(f"The relationship '{found['SchemaName']}' belongs to the model and cannot be changed.", "0x80048d1c")
    merged = {**dict(column.cascade), **dict(_cascade(given))}
    columns.swap(storage, child, {column.name: replace(column, cascade=tuple(merged.items()))})
    return ""


def delete(storage: Storage, _: Context, segments: tuple[Segment, ...], __: Json) -> str:
    """Remove a relationship, and with it its lookup or the table between. Errors: 400 for one of the platform."""
    found = _found(storage, segments[0].key)
    if found["RelationshipType"] == "ManyToManyRelationship":
        evolving.drop(storage, storage.catalog[found["IntersectEntityName"]])
        return ""
    child = storage.catalog[found["ReferencingEntity"]]
    columns.remove(storage, child, child.columns[found["ReferencingAttribute"]])
    return ""
