"""Reading the JSON of a metadata request: members that must be there, labels, options. Tables and columns are read in
table_bodies.py and column_bodies.py.

Source: Microsoft Learn, "Create and update table definitions using the Web API" and its neighbours; the payloads of Microsoft's
Python SDK, captured.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local.dataverse import codec, errors, labels
from local.dataverse.made import MadeOption

if TYPE_CHECKING:
    from dataverse.schema.model import Option

Json = dict[str, Any]
_NAME = re.compile(r"[A-Za-z]{2}[A-Za-z0-9]{0,6}_[A-Za-z0-9_]{1,90}\Z")
_WORDS: dict[type, str] = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}
FIRST_OPTION = 100_000_000
BAD = "0x80048403"


def refused(message: str) -> errors.DataverseError:
    """A definition that cannot be."""
    return errors.bad(message, BAD)


def member(body: Json, name: str, kind: type, what: str) -> Any:  # noqa: ANN401  JSON
    """A member that must be there and of one type. Errors: 400 naming it."""
    value = body.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise refused(f"{what} needs '{name}', {_WORDS[kind]}.")
    return value


def objects(body: Json, name: str) -> list[Json]:
    """A list of objects, empty when it is not there. Errors: 400."""
    found = body.get(name) or []
    if not isinstance(found, list) or any(not isinstance(one, dict) for one in found):
        raise refused(f"'{name}' must be a list of objects.")
    return found


def schema_name(body: Json, what: str) -> str:
    """A schema name with a publisher's prefix. Errors: 400."""
    name = member(body, "SchemaName", str, what)
    if not _NAME.match(name):
        raise refused(
            f"'{name}' is not a valid SchemaName for {what}: it begins with a publisher's prefix and an underscore, and has "
            "letters, digits and underscores only."
        )
    return str(name)


def is_name(text: str) -> bool:
    """Whether a text can name a table or a navigation property."""
    return re.fullmatch(r"[A-Za-z]\w{0,99}", text, re.ASCII) is not None


def text_of(label: object, default: str) -> str:
    """The text of a label. Errors: 400 when it is none."""
    texts = labels.texts(label, "label")
    return texts.get(labels.LANGUAGE) or next(iter(texts.values()), default)


def value_of(body: Json, name: str, default: Any) -> Any:  # noqa: ANN401  JSON
    """A managed property or enum wrapped as `{"Value": …}`, or bare."""
    found = body.get(name)
    if isinstance(found, dict):
        found = found.get("Value")
    return default if found is None else found


def options(given: Json, schema: str) -> tuple[Option, ...]:
    """The options of a choice; those without a number get the next one. Errors: 400 for a number twice."""
    found: list[Option] = []
    for one in objects(given, "Options"):
        value = one.get("Value")
        if value is None:
            value = max((option.value for option in found), default=FIRST_OPTION - 1) + 1
        if isinstance(value, bool) or not isinstance(value, int) or not codec.INT32[0] <= value <= codec.INT32[1]:
            raise refused(f"An option of '{schema}' has a Value that is no whole number.")
        if any(option.value == value for option in found):
            raise errors.bad(f"The choice '{schema}' has the value {value} twice.", "0x80048417")
        found.append(option(one, value, schema))
    return tuple(found)


def option(given: Json, value: int, schema: str, old: Option | None = None) -> Option:
    """One option as a request describes it, over what it was. Errors: 400 for a colour that is none."""
    was = old if isinstance(old, MadeOption) else MadeOption(value, old.label if old else str(value), old.state if old else None)
    color, external = given.get("Color", was.color), given.get("ExternalValue", was.external)
    if color is not None and (not isinstance(color, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}|", color)):
        raise refused(f"The Color of an option of '{schema}' is written as #rrggbb.")
    return replace(
        was,
        label=text_of(given.get("Label"), was.label),
        color=color or None,
        description=text_of(given.get("Description"), was.description),
        external=str(external or ""),
    )
