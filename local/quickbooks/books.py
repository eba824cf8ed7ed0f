"""What a company holds, in SQLite: entities with their sync tokens, replayed answers, and the connection's tokens."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from local.quickbooks.faults import missing, not_found, stale, unknown_reference
from transport.exact import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

Entity = dict[str, Any]

TABLES = """
create table if not exists entity (realm text, kind text, id integer, body blob, primary key (realm, kind, id));
create table if not exists number (realm text primary key, last integer);
create table if not exists replay (realm text, request text, status integer, body blob, primary key (realm, request));
create table if not exists state (name text primary key, body blob);
"""


class Books:
    """Entities of every realm. Whoever uses it holds the stand-in's lock."""

    def __init__(self, path: Path | str, clock: Callable[[], datetime]) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=normal")
        self._db.executescript(TABLES)
        self._clock = clock
        self._read: dict[tuple[str, str], dict[int, Entity]] = {}

    def now(self) -> str:
        """The moment as QuickBooks writes it."""
        return self._clock().isoformat(timespec="seconds")

    def all(self, realm: str, kind: str, *, deleted: bool = False) -> list[Entity]:
        """Entities of a kind; deleted ones only when asked for."""
        return [row for row in self._shelf(realm, kind).values() if deleted or row.get("status") != "Deleted"]

    def _shelf(self, realm: str, kind: str) -> dict[int, Entity]:
        """Entities of a kind by id, read from the file once; nobody changes them in place."""
        if (realm, kind) not in self._read:
            rows = self._db.execute("select id, body from entity where realm = ? and kind = ? order by id", (realm, kind))
            self._read[realm, kind] = {number: loads(body) for number, body in rows}
        return self._read[realm, kind]

    def find(self, realm: str, kind: str, entity_id: str) -> Entity | None:
        """One entity that is there."""
        found = self._shelf(realm, kind).get(int(entity_id)) if entity_id.isdigit() else None
        return None if found is None or found.get("status") == "Deleted" else found

    def refer(self, realm: str, kind: str, reference: Entity | None, element: str) -> Entity:
        """The entity that a body's reference names. Errors: Refusal 2020 without one, 2500 when it is not there or inactive."""
        if not reference or not reference.get("value"):
            raise missing(element)
        found = self.find(realm, kind, str(reference["value"]))
        if found is None or found.get("Active") is False:
            raise unknown_reference(element)
        return found

    def current(self, realm: str, kind: str, body: Entity) -> Entity:
        """What an update is for. Errors: Refusal 2020, 610 or 5010."""
        if "SyncToken" not in body:
            raise missing("SyncToken")
        found = self.find(realm, kind, str(body["Id"]))
        if found is None:
            raise not_found(f"{kind} {body['Id']}")
        if found["SyncToken"] != body["SyncToken"]:
            raise stale()
        return found

    def add(self, realm: str, kind: str, body: Entity) -> Entity:
        """Store a new entity; ids are counted over all kinds of a company."""
        self._db.execute("insert into number values (?, 1) on conflict (realm) do update set last = last + 1", (realm,))
        (number,) = self._db.execute("select last from number where realm = ?", (realm,)).fetchone()
        times = {"CreateTime": self.now(), "LastUpdatedTime": self.now()}
        entity = {**body, "domain": "QBO", "sparse": False, "Id": str(number), "SyncToken": "0", "MetaData": times}
        self._put(realm, kind, entity)
        return entity

    def change(self, realm: str, kind: str, entity: Entity) -> Entity:
        """Store a new version."""
        token = str(int(entity["SyncToken"]) + 1)
        times = {**entity["MetaData"], "LastUpdatedTime": self.now()}
        changed = {**entity, "domain": "QBO", "sparse": False, "SyncToken": token, "MetaData": times}
        self._put(realm, kind, changed)
        return changed

    def _put(self, realm: str, kind: str, entity: Entity) -> None:
        number, body = int(entity["Id"]), dumps(entity)
        self._db.execute("insert or replace into entity values (?, ?, ?, ?)", (realm, kind, number, body))
        self._shelf(realm, kind)[number] = loads(body)

    def replayed(self, realm: str, request: str) -> tuple[int, bytes] | None:
        """The first answer to a request id."""
        row = self._db.execute("select status, body from replay where realm = ? and request = ?", (realm, request)).fetchone()
        return None if row is None else (int(row[0]), bytes(row[1]))

    def remember(self, realm: str, request: str, status: int, body: bytes) -> None:
        """Keep the answer to a request id."""
        self._db.execute("insert or ignore into replay values (?, ?, ?, ?)", (realm, request, status, body))

    def state(self, name: str) -> Any:  # noqa: ANN401  decoded JSON
        """A named piece of state; None when it was never kept."""
        row = self._db.execute("select body from state where name = ?", (name,)).fetchone()
        return None if row is None else loads(row[0])

    def keep(self, name: str, value: object) -> None:
        """Keep a named piece of state."""
        self._db.execute("insert or replace into state values (?, ?)", (name, dumps(value)))

    def begin(self) -> None:
        """From here on everything or nothing."""
        self._db.execute("begin")

    def end(self, *, good: bool) -> None:
        """Keep or undo what was written since `begin`."""
        self._db.execute("commit" if good else "rollback")
        if not good:
            self._read.clear()

    def copy(self) -> sqlite3.Connection:
        """Everything as it is now, to be put back with `restore`."""
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.backup(kept)
        return kept

    def restore(self, kept: sqlite3.Connection) -> None:
        """Everything as it was."""
        kept.backup(self._db)
        self._read.clear()

    def close(self) -> None:
        """Close the file."""
        self._db.close()
