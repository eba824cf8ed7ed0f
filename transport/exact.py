"""JSON with exact numbers: `Decimal` in, `Decimal` out, no binary fraction anywhere."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any, NoReturn

from work365.errors import InvariantBroken

if TYPE_CHECKING:
    from collections.abc import Callable

DEPTH_LIMIT = 32
_PLAIN: dict[type, Callable[[Any], str]] = {
    str: encode_basestring_ascii,
    int: int.__repr__,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}
"""The kinds that most values have, found without a search."""


def dumps(value: object) -> bytes:
    """Encode a JSON value; a `Decimal` becomes a number with exactly its digits.

    Shape:  None, bool, int, Decimal, str, date, aware datetime (written in UTC), lists, tuples and dicts with string names.
    Errors: InvariantBroken for a float, a naive datetime and anything else: only our own code can have put it there.
    """
    parts: list[str] = []
    _write(value, parts, 0)
    return "".join(parts).encode("ascii")


def loads(content: bytes | str) -> Any:  # noqa: ANN401  decoded JSON
    """Decode JSON with fractions as `Decimal`.

    Errors: ValueError when it is not JSON; NaN and Infinity are not JSON.
    """
    text = content if isinstance(content, str) else content.decode("utf-8-sig")
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_not_json)
    except RecursionError:
        _not_json("nesting")


def _not_json(word: str) -> NoReturn:
    message = f"not JSON: {word}"
    raise ValueError(message)


def _write(value: object, parts: list[str], depth: int) -> None:
    plain = _PLAIN.get(type(value))
    if plain is not None:
        parts.append(plain(value))
    elif isinstance(value, dict):
        _write_object(value, parts, depth + 1)
    elif isinstance(value, list | tuple):
        _write_array(value, parts, depth + 1)
    else:
        parts.append(_scalar(value))


def _write_object(value: dict[object, object], parts: list[str], depth: int) -> None:
    _check_depth(depth)
    mark = "{"
    for name, item in value.items():
        if not isinstance(name, str):
            raise _unwritable(name)
        parts.append(f"{mark}{encode_basestring_ascii(name)}:")
        _write(item, parts, depth)
        mark = ","
    parts.append("}" if value else "{}")


def _write_array(value: list[object] | tuple[object, ...], parts: list[str], depth: int) -> None:
    _check_depth(depth)
    mark = "["
    for item in value:
        parts.append(mark)
        _write(item, parts, depth)
        mark = ","
    parts.append("]" if value else "[]")


def _scalar(value: object) -> str:
    match value:
        case str():
            return encode_basestring_ascii(value)
        case int():
            return int.__repr__(value)
        case Decimal() if value.is_finite():
            return format(value, "f")
        case datetime() if value.tzinfo is not None:
            return f'"{value.astimezone(UTC).isoformat().removesuffix("+00:00")}Z"'
        case date() if not isinstance(value, datetime):
            return f'"{value.isoformat()}"'
        case _:
            raise _unwritable(value)


def _check_depth(depth: int) -> None:
    if depth > DEPTH_LIMIT:
        message = f"a value nested deeper than {DEPTH_LIMIT} levels is not written as JSON"
        raise InvariantBroken(message)


def _unwritable(value: object) -> InvariantBroken:
    return InvariantBroken(f"a value of type {type(value).__name__} cannot be written as exact JSON")
