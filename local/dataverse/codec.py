"""How each column type stands in a body, in SQLite, and in an answer.

| type | in SQLite | why |
|---|---|---|
| money | integer, scaled by 10^4 | exact, sortable, and Dataverse's range is exactly that of 64 bits |
| decimal | text: the value plus 10^12, 13 digits, point, 10 digits | exact, and its order as text is its numeric order |
| date, instant | ISO text without a zone | order as text is order in time |
| guid, lookup | text, lower case | |

Source: Microsoft Learn, "Web API properties", "Types of columns", "Behavior and format of the date and time column".
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Kind
from local.dataverse import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.schema.model import Choice, Column
    from local.dataverse.entities import Entity

Sql = str | int | None

MONEY_PLACES = 4
MONEY_LIMIT = Decimal(922_337_203_685_477)
DECIMAL_PLACES = 10
DECIMAL_LIMIT = Decimal(100_000_000_000)
SHIFT = Decimal(1_000_000_000_000)
WIDE = Context(prec=60)
INT32 = (-2_147_483_648, 2_147_483_647)
EARLIEST = date(1753, 1, 1)

GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?\Z", re.ASCII | re.IGNORECASE
)

EDM = {
    Kind.STRING: "Edm.String",
    Kind.MEMO: "Edm.String",
    Kind.INTEGER: "Edm.Int32",
    Kind.BIGINT: "Edm.Int64",
    Kind.DECIMAL: "Edm.Decimal",
    Kind.MONEY: "Edm.Decimal",
    Kind.BOOLEAN: "Edm.Boolean",
    Kind.DATE: "Edm.Date",
    Kind.DATETIME: "Edm.DateTimeOffset",
    Kind.CHOICE: "Edm.Int32",
    Kind.STATE: "Edm.Int32",
    Kind.STATUS: "Edm.Int32",
    Kind.LOOKUP: "Edm.Guid",
    Kind.GUID: "Edm.Guid",
}


def quantized(value: Decimal, places: int) -> Decimal:
    """Precision is applied on write: half away from zero. Errors: InvalidOperation for what no column can hold."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=WIDE)


def money_sql(value: Decimal) -> int:
    """An amount as SQLite holds it."""
    return int(quantized(value, MONEY_PLACES).scaleb(MONEY_PLACES))


def decimal_sql(value: Decimal) -> str:
    """A decimal as SQLite holds it."""
    return f"{quantized(value, DECIMAL_PLACES) + SHIFT:024.10f}"


def as_decimal(kind: Kind, stored: Sql) -> Decimal:
    """A stored money, decimal or whole number as a number."""
    if kind is Kind.MONEY:
        return Decimal(stored or 0).scaleb(-MONEY_PLACES)
    if kind is Kind.DECIMAL and isinstance(stored, str):
        return Decimal(stored) - SHIFT
    return Decimal(stored or 0)


def guid(value: object) -> str | None:
    """A GUID in lower case, or None if it is not one."""
    return value.lower() if isinstance(value, str) and GUID.match(value) else None


def instant(text: str) -> str | None:
    """A moment in UTC as SQLite holds it (fraction kept, for comparisons), or None if it is not one."""
    match = INSTANT.match(text)
    if match is None:
        return None
    day, clock, zone = match.groups()
    clock = clock or "00:00:00"
    whole, _, fraction = clock.partition(".")
    try:
        moment = datetime.fromisoformat(f"{day}T{whole}{(zone or 'Z').upper().replace('Z', '+00:00')}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    tail = f".{fraction}" if fraction.strip("0") else ""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}{tail}"


def moment_sql(moment: datetime) -> str:
    """A datetime as SQLite holds it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def day(text: str) -> str | None:
    """A date, or None if it is not one."""
    if not DATE.match(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def read(entity: Entity, column: Column, value: Any) -> Sql:  # noqa: ANN401  JSON
    """A value of a body as SQLite holds it.

    Errors: DataverseError with Dataverse's sentence for a wrong type, length, range or option.
    """
    if value is None:
        return None
    return _READERS[column.kind](entity, column, value)


def _wrong(entity: Entity, column: Column, value: object) -> errors.DataverseError:
    return errors.literal(entity.set_name, value, EDM[column.kind])


def _read_text(entity: Entity, column: Column, value: object) -> Sql:
    if not isinstance(value, str):
        raise _wrong(entity, column, value)
    if column.choice is not None:
        return _read_several(entity, column, column.choice, value)
    try:
        units = len(value.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        raise _wrong(entity, column, value.encode("unicode_escape").decode()) from None
    if units > column.max_length:
        raise errors.too_long(entity.name, column.name, column.max_length)
    return value or None


def _read_several(entity: Entity, column: Column, choice: Choice, value: str) -> Sql:
    """A multi-select choice is a text of numbers, `1,2`; a text column with a choice is one."""
    chosen = [part.strip() for part in value.split(",") if part.strip()]
    for part in chosen:
        if all(part != str(option.value) for option in choice.options):
            accepted = ",".join(str(option.value) for option in choice.options)
            raise errors.no_option(entity.name, column.name, part, accepted)
    return ",".join(dict.fromkeys(chosen)) or None


def _read_integer(entity: Entity, column: Column, value: object) -> Sql:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(entity, column, value)
    if column.kind is Kind.INTEGER and not INT32[0] <= value <= INT32[1]:
        raise _wrong(entity, column, value)
    low = INT32[0] if column.minimum is None else column.minimum
    high = INT32[1] if column.maximum is None else column.maximum
    if column.kind is Kind.INTEGER and not low <= value <= high:
        raise errors.out_of_range(entity.name, column.name, value, whole=True, bounds=(low, high))
    if not -(2**63) <= value < 2**63:
        raise _wrong(entity, column, value)
    return value


def _read_number(entity: Entity, column: Column, value: object) -> Sql:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _wrong(entity, column, value)
    limit = MONEY_LIMIT if column.kind is Kind.MONEY else DECIMAL_LIMIT
    low = -limit if column.minimum is None else Decimal(column.minimum)
    high = limit if column.maximum is None else Decimal(column.maximum)
    try:
        number = Decimal(value)
        inside = low <= number <= high
        exact = quantized(number, column.precision) if inside else number
    except InvalidOperation:
        raise _wrong(entity, column, value) from None
    if not inside:
        raise errors.out_of_range(entity.name, column.name, value, whole=False, bounds=(low, high))
    return money_sql(exact) if column.kind is Kind.MONEY else decimal_sql(exact)


def _read_boolean(entity: Entity, column: Column, value: object) -> Sql:
    if not isinstance(value, bool):
        raise _wrong(entity, column, value)
    return int(value)


def _too_early(value: object) -> errors.DataverseError:
    text = f"DateTime is less than minimum value supported by CrmDateTime. Actual value: {value}, Minimum value supported: "
    return errors.bad(f"{text}{EARLIEST.isoformat()}", "0x80040239")


def _read_date(entity: Entity, column: Column, value: object) -> Sql:
    stored = day(value) if isinstance(value, str) else None
    if stored is None:
        raise _wrong(entity, column, value)
    if stored < EARLIEST.isoformat():
        raise _too_early(value)
    return stored


def _read_instant(entity: Entity, column: Column, value: object) -> Sql:
    stored = instant(value) if isinstance(value, str) else None
    if stored is None:
        raise _wrong(entity, column, value)
    if stored < EARLIEST.isoformat():
        raise _too_early(value)
    return stored[:19]


def _read_choice(entity: Entity, column: Column, value: object) -> Sql:
    if isinstance(value, bool) or not isinstance(value, int) or not INT32[0] <= value <= INT32[1]:
        raise _wrong(entity, column, value)
    options = column.choice.options if column.choice else ()
    if options and all(option.value != value for option in options):
        raise errors.no_option(entity.name, column.name, value, ",".join(str(option.value) for option in options))
    return value


def _read_guid(entity: Entity, column: Column, value: object) -> Sql:
    stored = guid(value)
    if stored is None:
        raise _wrong(entity, column, value)
    return stored


_READERS: dict[Kind, Callable[[Entity, Column, object], Sql]] = {
    Kind.STRING: _read_text,
    Kind.MEMO: _read_text,
    Kind.INTEGER: _read_integer,
    Kind.BIGINT: _read_integer,
    Kind.DECIMAL: _read_number,
    Kind.MONEY: _read_number,
    Kind.BOOLEAN: _read_boolean,
    Kind.DATE: _read_date,
    Kind.DATETIME: _read_instant,
    Kind.CHOICE: _read_choice,
    Kind.STATE: _read_choice,
    Kind.STATUS: _read_choice,
    Kind.LOOKUP: _read_guid,
    Kind.GUID: _read_guid,
}


def writer(column: Column) -> Callable[[Any], str]:
    """How a stored value that is not null is written as JSON text."""
    if column.kind is Kind.DECIMAL:
        step = Decimal(1).scaleb(-column.precision)
        return lambda stored: f"{(Decimal(stored) - SHIFT).quantize(step):f}"
    return _WRITERS[column.kind]


def _write_money(stored: int) -> str:
    sign = "-" if stored < 0 else ""
    whole, rest = divmod(abs(stored), 10_000)
    return f"{sign}{whole}.{rest:04d}"


_WRITERS: dict[Kind, Callable[[Any], str]] = {
    Kind.STRING: encode_basestring,
    Kind.MEMO: encode_basestring,
    Kind.INTEGER: str,
    Kind.BIGINT: str,
    Kind.MONEY: _write_money,
    Kind.BOOLEAN: lambda stored: "true" if stored else "false",
    Kind.DATE: lambda stored: f'"{stored}"',
    Kind.DATETIME: lambda stored: f'"{stored}Z"',
    Kind.CHOICE: str,
    Kind.STATE: str,
    Kind.STATUS: str,
    Kind.LOOKUP: lambda stored: f'"{stored}"',
    Kind.GUID: lambda stored: f'"{stored}"',
}
