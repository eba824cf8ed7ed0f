"""Actions on the options of a choice, of one column or shared.

    InsertOptionValue · InsertStatusValue · UpdateOptionValue · UpdateStateValue · DeleteOptionValue · OrderOption

A shared choice is named by OptionSetName, that of a column by EntityLogicalName and AttributeLogicalName.

Source: Microsoft Learn,
"Create and update choices (option sets) using the Web API"; Web API reference of each action.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Choice, Kind
from local.dataverse import choices, errors, making
from local.dataverse.answers import empty, json_answer
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dataverse.schema.model import Column
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.resources import WebApi
    from local.http import Response

Json = dict[str, Any]
CRM = "Microsoft.Dynamics.CRM."


def _choice(api: WebApi, given: Json) -> tuple[Choice, Callable[[Choice], None]]:
    """The choice that a request names, and how to put another in its place. Errors: 400, 404."""
    storage = api.storage
    name = given.get("OptionSetName")
    if isinstance(name, str) and name:
        if name not in storage.catalog.choices:
            raise errors.DataverseError(404, "0x80048403", f"Could not find optionset with name {name}.")
        return storage.catalog.choices[name], lambda choice: choices.change_choice(storage, name, choice)
    entity, column = _column(api, given)
    if column.choice is None:
        raise errors.bad(f"The column '{column.name}' of '{entity.name}' is no choice.", making.BAD)
    if isinstance(column, MadeColumn) and column.global_name:
        return _choice(api, {"OptionSetName": column.global_name})
    return column.choice, lambda choice: choices.change_column_choice(storage, entity, column, choice)


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
    made = making.options({"Options": [{**given, "Value": value}]}, choice.name)[0]
    if any(option.value == made.value for option in choice.options):
        raise errors.bad(f"The choice '{choice.name}' has the value {made.value} already.", "0x80048417")
    put(Choice(choice.name, (*choice.options, replace(made, state=state if isinstance(state, int) else None))))
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
    put(
        Choice(
            choice.name,
            tuple(making.option(given, value, choice.name, one) if one.value == value else one for one in choice.options),
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


def _order_options(api: WebApi, _: Context, given: Json) -> Response:
    choice, put = _choice(api, given)
    values = making.member(given, "Values", list, "OrderOption")
    by_value = {option.value: option for option in choice.options}
    if sorted(by_value) != sorted(value for value in values if isinstance(value, int)) or len(values) != len(by_value):
        raise errors.bad(f"OrderOption needs every value of the choice '{choice.name}' once.", making.BAD)
    put(Choice(choice.name, tuple(by_value[value] for value in values)))
    return empty()


def _update_state(api: WebApi, context: Context, given: Json) -> Response:
    _, column = _column(api, {"AttributeLogicalName": "statecode", **given})
    if column.kind is not Kind.STATE:
        raise errors.bad("UpdateStateValue changes a state column.", making.BAD)
    return _update_option(api, context, {**given, "AttributeLogicalName": column.name})


ACTIONS: Mapping[str, Callable[[WebApi, Context, Json], Response]] = {
    "InsertOptionValue": _insert_option,
    "InsertStatusValue": _insert_status,
    "UpdateOptionValue": _update_option,
    "UpdateStateValue": _update_state,
    "DeleteOptionValue": _delete_option,
    "OrderOption": _order_options,
}
