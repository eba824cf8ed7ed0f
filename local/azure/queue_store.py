"""Queues and their messages in SQLite: what the Storage queue service remembers.

A file keeps them across restarts; `:memory:` does not. Instants are seconds since 1970, as in the service's own clock.
"""

from __future__ import annotations

import base64
import json
import secrets
import sqlite3
import threading
import weakref
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping

NEVER_S: Final = 253402300799.0  # 9999-12-31T23:59:59Z, the service's "does not expire"
_SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS queue(name TEXT PRIMARY KEY, metadata TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS message(
    seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL REFERENCES queue(name) ON DELETE CASCADE, id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL, inserted REAL NOT NULL, expires REAL NOT NULL, visible REAL NOT NULL, receipt TEXT NOT NULL,
    dequeued INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS message_by_visibility ON message(queue, visible, seq);
CREATE INDEX IF NOT EXISTS message_by_expiry ON message(expires);
"""
_COLUMNS = "id, text, inserted, expires, visible, receipt, dequeued"
_INSERT = f"INSERT INTO message(queue, {_COLUMNS}) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
_FIND = f"SELECT {_COLUMNS} FROM message WHERE queue = ? AND id = ? AND expires > ?"  # noqa: S608  constants only, also below
_VISIBLE = (
    f"SELECT seq, {_COLUMNS} FROM message "  # noqa: S608
    "WHERE queue = ? AND visible <= ? AND expires > ? ORDER BY visible, seq LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `receipt` is the pop receipt: whoever holds the newest one may delete or update the message."""

    id: str
    text: str
    inserted_s: float
    expires_s: float
    visible_s: float
    receipt: str
    dequeued: int


class QueueStore:
    """Every queue of one account."""

    def __init__(self, path: str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._closing = weakref.finalize(self, self._db.close)
        self._db.executescript(_SCHEMA)
        self._db.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._closing()

    # Queues -----------------------------------------------------------------------------------------------------------

    def queues(self, prefix: str, after: str, limit: int) -> list[tuple[str, dict[str, str]]]:
        """Names and metadata, by name, of the queues that begin with a prefix and come after a name."""
        with self._lock:
            rows = self._db.execute(
                "SELECT name, metadata FROM queue WHERE substr(name, 1, ?) = ? AND name >= ? ORDER BY name LIMIT ?",
                (len(prefix), prefix, after, limit),
            ).fetchall()
        return [(name, json.loads(metadata)) for name, metadata in rows]

    def metadata(self, queue: str) -> dict[str, str] | None:
        """A queue's metadata, or None if there is no such queue."""
        with self._lock:
            row = self._db.execute("SELECT metadata FROM queue WHERE name = ?", (queue,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def put_queue(self, queue: str, metadata: Mapping[str, str]) -> None:
        """Create a queue, or replace its metadata."""
        with self._lock:
            self._db.execute(
                "INSERT INTO queue VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET metadata = excluded.metadata",
                (queue, json.dumps(dict(metadata))),
            )

    def delete_queue(self, queue: str) -> None:
        """Forget a queue and its messages."""
        with self._lock:
            self._db.execute("DELETE FROM queue WHERE name = ?", (queue,))

    # Messages ---------------------------------------------------------------------------------------------------------

    def count(self, queue: str, now_s: float) -> int:
        """How many messages a queue holds, visible or not."""
        with self._lock:
            row = self._db.execute("SELECT count(*) FROM message WHERE queue = ? AND expires > ?", (queue, now_s)).fetchone()
        return int(row[0])

    def put(self, queue: str, text: str, *, now_s: float, visible_s: float, expires_s: float) -> Message:
        """Add a message at the end of a queue."""
        added = Message(_guid(), text, now_s, expires_s, visible_s, _receipt(), 0)
        with self._lock:
            self._db.execute(
                _INSERT,
                (queue, added.id, text, now_s, expires_s, visible_s, added.receipt, 0),
            )
        return added

    def peek(self, queue: str, limit: int, now_s: float) -> list[Message]:
        """The first visible messages, left as they are."""
        with self._lock:
            return [message for _, message in self._visible(queue, limit, now_s)]

    def get(self, queue: str, limit: int, *, now_s: float, visible_s: float) -> list[Message]:
        """The first visible messages, hidden until `visible_s`, with new receipts."""
        taken = []
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM message WHERE expires <= ?", (now_s,))
            for seq, message in self._visible(queue, limit, now_s):
                held = replace(message, visible_s=visible_s, receipt=_receipt(), dequeued=message.dequeued + 1)
                self._db.execute(
                    "UPDATE message SET visible = ?, receipt = ?, dequeued = ? WHERE seq = ?",
                    (held.visible_s, held.receipt, held.dequeued, seq),
                )
                taken.append(held)
            self._db.execute("COMMIT")
        return taken

    def find(self, queue: str, message_id: str, now_s: float) -> Message | None:
        """One message that has not expired."""
        with self._lock:
            row = self._db.execute(_FIND, (queue, message_id, now_s)).fetchone()
        return None if row is None else Message(*row)

    def update(self, held: Message, *, visible_s: float, text: str | None) -> str | None:
        """Hide a message until `visible_s` and maybe change its text; the new receipt, or None if the old one is stale."""
        receipt = _receipt()
        with self._lock:
            changed = self._db.execute(
                "UPDATE message SET visible = ?, receipt = ?, text = coalesce(?, text) WHERE id = ? AND receipt = ?",
                (visible_s, receipt, text, held.id, held.receipt),
            ).rowcount
        return receipt if changed else None

    def delete(self, message_id: str, receipt: str) -> bool:
        """Forget a message; False if the receipt is stale."""
        with self._lock:
            return self._db.execute("DELETE FROM message WHERE id = ? AND receipt = ?", (message_id, receipt)).rowcount > 0

    def clear(self, queue: str) -> None:
        """Forget every message of a queue."""
        with self._lock:
            self._db.execute("DELETE FROM message WHERE queue = ?", (queue,))

    def _visible(self, queue: str, limit: int, now_s: float) -> list[tuple[int, Message]]:
        rows = self._db.execute(_VISIBLE, (queue, now_s, now_s, limit)).fetchall()
        return [(row[0], Message(*row[1:])) for row in rows]


def _guid() -> str:
    return str(UUID(bytes=secrets.token_bytes(16), version=4))


def _receipt() -> str:
    return base64.b64encode(secrets.token_bytes(12)).decode()
