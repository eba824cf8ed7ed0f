"""A tenant's schema as it changes: what was made, altered and dropped since the model, kept beside the rows.

A change of the schema is part of the transaction that makes it: rolled back, neither the definition nor the column is there.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from local.dataverse import errors, keys, made
from local.dataverse.entities import Catalog, key_column

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from dataverse.schema.model import Choice, Table
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Storage

LAYOUT = 'CREATE TABLE IF NOT EXISTS "~schema" (kind TEXT, name TEXT, definition TEXT, known TEXT, PRIMARY KEY (kind, name))'
TABLE, CHOICE = "table", "choice"


def catalog(base: Catalog, db: sqlite3.Connection) -> Catalog:
    """The model with everything that was made since. The model's own columns that are newer than a change are kept."""
    kept = db.execute('SELECT kind, name, definition, known FROM "~schema" ORDER BY rowid').fetchall()
    if not kept:
        return base
    tables = {entity.name: entity.table for entity in base}
    choices: dict[str, Choice] = {}
    for kind, name, definition, known in kept:
        if kind == CHOICE:
            choices[name] = made.read_choice(json.loads(definition))
        elif definition is None:
            tables.pop(name, None)
        else:
            table = made.read_table(definition)
            newer = [c for c in (tables[name].columns if name in tables else ()) if c.name not in known.split()]
            tables[name] = replace(table, columns=table.columns + tuple(newer))
    return Catalog(tables.values(), choices)


def stamp(storage: Storage) -> str:
    """A text that is another one after each change of the definitions."""
    kept = storage.rows('SELECT name, definition FROM "~schema" ORDER BY kind, name')
    return sha256(repr(kept).encode()).hexdigest()[:16]


def define(storage: Storage, table: Table) -> Entity:
    """Make a table, or change it. Errors: 400 when rows break a new key. Call inside a transaction."""
    old = storage.catalog.by_name.get(table.name)
    base = storage.base.by_name.get(table.name)
    known = " ".join(column.name for column in base.table.columns) if base else ""
    _keep(storage, TABLE, table.name, made.write_table(table), known)
    _rebuild(storage, [table if entity.name == table.name else entity.table for entity in storage.catalog], table, old)
    entity = storage.catalog[table.name]
    changed = old is not None and old.table.keys != table.keys
    if old is not None:
        _drop_columns(storage, old, entity, changed)
    storage.lay_out(entity)
    if changed:
        _fill_keys(storage, entity)
    return entity


def _rebuild(storage: Storage, tables: list[Table], table: Table, old: Entity | None) -> None:
    storage.catalog = Catalog(tables if old is not None else [*tables, table], storage.catalog.choices)


def _keep(storage: Storage, kind: str, name: str, definition: str | None, known: str = "") -> None:
    storage.db.execute('INSERT OR REPLACE INTO "~schema" VALUES (?, ?, ?, ?)', (kind, name, definition, known))


def drop(storage: Storage, entity: Entity) -> None:
    """Remove a table with its rows. Call inside a transaction."""
    if entity.name in storage.base.by_name:
        _keep(storage, TABLE, entity.name, None)
    else:
        storage.db.execute('DELETE FROM "~schema" WHERE kind = ? AND name = ?', (TABLE, entity.name))
    storage.catalog = Catalog([one.table for one in storage.catalog if one is not entity], storage.catalog.choices)
    storage.db.execute(f"DROP TABLE {entity.sql}")
    storage.db.execute('DELETE FROM "~deleted" WHERE entity = ?', (entity.name,))
    storage.db.execute("DELETE FROM sdkmessagefilter WHERE primaryobjecttypecode = ?", (entity.name,))


def keep_choice(storage: Storage, choice: Choice | None, name: str) -> None:
    """Make, change or (None) remove a global choice. Call inside a transaction."""
    choices = {one: value for one, value in storage.catalog.choices.items() if one != name}
    if choice is None:
        storage.db.execute('DELETE FROM "~schema" WHERE kind = ? AND name = ?', (CHOICE, name))
    else:
        _keep(storage, CHOICE, name, made.write_choice(choice))
        choices[name] = choice
    storage.catalog = Catalog([entity.table for entity in storage.catalog], choices)


def forget(storage: Storage) -> None:
    """Back to the model: what was made is dropped. Call inside a transaction."""
    names: Iterable[tuple[str]] = storage.db.execute('SELECT name FROM "~schema" WHERE kind = ?', (TABLE,)).fetchall()
    for (name,) in names:
        storage.db.execute(f'DROP TABLE IF EXISTS "{name}"')
    storage.db.execute('DELETE FROM "~schema"')
    storage.catalog = storage.base
    for (name,) in names:
        if name in storage.base.by_name:
            storage.lay_out(storage.base[name])


def _drop_columns(storage: Storage, old: Entity, new: Entity, keys_too: bool) -> None:
    if keys_too:
        for index in range(len(old.table.keys)):
            storage.db.execute(f'DROP INDEX IF EXISTS "{old.name}.{key_column(index)}"')
            storage.db.execute(f'UPDATE {old.sql} SET "{key_column(index)}" = NULL')
    for name in old.stored:
        if name not in new.position:
            storage.db.execute(f'DROP INDEX IF EXISTS "{old.name}.{name}"')
            storage.db.execute(f'ALTER TABLE {old.sql} DROP COLUMN "{name}"')


def _fill_keys(storage: Storage, entity: Entity) -> None:
    """Give the rows that exist their key values. Errors: 400 when two rows have the same."""
    rows = storage.rows(entity.select_sql)
    try:
        for values in rows:
            row = dict(zip(entity.stored, values, strict=True))
            found = {key_column(index): keys.folded(entity, index, row) for index in range(len(entity.table.keys))}
            if found:
                storage.update(entity, str(row[entity.primary_id]), found)
    except errors.DataverseError:
        raise errors.bad(
            f"The key cannot be made: rows of '{entity.name}' have the same values in its columns. Change them first.",
            "0x80048d04",
        ) from None
