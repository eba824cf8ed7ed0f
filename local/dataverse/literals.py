"""Constants of a query made comparable with a column: the right type, scaled as SQLite holds it.

A constant with more places than the column can hold is not rounded: `eq` then matches nothing and `gt` moves to the next value.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from dataverse.schema.model import Column, Kind
from local.dataverse import codec, errors
from local.dataverse.expressions import Literal, Type

if TYPE_CHECKING:
    from local.dataverse.codec import Sql

NEVER: Final = b"never"
"""What no stored value equals."""

_OP_NAMES = {
    "eq": "Equal",
    "ne": "NotEqual",
    "gt": "GreaterThan",
    "ge": "GreaterThanOrEqual",
    "lt": "LessThan",
    "le": "LessThanOrEqual",
}
_WHOLE = {Kind.INTEGER, Kind.BIGINT, Kind.CHOICE, Kind.STATE, Kind.STATUS}
_BIGGEST = 2**63 - 1


def incompatible(column: Column, found: str, op: str) -> errors.DataverseError:
    """OData's sentence for two types that cannot be compared."""
    return errors.bad(
        f"A binary operator with incompatible types was detected. Found operand types '{codec.EDM[column.kind]}' and '{found}' "
        f"for operator kind '{_OP_NAMES.get(op, op)}'."
    )


def bound(column: Column, op: str, literal: Literal) -> tuple[str, Sql | bytes]:
    """The operator and value to compare a column with. Errors: 400 when the types do not fit."""
    found = _bound(column, op, literal)
    if found is None:
        raise incompatible(column, literal.type.value, op)
    return found


def _bound(column: Column, op: str, literal: Literal) -> tuple[str, Sql | bytes] | None:
    """The same; None when the types do not fit."""
    value = literal.value
    if column.kind in {Kind.STRING, Kind.MEMO}:
        return (op, str(value)) if literal.type is Type.STRING else None
    if column.kind is Kind.BOOLEAN:
        return (op, int(bool(value))) if literal.type is Type.BOOLEAN else None
    if column.kind in {Kind.LOOKUP, Kind.GUID}:
        known = codec.guid(value) if literal.type in {Type.GUID, Type.STRING} else None
        return None if known is None else (op, known)
    if column.kind in {Kind.DATE, Kind.DATETIME}:
        moment = _moment(column, literal)
        return None if moment is None else (op, moment)
    if literal.type not in {Type.INTEGER, Type.DECIMAL} or not isinstance(value, (int, Decimal)):
        return None
    return _number(column, op, Decimal(value))


def _moment(column: Column, literal: Literal) -> str | None:
    text = str(literal.value)
    if column.kind is Kind.DATE:
        return codec.day(text) if literal.type is Type.DATE else None
    return codec.instant(text) if literal.type in {Type.DATE, Type.INSTANT} else None


def _number(column: Column, op: str, value: Decimal) -> tuple[str, Sql | bytes]:
    places = 0 if column.kind in _WHOLE else codec.MONEY_PLACES if column.kind is Kind.MONEY else codec.DECIMAL_PLACES
    limit = codec.SHIFT - 1 if column.kind is Kind.DECIMAL else Decimal(_BIGGEST).scaleb(-places)
    value = max(-limit, min(limit, value))
    step = Decimal(1).scaleb(-places)
    try:
        floor = value.quantize(step, rounding=ROUND_FLOOR, context=codec.WIDE)
    except InvalidOperation:
        return op, NEVER
    if floor != value:
        if op in {"eq", "ne"}:
            return op, NEVER
        op = "gt" if op in {"gt", "ge"} else "le"
    if column.kind is Kind.DECIMAL:
        return op, codec.decimal_sql(floor)
    return op, int(floor.scaleb(places))


def from_text(column: Column, text: str, op: str) -> Literal:
    """A value of a `PropertyValues` list, which is always quoted, as the literal that the column needs. Errors: 400."""
    if column.kind in {Kind.STRING, Kind.MEMO}:
        return Literal(Type.STRING, text)
    if column.kind is Kind.BOOLEAN and text.lower() in {"true", "false", "0", "1"}:
        return Literal(Type.BOOLEAN, text.lower() in {"true", "1"})
    if column.kind in {Kind.LOOKUP, Kind.GUID} and codec.guid(text.strip("{}")):
        return Literal(Type.GUID, text.strip("{}").lower())
    if column.kind in {Kind.DATE, Kind.DATETIME} and codec.instant(text):
        return Literal(Type.DATE, text[:10]) if column.kind is Kind.DATE or len(text) == 10 else Literal(Type.INSTANT, text)
    if column.kind in _WHOLE | {Kind.MONEY, Kind.DECIMAL}:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise incompatible(column, "Edm.String", op) from None
        if number.is_finite() and number.adjusted() < 60:
            return Literal(Type.DECIMAL, number)
    raise incompatible(column, "Edm.String", op)
