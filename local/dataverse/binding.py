"""Which row a new row is, and which rows it points to: ids, key columns of the address, bound lookups.

Source: Microsoft Learn, "Create a table row using the Web API", "Use an alternate key to reference a record" (key columns of the
address are copied where the body has none), "Associate table rows on create".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Kind
from local.dataverse import errors, keys
from local.dataverse.access import NOBODY
from local.dataverse.entities import is_polymorphic
from local.dataverse.fixed import fresh_id
from local.dataverse.keys import ById, ByKey

if TYPE_CHECKING:
    from dataverse.schema.model import Column
    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity, Nav
    from local.dataverse.keys import Which
    from local.dataverse.storage import Row, Storage


def identify(storage: Storage, entity: Entity, row: Row, which: Which | None) -> None:
    """Give a new row its id: that of the address, that of the body, or a fresh one. Errors: 400 when they differ; 404."""
    given = row.get(entity.primary_id)
    if isinstance(which, ById):
        if given not in {None, which.id}:
            raise errors.bad(f"The id in the body does not match the id in the address, {which.id}.", "0x80060888")
        given = which.id
    elif isinstance(which, ByKey):
        for name, value in which.values.items():
            _exists(storage, entity.columns[name], value)
            row.setdefault(name, value)
    row[entity.primary_id] = fresh_id() if given in {None, NOBODY} else given


def _exists(storage: Storage, column: Column, value: Sql) -> None:
    """Errors: 404 for a lookup in an address that leads to no row."""
    if column.kind is Kind.LOOKUP and len(column.targets) == 1:
        target = storage.catalog[column.targets[0]]
        if storage.find(target, str(value)) is None:
            raise errors.not_found(target.name, str(value))


def bind(storage: Storage, context: Context, row: Row, binds: list[tuple[Nav, Any]]) -> None:
    """Let lookups point to what a body names; None points nowhere. Errors: 400 for a row of another table; 404."""
    for nav, text in binds:
        if text is None:
            row.update(nowhere(nav.column))
            continue
        target, row_id = keys.reference(storage, context, text)
        if target.name not in nav.targets:
            raise errors.payload(
                target.set_name,
                f"The navigation property '{nav.name}' leads to {', '.join(nav.targets)}, not to '{target.name}'.",
            )
        point(row, nav, target.name, row_id)


def point(row: Row, nav: Nav, table: str, row_id: str) -> None:
    """Let a lookup point to a row."""
    row[nav.column.name] = row_id
    if is_polymorphic(nav.column):
        row[f"{nav.column.name}~type"] = table


def nowhere(lookup: Column) -> dict[str, Sql]:
    """What a lookup holds that points to no row."""
    return {lookup.name: None, **({f"{lookup.name}~type": None} if is_polymorphic(lookup) else {})}
