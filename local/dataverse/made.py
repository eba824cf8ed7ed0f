"""Tables, columns and choices that were made through the metadata API, and how they are kept.

They are the model's own types with what only a request says besides: the type that Dataverse shows where ours is another (a
float is held as an exact decimal), the names of relationships, cascade rules. Kept as JSON in the database, so they outlive a
restart.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from dataverse.schema.model import Choice, Column, Key, Kind, OnDelete, Option, Ownership, Table

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MadeOption(Option):
    """An option with what a request says of it besides: a colour such as `#0000ff`, a description, another system's value."""

    color: str | None = None
    description: str = ""
    external: str = ""


@dataclass(frozen=True, slots=True)
class MadeColumn(Column):
    """A column that a request made.

    Attributes:
        type_name: Dataverse's type where the kind has another (`Double`, `MultiSelectPicklist`), else "".
        level: the required level as it was given.
        global_name: the global choice behind the column, or "".
        relations: for a lookup, the schema name of its relationship by target.
        cascade: for a lookup, the cascade configuration by event.
        navs, collections: for a lookup, navigation properties that the request named, by target: here, and on the other side.
        behavior: of a date and time, where the kind does not say it (`TimeZoneIndependent`), else "".
        auto_number: the pattern of an auto-number column, or "".
        part_of: the column that brought this one along (a file's name, an image's address), or "".
        max_size_kb: of a file or image.
        precision_source: of an amount: 0 the column's own precision, 1 the organisation's, 2 the currency's.
        told: members of the definition that describe and do not act, with their JSON, as they were given.
        audited: changes of it are recorded where its table is audited.
    """

    type_name: str = ""
    level: str = "None"
    format: str = ""
    default: int | None = None
    global_name: str = ""
    relations: Pairs = ()
    cascade: Pairs = ()
    navs: Pairs = ()
    collections: Pairs = ()
    behavior: str = ""
    auto_number: str = ""
    part_of: str = ""
    max_size_kb: int = 0
    precision_source: int = 2
    told: Pairs = ()
    audited: bool = True


@dataclass(frozen=True)
class MadeTable(Table):
    """A table that a request made or changed. `told` is what its definition says besides, as it was given (see MadeColumn)."""

    told: Pairs = ()


@dataclass(frozen=True)
class Intersect(MadeTable):
    """The table behind a many-to-many relationship; nobody writes to it but associate and disassociate.

    Attributes:
        relation: schema name of the relationship.
        ends: the two tables.
        navs: the navigation property at each of them.
        halves: this table's column for each of them.
    """

    relation: str = ""
    ends: tuple[str, str] = ("", "")
    navs: tuple[str, str] = ("", "")
    halves: tuple[str, str] = ("", "")


_COLUMNS = {"Column": Column, "MadeColumn": MadeColumn}
_TABLES = {"Table": Table, "MadeTable": MadeTable, "Intersect": Intersect}


def as_made(table: Table) -> MadeTable:
    """A table of the model as one that may change."""
    if isinstance(table, MadeTable):
        return table
    return MadeTable(**{name: getattr(table, name) for name in Table.__dataclass_fields__})


def cascade_on_delete(column: Column) -> str:
    """What deleting a row does to those that point to it through this lookup: the word of Dataverse's cascade configuration."""
    told = dict(column.cascade) if isinstance(column, MadeColumn) else {}
    return told.get("Delete", column.on_delete.value)


def write_table(table: Table) -> str:
    """A table as JSON."""
    whole = asdict(table)
    whole["class"] = type(table).__name__
    for column, made in zip(table.columns, whole["columns"], strict=True):
        made["class"] = type(column).__name__
    return json.dumps(whole, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, Enum):
        return value.name
    message = f"{value!r} is no part of a definition"
    raise TypeError(message)


def read_table(text: str) -> Table:
    """A table from its JSON."""
    whole: dict[str, Any] = json.loads(text)
    made = _TABLES[whole.pop("class")]
    whole["ownership"] = Ownership[whole["ownership"]]
    whole["columns"] = tuple(_column(column) for column in whole["columns"])
    whole["keys"] = tuple(Key(key["name"], tuple(key["columns"])) for key in whole["keys"])
    for name in ("ends", "navs", "halves"):
        if name in whole:
            whole[name] = tuple(whole[name])
    if "told" in whole:
        whole["told"] = _pairs(whole["told"])
    return made(**whole)


def _column(whole: dict[str, Any]) -> Column:
    made = _COLUMNS[whole.pop("class")]
    whole["kind"] = Kind[whole["kind"]]
    whole["on_delete"] = OnDelete[whole.get("on_delete", OnDelete.REMOVE_LINK.name)]
    whole["choice"] = read_choice(whole["choice"]) if whole["choice"] else None
    whole["targets"] = tuple(whole["targets"])
    for name in ("relations", "cascade", "navs", "collections", "told"):
        if name in whole:
            whole[name] = _pairs(whole[name])
    return made(**whole)


def _pairs(found: list[list[str]]) -> Pairs:
    return tuple((one, other) for one, other in found)


def write_choice(choice: Choice) -> str:
    """A choice as JSON."""
    return json.dumps(asdict(choice))


def read_choice(whole: dict[str, Any]) -> Choice:
    """A choice from its JSON, decoded."""
    return Choice(whole["name"], tuple((MadeOption if "color" in option else Option)(**option) for option in whole["options"]))
