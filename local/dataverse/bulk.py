"""The action BulkDelete, as far as clients use it: the rows whose primary keys are listed.

Dataverse runs it as a system job; here it runs at once, and the job row that it names is already completed.
Source: a request of Microsoft's Python SDK, captured; Microsoft Learn, "BulkDelete action".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.dataverse import bodies, codec, errors, seed
from local.dataverse.answers import json_answer
from local.dataverse.fixed import fresh_id

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.resources import WebApi
    from local.http import Response

BULK_DELETE = 13


def bulk_delete(api: WebApi, context: Context, body: bytes) -> Response:
    """Delete the listed rows. Errors: 400 for a malformed query; 501 for any other condition."""
    context.access.need("prvBulkDelete")
    given = bodies.as_object(bodies.decode(body), "BulkDelete")
    queries = given.get("QuerySet")
    if not isinstance(queries, list) or not queries:
        raise errors.bad("BulkDelete needs QuerySet, a list of query expressions.", "0x80040203")
    targets = [_listed(api, query) for query in queries]
    with api.storage.transaction():
        for entity, ids in targets:
            for row_id in ids:
                row = api.storage.find(entity, row_id)
                if row is not None:
                    api.writer(context).delete(entity, row)
        job = _job(api, context, str(given.get("JobName", ""))[:256])
    place = f"{context.root}$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse"
    return json_answer(context, json.dumps({"@odata.context": place, "JobId": job}))


def _listed(api: WebApi, query: Any) -> tuple[Entity, list[str]]:  # noqa: ANN401  JSON
    query = query if isinstance(query, dict) else {}
    entity = api.storage.catalog.by_name.get(str(query.get("EntityName")))
    criteria = query.get("Criteria")
    conditions = criteria.get("Conditions") if isinstance(criteria, dict) else None
    if entity is None or not isinstance(conditions, list) or len(conditions) != 1 or not isinstance(conditions[0], dict):
        raise errors.unsupported("this query expression in BulkDelete (only one condition, In, over the primary key)")
    condition = conditions[0]
    if condition.get("AttributeName") != entity.primary_id or condition.get("Operator") != "In":
        raise errors.unsupported("this query expression in BulkDelete (only one condition, In, over the primary key)")
    values = condition.get("Values")
    ids = (
        [codec.guid(value.get("Value") if isinstance(value, dict) else value) for value in values]
        if isinstance(values, list)
        else [None]
    )
    if any(row_id is None for row_id in ids):
        raise errors.bad("The values of the condition must be ids.", "0x80040203")
    return entity, [row_id for row_id in ids if row_id is not None]


def _job(api: WebApi, context: Context, name: str) -> str:
    job, now = fresh_id(), codec.moment_sql(context.now)
    api.storage.insert(
        api.storage.catalog["asyncoperation"],
        {
            "asyncoperationid": job,
            "name": name or None,
            "operationtype": BULK_DELETE,
            "statecode": 3,
            "statuscode": 30,
            "ownerid": context.user.id,
            "ownerid~type": "systemuser",
            "owningbusinessunit": context.user.unit or seed.UNIT_ID,
            "createdon": now,
            "modifiedon": now,
            "startedon": now,
            "completedon": now,
            "createdby": context.user.id,
            "modifiedby": context.user.id,
            "versionnumber": api.storage.next_version(),
        },
    )
    return job
