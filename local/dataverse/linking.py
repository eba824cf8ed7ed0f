"""Putting a row together with a row of one of its collections, and taking them apart.

A one-to-many collection is the lookup of the other row; a many-to-many one is a row of the table between.

Source: Microsoft Learn, "Associate and disassociate table rows", "Create a table row" (associate on create).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import Right
from local.dataverse import errors, keys, principals
from local.dataverse.entities import CollectionNav, Entity, ManyNav, is_polymorphic

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.storage import Row, Storage


def member(storage: Storage, context: Context, nav: CollectionNav | ManyNav, reference: str | None) -> Row:
    """The row that a reference to a member of a collection means. Errors: 400 for a row of another table; 404."""
    found, row_id = keys.reference(storage, context, reference)
    if found.name != nav.child:
        raise errors.bad(f"'{reference}' is a row of '{found.name}', not of '{nav.child}'.", "0x80048d19")
    return storage.find(found, row_id) or {}


def pointing(entity: Entity, row_id: str, nav: CollectionNav) -> dict[str, Sql]:
    """What a member's lookup holds when it points to a row."""
    made: dict[str, Sql] = {nav.column.name: row_id}
    if is_polymorphic(nav.column):
        made[f"{nav.column.name}~type"] = entity.name
    return made


def join(storage: Storage, context: Context, entity: Entity, row: Row, nav: ManyNav, other: Row) -> None:
    """Put two rows together through the table between; once is enough. Errors: 403."""
    _may(storage, context, entity, row, nav, other)
    principals.associate(storage, nav.between, _pair(storage, entity, row, nav, other))


def part(storage: Storage, context: Context, entity: Entity, row: Row, nav: ManyNav, other: Row) -> None:
    """Take two rows apart. Errors: 403; 404 when they are not together."""
    _may(storage, context, entity, row, nav, other)
    pair = _pair(storage, entity, row, nav, other)
    if not principals.dissociate(storage, nav.between, pair):
        raise errors.not_found(nav.child, pair[nav.other])


def _pair(storage: Storage, entity: Entity, row: Row, nav: ManyNav, other: Row) -> dict[str, str]:
    return {nav.own: str(row[entity.primary_id]), nav.other: str(other[storage.catalog[nav.child].primary_id])}


def _may(storage: Storage, context: Context, entity: Entity, row: Row, nav: ManyNav, other: Row) -> None:
    if nav.between in principals.RIGHTS:
        principals.may_associate(storage, context, nav.between)
    else:
        context.access.check(entity, row, Right.APPEND)
        context.access.check(storage.catalog[nav.child], other, Right.APPEND_TO)
