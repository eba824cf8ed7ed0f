"""The database: one SQLite table per Dataverse table, with the row version counter and the traces of deleted rows.

Writes run inside `transaction()`, which nests (a change set inside a batch). WAL with synchronous=NORMAL: what was answered
survives the death of the process. One connection under one lock: Dataverse's own answers to races (one writer wins, the other
sees 412) come from the order in which requests take it.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

import sqlite3
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dataverse.schema.model import PREFIX, Column, Kind
from local.dataverse import contents, errors, evolving, matching, numbering
from local.dataverse.codec import Sql
from local.dataverse.entities import key_column
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from local.dataverse.entities import Catalog, Entity

Row = dict[str, Sql]

_NUMBERS = {Kind.INTEGER, Kind.BIGINT, Kind.MONEY, Kind.BOOLEAN, Kind.CHOICE, Kind.STATE, Kind.STATUS}
FIRST_VERSION = 1_000_000


class Storage:
    """Rows by table. Every method must be called with the lock held; `transaction` takes it. `origin` is a database to copy."""

    def __init__(self, path: str | Path, catalog: Catalog, origin: sqlite3.Connection | None = None) -> None:
        self.base = catalog
        self.catalog = catalog
        self.lock = threading.RLock()
        self._depth = 0
        self.db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None, cached_statements=1024)
        weakref.finalize(self, self.db.close)  # a tenant that nobody closed is closed when nobody holds it
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute("PRAGMA cache_size=-32768")
        matching.install(self.db)
        if origin is None:
            self._lay_out()
        else:
            origin.backup(self.db)
        self._version = int(self.db.execute('SELECT version FROM "~counter"').fetchone()[0])

    def _lay_out(self) -> None:
        self.db.execute(evolving.LAYOUT)
        self.catalog = evolving.catalog(self.base, self.db)
        for entity in self.catalog:
            self.lay_out(entity)
        self.db.execute(
            'CREATE TABLE IF NOT EXISTS "~counter" (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL)'
        )
        self.db.execute('CREATE TABLE IF NOT EXISTS "~deleted" (entity TEXT, id TEXT, version INTEGER, moment TEXT)')
        self.db.execute('CREATE INDEX IF NOT EXISTS "~deleted_version" ON "~deleted" (entity, version)')
        self.db.execute('CREATE TABLE IF NOT EXISTS "~outbox" (id TEXT PRIMARY KEY, body BLOB NOT NULL, headers TEXT NOT NULL)')
        self.db.execute('CREATE TABLE IF NOT EXISTS "~package" (name TEXT PRIMARY KEY, content BLOB NOT NULL)')
        contents.lay_out(self.db)
        numbering.lay_out(self.db)
        self.db.execute('INSERT OR IGNORE INTO "~counter" VALUES (1, ?)', (FIRST_VERSION,))

    def lay_out(self, entity: Entity) -> None:
        """Make a table's columns and indexes as far as they are not there."""
        existing = {row[1] for row in self.db.execute(f"PRAGMA table_info({entity.sql})")}
        if not existing:
            columns = ", ".join(_column_sql(entity, name) for name in entity.stored)
            self.db.execute(f"CREATE TABLE {entity.sql} ({columns})")
        for name in entity.stored:
            if existing and name not in existing:
                self.db.execute(f"ALTER TABLE {entity.sql} ADD COLUMN {_column_sql(entity, name)}")
        for index in range(len(entity.table.keys)):
            key = key_column(index)
            self.db.execute(f'CREATE UNIQUE INDEX IF NOT EXISTS "{entity.name}.{key}" ON {entity.sql} ("{key}")')
        if entity.table.tracked:
            self.db.execute(f'CREATE INDEX IF NOT EXISTS "{entity.name}.~version" ON {entity.sql} (versionnumber)')
        for column in entity.table.columns:
            if _is_indexed(column):
                self.db.execute(f'CREATE INDEX IF NOT EXISTS "{entity.name}.{column.name}" ON {entity.sql} ("{column.name}")')

    def close(self) -> None:
        """Release the file."""
        with self.lock:
            self.db.close()

    def clear(self) -> None:
        """Delete every row and what was made of tables and columns; row versions go on."""
        with self.transaction():
            evolving.forget(self)
            for entity in self.catalog:
                self.db.execute(f"DELETE FROM {entity.sql}")
            self.db.execute('DELETE FROM "~deleted"')
            self.db.execute('DELETE FROM "~outbox"')
            self.db.execute('DELETE FROM "~package"')
            contents.forget(self.db)
            self.db.execute('DELETE FROM "~sequence"')

    def load(self, copy: sqlite3.Connection) -> None:
        """Replace everything by a copy that was made with SQLite's backup."""
        with self.lock:
            copy.backup(self.db)
            self.catalog = evolving.catalog(self.base, self.db)
            self._version = int(self.db.execute('SELECT version FROM "~counter"').fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nested ones are savepoints."""
        with self.lock:
            name = f"level{self._depth}"
            before, catalog = self._version, self.catalog
            self.db.execute("BEGIN IMMEDIATE" if self._depth == 0 else f"SAVEPOINT {name}")
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self.db.execute('UPDATE "~counter" SET version = ?', (self._version,))
            except BaseException:
                self._depth -= 1
                self.catalog = catalog
                self.db.execute("ROLLBACK" if self._depth == 0 else f"ROLLBACK TO {name}")
                if self._depth == 0:
                    self._version = before
                else:
                    self.db.execute(f"RELEASE {name}")
                raise
            self._depth -= 1
            self.db.execute("COMMIT" if self._depth == 0 else f"RELEASE {name}")

    @property
    def is_writing(self) -> bool:
        """Whether a transaction is open."""
        return self._depth > 0

    @property
    def version(self) -> int:
        """The newest row version."""
        return self._version

    def next_version(self) -> int:
        """A row version that no row had."""
        self._version += 1
        return self._version

    def rows(self, sql: str, parameters: Sequence[Sql] = ()) -> list[tuple[Sql, ...]]:
        """Run one query."""
        return self.db.execute(sql, parameters).fetchall()

    def find(self, entity: Entity, row_id: str) -> Row | None:
        """One row by primary key."""
        return self._one(entity, entity.primary_id, row_id)

    def holds(self, entity: Entity, row_id: str) -> bool:
        """Whether there is a row of this primary key."""
        found = self.db.execute(f'SELECT 1 FROM {entity.sql} WHERE "{entity.primary_id}" = ?', (row_id,)).fetchone()
        return found is not None

    def find_key(self, entity: Entity, index: int, value: str) -> Row | None:
        """One row by the folded value of an alternate key."""
        return self._one(entity, key_column(index), value)

    def _one(self, entity: Entity, column: str, value: str) -> Row | None:
        row = self.db.execute(f'{entity.select_sql} WHERE "{column}" = ?', (value,)).fetchone()
        return dict(zip(entity.stored, row, strict=True)) if row else None

    def insert(self, entity: Entity, row: Mapping[str, Sql]) -> None:
        """Add a row. Errors: 412 when its id or one of its alternate keys is taken."""
        try:
            self.db.execute(entity.insert_sql, [row.get(name) for name in entity.stored])
        except sqlite3.IntegrityError as error:
            raise _violation(entity, str(error)) from None

    def update(self, entity: Entity, row_id: str, changes: Mapping[str, Sql]) -> None:
        """Change some columns of a row. Errors: 412 when an alternate key is taken."""
        assignments = ", ".join(f'"{name}" = ?' for name in changes)
        try:
            self.db.execute(f'UPDATE {entity.sql} SET {assignments} WHERE "{entity.primary_id}" = ?', [*changes.values(), row_id])
        except sqlite3.IntegrityError as error:
            raise _violation(entity, str(error)) from None

    @staticmethod
    def is_indexed(column: Column) -> bool:
        """Whether rows can be found by this lookup fast; those that cannot point to rows that are never deleted."""
        return _is_indexed(column)

    def delete(self, entity: Entity, row_id: str, moment: str) -> None:
        """Remove a row and leave its trace for change tracking."""
        self.db.execute(f'DELETE FROM {entity.sql} WHERE "{entity.primary_id}" = ?', (row_id,))
        if entity.table.tracked:
            self.db.execute('INSERT INTO "~deleted" VALUES (?, ?, ?, ?)', (entity.name, row_id, self.next_version(), moment))


def _column_sql(entity: Entity, name: str) -> str:
    column = entity.columns.get(name)
    kind = "INTEGER" if column is not None and column.kind in _NUMBERS else "TEXT"
    unique = " NOT NULL UNIQUE" if name == entity.primary_id else ""
    return f'"{name}" {kind}{unique}'


def _is_indexed(column: Column) -> bool:
    return column.kind is Kind.LOOKUP and (
        isinstance(column, MadeColumn)
        or column.name.startswith(PREFIX)
        or column.name in {"parentcustomerid", "regardingobjectid", "objectid"}
    )


def _violation(entity: Entity, message: str) -> errors.DataverseError:
    _, _, broken = message.rpartition(".")
    for index, key in enumerate(entity.table.keys):
        if broken == key_column(index):
            labels = ", ".join(entity.columns[name].label for name in key.columns)
            return errors.key_violated(key.name, labels, entity.name, key.columns)
    return errors.duplicate_id()
