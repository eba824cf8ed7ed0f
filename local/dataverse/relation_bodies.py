"""From the JSON of a metadata request to one-to-many relationships and the lookups behind them.

Source: Microsoft Learn, "Create and update table relationships using the Web API"; the payloads of Microsoft's Python SDK.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from local.dataverse import errors, making, relationships
from local.dataverse.made import Intersect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.dataverse.entities import Entity
    from local.dataverse.made import MadeColumn
    from local.dataverse.making import Json
    from local.dataverse.storage import Storage

LOOKUP = "Microsoft.Dynamics.CRM.LookupAttributeMetadata"
_EVENTS = ("Assign", "Share", "Unshare", "Reparent", "Merge", "Delete", "RollupView", "Archive")
_ACTIONS = ("NoCascade", "Cascade", "Active", "UserOwned", "RemoveLink", "Restrict")


@dataclass(frozen=True, slots=True)
class Relation:
    """A one-to-many relationship as a request describes it; `nav` and `collection` are "" for names by the rule."""

    schema: str
    parent: Entity
    child: Entity
    cascade: tuple[tuple[str, str], ...]
    nav: str
    collection: str


def read_relation(storage: Storage, given: Json, lookup: Json) -> Relation:
    """One relationship of a lookup. Errors: 400 in a sentence; 404 for a table that is not there."""
    schema = making.schema_name(given, "A relationship")
    if any(one["SchemaName"].lower() == schema.lower() for one in relationships.all_relationships(storage.catalog)):
        raise errors.bad(f"An EntityRelationship with the specified name {schema} already exists.", "0x80044153")
    parent, child = table_of(storage, given, "ReferencedEntity"), table_of(storage, given, "ReferencingEntity")
    wanted = given.get("ReferencedAttribute")
    if wanted and wanted != parent.primary_id:
        raise errors.bad(f"ReferencedAttribute must be the primary key '{parent.primary_id}'.", making.BAD)
    named = str(given.get("ReferencingAttribute") or "").lower()
    if named and named != str(lookup.get("SchemaName")).lower():
        raise errors.bad(f"ReferencingAttribute '{named}' is not the lookup that is made with it.", making.BAD)
    cascade = cascade_of(given)
    if dict(cascade).get("Delete") == "Cascade" and parent is child:
        raise errors.bad("A table cannot be the parent of itself with cascading deletes.", making.BAD)
    if given.get("IsHierarchical") is True:
        raise errors.unsupported("hierarchical relationships (IsHierarchical)")
    nav = _free_name(child, given, "ReferencingEntityNavigationPropertyName")
    return Relation(schema, parent, child, cascade, nav, _free_name(parent, given, "ReferencedEntityNavigationPropertyName"))


def _free_name(entity: Entity, given: Json, member: str) -> str:
    name = given.get(member) or ""
    if name and (not isinstance(name, str) or not making.is_name(name) or name in names_of(entity)):
        raise errors.bad(f"{member} '{name}' is taken or not valid.", making.BAD)
    return str(name)


def names_of(entity: Entity) -> set[str]:
    """Every name that a property of a table has."""
    return {*entity.properties, *entity.singles, *entity.collections, *entity.manys}


def effective(cascade: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """A cascade configuration with what it does not say."""
    plain = {event: "NoCascade" for event in _EVENTS if event != "Archive"} | {"Delete": "RemoveLink"}
    return tuple(sorted({**plain, **dict(cascade)}.items()))


def pointing(made: MadeColumn, told: Sequence[Relation]) -> MadeColumn:
    """A lookup through which these relationships go. Errors: 400 when it is no lookup."""
    if made.kind is not Kind.LOOKUP:
        raise errors.bad("Lookup of a relationship must be a LookupAttributeMetadata.", making.BAD)
    return replace(
        made,
        targets=tuple(one.parent.name for one in told),
        relations=tuple((one.parent.name, one.schema) for one in told),
        cascade=told[0].cascade,
        navs=tuple((one.parent.name, one.nav) for one in told if one.nav),
        collections=tuple((one.parent.name, one.collection) for one in told if one.collection),
    )


def table_of(storage: Storage, given: Json, name: str) -> Entity:
    """The table that a member names. Errors: 400, 404."""
    wanted = str(making.member(given, name, str, "A relationship")).lower()
    entity = storage.catalog.by_name.get(wanted)
    if entity is None or isinstance(entity.table, Intersect):
        raise errors.DataverseError(404, "0x80060888", f"Could not find an entity with name {wanted} and object id.")
    return entity


def cascade_of(given: Json) -> tuple[tuple[str, str], ...]:
    """What a relationship's CascadeConfiguration says. Errors: 400."""
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
