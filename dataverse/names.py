"""From our names to those of the Web API: entity sets, addresses of rows, and which properties hold ids."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from dataverse.schema.model import Kind, Table
from dataverse.schema.tables import BY_NAME
from transport.exact import dumps
from work365.errors import BadInput, InvariantBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = str | int | bool | Decimal | date | UUID | None

_GUID = re.compile(r"\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_ID_KINDS = frozenset({Kind.GUID, Kind.LOOKUP})
ID_PROPERTIES = frozenset(column.api_name for table in BY_NAME.values() for column in table.columns if column.kind in _ID_KINDS)
"""Properties whose literals are bare ids, not quoted text."""
UNADDRESSABLE = frozenset("/#<>*%&:\\?+")


def table_of(name: str) -> Table:
    """A table of the model by its logical name."""
    table = BY_NAME.get(name)
    if table is None:
        message = f"there is no table '{name}' in the table model"
        raise InvariantBroken(message)
    return table


def set_of(name: str) -> str:
    """The entity set of a table: `w365_invoice` → `w365_invoices`."""
    return table_of(name).set_name


def guid(text: str) -> str:
    """A checked id in lower case.

    Errors: BadInput when it is not a GUID, so nothing else can slip into an address or a filter.
    """
    if not _GUID.match(text):
        message = f"'{text}' is not the id of a row"
        raise BadInput(message)
    return text.lower()


def logical(api_name: str) -> str:
    """The column behind a property: `_w365_contract_value` → `w365_contract`."""
    return api_name[1:-6] if api_name.startswith("_") and api_name.endswith("_value") else api_name


def holds_ids(name: str) -> bool:
    """Whether the values of a property are ids, which stand bare where text is quoted."""
    return name in ID_PROPERTIES or logical(name) != name


def literal(value: Value, name: str = "") -> str:
    """A value as OData writes it in a filter or a key; text for a property that holds ids is checked and left bare.

    Errors: BadInput for text that is not an id where one is needed; InvariantBroken for a float, a naive time, or a list.
    """
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str):
        return guid(value) if holds_ids(name) else "'" + value.replace("'", "''") + "'"
    if isinstance(value, list | tuple | dict):
        message = f"a {type(value).__name__} cannot stand in a filter or a key"
        raise InvariantBroken(message)
    return dumps(value).decode().strip('"')


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a row is: by its id, by an alternate key, or created earlier in the same change set.

    Shape:  exactly one of `id`, `key` and `content_id`. Names in `key` are logical names; lookups among them hold ids.
    Errors: BadInput from `path` when a key's text has a character that works for uniqueness but not in an address: such rows are
            found with a filter, or better, have an id that is derived from their key.
    Source: learn.microsoft.com, "Define alternate keys", Unicode characters in key value.
    """

    table: str
    id: str | None = None
    key: Mapping[str, Value] | None = None
    content_id: int | None = None

    def __post_init__(self) -> None:
        if sum(way is not None for way in (self.id, self.key, self.content_id)) != 1:
            message = f"a row of {self.table} needs exactly one of id, key and content id"
            raise InvariantBroken(message)

    @property
    def path(self) -> str:
        """The address relative to the service root, not yet percent-encoded: `accounts(id)`, `accounts(number='1')` or `$1`."""
        if self.content_id is not None:
            return f"${self.content_id}"
        return f"{set_of(self.table)}({guid(self.id) if self.id is not None else self._key()})"

    def _key(self) -> str:
        columns = table_of(self.table).by_name
        parts = []
        for name, value in (self.key or {}).items():
            if name not in columns:
                message = f"{self.table} has no column '{name}' to find a row by"
                raise InvariantBroken(message)
            if isinstance(value, str) and UNADDRESSABLE & set(value):
                message = f"'{value}' holds a character that Dataverse cannot find a row by ({' '.join(sorted(UNADDRESSABLE))})"
                raise BadInput(message, name)
            api_name = columns[name].api_name
            parts.append(f"{api_name}={literal(value, api_name)}")
        return ",".join(parts)


def collection(parent: str, child: str, lookup: str) -> str:
    """The property that holds a row's children: the name of the relationship, `<parent>_<child>_<lookup>` in this model.

    Used for deep inserts and expands: `collection("w365_invoice", "w365_invoiceline", "w365_invoice")`.
    """
    return f"{table_of(parent).name}_{table_of(child).name}_{table_of(child).column(lookup).name}"
