"""Calling a custom API: its definition, its parameters, its handler, its answer.

    POST csp_Act {…}                                    GET csp_Ask(Day=@d,Name='x')?@d=2026-11-01T00:00:00Z
    POST set(key)/Microsoft.Dynamics.CRM.csp_Act {…}    GET set(key)/Microsoft.Dynamics.CRM.csp_Ask()
    POST set/Microsoft.Dynamics.CRM.csp_Act {…}         bound to a collection

A call runs inside one transaction with everything that its handler writes; then its message is told to registered steps. One
without response properties needs no handler: it is an event that others listen to. With them and without a handler it is refused.

Source: Microsoft Learn, "Use Web API actions", "Use Web API functions", "Microsoft Dataverse business events".
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.security.model import Right
from local.dataverse import errors, keys, operation_values, parameters
from local.dataverse.answers import empty, json_answer
from local.dataverse.custom_api_tables import COLLECTION, ENTITY, GLOBAL, TYPES
from local.dataverse.custom_apis import Call, RefusedError
from local.dataverse.operation_values import PREFIX, Reference
from local.dataverse.options import Preferences
from local.dataverse.parameters import Part
from local.dataverse.pipeline import NO_ID, NO_TABLE, Event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.keys import Which
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row
    from local.dataverse.urls import Address, Segment
    from local.http import Response

Json = dict[str, Any]


def unbound(api: WebApi, context: Context, method: str, address: Address, body: bytes) -> Response | None:
    """Call an API that is bound to nothing; None when the address names none."""
    if len(address.segments) != 1:
        return None
    return _call(api, context, method, (GLOBAL, None, None), address.segments[0], address.aliases, body)


def bound(
    api: WebApi, context: Context, method: str, entity: Entity, which: Which | None, address: Address, body: bytes
) -> Response | None:
    """Call an API of one row, or (`which` None) of a set; None when the address names none."""
    kind = COLLECTION if which is None else ENTITY
    return _call(api, context, method, (kind, entity, which), address.segments[-1], address.aliases, body)


def _call(
    api: WebApi,
    context: Context,
    method: str,
    on: tuple[int, Entity | None, Which | None],
    segment: Segment,
    aliases: Mapping[str, str],
    body: bytes,
) -> Response | None:
    kind, entity, which = on
    with api.storage.lock:
        row = _definition(api, segment.name.removeprefix(PREFIX), kind, entity.name if entity else None)
        if row is None:
            return None
        name, is_function = str(row["uniquename"]), bool(row["isfunction"])
        if method != ("GET" if is_function else "POST"):
            raise errors.DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")
        if row.get("executeprivilegename"):
            context.access.need(str(row["executeprivilegename"]))
        wanted = _parts(api, "customapirequestparameter", row)
        with api.storage.transaction():
            given = parameters.in_address(wanted, segment, aliases) if is_function else parameters.in_body(name, wanted, body)
            return _run(api, context, row, (entity, which), parameters.typed(api.storage, context, name, wanted, given))


def _definition(api: WebApi, name: str, kind: int, table: str | None) -> Row | None:
    entity = api.storage.catalog.by_name.get("customapi")
    found = api.storage.find_key(entity, 0, name.lower()) if entity is not None else None
    if found is None or found["uniquename"] != name or found["bindingtype"] not in {kind, None if kind == GLOBAL else kind}:
        return None
    return found if kind == GLOBAL or found["boundentitylogicalname"] == table else None


def _parts(api: WebApi, table: str, row: Row) -> dict[str, Part]:
    sql = f'SELECT uniquename, type, {"isoptional" if "request" in table else "0"} FROM "{table}" WHERE customapiid = ? '  # noqa: S608  names of this module
    rows = api.storage.rows(f"{sql} ORDER BY createdon, customapiid, uniquename", (row["customapiid"],))
    return {str(name): Part(str(name), TYPES[int(kind or 0)], bool(optional)) for name, kind, optional in rows}


def _run(api: WebApi, context: Context, row: Row, on: tuple[Entity | None, Which | None], given: Json) -> Response:
    name, (entity, which) = str(row["uniquename"]), on
    results = _parts(api, "customapiresponseproperty", row)
    handler = api.handlers.get(name)
    if handler is None and results:
        raise errors.unsupported(f"the custom API '{name}': no handler is registered for it, and it has response properties")
    target = _target(api, context, entity, which) if entity is not None and which is not None else None
    found: Mapping[str, Any] = {}
    if handler is not None:
        try:
            found = handler(Call(name, given, target, context.user, context.now, _sender(api, context))) or {}
        except RefusedError as error:
            raise errors.bad(str(error), "0x80040265") from error
    api.raise_message(context, _event(api, row, target, given, (results, found)))
    return _answer(api, context, name, results, found)


def _event(
    api: WebApi, row: Row, target: Reference | None, given: Json, answered: tuple[Mapping[str, Part], Mapping[str, Any]]
) -> Event:
    """What steps hear of a call: its parameters, the row that it was made on as Target, and what was answered."""
    wanted, (results, found) = _parts(api, "customapirequestparameter", row), answered
    inputs = {name: operation_values.told(wanted[name].type, value) for name, value in given.items()}
    if target is not None:
        inputs = {"Target": operation_values.told("EntityReference", target), **inputs}
    outputs = {name: operation_values.told(results[name].type, value) for name, value in found.items() if name in results}
    table = target.table if target else str(row.get("boundentitylogicalname") or NO_TABLE)
    return Event(str(row["uniquename"]), table, target.id if target else NO_ID, inputs=inputs, outputs=outputs)


def _target(api: WebApi, context: Context, entity: Entity, which: Which) -> Reference:
    row = keys.required(api.storage, entity, which)
    context.access.check(entity, row, Right.READ)
    return Reference(entity.name, str(row[entity.primary_id]))


def _sender(api: WebApi, context: Context) -> Callable[..., Any]:
    inner = replace(context, headers={}, preferences=Preferences(), in_batch=False)

    def send(method: str, path: str, body: object = None) -> Any:  # noqa: ANN401  JSON
        address, _, query = path.partition("?")
        sent = b"" if body is None else json.dumps(body, default=str).encode()
        answer = api.answer(inner, method, address, query, sent)
        return json.loads(answer.body, parse_float=Decimal) if answer.body else dict(answer.headers).get("OData-EntityId")

    return send


def _answer(api: WebApi, context: Context, name: str, results: Mapping[str, Part], found: Mapping[str, Any]) -> Response:
    """204 without response properties. A single entity or collection is the whole answer, as Dataverse declares it."""
    unknown = next((one for one in found if one not in results), None)
    if unknown is not None:
        message = f"the handler of '{name}' answered '{unknown}', which is no response property"
        raise TypeError(message)
    if not results:
        return empty()
    texts = {one: operation_values.write(api.storage, part.type, found.get(one)) for one, part in results.items()}
    only = next(iter(results.values())) if len(results) == 1 else None
    place = f"{context.root}$metadata#{PREFIX}{name}Response"
    if only is not None and only.type == "EntityCollection":
        return json_answer(
            context,
            f'{{"@odata.context":"{context.root}$metadata#Collection({PREFIX}crmbaseentity)","value":{texts[only.name]}}}',
        )
    if only is not None and only.type == "Entity" and texts[only.name] != "null":
        place, members = f"{context.root}$metadata#{PREFIX}crmbaseentity/$entity", texts[only.name][1:-1]
    else:
        members = ",".join(f"{json.dumps(one)}:{text}" for one, text in texts.items())
    return json_answer(context, f'{{"@odata.context":"{place}"{"," if members else ""}{members}}}')
