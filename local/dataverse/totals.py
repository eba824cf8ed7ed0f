"""The function RetrieveTotalRecordCount: how many rows tables have.

Dataverse answers from a snapshot of the last day; here the number is of now.

    GET RetrieveTotalRecordCount(EntityNames=@p1)?@p1=["account","contact"]

Source: Microsoft Learn, "Count rows using OData", "Use Web API functions sample" (the answer's shape).
"""

# ruff: noqa: S608  names in SQL come from the table model

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local.dataverse import errors, filters, urls
from local.dataverse.answers import json_answer

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.resources import WebApi
    from local.dataverse.urls import Address
    from local.http import Response

NAME = "RetrieveTotalRecordCount"


def retrieve(api: WebApi, context: Context, address: Address) -> Response:
    """The counts by table. Errors: 400 for a parameter that is not there or names no table."""
    given = dict(urls.key_pairs(address.segments[0].key or ""))
    if set(given) != {"EntityNames"}:
        raise errors.bad(f"The function '{NAME}' needs EntityNames, a list of table names.")
    listed = filters.argument(given["EntityNames"], address.aliases)
    if not isinstance(listed, tuple):
        raise errors.bad(f"The parameter 'EntityNames' of '{NAME}' must be a list of table names.")
    names = [str(one.value) for one in listed]
    counts = {name: _count(api, context, name) for name in names}
    place = f"{context.root}$metadata#Microsoft.Dynamics.CRM.{NAME}Response"
    found = {"Count": len(counts), "IsReadOnly": False, "Keys": list(counts), "Values": list(counts.values())}
    return json_answer(context, json.dumps({"@odata.context": place, "EntityRecordCountCollection": found}))


def _count(api: WebApi, context: Context, name: str) -> int:
    entity = api.storage.catalog.by_name.get(name)
    if entity is None:
        raise errors.bad(f"The entity with a name = '{name}' was not found in the MetadataCache.", "0x80040217")
    return int(api.storage.rows(f"SELECT COUNT(*) FROM {context.access.source(entity)}")[0][0] or 0)
