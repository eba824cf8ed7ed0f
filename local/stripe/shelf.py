"""Where the stand-in keeps its objects: JSON in one SQLite table, in the order in which they were made."""

from __future__ import annotations

import json
import sqlite3
import weakref
from typing import Any

Object = dict[str, Any]


class Shelf:
    """Objects by kind and id. Not locked: the stand-in holds its lock around each request."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._db.close)
        self._db.execute(
            "create table if not exists objects"
            " (ordinal integer primary key autoincrement, kind text, id text, body text, unique (kind, id))"
        )

    def put(self, kind: str, value: Object) -> Object:
        """Store an object under its id, in its first place."""
        sql = "insert into objects (kind, id, body) values (?, ?, ?) on conflict (kind, id) do update set body = excluded.body"
        self._db.execute(sql, (kind, value["id"], json.dumps(value)))
        return value

    def get(self, kind: str, id: str) -> Object | None:  # noqa: A002  Stripe's word
        """One object, or None."""
        row = self._db.execute("select body from objects where kind = ? and id = ?", (kind, id)).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[Object]:
        """Every object of a kind, newest first."""
        rows = self._db.execute("select body from objects where kind = ? order by ordinal desc", (kind,))
        return [json.loads(body) for (body,) in rows]

    def drop(self, kind: str, id: str) -> None:  # noqa: A002  Stripe's word
        """Forget one object."""
        self._db.execute("delete from objects where kind = ? and id = ?", (kind, id))

    def new_id(self, prefix: str) -> str:
        """An id that nothing else has."""
        (number,) = self._db.execute("select coalesce(max(seq), 0) + 1 from sqlite_sequence where name = 'objects'").fetchone()
        return f"{prefix}_{number:014d}"

    def begin(self) -> None:
        """Start a request."""
        self._db.execute("begin immediate")

    def commit(self) -> None:
        """Keep what the request did."""
        self._db.execute("commit")

    def rollback(self) -> None:
        """Undo what the request did."""
        self._db.execute("rollback")

    def clear(self) -> None:
        """Forget everything; ids go on counting."""
        self._db.execute("delete from objects")
