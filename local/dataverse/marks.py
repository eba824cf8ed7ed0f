"""A mark for a group of tables that changes with every change of their rows, so that what was worked out from them can be kept.

A transaction that is rolled back and a snapshot that is restored bring their own mark back.
"""

# ruff: noqa: S608  names in SQL come from the table model

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.dataverse.storage import Storage

RIGHTS, STEPS = "rights", "steps"
GROUPS = {
    RIGHTS: (
        "businessunit",
        "principalobjectaccess",
        "privilege",
        "role",
        "roleprivileges",
        "systemuser",
        "systemuserroles",
        "team",
        "teammembership",
        "teamroles",
    ),
    STEPS: ("sdkmessage", "sdkmessagefilter", "sdkmessageprocessingstep", "sdkmessageprocessingstepimage", "serviceendpoint"),
}


def watch(storage: Storage) -> None:
    """Begin to mark changes. Call inside a transaction."""
    storage.db.execute('CREATE TABLE IF NOT EXISTS "~mark" (name TEXT PRIMARY KEY, mark BLOB)')
    for group, tables in GROUPS.items():
        storage.db.execute('INSERT OR IGNORE INTO "~mark" VALUES (?, randomblob(12))', (group,))
        for table in tables:
            for event in ("INSERT", "UPDATE", "DELETE"):
                storage.db.execute(
                    f'CREATE TRIGGER IF NOT EXISTS "~{group} {table} {event}" AFTER {event} ON "{table}" '
                    f"BEGIN UPDATE \"~mark\" SET mark = randomblob(12) WHERE name = '{group}'; END"
                )


def mark(storage: Storage, group: str) -> object:
    """The mark as it is now. Call with the storage's lock held."""
    return storage.db.execute('SELECT mark FROM "~mark" WHERE name = ?', (group,)).fetchone()[0]
