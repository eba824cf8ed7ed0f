"""Relationships made and removed: a lookup with its one-to-many relationship, or a table between two others.

Source: Microsoft Learn, "Create and update table relationships using the Web API"; the payloads of Microsoft's Python SDK.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Column, Kind, Ownership
from local.dataverse import column_bodies, columns, errors, evolving, lookups, making, metadata, relationships, seed
from local.dataverse.made import Intersect, MadeColumn
from local.dataverse.relation_bodies import LOOKUP, cascade_of, names_of, pointing, read_relation, table_of

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.storage import Storage
    from local.dataverse.urls import Segment

Json = dict[str, Any]
ONE, MANY = "OneToManyRelationshipMetadata", "ManyToManyRelationshipMetadata"


def post(storage: Storage, context: Context, _: tuple[Segment, ...], given: Json) -> str:
    """Make a relationship. Errors: 400 in a sentence; 404 for a table that is not there."""
    kind = str(given.get("@odata.type", "")).removeprefix("#").removeprefix("Microsoft.Dynamics.CRM.").removeprefix("Complex")
    schema = making.schema_name(given, "A relationship")
    if kind == ONE:
        _lookup(storage, given)
    elif kind == MANY:
        _between(storage, context, schema, given)
    else:
        raise errors.bad(f"A relationship needs '@odata.type': Microsoft.Dynamics.CRM.{ONE} or {MANY}.", making.BAD)
    return f"RelationshipDefinitions({relationships.relation_id(schema)})"


def _lookup(storage: Storage, given: Json) -> None:
    lookup = making.member(given, "Lookup", dict, "A one-to-many relationship")
    relation = read_relation(storage, given, lookup)
    old = relation.child.columns.get(str(lookup.get("SchemaName")).lower())
    if isinstance(old, MadeColumn) and lookups.is_shared(old):
        lookups.extend(storage, old, relation)
        return
    made = column_bodies.column({"@odata.type": LOOKUP, **lookup}, {})
    columns.add(storage, relation.child, pointing(made, [relation]))


def _between(storage: Storage, context: Context, schema: str, given: Json) -> None:
    first, second = table_of(storage, given, "Entity1LogicalName"), table_of(storage, given, "Entity2LogicalName")
    if any(one["SchemaName"].lower() == schema.lower() for one in relationships.all_relationships(storage.catalog)):
        raise errors.bad(f"An EntityRelationship with the specified name {schema} already exists.", "0x80044153")
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
        if nav in names_of(end) or not making.is_name(nav):
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
    merged = {**dict(column.cascade), **dict(cascade_of(given))}
    columns.swap(storage, child, {column.name: replace(column, cascade=tuple(merged.items()))})
    return ""


def delete(storage: Storage, _: Context, segments: tuple[Segment, ...], __: Json) -> str:
    """Remove a relationship, and with it its lookup or the table between. Errors: 400 for one of the platform."""
    found = _found(storage, segments[0].key)
    if found["RelationshipType"] == "ManyToManyRelationship":
        evolving.drop(storage, storage.catalog[found["IntersectEntityName"]])
        return ""
    child = storage.catalog[found["ReferencingEntity"]]
    column = child.columns[found["ReferencingAttribute"]]
    if isinstance(column, MadeColumn) and lookups.is_shared(column):
        lookups.reduce(storage, child, column, found["ReferencedEntity"])
    else:
        columns.remove(storage, child, column)
    return ""
