"""Navigation from one row: related rows, their references, associating and disassociating.

Source: Microsoft Learn, "Associate and disassociate table rows", "Retrieve a table row" (navigation properties).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import bodies, errors, keys, options, reading
from local.dataverse.answers import empty, json_answer, text_answer
from local.dataverse.entities import CollectionNav, Entity, Nav, is_polymorphic
from local.dataverse.keys import ById
from local.http import Response

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.keys import Which
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row
    from local.dataverse.urls import Address, Segment


def answer(
    api: WebApi,
    context: Context,
    method: str,
    entity: Entity,
    which: Which,
    rest: tuple[Segment, ...],
    address: Address,
    body: bytes,
) -> Response:
    """Do what a request below `set(key)/nav` asks."""
    name = rest[0].name
    if name in entity.singles:
        return _single(api, context, method, entity, which, entity.singles[name], rest, address, body)
    return _collection(api, context, method, entity, which, entity.collections[name], rest, address, body)


def _single(
    api: WebApi,
    context: Context,
    method: str,
    entity: Entity,
    which: Which,
    nav: Nav,
    rest: tuple[Segment, ...],
    address: Address,
    body: bytes,
) -> Response:
    tail = rest[1].name if len(rest) == 2 else ""
    if rest[0].key is not None or len(rest) > 2:
        raise errors.no_segment(rest[-1].name)
    if method == "GET":
        with api.storage.lock:
            row = keys.required(api.storage, entity, which)
            return _read_single(api, context, row, nav, tail, address)
    if tail != "$ref" or method not in {"PUT", "DELETE"}:
        raise errors.DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")
    with api.storage.transaction():
        row = keys.required(api.storage, entity, which)
        target = _reference(body, entity) if method == "PUT" else None
        api.writer(context).update(entity, row, {f"{nav.name}@odata.bind": target})
    return empty()


def _read_single(api: WebApi, context: Context, row: Row, nav: Nav, tail: str, address: Address) -> Response:
    related = row[nav.column.name]
    if related is None:
        return Response(204, (("OData-Version", "4.0"),))
    name = str(row[f"{nav.column.name}~type"]) if is_polymorphic(nav.column) else nav.targets[0]
    target = api.storage.catalog.by_name.get(name)
    if target is None:
        raise errors.unsupported(f"the table '{name}'")
    if name not in nav.targets:
        return Response(204, (("OData-Version", "4.0"),))
    if tail == "$ref":
        return json_answer(
            context,
            f'{{"@odata.context":"{context.root}$metadata#$ref","@odata.id":"{context.root}{target.set_name}({related})"}}',
        )
    if tail:
        raise errors.no_segment(tail)
    wanted = options.read(address.options, address.aliases)
    return json_answer(context, reading.single(api.storage, context, target, wanted, str(related)))


def _collection(
    api: WebApi,
    context: Context,
    method: str,
    entity: Entity,
    which: Which,
    nav: CollectionNav,
    rest: tuple[Segment, ...],
    address: Address,
    body: bytes,
) -> Response:
    tail = rest[1].name if len(rest) == 2 else ""
    if len(rest) > 2:
        raise errors.no_segment(rest[-1].name)
    if method == "GET" and rest[0].key is None:
        with api.storage.lock:
            return _read_collection(api, context, entity, which, nav, tail, address)
    if tail != "$ref" or method not in {"POST", "DELETE"}:
        raise errors.DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")
    with api.storage.transaction():
        parent = keys.required(api.storage, entity, which)
        child = api.storage.catalog[nav.child]
        child_id = _child_id(api, context, child, method, rest[0], address, body)
        row = keys.required(api.storage, child, ById(child_id))
        if method == "POST":
            back = next(
                single for single in child.singles.values() if single.column is nav.column and entity.name in single.targets
            )
            api.writer(context).update(child, row, {f"{back.name}@odata.bind": f"{entity.set_name}({parent[entity.primary_id]})"})
        elif row[nav.column.name] == parent[entity.primary_id]:
            api.writer(context).write(child, row, {nav.column.name: None})
        else:
            raise errors.not_found(child.name, child_id)
    return empty()


def _child_id(api: WebApi, context: Context, child: Entity, method: str, segment: Segment, address: Address, body: bytes) -> str:
    if method == "DELETE" and segment.key:
        which = keys.parse(child, segment.key)
        return str(keys.required(api.storage, child, which)[child.primary_id])
    text = address.plain.get("$id") if method == "DELETE" else _reference(body, child)
    found, row_id = keys.reference(api.storage, context, text)
    if found.name != child.name:
        raise errors.bad(f"'{text}' is a row of '{found.name}', not of '{child.name}'.", "0x80048d19")
    return row_id


def _read_collection(
    api: WebApi, context: Context, entity: Entity, which: Which, nav: CollectionNav, tail: str, address: Address
) -> Response:
    parent = keys.required(api.storage, entity, which)
    parent_id = str(parent[entity.primary_id])
    child = api.storage.catalog[nav.child]
    wanted = options.read(address.options, address.aliases)
    within = reading.Restriction(nav.column.name, parent_id)
    if tail == "$count":
        return text_answer(str(reading.count_segment(api.storage, context, child, wanted, within)))
    if tail == "$ref":
        rows = api.storage.rows(
            f'SELECT "{child.primary_id}" FROM {child.sql} WHERE "{nav.column.name}" = ? ORDER BY 1 LIMIT 5000', (parent_id,)
        )
        ids = ",".join(f'{{"@odata.id":"{context.root}{child.set_name}({row[0]})"}}' for row in rows)
        return json_answer(context, f'{{"@odata.context":"{context.root}$metadata#Collection($ref)","value":[{ids}]}}')
    if tail:
        raise errors.no_segment(tail)
    path = f"{entity.set_name}({parent_id})/{nav.name}"
    return json_answer(context, reading.collection(api.storage, context, child, wanted, address, path, within))


def _reference(body: bytes, entity: Entity) -> str:
    given = bodies.as_object(bodies.decode(body), entity.set_name)
    target = given.get("@odata.id")
    if not isinstance(target, str):
        raise errors.payload(entity.set_name, "The body of a reference must have the member '@odata.id'.")
    return target
