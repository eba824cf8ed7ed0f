"""Create, update and delete, with everything that Dataverse adds to a row.

Source: Microsoft Learn, "Create / Update and delete table rows using the Web API", "Impersonate another user" (createdby is the
impersonated user, createdonbehalfby the caller), "Table relationship behavior" (deleting clears lookups; notes and tasks go
along).
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from local.dataverse import (
    auditing,
    binding,
    bodies,
    cascading,
    codec,
    derived,
    duplicates,
    errors,
    following,
    linking,
    numbering,
    principals,
)
from local.dataverse.entities import ManyNav
from local.dataverse.keys import ByKey
from local.dataverse.permitting import Permits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.schema.model import Column
    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import CollectionNav, Entity
    from local.dataverse.keys import Which
    from local.dataverse.pipeline import Event
    from local.dataverse.storage import Row, Storage

MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Change:
    """One write, as events see it: the message, the columns that the caller gave, and those that Dataverse added.

    A message of many rows has no row of its own; its writes are its `items`.
    """

    message: str
    entity: Entity
    id: str
    given: Mapping[str, Sql]
    after: Mapping[str, Sql]
    added: Mapping[str, Sql] = field(default_factory=dict)
    before: Mapping[str, Sql] = field(default_factory=dict)
    items: tuple[Change, ...] = ()


class Listener(Protocol):
    """Who hears of writes, inside their transaction."""

    def before(self, context: Context, change: Change) -> None:
        """A write is about to happen; an error prevents it."""

    def __call__(self, context: Context, change: Change) -> None:
        """Take note of one write."""

    def raise_message(self, context: Context, event: Event) -> None:
        """Take note of a message that is no write of a row (events.message makes one)."""


class Writer:
    """Writes rows for one request. Must be used inside a transaction."""

    def __init__(self, storage: Storage, context: Context, listener: Listener) -> None:
        self._storage = storage
        self._context = context
        self._listener = listener
        self._permits = Permits(storage, context)
        self._deleting: set[str] = set()
        self.changes: list[Change] = []

    def create(
        self,
        entity: Entity,
        body: dict[str, Any],
        *,
        which: Which | None = None,
        depth: int = 0,
        preset: Mapping[str, Sql] | None = None,
    ) -> str:
        """Add a row and what is nested in it; returns its id. Errors: 400 and 412 as documented."""
        if depth > MAX_DEPTH:
            raise errors.bad("The rows to create are nested too deeply.")
        self._permits.begin(entity, "Create")
        parsed = bodies.read(entity, body)
        row: Row = dict(parsed.values)
        binding.identify(self._storage, entity, row, which)
        for nav, nested in parsed.singles:
            target = self._storage.catalog[nav.targets[0]]
            binding.point(row, nav, target.name, self.create(target, nested, depth=depth + 1))
        binding.bind(self._storage, self._context, row, parsed.binds)
        row.update(preset or {})
        row_id = str(row[entity.primary_id])
        target_values = dict(row)
        self._complete_new(entity, row, row_id)
        self._permits.create(entity, row, target_values)
        self._check_duplicates(entity, row)
        change = Change("Create", entity, row_id, target_values, row, _system(row))
        self._listener.before(self._context, change)
        self._storage.insert(entity, row)
        following.created(self._storage, self._context, entity, row)
        self._tell(change)
        self._fill_collections(entity, row, parsed, depth)
        return row_id

    def _fill_collections(self, entity: Entity, row: Row, parsed: bodies.Body, depth: int) -> None:
        """Nested rows are created, bound ones linked."""
        row_id = str(row[entity.primary_id])
        for link, children in parsed.collections:
            preset, child = linking.pointing(entity, row_id, link), self._storage.catalog[link.child]
            for item in children:
                self.create(child, bodies.as_object(item, entity.set_name), depth=depth + 1, preset=preset)
        for many, references in parsed.links:
            for reference in references:
                self._link(entity, row, many, linking.member(self._storage, self._context, many, reference))

    def _link(self, entity: Entity, row: Row, nav: CollectionNav | ManyNav, other: Row) -> None:
        if isinstance(nav, ManyNav):
            linking.join(self._storage, self._context, entity, row, nav, other)
        else:
            self.write(self._storage.catalog[nav.child], other, linking.pointing(entity, str(row[entity.primary_id]), nav))

    def _complete_new(self, entity: Entity, row: Row, row_id: str) -> None:
        context = self._context
        now = codec.moment_sql(context.now)
        derived.defaults(entity, row)
        numbering.fill(self._storage, entity, row, context.now)
        principals.complete(self._storage, context, entity.name, row)
        given = row.get("overriddencreatedon")
        row["createdon"] = given or now
        if given is not None:
            row["overriddencreatedon"] = now
        row["createdby"] = context.user.id
        row["createdonbehalfby"] = context.actor.id if context.actor else None
        self._stamp(row, now)
        if "ownerid" in entity.columns:
            if row.get("ownerid") is None:
                row["ownerid"], row["ownerid~type"] = context.user.id, "systemuser"
            row["owningbusinessunit"] = self._unit_of(row)
        elif "organizationid" in entity.columns and entity.name != "organization":
            row["organizationid"] = self._storage.rows('SELECT organizationid FROM "organization" LIMIT 1')[0][0]
        derived.settle_status(entity, {}, row, row_id)
        derived.require(entity, row)
        derived.settle_names(entity, {}, row)
        derived.settle_money(self._storage, entity, {}, row)
        derived.settle_keys(entity, {}, row)

    def _stamp(self, row: dict[str, Sql], now: str) -> None:
        row["modifiedon"] = now
        row["modifiedby"] = self._context.user.id
        row["modifiedonbehalfby"] = self._context.actor.id if self._context.actor else None
        row["versionnumber"] = self._storage.next_version()

    def _unit_of(self, row: Mapping[str, Sql]) -> Sql:
        table = str(row.get("ownerid~type") or "systemuser")
        found = self._storage.rows(f'SELECT businessunitid FROM "{table}" WHERE "{table}id" = ?', (row["ownerid"],))
        return found[0][0] if found else None

    def update(self, entity: Entity, old: Row, body: dict[str, Any], which: Which | None = None) -> None:
        """Change a row. Key columns of the address are dropped from the body. Errors: 400 and 412 as documented."""
        parsed = bodies.read(entity, body)
        row_id = str(old[entity.primary_id])
        if parsed.singles or parsed.collections:
            raise errors.bad("A nested row cannot be written in an update; create it by itself and bind it.", "0x80048d19")
        if parsed.links:
            raise errors.unsupported("binding a collection in an update; associate by POST to its $ref")
        changes: dict[str, Sql] = dict(parsed.values)
        if changes.pop(entity.primary_id, row_id) != row_id:
            raise errors.bad(f"The id in the body does not match the id in the address, {row_id}.", "0x80060888")
        binding.bind(self._storage, self._context, changes, parsed.binds)
        if isinstance(which, ByKey):
            for name in which.values:
                changes.pop(name, None)
        self.write(entity, old, changes)

    def write(self, entity: Entity, old: Row, changes: dict[str, Sql], *, follows: bool = False) -> None:
        """Change stored values of a row, and everything that follows from them; what `follows` by a rule needs no right."""
        if not follows:
            self._permits.begin(entity, "Update")
            self._permits.update(entity, old, changes)
        row_id = str(old[entity.primary_id])
        target = {**changes, entity.primary_id: row_id}
        if "ownerid" in changes:
            if changes["ownerid"] is None:
                raise errors.bad("The owner of a row cannot be empty.", "0x80040203")
            changes["owningbusinessunit"] = self._unit_of({**old, **changes})
        if "overriddencreatedon" in changes:
            changes.pop("overriddencreatedon")
        derived.settle_status(entity, old, changes, row_id)
        derived.require(entity, changes)
        derived.settle_names(entity, old, changes)
        derived.settle_money(self._storage, entity, old, changes)
        derived.settle_keys(entity, old, changes)
        self._stamp(changes, codec.moment_sql(self._context.now))
        after = {**old, **changes}
        if not follows:
            self._check_duplicates(entity, after)
        change = Change("Update", entity, row_id, target, after, _system(changes), old)
        self._listener.before(self._context, change)
        self._storage.update(entity, row_id, changes)
        following.updated(self._storage, entity, old, changes)
        self._tell(change)
        if changes.get("ownerid") not in {None, old.get("ownerid")}:
            self._assign(entity, old, after)

    def _check_duplicates(self, entity: Entity, row: Row) -> None:
        if duplicates.wanted(self._context):
            duplicates.check(self._storage, entity, row)

    def _assign(self, entity: Entity, old: Row, new: Row) -> None:
        """A new owner takes along what the row's relationships assign with it."""
        owner = {name: new[name] for name in ("ownerid", "ownerid~type")}
        for child, _, row in cascading.followers(self._storage, entity, old, cascading.ASSIGN):
            if row.get("ownerid") not in {None, new["ownerid"]}:
                self.write(child, row, dict(owner), follows=True)

    def delete(self, entity: Entity, old: Row) -> None:
        """Remove a row, and do to those that point to it what their relationships say. Errors: 400 when one forbids it."""
        row_id = str(old[entity.primary_id])
        if row_id in self._deleting:
            return
        self._permits.begin(entity, "Delete")
        self._permits.delete(entity, old)
        change = Change("Delete", entity, row_id, {entity.primary_id: row_id}, {}, {}, old)
        self._listener.before(self._context, change)
        self._deleting.add(row_id)
        for child, lookup, row in cascading.followers(self._storage, entity, old, cascading.DELETE):
            self._unlink(child, lookup, row)
        for many in entity.manys.values():
            between = self._storage.catalog[many.between]
            self._storage.db.execute(f'DELETE FROM {between.sql} WHERE "{many.own}" = ?', (row_id,))
        self._storage.delete(entity, row_id, codec.moment_sql(self._context.now))
        following.deleted(self._storage, entity, old)
        self._tell(change)

    def _tell(self, change: Change) -> None:
        self.changes.append(change)
        auditing.record(self._storage, self._context, change)
        self._listener(self._context, change)

    def _unlink(self, child: Entity, lookup: Column, row: Row) -> None:
        rule = cascading.rule(lookup, cascading.DELETE)
        if rule == cascading.ALL:
            self.delete(child, row)
        elif str(row[child.primary_id]) in self._deleting:
            return
        elif rule == cascading.RESTRICT:
            raise errors.restricted()
        else:
            self.write(child, row, binding.nowhere(lookup), follows=True)


def _system(row: Mapping[str, Sql]) -> dict[str, Sql]:
    names = ("modifiedon", "modifiedby", "modifiedonbehalfby", "statecode", "statuscode", "exchangerate")
    return {name: row[name] for name in names if name in row}
