"""`?fetchXml=` and `?sql=`: the two query languages beside OData's.

Source: Microsoft Learn, "Retrieve data using FetchXML" (Web API); the requests of Microsoft's Python SDK.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from local.dataverse import errors, fetchxml, paging, sqlquery
from local.dataverse.reading import next_link
from local.dataverse.running import run

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Storage
    from local.dataverse.urls import Address


def answer(storage: Storage, context: Context, entity: Entity, address: Address) -> str:
    """The JSON text of the answer. Errors: 400 when both stand there, or one beside OData's options."""
    if address.options.keys() - {"$skiptoken"} or {"fetchxml", "sql"} <= address.plain.keys():
        raise errors.bad("A fetchXml or sql query cannot be combined with other query options.")
    if "fetchxml" in address.plain:
        return run(storage, context, entity, fetchxml.parse(address.plain["fetchxml"]))
    query = sqlquery.parse(address.plain["sql"])
    if "$skiptoken" in address.options:
        query = replace(query, page=paging.read(address.options["$skiptoken"], ["row"]).page)

    def link(page: int) -> str:
        return next_link(context, entity.set_name, address, paging.token(page, ["row"], [str(page - 1)], [str(page)]))

    return run(storage, context, entity, query, link if query.size is None else None)
