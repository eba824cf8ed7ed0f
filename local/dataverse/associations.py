"""Many-to-many navigation from one row: reading what is associated, associating and disassociating.

    GET set(key)/nav · POST set(key)/nav/$ref · DELETE set(key)/nav(id)/$ref · DELETE set(key)/nav/$ref?$id=…

Source: Microsoft Learn, "Associate and disassociate table rows" (many-to-many).
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import Right
from local.dataverse import errors, keys, linking, options, pipeline, reading
from local.dataverse.answers import empty, json_answer, text_answer

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import ManyNav
    from local.dataverse.references import Below
    from local.dataverse.resources import WebApi
    from local.http import Response

MAX_REFERENCES = 5000


def answer(api: WebApi, context: Context, below: Below, nav: ManyNav, target: str | None) -> Response:
    """Do what a request below `set(key)/nav` asks; `target` is the reference that a write names."""
    if below.method == "GET" and below.rest[0].key is None:
        with api.storage.lock:
            return _read(api, context, below, nav)
    below.only("POST", "DELETE")
    with api.storage.transaction():
        own = keys.required(api.storage, below.entity, below.which)
        child = api.storage.catalog[nav.child]
        if below.rest[0].key:
            other = keys.required(api.storage, child, keys.parse(child, below.rest[0].key))
        else:
            other = linking.member(api.storage, context, nav, target)
        write = linking.join if below.method == "POST" else linking.part
        write(api.storage, context, below.entity, own, nav, other)
        message = "Associate" if below.method == "POST" else "Disassociate"
        related = (nav.child, str(other[child.primary_id]))
        own_id = str(own[below.entity.primary_id])
        api.raise_message(context, pipeline.relation(message, below.entity, own_id, nav.name, related))
    return empty()


def _read(api: WebApi, context: Context, below: Below, nav: ManyNav) -> Response:
    own = keys.required(api.storage, below.entity, below.which)
    context.access.check(below.entity, own, Right.READ)
    row_id = str(own[below.entity.primary_id])
    child = api.storage.catalog[nav.child]
    wanted = options.read(below.address.options, below.address.aliases)
    within = reading.Restriction(nav.own, row_id, nav)
    if below.tail == "$count":
        return text_answer(str(reading.count_segment(api.storage, context, child, wanted, within)))
    if below.tail == "$ref":
        sql = f'SELECT "{child.primary_id}" FROM {context.access.source(child)} AS t0 WHERE {within.condition(child)} LIMIT ?'
        rows = api.storage.rows(sql, (row_id, MAX_REFERENCES))
        ids = ",".join(f'{{"@odata.id":"{context.root}{child.set_name}({row[0]})"}}' for row in rows)
        return json_answer(context, f'{{"@odata.context":"{context.root}$metadata#Collection($ref)","value":[{ids}]}}')
    if below.tail:
        raise errors.no_segment(below.tail)
    path = f"{below.entity.set_name}({row_id})/{nav.name}"
    return json_answer(context, reading.collection(api.storage, context, child, wanted, below.address, path, within))
