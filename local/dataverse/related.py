"""Reading the rows to which a navigation property leads from one row.

    set(key)/nav · set(key)/nav/$ref · set(key)/nav/$count · set(key)/nav(key) and what is below that row

Source: Microsoft Learn, "Query data using the Web API" (filtered collections), "Retrieve a table row" (navigation properties),
"Retrieve and execute predefined queries" (a saved query on any collection of its type).
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import Right
from local.dataverse import errors, keys, options, other_queries, reading, urls
from local.dataverse.answers import json_answer, text_answer
from local.dataverse.applying import aggregate
from local.dataverse.keys import ById

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import CollectionNav, Entity, ManyNav
    from local.dataverse.references import Below
    from local.dataverse.resources import WebApi
    from local.http import Response

MAX_REFERENCES = 5000


def read(api: WebApi, context: Context, below: Below, nav: CollectionNav | ManyNav) -> Response:
    """The answer of a GET. Errors: 404 for a row that is not there; those of queries."""
    parent = keys.required(api.storage, below.entity, below.which)
    context.access.check(below.entity, parent, Right.READ)
    parent_id = str(parent[below.entity.primary_id])
    child = api.storage.catalog[nav.child]
    within = reading.Restriction(nav, parent_id)
    if below.rest[0].key is not None:
        return _one(api, context, below, within, child)
    path = f"{below.entity.set_name}({parent_id})/{nav.name}"
    if not below.tail and not urls.OTHER_QUERIES.isdisjoint(below.address.plain):
        return json_answer(context, other_queries.answer(api.storage, context, child, below.address, path, within))
    wanted = options.read(below.address.options, below.address.aliases)
    if wanted.deltatoken is not None:
        raise errors.bad("The query option '$deltatoken' cannot be applied to the rows below another.")
    if below.tail == "$count":
        return text_answer(str(reading.count_segment(api.storage, context, child, wanted, within)))
    if below.tail == "$ref":
        below.plainly()
        return _references(api, context, child, within)
    if below.tail:
        raise errors.no_segment(below.tail)
    if wanted.apply is not None:
        text = aggregate(api.storage, context, child, wanted, below.address.aliases, within)
    else:
        text = reading.collection(api.storage, context, child, wanted, below.address, path, within)
    return json_answer(context, text)


def _one(api: WebApi, context: Context, below: Below, within: reading.Restriction, child: Entity) -> Response:
    """One of the rows, or what is below it. Errors: 404 for a row that is not among them."""
    row_id = str(keys.required(api.storage, child, keys.parse(child, below.rest[0].key or ""))[child.primary_id])
    found = f'SELECT 1 FROM {child.sql} AS t0 WHERE {within.condition(child)} AND t0."{child.primary_id}" = ?'
    if not api.storage.rows(found, (within.value, row_id)):
        raise errors.not_found(child.name, row_id)
    if len(below.rest) > 1:
        return api.below_row(context, "GET", child, ById(row_id), below.rest[1:], below.address, b"")
    wanted = options.read(below.address.options, below.address.aliases)
    return json_answer(context, reading.single(api.storage, context, child, wanted, row_id))


def _references(api: WebApi, context: Context, child: Entity, within: reading.Restriction) -> Response:
    source = f"{context.access.source(child)} AS t0 WHERE {within.condition(child)}"
    rows = api.storage.rows(f'SELECT "{child.primary_id}" FROM {source} ORDER BY 1 LIMIT ?', (within.value, MAX_REFERENCES))
    ids = ",".join(f'{{"@odata.id":"{context.root}{child.set_name}({row[0]})"}}' for row in rows)
    return json_answer(context, f'{{"@odata.context":"{context.root}$metadata#Collection($ref)","value":[{ids}]}}')
