"""Notes of tables that have them: what they are about is a lookup of `annotation`, which every such table widens.

Source: Microsoft Learn, "Annotation (note) table": `objectid` has a navigation property for each table, `objectid_account`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from local.dataverse import evolving
from local.dataverse.entities import ABOUT

if TYPE_CHECKING:
    from dataverse.schema.model import Column
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Storage


def _found(storage: Storage) -> tuple[Entity, Column]:
    entity = storage.catalog["annotation"]
    return entity, entity.columns[ABOUT]


def allow(storage: Storage, table: str) -> None:
    """Let rows of a table have notes."""
    entity, about = _found(storage)
    if table not in about.targets:
        _point(storage, entity, replace(about, targets=(*about.targets, table)))


def forget(storage: Storage, table: str) -> None:
    """Remove the notes of a table that goes; those of others stay."""
    entity, about = _found(storage)
    if table in about.targets:
        storage.db.execute('DELETE FROM annotation WHERE "objectid~type" = ?', (table,))
        _point(storage, entity, replace(about, targets=tuple(one for one in about.targets if one != table)))


def _point(storage: Storage, entity: Entity, about: Column) -> None:
    columns = tuple(about if column.name == ABOUT else column for column in entity.table.columns)
    evolving.define(storage, replace(entity.table, columns=columns))
