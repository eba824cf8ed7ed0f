"""What a written row brings with it in other places: default teams, messages of custom APIs, shares, contents of files.

Each kind of row has its own module; this one says in which order they hear of a write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import cascading, codec, contents, custom_api_tables, duplicates, principals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Row, Storage


def created(storage: Storage, context: Context, entity: Entity, row: Row) -> None:
    """After a row was added. Errors: 400 for rows that define what makes no sense."""
    principals.created(storage, entity.name, row)
    custom_api_tables.created(storage, entity, row, codec.moment_sql(context.now))
    duplicates.written(storage, entity, row)
    cascading.reparent(storage, entity, row, row)


def updated(storage: Storage, entity: Entity, old: Row, changes: Mapping[str, Sql]) -> None:
    """After a row was changed. Errors: as `created`."""
    after = {**old, **changes}
    principals.updated(storage, entity.name, old, after)
    custom_api_tables.updated(entity, old, changes)
    duplicates.written(storage, entity, after)
    cascading.reparent(storage, entity, after, changes)


def deleted(storage: Storage, entity: Entity, old: Row) -> None:
    """After a row was removed."""
    row_id = str(old[entity.primary_id])
    contents.forget(storage.db, row_id)
    principals.deleted(storage, entity.name, row_id)
    custom_api_tables.deleted(storage, entity, old)
