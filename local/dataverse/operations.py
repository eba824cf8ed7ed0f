"""Unbound functions and actions of the service: `GET Name(p=@p)` and `POST Name`.

| name | does |
|---|---|
| CreateEntities | makes several tables at once |
| PublishXml, PublishAllXml | nothing: what is made is usable at once |
| RetrieveMetadataChanges | definitions by a query (metadata_changes.py) |
| InsertOptionValue, UpdateOptionValue, DeleteOptionValue | change a choice |
| RetrieveTotalRecordCount | how many rows tables have (totals.py) |
| BulkDelete | bulk.py |

Source: Microsoft Learn, "Web API action / function reference".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Choice, Option
from local.dataverse import bodies, bulk, errors, making, metadata_changes, metadata_writes, totals
from local.dataverse.answers import empty, json_answer
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.schema.model import Column
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
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


def _publish_xml(_: WebApi, __: Context, given: Json) -> Response:
    making.member(given, "ParameterXml", str, "PublishXml")
    return empty()


def _publish_all(_: WebApi, __: Context, ___: Json) -> Response:
    return empty()


def _choice(api: WebApi, given: Json) -> tuple[Choice, Callable[[Choice], None]]:
    """The choice that a request names, and how to put another in its place. Errors: 400, 404."""
    storage = api.storage
    name = given.get("OptionSetName")
    if isinstance(name, str) and name:
        if name not in storage.catalog.choices:
            raise errors.DataverseError(404, "0x80048403", f"Could not find optionset with name {name}.")
        return storage.catalog.choices[name], lambda choice: metadata_writes.change_choice(storage, name, choice)
    entity, column = _column(api, given)
    if column.choice is None:
        raise errors.bad(f"The column '{column.name}' of '{entity.name}' is no choice.", making.BAD)
    if isinstance(column, MadeColumn) and column.global_name:
        return _choice(api, {"OptionSetName": column.global_name})
    return column.choice, lambda choice: metadata_writes.change_column_choice(storage, entity, column, choice)


def _column(api: WebApi, given: Json) -> tuple[Entity, Column]:
    table = str(making.member(given, "EntityLogicalName", str, "This action")).lower()
    name = str(making.member(given, "AttributeLogicalName", str, "This action")).lower()
    entity = api.storage.catalog.by_name.get(table)
    if entity is None or name not in entity.columns:
        raise errors.DataverseError(404, "0x80060888", f"Could not find an attribute with specified name: {name}")
    return entity, entity.columns[name]


def _insert_option(api: WebApi, context: Context, given: Json) -> Response:
    choice, put = _choice(api, given)
    value = given.get("Value")
    if value is None:
        value = max((*(option.value for option in choice.options), making.FIRST_OPTION - 1)) + 1
    state = given.get("StateCode")
    label = making.text_of(given.get("Label"), str(value))
    made = making.options({"Options": [{"Value": value}]}, choice.name)[0]
    if any(option.value == made.value for option in choice.options):
        raise errors.bad(f"The choice '{choice.name}' has the value {made.value} already.", "0x80048417")
    put(Choice(choice.name, (*choice.options, Option(made.value, label, state if isinstance(state, int) else None))))
    place = f"{context.root}$metadata#{CRM}InsertOptionValueResponse"
    return json_answer(context, json.dumps({"@odata.context": place, "NewOptionValue": made.value}))


def _insert_status(api: WebApi, context: Context, given: Json) -> Response:
    _, column = _column(api, {**given, "AttributeLogicalName": "statuscode"})
    state = given.get("StateCode")
    states = {option.state for option in (column.choice.options if column.choice else ())}
    if not isinstance(state, int) or state not in states:
        raise errors.bad("InsertStatusValue needs StateCode, a state of the table.", making.BAD)
    return _insert_option(api, context, {**given, "AttributeLogicalName": "statuscode"})


def _update_option(api: WebApi, _: Context, given: Json) -> Response:
    choice, put = _choice(api, given)
    value = _known(choice, given)
    label = making.text_of(given.get("Label"), choice.label(value))
    put(
        Choice(
            choice.name,
            tuple(Option(one.value, label if one.value == value else one.label, one.state) for one in choice.options),
        )
    )
    return empty()


def _delete_option(api: WebApi, _: Context, given: Json) -> Response:
    choice, put = _choice(api, given)
    value = _known(choice, given)
    put(Choice(choice.name, tuple(one for one in choice.options if one.value != value)))
    return empty()


def _known(choice: Choice, given: Json) -> int:
    value = making.member(given, "Value", int, "This action")
    if all(option.value != value for option in choice.options):
        raise errors.bad(f"The choice '{choice.name}' has no value {value}.", "0x80048408")
    return int(value)


_ACTIONS: dict[str, Callable[[WebApi, Context, Json], Response]] = {
    "CreateEntities": _create_entities,
    "PublishXml": _publish_xml,
    "PublishAllXml": _publish_all,
    "InsertOptionValue": _insert_option,
    "InsertStatusValue": _insert_status,
    "UpdateOptionValue": _update_option,
    "DeleteOptionValue": _delete_option,
}
_FUNCTIONS: dict[str, Callable[[WebApi, Context, Address], Response]] = {
    "RetrieveMetadataChanges": metadata_changes.retrieve,
    totals.NAME: totals.retrieve,
}
