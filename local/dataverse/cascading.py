"""What an event of one row does to the rows that point to it: the cascade configuration of relationships.

| event | NoCascade | Cascade | Active | UserOwned | RemoveLink | Restrict |
|---|---|---|---|---|---|---|
| Delete | left as it is | deleted too | | | the lookup is cleared | refused |
| Assign, Share, Unshare | nothing | all | active ones | those of the row's owner | | |
| Reparent | nothing | the parent's owner, and who it is shared with, see the new child too (all three) | | | | |

Source: Microsoft Learn, "Table relationship behavior" (cascading), "Configure table relationship cascading behavior",
"CascadeConfiguration complex type".
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from local.dataverse import shares
from local.dataverse.access import MASKS
from local.dataverse.entities import is_polymorphic
from local.dataverse.made import MadeColumn, cascade_on_delete

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dataverse.schema.model import Column
    from local.dataverse.codec import Sql
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Row, Storage

DELETE, ASSIGN, SHARE, UNSHARE, REPARENT = "Delete", "Assign", "Share", "Unshare", "Reparent"
NONE, ALL, ACTIVE, OWNED, CLEAR, RESTRICT = "NoCascade", "Cascade", "Active", "UserOwned", "RemoveLink", "Restrict"
BELONGING = frozenset({"regardingobjectid", "objectid"})
"""Lookups of notes and activities, which go with what they are about."""


def rule(column: Column, event: str) -> str:
    """What an event does to the rows that point through this lookup."""
    if event == DELETE:
        return ALL if column.name in BELONGING else cascade_on_delete(column)
    return dict(column.cascade).get(event, NONE) if isinstance(column, MadeColumn) else NONE


def followers(storage: Storage, entity: Entity, row: Mapping[str, Sql], event: str) -> Iterator[tuple[Entity, Column, Row]]:
    """The rows that an event of this row reaches, with the lookup through which they point to it."""
    for link in entity.collections.values():
        if not storage.is_indexed(link.column) or rule(link.column, event) == NONE:
            continue
        child = storage.catalog[link.child]
        sql = f'SELECT "{child.primary_id}" FROM {child.sql} WHERE "{link.column.name}" = ?'
        for (child_id,) in storage.rows(sql, (row[entity.primary_id],)):
            found = storage.find(child, str(child_id))
            if found is not None and _reached(found, row, rule(link.column, event)):
                yield child, link.column, found


def _reached(child: Row, parent: Mapping[str, Sql], how: str) -> bool:
    if how == ACTIVE:
        return child.get("statecode") == 0
    return how != OWNED or child.get("ownerid") == parent.get("ownerid")


def share(storage: Storage, entity: Entity, row: Row, principal: tuple[str, str], mask: int, event: str) -> None:
    """Share a row, or (mask 0) end that, and with it what its relationships take along."""
    waiting, seen = [(entity, row)], {str(row[entity.primary_id])}
    while waiting:
        table, one = waiting.pop()
        shares.put(storage, (table.name, str(one[table.primary_id])), principal, mask, add=event == SHARE)
        for child, _, found in followers(storage, table, one, event):
            if "ownerid" in child.columns and str(found[child.primary_id]) not in seen:
                seen.add(str(found[child.primary_id]))
                waiting.append((child, found))


def reparent(storage: Storage, child: Entity, row: Mapping[str, Sql], changes: Mapping[str, Sql]) -> None:
    """A row that points to a new parent through a lookup that inherits: who may see the parent may see the row."""
    for name, value in changes.items():
        column = child.columns.get(name)
        if column is None or column.kind is not Kind.LOOKUP or value is None or rule(column, REPARENT) == NONE:
            continue
        table = str(row.get(f"{name}~type")) if is_polymorphic(column) else column.targets[0]
        parent = storage.catalog.by_name.get(table)
        found = storage.find(parent, str(value)) if parent is not None else None
        if found is None or "ownerid" not in child.columns:
            continue
        heirs = shares.of(storage, str(value))
        if found.get("ownerid") not in {None, row.get("ownerid")}:
            heirs[str(found["ownerid~type"] or "systemuser"), str(found["ownerid"])] = sum(MASKS.values())
        for principal, mask in heirs.items():
            shares.put(storage, (child.name, str(row[child.primary_id])), principal, mask, add=True)
