"""Merge: one account, contact or lead takes the place of another.

The rows that point to the subordinate point to the target afterwards, the target gets the values of `UpdateContent`, and the
subordinate is deactivated, remembers its master and cannot be merged again.

Source: Microsoft Learn, "Merge action", "Merge rows" (the subordinate is deactivated; its child rows move).
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.dataverse import errors

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.operation_values import Reference
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row

MERGED = frozenset({"account", "contact", "lead"})


def merge(api: WebApi, context: Context, given: dict[str, Any]) -> None:
    """Merge two rows. Errors: 400 for tables that do not merge, one row, or a subordinate merged already; 501 for checks."""
    target: Reference = given["Target"]
    subordinate: Reference = given["Subordinate"]
    if target.table != subordinate.table or target.table not in MERGED:
        raise errors.bad(
            f"Rows of '{target.table}' and '{subordinate.table}' cannot be merged; both must be accounts, contacts or leads.",
            "0x80040203",
        )
    if target.id == subordinate.id:
        raise errors.bad("A row cannot be merged with itself.", "0x80040203")
    if given["PerformParentingChecks"]:
        raise errors.unsupported("Merge with PerformParentingChecks: true")
    entity = api.storage.catalog[target.table]
    old = api.storage.find(entity, subordinate.id) or {}
    if old.get("merged"):
        raise errors.bad(f"The {entity.name} {subordinate.id} was merged already.", "0x80040203")
    _move(api, context, entity, subordinate.id, target.id)
    content = {name: value for name, value in (given.get("UpdateContent") or {}).items() if not name.startswith("@")}
    content.pop(entity.primary_id, None)
    if content:
        api.writer(context).update(entity, api.storage.find(entity, target.id) or {}, content)
    current = api.storage.find(entity, subordinate.id) or {}
    inactive = next(option.value for option in reversed(entity.table.choice("statecode").options))
    api.writer(context).write(entity, current, {"statecode": inactive, "merged": 1, "masterid": target.id})


def _move(api: WebApi, context: Context, entity: Entity, old: str, new: str) -> None:
    """Point to the target whatever pointed to the subordinate."""
    for link in entity.collections.values():
        if not api.storage.is_indexed(link.column) or link.column.read_only or link.column.name == "masterid":
            continue
        child = api.storage.catalog[link.child]
        found = api.storage.rows(f'SELECT "{child.primary_id}" FROM {child.sql} WHERE "{link.column.name}" = ?', (old,))
        for (child_id,) in found:
            row: Row = api.storage.find(child, str(child_id)) or {}
            if child_id != new:
                api.writer(context).write(child, row, {link.column.name: new}, follows=True)
