"""What a vault keeps: secrets with their versions, and deleted secrets that can still be recovered."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(slots=True)
class Version:
    """One version of a secret; times are seconds since 1970."""

    id: str
    value: str
    created: int
    updated: int
    enabled: bool = True
    content_type: str | None = None
    tags: dict[str, str] | None = None
    not_before: int | None = None
    expires: int | None = None


class Store:
    """Versions by name, in a file or in memory."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._db.close)
        self._db.execute("create table if not exists secret (name text primary key, shown text, versions text, deleted integer)")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing else happens in between."""
        with self._lock:
            yield

    def versions(self, name: str, *, deleted: bool = False) -> list[Version]:
        """The versions of a secret, oldest first; none when there is no such secret."""
        row = self._row(name)
        if row is None or (row[2] is not None) is not deleted:
            return []
        return [Version(**raw) for raw in json.loads(row[1])]

    def shown(self, name: str) -> str:
        """A name as it was first written; names differ in more than letter case."""
        row = self._row(name)
        return str(row[0]) if row else name

    def deleted_on(self, name: str) -> int | None:
        """When a secret was deleted, if it was."""
        row = self._row(name)
        return None if row is None or row[2] is None else int(row[2])

    def names(self, *, deleted: bool = False) -> list[str]:
        """Names in alphabetical order."""
        condition = "is not null" if deleted else "is null"
        return [row[0] for row in self._db.execute(f"select shown from secret where deleted {condition} order by name")]  # noqa: S608  fixed

    def keep(self, name: str, versions: list[Version], deleted: int | None = None) -> None:
        """Write all versions of a secret."""
        raw = json.dumps([asdict(version) for version in versions])
        shown = self.shown(name)
        self._db.execute("insert or replace into secret values (?, ?, ?, ?)", (name.lower(), shown, raw, deleted))

    def purge(self, name: str) -> None:
        """Forget a secret for good."""
        self._db.execute("delete from secret where name = ?", (name.lower(),))

    def _row(self, name: str) -> tuple[Any, ...] | None:
        found = self._db.execute("select shown, versions, deleted from secret where name = ?", (name.lower(),)).fetchone()
        return tuple(found) if found else None
