"""Reading JSON strictly: every reader takes a value and its path, and refuses anything that it would have to guess at."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FIRST_YEAR = 1900

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,18})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LONGEST_SHOWN = 60

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


def document(content: bytes) -> object:
    """A JSON document from UTF-8, with or without a byte order mark; numbers with a point become Decimals.

    Errors: BadInput when it is empty, not UTF-8, not JSON, nested too deeply, names a member twice in one object, or holds NaN.
    """
    try:
        written = content.decode("utf-8-sig")
        if not written.strip():
            refuse("", "there is nothing here; give a JSON object")
        return json.loads(written, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_unique_members)
    except UnicodeDecodeError:
        refuse("", "this is not UTF-8 text; save the file as UTF-8")
    except json.JSONDecodeError as error:
        refuse("", f"this is not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    except RecursionError:
        refuse("", "this is nested too deeply; nothing that we read is")
    except ValueError:
        refuse("", "a number here has too many digits")


def members(value: object, path: str, known: str) -> dict[str, Any]:
    """An object that has only known members (names separated by spaces)."""
    if not isinstance(value, dict):
        refuse(path, f"an object is needed here, not {shown(value)}")
    for name in value:
        if name not in known.split():
            refuse(_member(path, name), f"the format has no such member; use {', '.join(known.split())}")
    return value


def needed(row: dict[str, Any], path: str, name: str, reader: Callable[[object, str], T]) -> T:
    """A member that must be there and not null."""
    if row.get(name) is None:
        refuse(_member(path, name), "this is missing")
    return reader(row[name], _member(path, name))


def optional(row: dict[str, Any], path: str, name: str, reader: Callable[[object, str], T]) -> T | None:
    """A member that may be absent or null."""
    value = row.get(name)
    return None if value is None else reader(value, _member(path, name))


def each(most: int, reader: Callable[[object, str], T]) -> Callable[[object, str], tuple[T, ...]]:
    """A reader of lists with at most so many entries."""

    def read(value: object, path: str) -> tuple[T, ...]:
        if not isinstance(value, list):
            refuse(path, f"a list is needed here, not {shown(value)}")
        if len(value) > most:
            refuse(path, f"{len(value)} entries are more than the {most} that one document may have; split it")
        return tuple(reader(item, f"{path}[{index}]") for index, item in enumerate(value))

    return read


def text(value: object, path: str) -> str:
    """A text that says something."""
    if not isinstance(value, str) or not value.strip():
        refuse(path, f"a text that is not empty is needed here, not {shown(value)}")
    return value


def whole(least: int, most: int) -> Callable[[object, str], int]:
    """A reader of whole numbers within limits; 10.0 and true are none."""

    def read(value: object, path: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            refuse(path, f"a whole number from {least} to {most} is needed here, not {shown(value)}")
        return value

    return read


def number(value: object, path: str) -> Decimal:
    """An amount, price or percentage: a string of digits with an optional point, or a whole JSON number."""
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(written, str) or not _NUMBER.fullmatch(written):
        refuse(path, f'{shown(value)} is not an amount; give zero or more as a string with a decimal point, such as "7.99"')
    return Decimal(written)


def signed(value: object, path: str) -> Decimal:
    """A number that may be below zero, written as `number` reads it with a minus before it."""
    if isinstance(value, str) and value.startswith("-"):
        return -number(value[1:], path)
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        return -number(-value, path)
    return number(value, path)


def day(value: object, path: str) -> date:
    """An ISO date that exists."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and _DATE.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None or found.year < FIRST_YEAR:
        refuse(path, f'{shown(value)} is not a date; give a day that exists from {FIRST_YEAR} on, such as "2024-03-31"')
    return found


def choice(options: type[E]) -> Callable[[object, str], E]:
    """A reader of one of the values of an enumeration."""

    def read(value: object, path: str) -> E:
        for option in options:
            if option.value == value:
                return option
        refuse(path, f"{shown(value)} is not possible here; use {', '.join(str(option.value) for option in options)}")

    return read


def distinct(names: Sequence[str], path: str) -> None:
    """Refuse a list in which two entries have one id."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            refuse(f"{path}[{index}].id", f"{shown(name)} is the id of an earlier one; ids must differ")
        seen.add(name)


def shown(value: object) -> str:
    """A value as it appears in a message: short, and without surprises in it."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    written = json.dumps(str(value) if isinstance(value, Decimal) else value)
    return written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}…"


def refuse(path: str, message: str) -> NoReturn:
    """Say what is wrong, and where."""
    raise BadInput(message, path)


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        refuse(next(name for name in names if names.count(name) > 1), "this member is given twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    refuse("", f"{name} is not a number that can be billed")
