"""Auto-number columns: a pattern of fixed text, a running number, random letters and the moment.

    INV-{SEQNUM:5}-{RANDSTRING:6}-{DATETIMEUTC:yyyyMMdd}   →   INV-01000-K3V9QD-20261101

A value that the caller gives stands. The running number begins at 1000, has at least as many digits as the pattern says, and
does not promise to be without gaps.

Source: Microsoft Learn, "Create autonumber columns" (placeholders, seed), "SetAutoNumberSeed action".
"""

from __future__ import annotations

import re
from secrets import choice
from typing import TYPE_CHECKING

from local.dataverse import errors
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from local.dataverse.entities import Entity
    from local.dataverse.storage import Row, Storage

FIRST = 1000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LAYOUT = 'CREATE TABLE IF NOT EXISTS "~sequence" (entity TEXT, name TEXT, next INTEGER, PRIMARY KEY (entity, name))'
_HOLE = re.compile(r"\{(SEQNUM|RANDSTRING|DATETIMEUTC):([^{}]*)\}")
_MOMENT: dict[str, str] = {
    "yyyy": "%Y",
    "yy": "%y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "hh": "%I",
    "mm": "%M",
    "ss": "%S",
}
_PARTS = re.compile("|".join(_MOMENT))


def check(pattern: str) -> None:
    """Errors: 400 for a pattern with an unknown placeholder, or a number outside its bounds."""
    for name, detail in _HOLE.findall(pattern):
        most = {"SEQNUM": 16, "RANDSTRING": 6}.get(name)
        if most is None and re.search(r"[A-Za-z]", _PARTS.sub("", detail)):
            raise _wrong(pattern, f"'{detail}' is not a format of dates here; it is made of {', '.join(_MOMENT)}")
        if most is not None and not (detail.isdecimal() and 1 <= int(detail) <= most):
            raise _wrong(pattern, f"{name} takes a length from 1 to {most}")
    rest = _HOLE.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise _wrong(pattern, "placeholders are {SEQNUM:n}, {RANDSTRING:n} and {DATETIMEUTC:format}")


def _wrong(pattern: str, detail: str) -> errors.DataverseError:
    return errors.bad(f"The AutoNumberFormat '{pattern}' is not valid: {detail}.", "0x80048403")


def lay_out(db: sqlite3.Connection) -> None:
    """Make the table of running numbers if it is not there."""
    db.execute(LAYOUT)


def fill(storage: Storage, entity: Entity, row: Row, now: datetime) -> None:
    """Give a new row the values of its auto-number columns that nobody gave."""
    for column in entity.table.columns:
        if isinstance(column, MadeColumn) and column.auto_number and row.get(column.name) is None:
            number = take(storage, entity.name, column.name) if "{SEQNUM:" in column.auto_number else 0
            row[column.name] = written(column.auto_number, number, now)[: column.max_length]


def written(pattern: str, number: int, now: datetime) -> str:
    """A pattern with its placeholders filled."""

    def fill_in(hole: re.Match[str]) -> str:
        name, detail = hole.groups()
        if name == "SEQNUM":
            return f"{number:0{detail}d}"
        if name == "RANDSTRING":
            return "".join(choice(LETTERS) for _ in range(int(detail)))
        return now.strftime(_PARTS.sub(lambda part: _MOMENT[part[0]], detail))

    return _HOLE.sub(fill_in, pattern)


def take(storage: Storage, entity: str, name: str) -> int:
    """The next running number of a column."""
    number = seed(storage, entity, name)
    set_seed(storage, entity, name, number + 1)
    return number


def seed(storage: Storage, entity: str, name: str) -> int:
    """The running number that comes next."""
    found = storage.rows('SELECT next FROM "~sequence" WHERE entity = ? AND name = ?', (entity, name))
    return int(found[0][0] or 0) if found else FIRST


def set_seed(storage: Storage, entity: str, name: str, number: int) -> None:
    """Say which running number comes next. Call inside a transaction."""
    storage.db.execute('INSERT OR REPLACE INTO "~sequence" VALUES (?, ?, ?)', (entity, name, number))
