"""Custom APIs that a program brings along: actions and functions of one's own, done by handlers in Python.

    DataverseApp(custom_apis=[CustomApi("csp_Act", handler, parameters=(Part("Day", "DateTime"),))])

Their rows are written as a client would write them (custom_api_tables.py); calls are answered in custom_api_calls.py.

Source: Microsoft Learn, "Create and use custom APIs".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.dataverse.custom_api_tables import COLLECTION, ENTITY, GLOBAL, type_number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from local.dataverse.context import User
    from local.dataverse.operation_values import Reference
    from local.dataverse.parameters import Part
    from local.dataverse.resources import WebApi
    from local.dataverse.writing import Writer

Json = dict[str, Any]
Handler = Callable[["Call"], Mapping[str, Any] | None]


class RefusedError(Exception):
    """A handler's own refusal, in a sentence: Dataverse's InvalidPluginExecutionException."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a custom API, as its handler sees it.

    Attributes:
        parameters: by name; those that were not given are missing.
        target: the row that the API was called on, None when it is bound to none.
        send: does another request of the Web API inside the same transaction: method, path, body → the answer's JSON or None.
    """

    name: str
    parameters: Mapping[str, Any]
    target: Reference | None
    user: User
    now: datetime
    send: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class CustomApi:
    """A custom API that a program registers: `DataverseApp(custom_apis=[CustomApi("csp_Act", handler)])`.

    Attributes:
        table: the table whose rows it is called on; `collection` for the set as a whole.
        function: called by GET; it must have a result.
        privilege: what a caller needs, e.g. `prvCreatecsp_command`.
    """

    name: str
    handler: Handler
    parameters: tuple[Part, ...] = ()
    results: tuple[Part, ...] = ()
    table: str | None = None
    collection: bool = False
    function: bool = False
    privilege: str | None = None


def register(api: WebApi, wanted: Iterable[CustomApi], writer: Writer) -> None:
    """Write the rows of APIs that a program brings, unless they are there, and remember their handlers. Errors: 400."""
    entity = api.storage.catalog["customapi"]
    with api.storage.transaction():
        for one in wanted:
            if api.storage.find_key(entity, 0, one.name.lower()) is None:
                writer.create(entity, _rows(one))
            api.handlers[one.name] = one.handler


def _rows(one: CustomApi) -> Json:
    """The deep insert that makes an API."""
    binding = GLOBAL if one.table is None else COLLECTION if one.collection else ENTITY
    return {
        "uniquename": one.name,
        "name": one.name,
        "displayname": one.name,
        "bindingtype": binding,
        "boundentitylogicalname": one.table,
        "isfunction": one.function,
        "executeprivilegename": one.privilege,
        "allowedcustomprocessingsteptype": 1,
        "CustomAPIRequestParameters": [{**_part(part), "isoptional": part.optional} for part in one.parameters],
        "CustomAPIResponseProperties": [_part(part) for part in one.results],
    }


def _part(part: Part) -> Json:
    return {
        "uniquename": part.name,
        "name": part.name,
        "displayname": part.name,
        "type": type_number(part.type),
    }
