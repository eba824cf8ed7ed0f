"""Values of a webhook's body as .NET's DataContract serializer writes them: `__type` tags, `/Date(ms)/`, every slash escaped.

Source: Microsoft Learn, "Use webhooks to create external handlers"; published webhook bodies.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Column, Kind
from local.dataverse import codec
from local.dataverse.entities import is_polymorphic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.entities import Entity

CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
Json = dict[str, Any]


def pairs(values: Mapping[str, object]) -> list[Json]:
    """A parameter collection."""
    return [{"key": name, "value": value} for name, value in values.items()]


def tagged(kind: str, members: Json) -> Json:
    """An object with its type."""
    return {"__type": f"{kind}:{CONTRACTS}", **members}


def reference(table: str, row_id: str) -> Json:
    """An EntityReference as a value."""
    return tagged("EntityReference", bare_reference(table, row_id))


def bare_reference(table: str, row_id: str) -> Json:
    """An EntityReference where its type is known."""
    return {"Id": row_id, "KeyAttributes": [], "LogicalName": table, "Name": None, "RowVersion": None}


def option(value: Sql) -> Json:
    """An OptionSetValue."""
    return tagged("OptionSetValue", {"Value": value})


def row(entity: Entity, row_id: str, values: Mapping[str, Sql], whole: Mapping[str, Sql]) -> Json:
    """An Entity where its type is known; `whole` is the row that the values are from, which knows the tables of its lookups."""
    attributes = {
        name: attribute(entity.columns[name], value, whole)
        for name, value in values.items()
        if name in entity.columns and name != "versionnumber"
    }
    return {
        "Attributes": pairs(attributes),
        "EntityState": None,
        "FormattedValues": [],
        "Id": row_id,
        "KeyAttributes": [],
        "LogicalName": entity.name,
        "RelatedEntities": [],
        "RowVersion": None,
    }


def target(entity: Entity, row_id: str, values: Mapping[str, Sql], whole: Mapping[str, Sql]) -> Json:
    """The Target of a write: an Entity with the version of its row."""
    made = tagged("Entity", row(entity, row_id, values, whole))
    made["RowVersion"] = str(whole.get("versionnumber"))
    return made


def collection(table: str, entities: Iterable[Json]) -> Json:
    """An EntityCollection. Inferred from the SDK's class; no published body shows one."""
    return tagged(
        "EntityCollection",
        {
            "Entities": list(entities),
            "EntityName": table,
            "MinActiveRowVersion": None,
            "MoreRecords": False,
            "PagingCookie": None,
            "TotalRecordCount": -1,
            "TotalRecordCountLimitExceeded": False,
        },
    )


def attribute(column: Column, stored: Sql, whole: Mapping[str, Sql]) -> object:  # noqa: PLR0911  one return per type
    """One attribute's value."""
    if stored is None:
        return None
    match column.kind:
        case Kind.LOOKUP:
            table = str(whole.get(f"{column.name}~type") or "") if is_polymorphic(column) else column.targets[0]
            return reference(table, str(stored))
        case Kind.CHOICE | Kind.STATE | Kind.STATUS:
            return option(stored)
        case Kind.MONEY:
            return tagged("Money", {"Value": codec.as_decimal(column.kind, stored)})
        case Kind.DECIMAL:
            return codec.as_decimal(column.kind, stored)
        case Kind.BOOLEAN:
            return bool(stored)
        case Kind.DATE | Kind.DATETIME:
            return f"/Date({milliseconds(datetime.fromisoformat(str(stored)).replace(tzinfo=UTC))})/"
    return stored


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, as dates are written."""
    return int(moment.timestamp() * 1000)


def encoded(value: object) -> bytes:
    """JSON with exact numbers and every slash escaped."""
    return _text(value).replace("/", "\\/").encode()


def _text(value: object) -> str:  # noqa: PLR0911  one return per type
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return encode_basestring_ascii(value)
        case dict():
            return "{" + ",".join(f"{encode_basestring_ascii(name)}:{_text(item)}" for name, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(_text(item) for item in value) + "]"
        case Decimal():
            return f"{value:f}"
    return str(value)
