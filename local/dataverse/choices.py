"""Global choices made, changed and removed; and the options of any choice put in place of those it had.

Source: Microsoft Learn, "Create and update choices (option sets) using the Web API".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Choice
from local.dataverse import columns, definitions, errors, evolving, making, metadata
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    from dataverse.schema.model import Column
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Storage
    from local.dataverse.urls import Segment

Json = dict[str, Any]


def post(storage: Storage, _: Context, __: tuple[Segment, ...], given: Json) -> str:
    """Make a global choice. Errors: 400 for a name that is taken."""
    name = making.member(given, "Name", str, "A global choice")
    if name in storage.catalog.choices:
        raise errors.bad(f"An OptionSet with the specified name {name} already exists.", "0x80048417")
    label = making.text_of(given.get("DisplayName"), name)
    evolving.keep_choice(storage, Choice(label, making.options(given, name)), name)
    return f"GlobalOptionSetDefinitions({definitions.choice_id(name)})"


def put(storage: Storage, _: Context, segments: tuple[Segment, ...], given: Json) -> str:
    """Change the label of a global choice. Errors: 400 for other options; 404."""
    name = metadata.find_choice(storage.catalog, segments[0].key or "")
    old = storage.catalog.choices[name]
    if given.get("Options") and {one.value for one in making.options(given, name)} != {one.value for one in old.options}:
        raise errors.bad(
            f"The options of '{name}' are changed with InsertOptionValue, UpdateOptionValue, DeleteOptionValue and OrderOption.",
            making.BAD,
        )
    change_choice(storage, name, Choice(making.text_of(given.get("DisplayName"), old.name), old.options))
    return ""


def change_choice(storage: Storage, name: str, choice: Choice) -> None:
    """Change a global choice and every column that uses it."""
    evolving.keep_choice(storage, choice, name)
    for entity in list(storage.catalog):
        using = [one for one in entity.table.columns if isinstance(one, MadeColumn) and one.global_name == name]
        if using:
            columns.swap(storage, entity, {one.name: replace(one, choice=choice) for one in using})


def change_column_choice(storage: Storage, entity: Entity, column: Column, choice: Choice) -> None:
    """Change the options of one column."""
    columns.swap(storage, entity, {column.name: replace(column, choice=choice)})


def delete(storage: Storage, _: Context, segments: tuple[Segment, ...], __: Json) -> str:
    """Remove a global choice. Errors: 400 while a column uses it; 404."""
    name = metadata.find_choice(storage.catalog, segments[0].key or "")
    used = any(
        isinstance(one, MadeColumn) and one.global_name == name for entity in storage.catalog for one in entity.table.columns
    )
    if used:
        raise errors.bad(
            f"The OptionSet({definitions.choice_id(name)}) component cannot be deleted because it is referenced by other "
            "components: columns.",
            "0x8004f01f",
        )
    evolving.keep_choice(storage, None, name)
    return ""
