"""The joins and conditions of a query tree (querytree.py) as SQL.

`all` finds rows that have related rows of which none fits the link's filters, and `not all` is `any`, despite the names.

Source: Microsoft Learn, "Join tables using FetchXML" (link types, `from` and `to`), "Filter rows using FetchXML",
"JoinOperator Enum" (the newest words on all and on matchfirstrowusingcrossapply, a variant of inner), "Order rows using
FetchXML".
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from local.dataverse import conditions, errors, naming
from local.dataverse.functions import Tested
from local.dataverse.planner import Planner
from local.dataverse.reading import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.schema.model import Column
    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.projecting import Projection
    from local.dataverse.querytree import Attribute, Condition, Group, Link, Query
    from local.dataverse.storage import Storage

_FAMILIES = (
    {Kind.STRING, Kind.MEMO},
    {Kind.LOOKUP, Kind.GUID},
    {Kind.INTEGER, Kind.BIGINT, Kind.CHOICE, Kind.STATE, Kind.STATUS},
)


_CHOICES = frozenset({Kind.CHOICE, Kind.STATE, Kind.STATUS})


@dataclass(slots=True)
class Joined:
    """One table of the query under its SQL alias."""

    entity: Entity
    sql: str
    link: Link | None = None
    shape: Projection | None = None
    names: dict[str, str] = field(default_factory=dict)


class Runner:
    """One query on its way to SQL. `parameters` are in the order of the text: joins first, then conditions."""

    def __init__(self, storage: Storage, context: Context, query: Query) -> None:
        self.storage = storage
        self.context = context
        self.query = query
        self.moment = moment_of(context)
        self.root = Joined(self.entity(query.name), "t0")
        self.joined: dict[str, Joined] = {"": self.root}
        self.joins: list[str] = []
        self.join_values: list[Sql] = []
        self.wheres: list[str] = []
        self.where_values: list[Sql] = []
        self._count = 0
        for link in query.links:
            self._join(link, self.root)
        for group in query.filters:
            sql, values = self.group(group, self.root)
            self.wheres.append(sql)
            self.where_values += values

    def entity(self, name: str) -> Entity:
        """A table by its logical name. Errors: 400."""
        found = self.storage.catalog.by_name.get(name.lower())
        if found is None:
            raise errors.bad(f"The entity with a name = '{name}' was not found in the MetadataCache.", "0x80041102")
        return found

    def column(self, joined: Joined, name: str) -> tuple[str, Column]:
        """The SQL and the column of an attribute. Errors: 400."""
        column = joined.entity.columns.get(name.lower())
        if column is None:
            raise errors.bad(
                f"'{joined.entity.name}' entity doesn't contain attribute with Name = '{name}' and NameMapping = 'Logical'.",
                "0x80041103",
            )
        return f'{joined.sql}."{column.name}"', column

    def place(self, alias: str, inside: Joined) -> Joined:
        """The table that a condition or order names. Errors: 400."""
        if not alias:
            return inside
        found = self.joined.get(alias)
        if found is None and alias == self.query.name:
            return self.root
        named = [one for one in self.joined.values() if one.link is not None and one.link.name == alias]
        if found is None and len(named) == 1:
            return named[0]
        if found is None:
            raise errors.bad(f"Link entity with name or alias '{alias}' is not found.", "0x80041102")
        return found

    def _visible(self, entity: Entity, alias: str) -> str:
        source = Planner(self.storage.catalog, entity, self.moment).root.source
        return f"{source.removesuffix(' AS t0')} AS {alias}"

    def _next(self) -> str:
        self._count += 1
        return f"t{self._count}"

    def _on(self, link: Link, own: Joined, parent: Joined) -> str:
        source, target = link.source, link.target
        if not source or not target:
            source, target = self._keys(link, own.entity, parent.entity)
        return f"{self.column(own, source)[0]} = {self.column(parent, target)[0]}"

    @staticmethod
    def _keys(link: Link, own: Entity, parent: Entity) -> tuple[str, str]:
        """The columns of a join that names none: those of the only relationship."""
        found = [(column.name, parent.primary_id) for column in own.table.columns if parent.name in column.targets]
        found += [(own.primary_id, column.name) for column in parent.table.columns if own.name in column.targets]
        if len(found) != 1:
            raise errors.bad(f"The link-entity '{link.name}' needs 'from' and 'to'.", "0x80041102")
        return found[0]

    def _join(self, link: Link, parent: Joined) -> None:
        own = Joined(self.entity(link.name), self._next(), link)
        if link.kind in {"exists", "in"}:
            sql, values = self._exists(link, own, parent)
            self.wheres.append(sql)
            self.where_values += values
            return
        self.joined[link.alias] = own
        pieces, values = self._matching(link, own, parent)
        if link.kind == "matchfirstrowusingcrossapply":
            pieces, values = self._first(link, own, parent)
        word = "LEFT JOIN" if link.kind == "outer" else "JOIN"
        self.joins.append(f"{word} {self._visible(own.entity, own.sql)} ON {' AND '.join(pieces)}")
        self.join_values += values
        for inner in link.links:
            self._join(inner, own)

    def _matching(self, link: Link, own: Joined, parent: Joined) -> tuple[list[str], list[Sql]]:
        """The conditions of a join: equal columns, and the link's own filters."""
        pieces = [self._on(link, own, parent)]
        values: list[Sql] = []
        for group in link.filters:
            sql, more = self.group(group, own)
            pieces.append(sql)
            values += more
        return pieces, values

    def _first(self, link: Link, own: Joined, parent: Joined) -> tuple[list[str], list[Sql]]:
        """The condition that a joined row is the first of those that match."""
        one = Joined(own.entity, self._next(), link)
        pieces, values = self._matching(link, one, parent)
        key = own.entity.primary_id
        rows = f"{self._visible(one.entity, one.sql)} WHERE {' AND '.join(pieces)}"
        return [f'{own.sql}."{key}" = (SELECT MIN({one.sql}."{key}") FROM {rows})'], values

    def _exists(self, link: Link, own: Joined, parent: Joined) -> tuple[str, list[Sql]]:
        pieces, values = self._matching(link, own, parent)
        for inner in link.links:
            sql, more = self._exists(inner, Joined(self.entity(inner.name), self._next(), inner), own)
            pieces.append(sql)
            values += more
        source = self._visible(own.entity, own.sql)
        there = f"EXISTS (SELECT 1 FROM {source} WHERE {' AND '.join(pieces)})"
        if link.kind == "all":
            return f"(EXISTS (SELECT 1 FROM {source} WHERE {pieces[0]}) AND NOT {there})", values
        return (f"NOT {there}" if link.kind == "not any" else there), values

    def group(self, group: Group, inside: Joined) -> tuple[str, list[Sql]]:
        """The SQL of a filter."""
        found = [self._condition(one, inside) for one in group.conditions]
        found += [self.group(one, inside) for one in group.groups]
        found += [self._exists(one, Joined(self.entity(one.name), self._next(), one), inside) for one in group.links]
        if not found:
            return "1", []
        text = (" OR " if group.either else " AND ").join(sql for sql, _ in found)
        values = [value for _, more in found for value in more]
        return (f"NOT COALESCE(({text}), 0)" if group.negated else f"({text})"), values

    def _condition(self, one: Condition, inside: Joined) -> tuple[str, list[Sql]]:
        place = self.place(one.alias, inside)
        sql, column = self.column(place, one.attribute)
        if not one.column:
            folded = f"fold({sql})" if column.kind in _FAMILIES[0] else sql
            tested = Tested(sql, column, place.entity, self.storage.catalog, folded)
            return conditions.condition(tested, one.operator, one.values, self.moment)
        other, found = self.column(self.place(one.column_alias, inside), one.column)
        if one.operator not in conditions.COMPARED:
            raise errors.bad(f"The condition operator '{one.operator}' cannot compare two columns.", "0x80041102")
        both = {column.kind, found.kind}
        if len(both) > 1 and not any(both <= family for family in _FAMILIES):
            raise errors.bad(f"'{one.attribute}' and '{one.column}' have types that cannot be compared.", "0x80041102")
        if column.kind in _FAMILIES[0]:
            sql, other = f"fold({sql})", f"fold({other})"
        return f"{sql} {conditions.COMPARED[one.operator]} {other}", []

    def ordinal(self, sql: str, column: Column) -> str:
        """What a column is ordered by: choices by their labels unless the query says otherwise, all else as in OData."""
        if not self.query.labels or column.kind not in _CHOICES or column.choice is None:
            return naming.ordinal(self.storage.catalog, sql, column)
        ranked = sorted(column.choice.options, key=lambda option: (option.label.casefold(), option.value))
        whens = " ".join(f"WHEN {option.value:d} THEN {rank}" for rank, option in enumerate(ranked))
        return f"CASE {sql} {whens} END" if whens else sql

    @property
    def source(self) -> str:
        """What stands after FROM."""
        where = f" WHERE {' AND '.join(self.wheres)}" if self.wheres else ""
        return " ".join([self._visible(self.root.entity, "t0"), *self.joins]) + where

    @property
    def parameters(self) -> list[Sql]:
        """The parameters of `source`."""
        return [*self.join_values, *self.where_values]

    def attributes(self) -> Iterator[tuple[Joined, Attribute]]:
        """Every attribute with its table."""
        for one in self.query.attributes:
            yield self.root, one
        for joined in self.joined.values():
            if joined.link is not None:
                for one in joined.link.attributes:
                    yield joined, one
