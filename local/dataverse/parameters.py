"""Parameters of an operation: what it takes, found in a body or in an address, and read as their types.

Source: Microsoft Learn, "Use Web API actions", "Use Web API functions" (passing parameters).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.dataverse import bodies, errors, operation_values, urls
from local.dataverse.operation_values import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.dataverse.context import Context
    from local.dataverse.storage import Storage
    from local.dataverse.urls import Segment

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A request parameter or a response property; `type` is one of the names in custom_api_tables.TYPES."""

    name: str
    type: str
    optional: bool = False


def in_body(name: str, wanted: Mapping[str, Part], body: bytes) -> Json:
    """The parameters of an action, still as JSON. Errors: 400 for one that it has not."""
    given = bodies.as_object(bodies.decode(body), name) if body.strip() else {}
    for one in given:
        if one not in wanted and not one.startswith("@odata."):
            raise unreadable(f"The parameter '{one}' in the request payload is not a valid parameter for the operation '{name}'.")
    return {one: value for one, value in given.items() if one in wanted}


def in_address(wanted: Mapping[str, Part], segment: Segment, aliases: Mapping[str, str]) -> Json:
    """The parameters of a function, in place or by alias, still as JSON. Errors: 400 for one that it has not."""
    given: Json = {}
    for name, text in urls.key_pairs(segment.key) if segment.key else ():
        if name not in wanted or name in given:
            raise errors.bad("Request message has unresolved parameters.")
        given[name] = operation_values.literal(wanted[name].type, aliases.get(text, "null") if text.startswith("@") else text)
    return given


def called(name: str, parts: Iterable[Part], segment: Segment, aliases: Mapping[str, str]) -> Json:
    """The parameters of a function, still as JSON. Errors: 400 for one that it has not, and for one that is missing."""
    wanted = {part.name: part for part in parts}
    given = in_address(wanted, segment, aliases)
    _complete(name, wanted, given)
    return given


def typed(storage: Storage, context: Context, name: str, wanted: Mapping[str, Part], given: Json) -> Json:
    """Parameters as a handler sees them. Errors: 400 for one that is missing or of another type."""
    _complete(name, wanted, given)
    return {one: operation_values.read(storage, context, wanted[one].type, value) for one, value in given.items()}


def _complete(name: str, wanted: Mapping[str, Part], given: Json) -> None:
    for part in wanted.values():
        if not part.optional and given.get(part.name) is None:
            raise errors.bad(f"Required field '{part.name}' is missing for the request '{name}'.", "0x80040203")
