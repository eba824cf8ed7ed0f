"""Navigation from one row: related rows, their references, associating and disassociating.

Source: Microsoft Learn, "Associate and disassociate table rows", "Retrieve a table row" (navigation properties).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.security.model import Right
from local.dataverse import associations, bodies, errors, keys, options, reading, related
from local.dataverse.answers import empty, json_answer
from local.dataverse.entities import CollectionNav, Entity, Nav, is_polymorphic
from local.dataverse.keys import ById

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.keys import Which
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row
    from local.dataverse.urls import Address, Segment
    from local.http import Response


@dataclass(frozen=True, slots=True)
class Below:
    """A request for something below one row: `rest` are the segments after the row's own, the navigation property first."""

    method: str
    entity: Entity
    which: Which
    rest: tuple[Segment, ...]
    address: Address
    body: bytes

    @property
    def tail(self) -> str:
        """What follows the navigation property. Errors: 404 when more than one segment does."""
        if len(self.rest) > 2:
            raise errors.no_segment(self.rest[-1].name)
        return self.rest[1].name if len(self.rest) == 2 else ""

    def plainly(self) -> None:
        """Errors: 400 when query options stand beside `$ref`."""
        for name in self.address.options:
            raise errors.bad(f"The query option '{name}' cannot be applied to $ref.")

    def only(self, *methods: str) -> None:
        """Errors: 405 unless this is a reference (`$ref`) under one of these methods."""
        if self.tail != "$ref" or self.method not in methods:
            text = f"The requested resource does not support http method '{self.method}'."
            raise errors.DataverseError(405, "0x80060888", text)


def answer(api: WebApi, context: Context, below: Below) -> Response:
    """Do what a request below `set(key)/nav` asks."""
    name = below.rest[0].name
    if name in below.entity.manys:
        target = below.address.plain.get("$id")
        if below.method == "POST":
            target = _reference(below.body, below.entity)
        return associations.answer(api, context, below, below.entity.manys[name], target)
    if name in below.entity.singles:
        return _single(api, context, below, below.entity.singles[name])
    return _collection(api, context, below, below.entity.collections[name])


def _single(api: WebApi, context: Context, below: Below, nav: Nav) -> Response:
    if below.rest[0].key is not None:
        raise errors.no_segment(below.rest[0].name)
    if below.method == "GET":
        with api.storage.lock:
            row = keys.required(api.storage, below.entity, below.which)
            context.access.check(below.entity, row, Right.READ)
            return _read_single(api, context, row, nav, below)
    below.only("PUT", "DELETE")
    with api.storage.transaction():
        row = keys.required(api.storage, below.entity, below.which)
        target = _reference(below.body, below.entity) if below.method == "PUT" else None
        api.writer(context).update(below.entity, row, {f"{nav.name}@odata.bind": target})
    return empty()


def _read_single(api: WebApi, context: Context, row: Row, nav: Nav, below: Below) -> Response:
    related = row[nav.column.name]
    name = str(row[f"{nav.column.name}~type"]) if is_polymorphic(nav.column) else nav.targets[0]
    if related is None or name not in nav.targets:
        return empty()
    target = api.storage.catalog.by_name.get(name)
    if target is None:
        raise errors.unsupported(f"the table '{name}'")
    if len(below.rest) > 1 and below.rest[1].name != "$ref":
        return api.below_row(context, "GET", target, ById(str(related)), below.rest[1:], below.address, b"")
    if below.tail == "$ref":
        below.plainly()
        place = f'"@odata.context":"{context.root}$metadata#$ref"'
        return json_answer(context, f'{{{place},"@odata.id":"{context.root}{target.set_name}({related})"}}')
    wanted = options.read(below.address.options, below.address.aliases)
    return json_answer(context, reading.single(api.storage, context, target, wanted, str(related)))


def _collection(api: WebApi, context: Context, below: Below, nav: CollectionNav) -> Response:
    if below.method == "GET":
        with api.storage.lock:
            return related.read(api, context, below, nav)
    if below.method == "POST" and below.rest[0].key is None and not below.tail:
        with api.storage.transaction():
            return _create_member(api, context, below, nav)
    below.only("POST", "DELETE")
    with api.storage.transaction():
        parent = keys.required(api.storage, below.entity, below.which)
        child = api.storage.catalog[nav.child]
        row = keys.required(api.storage, child, ById(_child_id(api, context, child, below)))
        if below.method == "POST":
            _associate(api, context, below.entity, parent, child, row, nav)
        elif row[nav.column.name] == parent[below.entity.primary_id]:
            api.writer(context).write(child, row, {nav.column.name: None})
        else:
            raise errors.not_found(child.name, str(row[child.primary_id]))
    return empty()


def _create_member(api: WebApi, context: Context, below: Below, nav: CollectionNav) -> Response:
    """A new row in the collection: its lookup points to the row of the address."""
    parent = keys.required(api.storage, below.entity, below.which)
    child = api.storage.catalog[nav.child]
    given = bodies.as_object(bodies.decode(below.body), child.set_name)
    row_id = api.writer(context).create(child, {**given, **_pointing(below.entity, parent, child, nav)})
    return api.created(context, child, row_id, below.address)


def _pointing(entity: Entity, parent: Row, child: Entity, nav: CollectionNav) -> dict[str, str]:
    """What binds a row of the collection to the row of the address."""
    singles = [single for single in child.singles.values() if single.column is nav.column and entity.name in single.targets]
    return {f"{singles[0].name}@odata.bind": f"{entity.set_name}({parent[entity.primary_id]})"}


def _associate(api: WebApi, context: Context, entity: Entity, parent: Row, child: Entity, row: Row, nav: CollectionNav) -> None:
    api.writer(context).update(child, row, _pointing(entity, parent, child, nav))


def _child_id(api: WebApi, context: Context, child: Entity, below: Below) -> str:
    key = below.rest[0].key
    if below.method == "DELETE" and key:
        return str(keys.required(api.storage, child, keys.parse(child, key))[child.primary_id])
    text = below.address.plain.get("$id") if below.method == "DELETE" else _reference(below.body, child)
    found, row_id = keys.reference(api.storage, context, text)
    if found.name != child.name:
        raise errors.bad(f"'{text}' is a row of '{found.name}', not of '{child.name}'.", "0x80048d19")
    return row_id


def _reference(body: bytes, entity: Entity) -> str:
    given = bodies.as_object(bodies.decode(body), entity.set_name)
    target = given.get("@odata.id")
    if not isinstance(target, str):
        raise errors.payload(entity.set_name, "The body of a reference must have the member '@odata.id'.")
    return target
