"""Metadata writes: tables, columns, keys, relationships and global choices are made, changed and removed at once.

    POST   EntityDefinitions · EntityDefinitions(key)/Attributes · …/Keys · RelationshipDefinitions · GlobalOptionSetDefinitions
    PUT    EntityDefinitions(key) · …/Attributes(key) · RelationshipDefinitions(key) · GlobalOptionSetDefinitions(key)
    DELETE each of them

What was made is usable in the same moment; Dataverse shows new things to readers after PublishXml only where forms and views are
concerned. Source: Microsoft Learn, "Create and update table definitions using the Web API" and its neighbours.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Key, Kind
from local.dataverse import (
    auditing,
    bodies,
    choices,
    column_bodies,
    column_changes,
    columns,
    definitions,
    descriptive,
    errors,
    evolving,
    making,
    metadata,
    seed,
    table_bodies,
    ties,
    urls,
)
from local.dataverse.answers import empty, entity_answer
from local.dataverse.made import Intersect, as_made

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Storage
    from local.dataverse.urls import Address, Segment
    from local.http import Response

Json = dict[str, Any]
MAX_KEYS = 10
MAX_KEY_COLUMNS = 16
_KEPT = (
    "LogicalName",
    "SchemaName",
    "EntitySetName",
    "OwnershipType",
    "IsActivity",
    "PrimaryIdAttribute",
    "PrimaryNameAttribute",
)
"""Members of a table's definition that stay as they were made."""
_KEYED = {Kind.STRING, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME, Kind.LOOKUP, Kind.CHOICE}


def write(api: WebApi, context: Context, method: str, address: Address, body: bytes) -> Response:
    """Do what a metadata write asks. Errors: 400, 404, 405; 501 for column types that are not made here."""
    segments, cast = _without_cast(method, address.segments)
    shape = tuple(segment.name for segment in segments)
    keyed = segments[-1].key is not None
    do = _WRITES.get((method, *shape, keyed))
    if do is None:
        text = f"The requested resource does not support http method '{method}'."
        raise errors.DataverseError(405, "0x80060888", text)
    given = bodies.as_object(bodies.decode(body), shape[-1]) if method != "DELETE" else {}
    if cast and str(given.setdefault("@odata.type", cast)).lstrip("#") != cast:
        raise errors.bad(f"The body's '@odata.type' is not '{cast}', as the address has it.", making.BAD)
    with api.storage.transaction():
        place = do(api.storage, context, segments, given)
    if context.preferences.representation and method != "DELETE":
        return _represented(api, context, place or "/".join(_written(one) for one in segments), 201 if place else 200)
    return entity_answer(context, f"{context.root}{place}") if place and method == "POST" else empty()


def _written(segment: Segment) -> str:
    return segment.name if segment.key is None else f"{segment.name}({segment.key})"


def _represented(api: WebApi, context: Context, place: str, status: int) -> Response:
    """The definition that was written, where `Prefer: return=representation` asks for it."""
    with api.storage.lock:
        answer = metadata.read(api.storage.catalog, context, urls.read(place, ""))
    return replace(answer, status=status)


def _without_cast(method: str, segments: tuple[Segment, ...]) -> tuple[tuple[Segment, ...], str]:
    """A PUT may name the derived type of what it changes at the end of its address."""
    last = segments[-1]
    if method == "PUT" and len(segments) > 1 and last.key is None and last.name.startswith(metadata.CAST):
        return segments[:-1], last.name
    return segments, ""


def create_tables(storage: Storage, context: Context, given: Json) -> list[str]:
    """The action CreateEntities: several tables at once, all or none; their metadata ids."""
    bodies_given = making.objects(given, "Entities")
    if not bodies_given:
        raise errors.bad("CreateEntities needs Entities, a list of tables.", making.BAD)
    return [_make_table(storage, context, one) for one in bodies_given]


def _make_table(storage: Storage, context: Context, given: Json) -> str:
    _no_transitions(given)
    made = table_bodies.table(given, storage.catalog.choices)
    if made.name in storage.catalog.by_name or made.set_name in storage.catalog.by_set:
        raise errors.bad(f"An entity with the specified name {made.name} already exists. Specify a unique name.", "0x80044150")
    evolving.define(storage, made)
    seed.fill(storage, context.now)
    return definitions.table_id(made.name)


def _post_table(storage: Storage, context: Context, _: tuple[Segment, ...], given: Json) -> str:
    return f"EntityDefinitions({_make_table(storage, context, given)})"


def _entity(storage: Storage, segments: tuple[Segment, ...]) -> Entity:
    if segments[0].key is None:
        raise errors.no_segment(segments[1].name if len(segments) > 1 else segments[0].name)
    return metadata.find_table(storage.catalog, segments[0].key)


def _no_transitions(given: Json) -> None:
    """Errors: 501 for a table that wants its status transitions enforced; keeping quiet would let every transition through."""
    if given.get("EnforceStateTransitions") is True:
        raise errors.unsupported("EnforceStateTransitions")


def _put_table(storage: Storage, context: Context, segments: tuple[Segment, ...], given: Json) -> str:
    _no_transitions(given)
    entity = _entity(storage, segments)
    old = as_made(entity.table)
    told = definitions.table(entity)
    for name in _KEPT:
        if given.get(name) not in {None, told[name]}:
            raise errors.bad(f"The {name} of '{entity.name}' cannot be changed.", making.BAD)
    tracked = given.get("ChangeTrackingEnabled", old.tracked) is True
    if old.tracked and not tracked:
        raise errors.bad("Change tracking cannot be switched off once it is on.", making.BAD)
    made = replace(
        old,
        label=making.text_of(given.get("DisplayName"), old.label),
        plural=making.text_of(given.get("DisplayCollectionName"), old.plural),
        description=making.text_of(given.get("Description"), old.description),
        has_notes=given.get("HasNotes", old.has_notes) is True,
        has_activities=given.get("HasActivities", old.has_activities) is True,
        tracked=tracked,
        audited=making.value_of(given, "IsAuditEnabled", old.audited) is True,
        told=descriptive.table(given, old.told, keep_labels=_keeps_labels(context)),
    )
    auditing.switched(storage, context, evolving.define(storage, made), entity)
    return ""


def _delete_table(storage: Storage, _: Context, segments: tuple[Segment, ...], __: Json) -> str:
    entity = _entity(storage, segments)
    if entity.table.standard or isinstance(entity.table, Intersect):
        raise errors.bad(f"The entity '{entity.name}' belongs to the platform and cannot be deleted.", "0x80048d1c")
    pointing = next(
        (
            f"{other.name}.{column.name}"
            for other in storage.catalog
            for column in other.table.columns
            if entity.name in column.targets and other is not entity
        ),
        None,
    )
    if pointing is not None:
        raise errors.bad(
            f"The Entity({definitions.table_id(entity.name)}) component cannot be deleted because it is referenced by 1 other "
            f"components: the column {pointing}.",
            "0x8004f01f",
        )
    for other in list(storage.catalog):
        if isinstance(other.table, Intersect) and entity.name in other.table.ends:
            evolving.drop(storage, other)
    evolving.drop(storage, storage.catalog[entity.name])
    return ""


def _post_column(storage: Storage, _: Context, segments: tuple[Segment, ...], given: Json) -> str:
    entity = _entity(storage, segments)
    made = column_bodies.column(given, storage.catalog.choices)
    if made.kind is Kind.LOOKUP:
        raise errors.bad("A lookup is made with its relationship: POST RelationshipDefinitions.", making.BAD)
    columns.add(storage, entity, made)
    return f"EntityDefinitions({segments[0].key})/Attributes({definitions.column_id(entity.name, made.name)})"


def _put_column(storage: Storage, context: Context, segments: tuple[Segment, ...], given: Json) -> str:
    entity = _entity(storage, segments)
    old = metadata.find_column(entity, segments[1].key or "")
    made = column_changes.changed(entity, old, given, storage.catalog.choices, keep_labels=_keeps_labels(context))
    columns.swap(storage, entity, {old.name: made})
    auditing.switched(storage, context, storage.catalog[entity.name], entity, old.name)
    return ""


def _keeps_labels(context: Context) -> bool:
    return context.headers.get("mscrm.mergelabels", "").lower() == "true"


def _delete_column(storage: Storage, _: Context, segments: tuple[Segment, ...], __: Json) -> str:
    entity = _entity(storage, segments)
    columns.remove(storage, entity, metadata.find_column(entity, segments[1].key or ""))
    return ""


def _post_key(storage: Storage, _: Context, segments: tuple[Segment, ...], given: Json) -> str:
    entity = _entity(storage, segments)
    name = making.schema_name(given, "A key")
    names = making.member(given, "KeyAttributes", list, "A key")
    table = as_made(entity.table)
    if not names or len(names) > MAX_KEY_COLUMNS or len(set(map(str, names))) < len(names):
        raise errors.bad(f"A key has 1 to {MAX_KEY_COLUMNS} different columns.", making.BAD)
    for one in names:
        if not isinstance(one, str) or one not in entity.columns:
            raise errors.DataverseError(404, "0x80060888", f"Could not find an attribute with specified name: {one}")
        if entity.columns[one].kind not in _KEYED:
            raise errors.bad(f"The column '{one}' cannot be part of a key; its type does not allow it.", making.BAD)
    if any(key.name.lower() == name.lower() for key in table.keys) or entity.key_of(names) is not None:
        raise errors.bad(f"The table '{entity.name}' has a key with the name '{name}' or these columns already.", "0x80048d02")
    if len(table.keys) >= MAX_KEYS:
        raise errors.bad(f"A table has at most {MAX_KEYS} alternate keys.", making.BAD)
    evolving.define(storage, replace(table, keys=(*table.keys, Key(name, tuple(names)))))
    return f"EntityDefinitions({segments[0].key})/Keys({definitions.key_id(entity.name, name)})"


def _delete_key(storage: Storage, _: Context, segments: tuple[Segment, ...], __: Json) -> str:
    entity = _entity(storage, segments)
    index = metadata.find_key(entity, segments[1].key or "")
    table = as_made(entity.table)
    evolving.define(storage, replace(table, keys=table.keys[:index] + table.keys[index + 1 :]))
    return ""


_WRITES: dict[tuple[str | bool, ...], Callable[[Storage, Context, tuple[Segment, ...], Json], str]] = {
    ("POST", "EntityDefinitions", False): _post_table,
    ("PUT", "EntityDefinitions", True): _put_table,
    ("DELETE", "EntityDefinitions", True): _delete_table,
    ("POST", "EntityDefinitions", "Attributes", False): _post_column,
    ("PUT", "EntityDefinitions", "Attributes", True): _put_column,
    ("DELETE", "EntityDefinitions", "Attributes", True): _delete_column,
    ("POST", "EntityDefinitions", "Keys", False): _post_key,
    ("DELETE", "EntityDefinitions", "Keys", True): _delete_key,
    ("POST", "RelationshipDefinitions", False): ties.post,
    ("PUT", "RelationshipDefinitions", True): ties.put,
    ("DELETE", "RelationshipDefinitions", True): ties.delete,
    ("POST", "GlobalOptionSetDefinitions", False): choices.post,
    ("PUT", "GlobalOptionSetDefinitions", True): choices.put,
    ("DELETE", "GlobalOptionSetDefinitions", True): choices.delete,
}
