"""`?fetchXml=`, `?sql=`, `?savedQuery=` and `?userQuery=`: queries that are not written in OData's language.

A saved query is a row of savedquery (a view of everybody) or userquery (one person's), whose `fetchxml` is run; it must be for
the table that is asked.

Source: Microsoft Learn, "Retrieve and execute predefined queries"; the requests of Microsoft's Python SDK.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.security.model import Right
from local.dataverse import codec, errors, fetchxml, paging, sqlquery
from local.dataverse.reading import next_link
from local.dataverse.running import run
from local.dataverse.urls import OTHER_QUERIES

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.querytree import Query
    from local.dataverse.reading import Restriction
    from local.dataverse.storage import Storage
    from local.dataverse.urls import Address


def answer(
    storage: Storage, context: Context, entity: Entity, address: Address, path: str, within: Restriction | None = None
) -> str:
    """The JSON text of the answer. Errors: 400 when two of them stand there, or one beside OData's options."""
    given = sorted(OTHER_QUERIES & address.plain.keys())
    if address.options.keys() - {"$skiptoken", "$count"} or len(given) != 1:
        raise errors.bad("A fetchXml, sql, savedQuery or userQuery query cannot be combined with other query options.")
    query = _query(storage, context, entity, given[0], address.plain[given[0]])
    if address.options.get("$count") == "true":
        query = replace(query, total=True)
    if given[0] == "fetchxml":
        return run(storage, context, entity, query, within=within)
    if "$skiptoken" in address.options:
        query = replace(query, page=paging.read(address.options["$skiptoken"], ["row"]).page)

    def link(page: int) -> str:
        return next_link(context, path, address, paging.token(page, ["row"], [str(page - 1)], [str(page)]))

    return run(storage, context, entity, query, link if query.size is None else None, within)


def refuse(address: Address) -> None:
    """Errors: 400 when one of them stands where only a row or a number is asked for."""
    for name in sorted(OTHER_QUERIES & address.plain.keys()):
        raise errors.bad(f"The query option '{name}' can only be applied to a collection of rows.")


def _query(storage: Storage, context: Context, entity: Entity, language: str, text: str) -> Query:
    if language == "sql":
        return sqlquery.parse(text)
    return fetchxml.parse(text if language == "fetchxml" else _saved(storage, context, entity, language, text))


def _saved(storage: Storage, context: Context, entity: Entity, table: str, text: str) -> str:
    """The FetchXML of a saved query. Errors: 404 when there is none; 400 when it is for another table; 403."""
    views = storage.catalog[table]
    row_id = codec.guid(text.strip("{}'"))
    if row_id is None:
        raise errors.bad(f"'{text}' is not the id of a {table}.")
    row = storage.find(views, row_id)
    if row is None:
        raise errors.not_found(table, row_id)
    if table == "userquery":
        context.access.check(views, row, Right.READ)
    if row["returnedtypecode"] != entity.name:
        raise errors.bad(f"The {table} '{row_id}' is for the table '{row['returnedtypecode']}', not for '{entity.name}'.")
    return str(row["fetchxml"] or "")
