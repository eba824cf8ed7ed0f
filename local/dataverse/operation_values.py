"""Values of a custom API's parameters and response properties: as JSON, as a literal in an address, as a handler sees them.

| type | in a body | in an address | for a handler |
|---|---|---|---|
| Boolean, Integer, Picklist, String | JSON | `true`, `5`, `'it''s'` | bool, int, str |
| Decimal, Float, Money | number | `1.5` | Decimal |
| DateTime | `"2026-11-01T08:30:00Z"` | bare | aware datetime |
| Guid | text | bare | str, lower case |
| StringArray | list | `["a","b"]` or `['a','b']` | tuple of str |
| EntityReference | `{"@odata.type": …, "accountid": …}` | `{'@odata.id':'accounts(id)'}` | Reference |
| Entity, EntityCollection | object with `@odata.type`, list of them | JSON through an alias | dict, list of dict |

Source: Microsoft Learn, "Use Web API actions", "Use Web API functions", "Custom API tables" (data types).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from local.dataverse import bodies, codec, encoding, errors, keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.context import Context
    from local.dataverse.storage import Storage

PREFIX = "Microsoft.Dynamics.CRM."
EDM = {
    "Boolean": "Edm.Boolean",
    "DateTime": "Edm.DateTimeOffset",
    "Decimal": "Edm.Decimal",
    "Entity": "mscrm.crmbaseentity",
    "EntityCollection": "Collection(mscrm.crmbaseentity)",
    "EntityReference": "mscrm.crmbaseentity",
    "Float": "Edm.Double",
    "Integer": "Edm.Int32",
    "Money": "Edm.Decimal",
    "Picklist": "Edm.Int32",
    "String": "Edm.String",
    "StringArray": "Collection(Edm.String)",
    "Guid": "Edm.Guid",
    "Enum": "Edm.String",
}
"""By type; `Enum` is for the platform's own operations, and a custom API cannot have it."""


MOST_DECIMAL, MOST_DOUBLE = Decimal(2**96 - 1), Decimal("1.7976931348623157e308")
LEAST_EXPONENT = -324


@dataclass(frozen=True, slots=True)
class Reference:
    """One row."""

    table: str
    id: str


class _WrongError(Exception):
    """The value is not of the type."""


def read(storage: Storage, context: Context, kind: str, value: Any) -> Any:  # noqa: ANN401  JSON and every type
    """A JSON value as a handler sees it; null is None. Errors: 400 for another type; 404 for a row that is not there."""
    if value is None:
        return None
    try:
        if kind == "EntityReference":
            return _reference(storage, context, value)
        if kind == "EntityCollection":
            return [_entity(storage, one) for one in _list(value)]
        return _entity(storage, value) if kind == "Entity" else _READERS[kind](value)
    except (_WrongError, InvalidOperation, OverflowError):
        shown = str(value)[:100]
        raise unreadable(f"Cannot convert the literal '{shown}' to the expected type '{EDM[kind]}'.") from None


def unreadable(detail: str) -> errors.DataverseError:
    """A parameter that OData cannot read."""
    return errors.bad(
        f"An error occurred while validating input parameters: Microsoft.OData.ODataException: {detail}", "0x80048d19"
    )


def literal(kind: str, text: str) -> Any:  # noqa: ANN401  JSON
    """The JSON value that a literal of an address stands for. Errors: 400."""
    if text == "null":
        return None
    if kind == "String":
        if len(text) < 2 or text[0] != "'" or text[-1] != "'":
            raise unreadable(f"Cannot convert the literal '{text}' to the expected type 'Edm.String'.")
        return text[1:-1].replace("''", "'")
    if kind == "Enum":
        return text.rpartition("'")[0].rpartition("'")[2]
    if kind in {"DateTime", "Guid"}:
        return text.strip("'")
    if kind in {"Entity", "EntityCollection", "EntityReference", "StringArray"} and '"' not in text:
        text = text.replace("'", '"')
    return bodies.decode(text.encode("utf-8", "replace"))


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongError
    return value


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not codec.INT32[0] <= value <= codec.INT32[1]:
        raise _WrongError
    return value


def _number(value: object, most: Decimal = MOST_DECIMAL) -> Decimal:
    """A number that .NET's decimal, or its double, can hold; what is smaller than either can tell from zero is zero."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or Decimal(value).copy_abs() > most:
        raise _WrongError
    return Decimal(value) if Decimal(value).adjusted() >= LEAST_EXPONENT else Decimal(0)


def _double(value: object) -> Decimal:
    return _number(value, MOST_DOUBLE)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongError
    return value


def _moment(value: object) -> datetime:
    stored = codec.instant(_text(value))
    if stored is None:
        raise _WrongError
    return datetime.fromisoformat(stored[:26]).replace(tzinfo=UTC)


def _guid(value: object) -> str:
    found = codec.guid(value)
    if found is None:
        raise _WrongError
    return found


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _WrongError
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(one) for one in _list(value))


_READERS: dict[str, Callable[[object], object]] = {
    "Boolean": _boolean,
    "DateTime": _moment,
    "Decimal": _number,
    "Float": _double,
    "Integer": _integer,
    "Money": _number,
    "Picklist": _integer,
    "String": _text,
    "StringArray": _texts,
    "Guid": _guid,
    "Enum": _text,
}


def _entity(storage: Storage, value: object) -> dict[str, Any]:
    """An entity: an object that says its table, whose members are columns."""
    kind = value.get("@odata.type") if isinstance(value, dict) else None
    entity = storage.catalog.by_name.get(kind.rpartition(".")[2]) if isinstance(kind, str) else None
    if entity is None or not isinstance(value, dict):
        raise _WrongError
    bodies.read(entity, value)
    return value


def _reference(storage: Storage, context: Context, value: object) -> Reference:
    if not isinstance(value, dict):
        raise _WrongError
    entity, row_id = keys.named(storage, context, value)
    return Reference(entity.name, row_id)


def write(storage: Storage, kind: str, value: Any) -> str:  # noqa: ANN401  every type
    """A handler's value as JSON text. Errors: TypeError for a value of another type; that is the handler's mistake."""
    if value is None:
        return "null"
    written = _written(storage, kind, value)
    if written is None:
        message = f"the handler answered {value!r}, which is no {kind}"
        raise TypeError(message)
    return written


def _written(storage: Storage, kind: str, value: Any) -> str | None:  # noqa: ANN401, PLR0911  every type, one return per type
    match kind, value:
        case ("Boolean", bool()):
            return "true" if value else "false"
        case (("Integer" | "Picklist"), int()) if not isinstance(value, bool):
            return str(value)
        case (("Decimal" | "Float" | "Money"), (int() | Decimal())) if not isinstance(value, bool):
            return f"{Decimal(value):f}"
        case ("DateTime", datetime()) if value.tzinfo is not None:
            return f'"{codec.moment_sql(value)}Z"'
        case (("String" | "Guid"), str()):
            return json.dumps(value, ensure_ascii=False)
        case ("StringArray", (list() | tuple())):
            return json.dumps([str(one) for one in value], ensure_ascii=False)
        case ("EntityReference", Reference()):
            entity = storage.catalog[value.table]
            return json.dumps({"@odata.type": f"#{PREFIX}{entity.name}", entity.primary_id: value.id})
        case ("Entity", dict()):
            return _plain(value)
        case ("EntityCollection", (list() | tuple())):
            return f"[{','.join(_plain(one) for one in value)}]"
    return None


def _plain(value: Any) -> str:  # noqa: ANN401  JSON
    """JSON with exact numbers."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(name))}:{_plain(one)}" for name, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_plain(one) for one in value) + "]"
    if isinstance(value, Decimal):
        return str(value)  # 1E+400 stays as short as it was
    if isinstance(value, datetime):
        return f'"{codec.moment_sql(value)}Z"'
    return json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False)


def told(kind: str, value: Any) -> object:  # noqa: ANN401, PLR0911  every type, one return per type
    """A handler's value as the body of a webhook has it."""
    match kind, value:
        case (_, None):
            return None
        case ("DateTime", datetime()):
            return f"/Date({encoding.milliseconds(value)})/"
        case ("EntityReference", Reference()):
            return encoding.reference(value.table, value.id)
        case ("Picklist", int()):
            return encoding.option(value)
        case ("Money", _):
            return encoding.tagged("Money", {"Value": value})
        case ("Entity", dict()):
            return _told_entity(value)
        case ("EntityCollection", (list() | tuple())):
            return encoding.collection("", [_told_entity(one) for one in value])
    return value


def _told_entity(value: dict[str, Any]) -> dict[str, Any]:
    attributes = {name: one for name, one in value.items() if not name.startswith("@")}
    table = str(value.get("@odata.type", "")).rpartition(".")[2]
    return encoding.tagged("Entity", {"Attributes": encoding.pairs(attributes), "LogicalName": table})
