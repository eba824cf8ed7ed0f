"""CreateMultiple, UpdateMultiple, UpsertMultiple: many rows of one table, all or nothing.

Source: Microsoft Learn, "Use bulk operation messages": `@odata.type` is mandatory per item; DeleteMultiple is for elastic
tables only; UpsertMultiple names rows by `@odata.id`, and the real server refuses key columns that stand in the body as well.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local.dataverse import bodies, errors, keys, urls
from local.dataverse.answers import empty, json_answer
from local.dataverse.keys import ById, ByKey
from local.dataverse.writing import Change

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.keys import Which
    from local.dataverse.resources import WebApi
    from local.dataverse.writing import Writer
    from local.http import Response

MESSAGES = frozenset({"CreateMultiple", "UpdateMultiple", "UpsertMultiple"})


def answer(api: WebApi, context: Context, entity: Entity, message: str, body: bytes) -> Response:
    """Run one of the three messages. Errors: 400 for items without a type, id or key; whatever any item earns fails all."""
    if message == "DeleteMultiple":
        raise errors.bad("DeleteMultiple has not yet been implemented.", "")
    if message not in MESSAGES:
        raise errors.no_segment(f"Microsoft.Dynamics.CRM.{message}")
    items = _items(entity, bodies.as_object(bodies.decode(body), entity.set_name))
    context = replace(context, preferences=replace(context.preferences, representation=False), many=True)
    writer = api.writer(context)
    if message == "CreateMultiple":
        ids = [writer.create(entity, item) for item in items]
        place = f"{context.root}$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"
        text = json.dumps({"@odata.context": place, "Ids": ids})
        _raise(api, context, entity, message, writer.changes)
        return json_answer(context, text)
    for item in items:
        _write(api, writer, entity, item, upsert=message == "UpsertMultiple")
    _raise(api, context, entity, message, writer.changes)
    return empty()


def _raise(api: WebApi, context: Context, entity: Entity, message: str, changes: list[Change]) -> None:
    """The message itself; an upsert of many is a create and an update of many as well, as far as it was one."""
    own = [change for change in changes if change.entity is entity]
    parts = {message: own}
    if message == "UpsertMultiple":
        parts |= {f"{one}Multiple": [change for change in own if change.message == one] for one in ("Create", "Update")}
    for name, items in parts.items():
        if items:
            api.raise_event(context, Change(name, entity, "", {}, {}, items=tuple(items)))


def _items(entity: Entity, given: dict[str, Any]) -> list[dict[str, Any]]:
    targets = given.get("Targets")
    if not isinstance(targets, list) or set(given) != {"Targets"} or not targets:
        raise errors.payload(entity.set_name, "The body must be an object with the one member 'Targets', a list of rows.")
    for item in targets:
        if not isinstance(item, dict):
            raise errors.payload(entity.set_name, "Every item of 'Targets' must be an object.")
        kind = item.get("@odata.type")
        if not isinstance(kind, str) or kind.removeprefix("#") != f"Microsoft.Dynamics.CRM.{entity.name}":
            raise errors.payload(
                entity.set_name, f"Every item of 'Targets' must have '@odata.type': 'Microsoft.Dynamics.CRM.{entity.name}'."
            )
    return targets


def _write(api: WebApi, writer: Writer, entity: Entity, item: dict[str, Any], *, upsert: bool) -> None:
    which = _which(entity, item)
    old = keys.find(api.storage, entity, which)
    if old is None:
        if not upsert:
            raise keys.missing(entity, which)
        writer.create(entity, item, which=which)
    else:
        writer.update(entity, old, item, which)


def _which(entity: Entity, item: dict[str, Any]) -> Which:
    address = item.get("@odata.id")
    if address is None:
        row_id = item.get(entity.primary_id)
        if not isinstance(row_id, str):
            raise errors.payload(entity.set_name, f"An item needs '@odata.id' or '{entity.primary_id}'.")
        return keys.parse(entity, row_id)
    if not isinstance(address, str):
        raise errors.payload(entity.set_name, "'@odata.id' must be a text such as set(key='x').")
    path = address.rpartition("/api/data/")[2].partition("/")[2] if "/api/data/" in address else address
    segments = urls.read(path, "").segments
    if len(segments) != 1 or segments[0].name != entity.set_name or segments[0].key is None:
        raise errors.payload(entity.set_name, f"'{address}' does not name a row of '{entity.set_name}'.")
    which = keys.parse(entity, segments[0].key)
    doubled = [name for name in which.values if name in item] if isinstance(which, ByKey) else []
    if doubled or (isinstance(which, ById) and entity.primary_id in item):
        raise errors.bad(
            f"The key column '{(doubled or [entity.primary_id])[0]}' stands both in '@odata.id' and in the body; leave it out "
            "of the body.",
            "0x80048d19",
        )
    return which
