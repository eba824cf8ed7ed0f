"""Opening a database: a file is created and seeded as needed; in memory, a copy of one that was made before is quicker.

Tests and crash suites open hundreds of tenants; a copy takes a tenth of the time.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from local.dataverse import codec, seed
from local.dataverse.entities import Catalog
from local.dataverse.storage import Storage

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from dataverse.schema.model import Table

MEMORY = ":memory:"
_lock = threading.Lock()
_made: dict[tuple[int, ...], tuple[tuple[Table, ...], Storage]] = {}
"""By the identity of the tables, which are kept here so that no other object takes it: a seeded database."""


def opened(path: str | Path, tables: tuple[Table, ...], now: datetime) -> Storage:
    """A seeded database."""
    if str(path) != MEMORY:
        storage = Storage(path, Catalog(tables))
        seed.fill(storage, now)
        return storage
    key = tuple(id(table) for table in tables)
    with _lock:
        if key not in _made:
            first = Storage(MEMORY, Catalog(tables))
            seed.fill(first, now)
            _made[key] = (tables, first)
        origin = _made[key][1]
        storage = Storage(MEMORY, origin.catalog, origin.db)
    _date(storage, codec.moment_sql(now))
    return storage


def _date(storage: Storage, now: str) -> None:
    """Seeded rows were made when this database was."""
    with storage.transaction():
        for table in seed.TABLES:
            storage.db.execute(f'UPDATE "{table}" SET createdon = ?, modifiedon = ?', (now, now))
