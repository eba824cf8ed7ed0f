"""Stored rows to JSON text. What is selected is compiled once: a page has five thousand rows, and queries come again."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from dataverse.schema.model import Column, Kind
from local.dataverse import errors
from local.dataverse.codec import Sql, writer
from local.dataverse.entities import is_polymorphic
from local.dataverse.formatting import shown
from local.dataverse.lexer import READ_BEFORE
from local.dataverse.naming import Names
from local.dataverse.options import FORMATTED, Preferences
from local.dataverse.platform import WRITE_ONLY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from local.dataverse.entities import Entity
    from local.dataverse.storage import Storage

LOOKUP_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname"
LOOKUP_NAV = "Microsoft.Dynamics.CRM.associatednavigationproperty"


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an answer: which SQLite columns it is made of and how."""

    column: Column
    key: str
    at: int
    type_at: int
    write: Callable[[Sql], str]


@dataclass(frozen=True, slots=True)
class Selection:
    """Properties of a table, and the SQLite columns that they are made of, with their places."""

    properties: tuple[Property, ...]
    needed: Mapping[str, int]


@dataclass(slots=True)
class Projection:
    """The columns of an answer.

    Attributes:
        needed: SQLite columns with their places, in the order in which rows must come.
        nulls: whether a property without a value is written, as null.
    """

    entity: Entity
    storage: Storage
    preferences: Preferences
    properties: tuple[Property, ...]
    needed: dict[str, int]
    etag: bool = True
    nulls: bool = True
    _names: Names = field(init=False)
    _currencies: dict[str, tuple[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = Names(self.storage)

    def place(self, name: str) -> int:
        """Where a SQLite column stands in a row; it is added if it was not there."""
        return self.needed.setdefault(name, len(self.needed))

    def columns_sql(self, alias: str) -> str:
        """The column list of a SELECT."""
        return ", ".join(f'{alias}."{name}"' for name in self.needed)

    def render(self, row: Sequence[Sql], extra: str = "") -> str:
        """One row as a JSON object; `extra` is JSON text of further members, each with a leading comma."""
        parts = [f'"@odata.etag":"W/\\"{row[0]}\\""'] if self.etag else []
        annotated = bool(self.preferences.annotations)
        for prop in self.properties:
            value = row[prop.at]
            if value is None:
                if self.nulls:
                    parts.append(f"{prop.key}null")
                continue
            if annotated:
                parts.extend(self._annotations(prop, value, row))
            parts.append(prop.key + prop.write(value))
        text = ",".join(parts)
        return f"{{{text}{extra}}}" if parts else f"{{{extra.lstrip(',')}}}"

    def linked(self, row: Sequence[Sql], names: dict[str, str]) -> str:
        """The members of a joined row under other names, each with a leading comma; nulls are left out."""
        parts: list[str] = []
        for prop in self.properties:
            name, value = names.get(prop.column.name), row[prop.at]
            if name is None or value is None:
                continue
            if self.preferences.annotations:
                own = f'"{prop.column.api_name}@'
                parts += [text.replace(own, f'"{name}@', 1) for text in self._annotations(prop, value, row)]
            parts.append(f'"{name}":{prop.write(value)}')
        return "".join(f",{part}" for part in parts)

    def _annotations(self, prop: Property, value: Sql, row: Sequence[Sql]) -> list[str]:
        column, wants = prop.column, self.preferences.includes
        found: list[tuple[str, str]] = []
        if column.kind is Kind.LOOKUP:
            target = str(row[prop.type_at] or "") if prop.type_at >= 0 else (column.targets[0] if column.targets else "")
            if wants(FORMATTED) and (name := self._names.of(target, str(value))) is not None:
                found.append((FORMATTED, name))
            if wants(LOOKUP_NAV) and (nav := self._nav_of(column, target)):
                found.append((LOOKUP_NAV, nav))
            if wants(LOOKUP_NAME) and target:
                found.append((LOOKUP_NAME, target))
        elif wants(FORMATTED):
            symbol, places = self._currency(row) if column.kind is Kind.MONEY else ("$", 2)
            text = shown(column, value, symbol, min(places, column.precision), where=self.preferences.zone)
            found.extend([(FORMATTED, text)] if text is not None else [])
        return [f'"{column.api_name}@{name}":{encode_basestring(text)}' for name, text in found]

    def _nav_of(self, column: Column, target: str) -> str:
        for nav in self.entity.singles.values():
            if nav.column is column and target in nav.targets:
                return nav.name
        return ""

    def _currency(self, row: Sequence[Sql]) -> tuple[str, int]:
        if "transactioncurrencyid" not in self.needed:
            return "$", 2
        known = str(row[self.needed["transactioncurrencyid"]])
        if known not in self._currencies:
            rows = self.storage.rows(
                'SELECT currencysymbol, currencyprecision FROM "transactioncurrency" WHERE transactioncurrencyid = ?', (known,)
            )
            self._currencies[known] = (
                (str(rows[0][0] or "$"), int(rows[0][1] if rows[0][1] is not None else 2)) if rows else ("$", 2)
            )
        return self._currencies[known]


def projection(
    entity: Entity,
    storage: Storage,
    select: Sequence[str] | None,
    preferences: Preferences,
    *,
    etag: bool = True,
    also: Sequence[str] = (),
) -> Projection:
    """Choose columns. The primary key always comes, of users and teams `ownerid` as well; a money column brings the currency.

    Shape:  `also` are lookups that come although they were not selected.
    Errors: 400 for a name that is no property.
    """
    chosen = _selection(entity, tuple(select) if select is not None else None, tuple(also))
    return Projection(entity, storage, preferences, chosen.properties, dict(chosen.needed), etag=etag)


@lru_cache(READ_BEFORE)
def _selection(entity: Entity, select: tuple[str, ...] | None, also: tuple[str, ...]) -> Selection:
    if select is None:
        names = [column.api_name for column in entity.table.columns if (entity.name, column.name) not in WRITE_ONLY]
    else:
        chosen = [_known(entity, name) for name in select]
        names = [*select, *(name for name in also if name not in select)]
        if any(column.kind is Kind.MONEY for column in chosen) and "transactioncurrencyid" in entity.columns:
            names += ["_transactioncurrencyid_value"] if "_transactioncurrencyid_value" not in names else []
        names += [entity.primary_id] if entity.primary_id not in names else []
    names += [name for name in ("ownerid",) if name in entity.readable and name not in names]
    return _compiled(entity, names, {"versionnumber": 0})


def bare(entity: Entity, storage: Storage, names: Sequence[str], preferences: Preferences) -> Projection:
    """These columns and nothing beside them, as joined and distinct rows need. Errors: 400 for a name that is no property."""
    chosen = _compiled(entity, (name for name in names if (entity.name, name) not in WRITE_ONLY), {})
    return Projection(entity, storage, preferences, chosen.properties, dict(chosen.needed), etag=False)


def _compiled(entity: Entity, names: Iterable[str], needed: dict[str, int]) -> Selection:
    """`needed` are the SQLite columns that come first. Errors: 400 for a name that is no property."""
    properties = []
    for name in names:
        column = _known(entity, name)
        at = needed.setdefault(column.name, len(needed))
        type_at = needed.setdefault(f"{column.name}~type", len(needed)) if is_polymorphic(column) else -1
        properties.append(Property(column, f'"{name}":', at, type_at, writer(column)))
    return Selection(tuple(properties), needed)


def _known(entity: Entity, name: str) -> Column:
    column = entity.readable.get(name)
    if column is None or (entity.name, column.name) in WRITE_ONLY:
        raise errors.no_property(name, entity.name)
    return column
