"""One property of one row: `set(key)/name`.

Source: Microsoft Learn, "Retrieve a table row" (property values), "Update and delete table rows" (single property values).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import Right
from local.dataverse import bodies, codec, errors, keys
from local.dataverse.answers import json_answer
from local.dataverse.platform import WRITE_ONLY
from local.http import Response

if TYPE_CHECKING:
    from dataverse.schema.model import Column
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.keys import Which
    from local.dataverse.storage import Row, Storage
    from local.dataverse.urls import Segment
    from local.dataverse.writing import Writer


def _column(entity: Entity, name: str) -> Column:
    column = entity.properties.get(name)
    if column is None or (entity.name, column.name) in WRITE_ONLY:
        raise errors.no_segment(name)
    return column


def read_property(storage: Storage, context: Context, entity: Entity, which: Which, rest: tuple[Segment, ...]) -> Response:
    """`GET set(key)/name` and `…/name/$value`; 204 when the property has no value."""
    column = _column(entity, rest[0].name)
    if len(rest) == 2 and rest[1].name != "$value":
        raise errors.no_segment(rest[1].name)
    row = keys.required(storage, entity, which)
    context.access.check(entity, row, Right.READ)
    stored = row[column.name]
    if stored is None:
        return Response(204, (("OData-Version", "4.0"),))
    text = codec.writer(column)(stored)
    if len(rest) == 2:
        raw = str(stored) if isinstance(stored, str) and text.startswith('"') else text
        return Response(200, (("Content-Type", "text/plain"), ("OData-Version", "4.0")), raw.encode("utf-8", "replace"))
    place = f"{context.root}$metadata#{entity.set_name}({row[entity.primary_id]})/{column.api_name}"
    return json_answer(context, f'{{"@odata.context":"{place}","value":{text}}}')


def write_property(writer: Writer, entity: Entity, old: Row, name: str, body: bytes) -> None:
    """`PUT set(key)/name` with `{"value": …}`."""
    _column(entity, name)
    given = bodies.as_object(bodies.decode(body), entity.set_name)
    if "value" not in given:
        raise errors.payload(entity.set_name, "The body of a single property must be an object with a member 'value'.")
    writer.update(entity, old, {name: given["value"]})


def clear_property(writer: Writer, entity: Entity, old: Row, name: str) -> None:
    """`DELETE set(key)/name`."""
    _column(entity, name)
    writer.update(entity, old, {name: None})
