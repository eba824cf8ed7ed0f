"""Opening a database: a file is created and seeded as needed; in memory, a copy of one that was made before is quicker.

Tests and crash suites open hundreds of tenants; a copy takes a tenth of the time.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

import threading
from dataclasses import dataclass
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
_made: dict[tuple[int, ...], _Origin] = {}
"""By the identity of the tables: what to copy."""


@dataclass(slots=True)
class _Origin:
    """A seeded database, and when its rows were made. The tables are kept so that no other object takes their identity."""

    tables: tuple[Table, ...]
    storage: Storage
    moment: str

    def date(self, moment: str) -> None:
        """Seeded rows were made when the database was; tenants that are opened one after the other mostly have one clock."""
        if moment == self.moment:
            return
        with self.storage.transaction():
            for table in seed.TABLES:
                self.storage.db.execute(f'UPDATE "{table}" SET createdon = ?, modifiedon = ?', (moment, moment))
        self.moment = moment


def opened(path: str | Path, tables: tuple[Table, ...], now: datetime) -> Storage:
    """A seeded database."""
    if str(path) != MEMORY:
        storage = Storage(path, Catalog(tables))
        seed.fill(storage, now)
        return storage
    key = tuple(id(table) for table in tables)
    moment = codec.moment_sql(now)
    with _lock:
        if key not in _made:
            first = Storage(MEMORY, Catalog(tables))
            seed.fill(first, now)
            _made[key] = _Origin(tables, first, moment)
        origin = _made[key]
        origin.date(moment)
        return Storage(MEMORY, origin.storage.catalog, origin.storage.db)
