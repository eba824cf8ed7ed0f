"""Notes of a table that has them: what they are about is a lookup of `annotation`, which every such table widens.

This server keeps notes of one table, as the model has them. Source: Microsoft Learn, "Annotation (note) table".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from local.dataverse import evolving
from local.dataverse.solutions import faults

if TYPE_CHECKING:
    from dataverse.schema.model import Column
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Storage

ABOUT = "objectid"


def _found(storage: Storage) -> tuple[Entity, Column]:
    entity = storage.catalog["annotation"]
    return entity, entity.columns[ABOUT]


def allow(storage: Storage, table: str) -> None:
    """Let rows of a table have notes. Errors: ImportFault when those of another have them."""
    entity, about = _found(storage)
    if table in about.targets:
        return
    if about.targets:
        raise faults.unsupported(f"notes for a second table ('{table}'; '{about.targets[0]}' has them already)")
    _point(storage, entity, replace(about, targets=(table,)))


def forget(storage: Storage, table: str) -> None:
    """Remove the notes of a table that goes."""
    entity, about = _found(storage)
    if table in about.targets:
        storage.db.execute("DELETE FROM annotation WHERE objectid IS NOT NULL")
        _point(storage, entity, replace(about, targets=()))


def _point(storage: Storage, entity: Entity, about: Column) -> None:
    columns = tuple(about if column.name == ABOUT else column for column in entity.table.columns)
    evolving.define(storage, replace(entity.table, columns=columns))
