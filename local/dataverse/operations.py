"""Unbound functions and actions of the service: `GET Name(p=@p)` and `POST Name`.

| name | does |
|---|---|
| CreateEntities | makes several tables at once |
| PublishXml, PublishAllXml | nothing: what is made is usable at once (solutions/publishing.py checks what is named) |
| ImportSolution and its kin | solutions/messages.py |
| RetrieveMetadataChanges | definitions by a query (metadata_changes.py) |
| InsertOptionValue and others of choices | option_actions.py |
| CreateCustomerRelationships, CreatePolymorphicLookupAttribute | lookups of several tables (lookups.py) |
| CanBeReferenced, GetValidReferencedEntities and their like | eligibility.py |
| RetrieveTimestamp and others | definition_functions.py |
| BulkDelete | bulk.py |

Source: Microsoft Learn, "Web API action / function reference".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.dataverse import (
    bodies,
    bulk,
    definition_functions,
    eligibility,
    errors,
    lookups,
    making,
    metadata_changes,
    metadata_writes,
    option_actions,
    principal_functions,
)
from local.dataverse.answers import empty, json_answer
from local.dataverse.solutions import messages, publishing

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.context import Context
    from local.dataverse.resources import WebApi
    from local.dataverse.urls import Address
    from local.http import Response

Json = dict[str, Any]
CRM = "Microsoft.Dynamics.CRM."


def answer(api: WebApi, context: Context, method: str, address: Address, body: bytes) -> Response | None:
    """Run an operation of the service; None when the address names none. Errors: 405; each operation's own."""
    if len(address.segments) != 1:
        return None
    head = address.segments[0]
    done = messages.answer(api, context, method, address, body)
    if done is not None:
        return done
    name = head.name.removeprefix(CRM)
    if name in _FUNCTIONS:
        if method != "GET":
            raise _not_allowed(method)
        with api.storage.lock:
            return _FUNCTIONS[name](api, context, address)
    if name == "BulkDelete" and head.key is None:
        return bulk.bulk_delete(api, context, body) if method == "POST" else _refuse(method)
    if name in _ACTIONS and head.key in {None, ""}:
        if method != "POST":
            raise _not_allowed(method)
        if name in _CUSTOMIZING:
            context.access.need(_CUSTOMIZING[name])
        given = bodies.as_object(bodies.decode(body), name) if body.strip() else {}
        with api.storage.transaction():
            return _ACTIONS[name](api, context, given)
    return None


def _not_allowed(method: str) -> errors.DataverseError:
    return errors.DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")


def _refuse(method: str) -> Response:
    raise _not_allowed(method)


def _create_entities(api: WebApi, context: Context, given: Json) -> Response:
    ids = metadata_writes.create_tables(api.storage, context, given)
    place = f"{context.root}$metadata#{CRM}CreateEntitiesResponse"
    return json_answer(context, json.dumps({"@odata.context": place, "EntityIds": ids}))


def _publish_xml(api: WebApi, _: Context, given: Json) -> Response:
    publishing.check(api.storage, making.member(given, "ParameterXml", str, "PublishXml"))
    api.jobs.check("Publish")
    return empty()


def _publish_all(api: WebApi, _: Context, __: Json) -> Response:
    api.jobs.check("PublishAll")
    return empty()


_ACTIONS: dict[str, Callable[[WebApi, Context, Json], Response]] = {
    "CreateEntities": _create_entities,
    "PublishXml": _publish_xml,
    "PublishAllXml": _publish_all,
    "CreateCustomerRelationships": lookups.create_customer,
    "CreatePolymorphicLookupAttribute": lookups.create_polymorphic,
    **option_actions.ACTIONS,
    **eligibility.ACTIONS,
}


_FUNCTIONS: dict[str, Callable[[WebApi, Context, Address], Response]] = {
    "RetrieveMetadataChanges": metadata_changes.retrieve,
    **eligibility.FUNCTIONS,
    **definition_functions.FUNCTIONS,
    **principal_functions.FUNCTIONS,
}
_CUSTOMIZING = dict.fromkeys(
    ("CreateEntities", "CreateCustomerRelationships", "CreatePolymorphicLookupAttribute"), "prvCreateEntity"
)
_CUSTOMIZING |= dict.fromkeys(option_actions.ACTIONS, "prvWriteEntity")
"""What changing definitions by an action needs, as it does by their addresses."""
