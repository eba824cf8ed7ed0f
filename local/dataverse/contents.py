"""Where the contents of file columns, and uploads that are under way, stand in the database.

`~file` has a content by its id, with the row that it belongs to; `~upload` what was begun (uploads.py), `~piece` what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def lay_out(db: sqlite3.Connection) -> None:
    """Make the tables of contents and of pieces as far as they are not there."""
    db.execute('CREATE TABLE IF NOT EXISTS "~file" (id TEXT PRIMARY KEY, row TEXT, name TEXT, content BLOB)')
    db.execute('CREATE INDEX IF NOT EXISTS "~file_row" ON "~file" (row)')
    db.execute('CREATE TABLE IF NOT EXISTS "~upload" (token TEXT PRIMARY KEY, row TEXT, name TEXT)')
    db.execute(
        'CREATE TABLE IF NOT EXISTS "~piece" (token TEXT, first INTEGER, last INTEGER, total INTEGER, content BLOB, '
        "PRIMARY KEY (token, first))"
    )


def forget(db: sqlite3.Connection, row_id: str | None = None) -> None:
    """Delete the contents of one row, or all."""
    if row_id is not None:
        db.execute('DELETE FROM "~file" WHERE row = ?', (row_id,))
        return
    for table in ("~file", "~upload", "~piece"):
        db.execute(f'DELETE FROM "{table}"')  # noqa: S608  names of this module
