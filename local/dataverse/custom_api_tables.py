"""Where custom APIs are defined: rows of `customapi`, with their request parameters and response properties.

What a row may hold is checked when it is written; its name and binding cannot be changed afterwards. Each API has a message of
its own, so that steps can be registered for it.

Source: Microsoft Learn, "Custom API tables", "Create and use custom APIs".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dataverse.schema.model import Key, Table
from local.dataverse import errors
from local.dataverse.fixed import fixed
from local.dataverse.shorthand import choice, flag, lookup, table, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Storage

GLOBAL, ENTITY, COLLECTION = 0, 1, 2
TYPES = (
    "Boolean",
    "DateTime",
    "Decimal",
    "Entity",
    "EntityCollection",
    "EntityReference",
    "Float",
    "Integer",
    "Money",
    "Picklist",
    "String",
    "StringArray",
    "Guid",
)
"""Types of parameters, in the order of their numbers."""
_NUMBERS = {name: number for number, name in enumerate(TYPES)}
_NAME = re.compile(r"[A-Za-z]\w{0,127}\Z", re.ASCII)
FIXED = (
    "uniquename",
    "bindingtype",
    "boundentitylogicalname",
    "isfunction",
    "allowedcustomprocessingsteptype",
    "type",
    "isoptional",
)
"""Columns that keep their first value."""

API = table(
    "customapi",
    "customapis",
    "name",
    (
        text("uniquename", 128),
        text("name", 100),
        text("displayname", 100),
        text("description", 300),
        choice("bindingtype", Global=GLOBAL, Entity=ENTITY, Entity_Collection=COLLECTION),
        text("boundentitylogicalname", 100),
        flag("isfunction"),
        flag("isprivate"),
        flag("workflowsdkstepenabled"),
        choice("allowedcustomprocessingsteptype", none=0, Async_Only=1, Sync_and_Async=2),
        text("executeprivilegename", 100),
    ),
    keys=(Key("customapi_uniquename", ("uniquename",)),),
)


def _part(name: str, set_name: str, *more: str) -> Table:
    return table(
        name,
        set_name,
        "name",
        (
            text("uniquename", 128),
            text("name", 100),
            text("displayname", 100),
            text("description", 300),
            text("logicalentityname", 100),
            choice("type", **_NUMBERS),
            *map(flag, more),
            lookup("customapiid", "customapi", schema="CustomAPIId"),
        ),
        keys=(Key(f"{name}_uniquename", ("customapiid", "uniquename")),),
    )


PARAMETER = _part("customapirequestparameter", "customapirequestparameters", "isoptional")
PROPERTY = _part("customapiresponseproperty", "customapiresponseproperties")
TABLES = (API, PARAMETER, PROPERTY)
_NAMES = frozenset(made.name for made in TABLES)


def created(storage: Storage, entity: Entity, row: dict[str, Sql], now: str) -> None:
    """A new row: it is checked, and an API gets its message. Errors: 400 in a sentence."""
    if entity.name not in _NAMES:
        return
    unique = str(row.get("uniquename") or "")
    if not _NAME.match(unique):
        raise errors.bad(f"'{unique}' is not a valid uniquename: a letter, then letters, digits and underscores.")
    if entity.name == "customapi":
        _check_binding(storage, row)
        _message(storage, unique, now)
    elif row.get("type") is None or row.get("customapiid") is None:
        raise errors.bad(f"The row '{unique}' of {entity.name} needs 'type' and 'CustomAPIId@odata.bind'.", "0x80040203")


def _check_binding(storage: Storage, row: Mapping[str, Sql]) -> None:
    bound, wanted = row.get("boundentitylogicalname"), row.get("bindingtype") in {ENTITY, COLLECTION}
    if wanted and str(bound) not in storage.catalog.by_name:
        raise errors.bad(f"The custom API is bound, but boundentitylogicalname '{bound or ''}' is no table.", "0x80040203")
    if bound is not None and not wanted:
        raise errors.bad("boundentitylogicalname can be set only when bindingtype is 1 (Entity) or 2 (EntityCollection).")


def _message(storage: Storage, name: str, now: str) -> None:
    messages = storage.catalog["sdkmessage"]
    key = fixed("sdkmessage", name)
    if storage.find(messages, key) is None:
        storage.insert(
            messages,
            {
                "sdkmessageid": key,
                "name": name,
                "createdon": now,
                "modifiedon": now,
                "statecode": 0,
                "statuscode": 1,
                "versionnumber": storage.next_version(),
            },
        )


def updated(entity: Entity, old: Mapping[str, Sql], changes: Mapping[str, Sql]) -> None:
    """A changed row. Errors: 400 for what keeps its first value."""
    if entity.name in _NAMES:
        for name in FIXED:
            if name in changes and changes[name] != old.get(name):
                raise errors.bad(
                    f"The column '{name}' of {entity.name} cannot be changed after the row was created.", "0x80040203"
                )


def deleted(storage: Storage, entity: Entity, old: Mapping[str, Sql]) -> None:
    """A deleted API takes its parameters, properties and message along."""
    if entity.name == "customapi":
        for part in (PARAMETER, PROPERTY):
            storage.db.execute(f'DELETE FROM "{part.name}" WHERE customapiid = ?', (old["customapiid"],))  # noqa: S608  model's names
        storage.db.execute("DELETE FROM sdkmessage WHERE sdkmessageid = ?", (fixed("sdkmessage", str(old["uniquename"])),))


def type_number(name: str) -> int:
    """The number of a type."""
    return _NUMBERS[name]
