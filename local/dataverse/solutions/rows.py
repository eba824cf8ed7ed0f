"""Rows of solutions, publishers and components, as an import writes them. What says the same is left alone.

Source: Microsoft Learn, table reference of solution, publisher, solutioncomponent; "Work with solutions using the SDK".
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import codec
from local.dataverse.fixed import fixed
from local.dataverse.keys import ById

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.solutions.manifest import Manifest, Publisher
    from local.dataverse.storage import Row, Storage
    from local.dataverse.writing import Writer

HOLDING = "_Upgrade"
"""What the unique name of a solution that waits for its upgrade ends in."""


def find(storage: Storage, table: str, column: str, value: str) -> Row | None:
    """The row of a table with this value in a column, letter case aside."""
    entity = storage.catalog[table]
    found = storage.rows(f'{entity.select_sql} WHERE lower("{column}") = lower(?) LIMIT 1', (value,))
    return dict(zip(entity.stored, found[0], strict=True)) if found else None


def solution(storage: Storage, name: str) -> Row | None:
    """The row of a solution by its unique name."""
    return find(storage, "solution", "uniquename", name)


def put(writer: Writer, entity: Entity, old: Row | None, row_id: str, values: Mapping[str, Sql]) -> str:
    """Make a row, or change what is different in it; its id."""
    if old is None:
        return writer.create(entity, {}, which=ById(row_id), preset=values)
    changed = {name: wanted for name, wanted in values.items() if old.get(name) != wanted}
    if changed:
        writer.write(entity, old, changed)
    return str(old[entity.primary_id])


def put_publisher(storage: Storage, writer: Writer, given: Publisher) -> str:
    """The id of the publisher, who is made or changed."""
    values: dict[str, Sql] = {
        "uniquename": given.name,
        "friendlyname": given.label or given.name,
        "description": given.description or None,
        "customizationprefix": given.prefix,
        "customizationoptionvalueprefix": given.option_prefix,
        "emailaddress": given.email or None,
        "supportingwebsiteurl": given.website or None,
        "isreadonly": 0,
    }
    old = find(storage, "publisher", "uniquename", given.name)
    return put(writer, storage.catalog["publisher"], old, fixed("publisher", given.name), values)


def put_solution(
    storage: Storage, writer: Writer, context: Context, given: Manifest, name: str, new_id: str | None = None
) -> str:
    """The id of the solution, which is made or changed under this name; `new_id` is for one that is made."""
    old = solution(storage, name)
    now = codec.moment_sql(context.now)
    values: dict[str, Sql] = {
        "uniquename": name,
        "friendlyname": given.label,
        "description": given.description or None,
        "version": given.version_text,
        "ismanaged": int(given.managed),
        "isvisible": 1,
        "solutiontype": 0,
        "publisherid": put_publisher(storage, writer, given.publisher),
    }
    if old is None:
        values["installedon"] = now
    elif old.get("version") != given.version_text:
        values["updatedon"] = now
    return put(writer, storage.catalog["solution"], old, new_id or fixed("solution", name), values)


def put_components(storage: Storage, solution_id: str, wanted: Iterable[tuple[int, str, int]]) -> None:
    """The components of a solution: type, id, behaviour. Those that are no longer there go."""
    entity = storage.catalog["solutioncomponent"]
    keep: dict[str, Row] = {}
    for kind, object_id, behavior in wanted:
        key = fixed("solutioncomponent", solution_id, str(kind), object_id)
        keep[key] = {
            entity.primary_id: key,
            "componenttype": kind,
            "objectid": object_id,
            "solutionid": solution_id,
            "rootcomponentbehavior": behavior,
            "ismetadata": int(kind in {1, 2, 9, 10, 14}),
            "statecode": 0,
            "statuscode": 1,
        }
    sql = f"SELECT {entity.primary_id} FROM {entity.sql} WHERE solutionid = ?"
    there = {str(row[0]) for row in storage.rows(sql, (solution_id,))}
    for gone in there - keep.keys():
        storage.db.execute(f"DELETE FROM {entity.sql} WHERE {entity.primary_id} = ?", (gone,))
    for key, row in keep.items():
        if key not in there:
            storage.insert(entity, {**row, "versionnumber": storage.next_version()})


def keep_package(storage: Storage, name: str, data: bytes) -> None:
    """Keep a zip under a name."""
    storage.db.execute('INSERT OR REPLACE INTO "~package" VALUES (?, ?)', (name, data))


def package(storage: Storage, name: str) -> bytes | None:
    """A zip by its name."""
    found = storage.db.execute('SELECT content FROM "~package" WHERE name = ?', (name,)).fetchone()
    return bytes(found[0]) if found else None


def drop_package(storage: Storage, name: str) -> None:
    """Forget a zip."""
    storage.db.execute('DELETE FROM "~package" WHERE name = ?', (name,))
