"""`$expand`: related rows inside a row, with one query per expansion and page.

Source: Microsoft Learn, "Join tables using OData": options of expansions, unpaged children, `X@odata.nextLink`, the limits of
nested ones.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import quote

from dataverse.security.model import Right
from local.dataverse import errors, options, paging
from local.dataverse.entities import CollectionNav, Entity, ManyNav, Nav, is_polymorphic
from local.dataverse.functions import Moment
from local.dataverse.planner import Planner
from local.dataverse.projecting import Projection, projection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.expressions import Expand
    from local.dataverse.storage import Storage

MAX_CHILDREN = 5000
SLICE = 900
MAX_LEVELS = 8
_PLAIN = "'()$,;=/:@*"
_ONLY_SELECT_AND_FILTER = (
    "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many "
    "relationship."
)


_ONLY_MANY_TO_ONE = (
    "The navigation property '{}' cannot be expanded. Only many-to-one relationships are supported for nested expansion."
)


class Expander:
    """The expansions of one query."""

    def __init__(
        self, storage: Storage, context: Context, entity: Entity, terms: Sequence[Expand], shape: Projection, level: int = 0
    ) -> None:
        if level > MAX_LEVELS:
            raise errors.bad("The $expand is nested too deeply.")
        nested = any(dict(term.options).get("$expand") for term in terms)
        _check_many(entity, terms, level, nested)
        self._parts = [self._part(storage, context, entity, term, shape, level, nested) for term in terms]

    @staticmethod
    def _part(
        storage: Storage, context: Context, entity: Entity, term: Expand, shape: Projection, level: int, nested: bool
    ) -> _Part:
        if term.name in entity.singles:
            return _Single(storage, context, entity, term, shape, level, entity.singles[term.name])
        if term.name in entity.related:
            if term.is_reference:
                raise errors.bad("Expand with $ref is only supported on lookup type navigation property.")
            if (nested or level) and {"$top", "$orderby"} & dict(term.options).keys():
                raise errors.bad(_ONLY_SELECT_AND_FILTER)
            return _Collection(storage, context, entity, term, shape, level or int(nested), entity.related[term.name])
        raise errors.no_property(term.name, entity.name)

    @property
    def shapes(self) -> list[str]:
        """What each expansion adds to the context address."""
        return [part.shape_text for part in self._parts]

    def extras(self, rows: Sequence[Sequence[Sql]]) -> list[str]:
        """The members that expansions add, per row."""
        columns = [part.members(rows) for part in self._parts]
        return ["".join(f",{column[index]}" for column in columns) for index in range(len(rows))]


def _check_many(entity: Entity, terms: Sequence[Expand], level: int, nested: bool) -> None:
    """Many-to-many relationships are expanded on the first level, and only beside their like. Errors: 400."""
    many = [term.name for term in terms if term.name in entity.manys]
    if many and (nested or level):
        raise errors.bad(_ONLY_MANY_TO_ONE.format(many[0]))
    if many and len(many) < len(terms):
        raise errors.bad(
            f"The navigation property '{many[0]}' cannot be expanded. A many-to-many relationship cannot be combined with other "
            "relationships in $expand."
        )


def references(entity: Entity, terms: Sequence[Expand]) -> tuple[str, ...]:
    """The lookups that `$expand=nav/$ref` brings along."""
    return tuple(entity.singles[term.name].column.api_name for term in terms if term.is_reference and term.name in entity.singles)


class _Part(ABC):
    """One expansion."""

    def __init__(self, storage: Storage, context: Context, entity: Entity, term: Expand, shape: Projection, level: int) -> None:
        self._storage = storage
        self._context = context
        self._entity = entity
        self._term = term
        self._level = level
        self._given = dict(term.options)
        self._options = options.read(self._given, None)
        self._id_at = shape.place(entity.primary_id)

    @abstractmethod
    def members(self, rows: Sequence[Sequence[Sql]]) -> list[str]:
        """The member that this expansion adds, per row."""

    @property
    def shape_text(self) -> str:
        names = [*(self._options.select or ()), *self._inner_shapes()]
        if self._term.is_reference:
            return f"{self._term.name},{self._term.name}/$ref()"
        return f"{self._term.name}({','.join(names)})"

    def _inner_shapes(self) -> list[str]:
        return []

    def _planner(self, entity: Entity) -> Planner:
        user = self._context.user
        moment = Moment(self._context.now, user.id, user.unit, self._context.access, user.zone)
        return Planner(self._storage.catalog, entity, moment)

    def _target(self, name: str) -> Entity:
        target = self._storage.catalog.by_name.get(name)
        if target is None:
            raise errors.unsupported(f"the table '{name}'")
        self._context.access.allow(target, Right.READ)
        return target


class _Single(_Part):
    """A lookup's row as an object."""

    def __init__(
        self, storage: Storage, context: Context, entity: Entity, term: Expand, shape: Projection, level: int, nav: Nav
    ) -> None:
        super().__init__(storage, context, entity, term, shape, level)
        if {"$top", "$orderby", "$count"} & self._given.keys():
            raise errors.bad(_ONLY_SELECT_AND_FILTER)
        self._nav = nav
        self._at = shape.place(nav.column.name)
        self._type_at = shape.place(f"{nav.column.name}~type") if is_polymorphic(nav.column) else -1
        self._inner: dict[str, tuple[Projection, Expander]] = {}
        for name in nav.targets:
            target = self._target(name)
            inner = projection(target, storage, self._selected(target), context.preferences, etag=False)
            self._inner[name] = (inner, Expander(storage, context, target, self._options.expand, inner, level + 1))

    def _selected(self, target: Entity) -> tuple[str, ...] | None:
        """What is selected of one target: of several targets, each gives what it has."""
        select = self._options.select
        if select is None or len(self._nav.targets) == 1:
            return select
        others = [self._target(name) for name in self._nav.targets]
        return tuple(name for name in select if name in target.readable or all(name not in other.readable for other in others))

    def _inner_shapes(self) -> list[str]:
        return next(iter(self._inner.values()))[1].shapes

    def members(self, rows: Sequence[Sequence[Sql]]) -> list[str]:
        wanted: dict[str, dict[str, None]] = defaultdict(dict)
        for row in rows:
            if row[self._at] is not None:
                wanted[self._type(row)][str(row[self._at])] = None
        found = {name: self._objects(name, list(ids)) for name, ids in wanted.items() if name in self._inner}
        return [f'"{self._term.name}":{found.get(self._type(row), {}).get(str(row[self._at]), "null")}' for row in rows]

    def _type(self, row: Sequence[Sql]) -> str:
        return str(row[self._type_at]) if self._type_at >= 0 else self._nav.targets[0]

    def _objects(self, name: str, ids: list[str]) -> dict[str, str]:
        target = self._target(name)
        if self._term.is_reference:
            return {row_id: f'{{"@odata.id":"{self._context.root}{target.set_name}({row_id})"}}' for row_id in ids}
        inner, expander = self._inner[name]
        at = inner.place(target.primary_id)
        result: dict[str, str] = {}
        for begin in range(0, len(ids), SLICE):
            part = ids[begin : begin + SLICE]
            planner = self._planner(target)
            condition = f" AND {planner.where(self._options.filter)}" if self._options.filter is not None else ""
            marks = ", ".join("?" for _ in part)
            where = f't0."{target.primary_id}" IN ({marks}){condition}'
            sql = f"SELECT {inner.columns_sql('t0')} FROM {planner.root.source} WHERE {where}"
            rows = self._storage.rows(sql, [*part, *planner.parameters])
            for row, extra in zip(rows, expander.extras(rows), strict=True):
                result[str(row[at])] = inner.render(row, extra)
        return result


class _Collection(_Part):
    """The rows that point here or are associated, as a list."""

    def __init__(
        self,
        storage: Storage,
        context: Context,
        entity: Entity,
        term: Expand,
        shape: Projection,
        level: int,
        nav: CollectionNav | ManyNav,
    ) -> None:
        super().__init__(storage, context, entity, term, shape, level)
        self._nav = nav
        self._paged = level > 0
        self._child = self._target(nav.child)
        lookup = (nav.column.api_name,) if isinstance(nav, CollectionNav) and not self._paged else ()
        select = self._options.select
        self._inner = projection(self._child, storage, select, context.preferences, etag=not self._paged, also=lookup)
        self._expander = Expander(storage, context, self._child, self._options.expand, self._inner, level + 1)

    def _inner_shapes(self) -> list[str]:
        return self._expander.shapes

    def members(self, rows: Sequence[Sequence[Sql]]) -> list[str]:
        ids = [str(row[self._id_at]) for row in rows]
        children = self._children(ids)
        links = {row_id: self._next(row_id, children) for row_id in ids}
        texts = {row_id: ",".join(text for _, text in children[row_id]) for row_id in ids}
        return [f'"{self._term.name}":[{texts[row_id]}]{links[row_id]}' for row_id in ids]

    def _next(self, row_id: str, children: dict[str, list[tuple[str, str]]]) -> str:
        """The link to the children: always there on a single level; nested ones are cut to a page, and it leads on."""
        size = self._page_size()
        token = ""
        if self._paged:
            page = children[row_id]
            if len(page) < size:
                return ""
            del page[size:]
            token = paging.token(2, [self._child.primary_id], [page[0][0]], [page[-1][0]])
        return f',"{self._term.name}@odata.nextLink":"{self._link(row_id, token)}"'

    def _page_size(self) -> int:
        return (self._context.preferences.page_size or MAX_CHILDREN) if self._paged else MAX_CHILDREN

    def _link(self, row_id: str, token: str) -> str:
        kept = [f"{name}={quote(value, safe=_PLAIN)}" for name, value in self._term.options]
        kept += [f"$skiptoken={token}"] if token else []
        tail = f"?{'&'.join(kept)}" if kept else ""
        return f"{self._context.root}{self._entity.set_name}({row_id})/{self._term.name}{tail}"

    def _children(self, ids: list[str]) -> dict[str, list[tuple[str, str]]]:
        """Per parent the ids and texts of its children; one more than a page where they are paged."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        most = self._page_size() + int(self._paged)
        limit = min(most, self._options.top) if self._options.top is not None else most
        id_at = self._inner.place(self._child.primary_id)
        for begin in range(0, len(ids), SLICE):
            rows = self._rows(ids[begin : begin + SLICE])
            for row, extra in zip(rows, self._expander.extras(rows), strict=True):
                siblings = found[str(row[-1])]
                if len(siblings) < limit:
                    siblings.append((str(row[id_at]), self._inner.render(row, extra)))
        return found

    def _rows(self, ids: list[str]) -> list[tuple[Sql, ...]]:
        planner = self._planner(self._child)
        condition = f" AND {planner.where(self._options.filter)}" if self._options.filter is not None else ""
        terms = [f"{sql} DESC" if descending else sql for sql, _, descending in planner.order(self._options.order)]
        order = ", ".join([*terms, f't0."{self._child.primary_id}"'])
        marks = ", ".join("?" for _ in ids)
        parent, join = self._nav.joined(self._child)
        source = f"{planner.root.source}{join} WHERE {parent} IN ({marks}){condition}"
        columns = self._inner.columns_sql("t0")
        if self._options.top is None:
            sql = f"SELECT {columns}, {parent} FROM {source} ORDER BY {order}"
            return self._storage.rows(sql, [*ids, *planner.parameters])
        place = f'ROW_NUMBER() OVER (PARTITION BY {parent} ORDER BY {order}) AS "~place"'
        sql = f'SELECT * FROM (SELECT {columns}, {place}, {parent} FROM {source}) WHERE "~place" <= ? ORDER BY "~place"'
        return self._storage.rows(sql, [*ids, *planner.parameters, self._options.top])
