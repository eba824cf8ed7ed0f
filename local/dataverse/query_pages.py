"""One page of a query tree's rows: which columns, in which order, where the next page begins.

A cookie says where a page ended as long as the order is by the root's own columns; otherwise pages are counted, as Dataverse
does. What has no value is left out. Source: Microsoft Learn, "Page results using FetchXML", "Select columns using FetchXML",
"Retrieve and execute predefined queries" (no nulls), "Aggregate data using FetchXML" (row aggregates).
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from local.dataverse import errors, hierarchy, paging
from local.dataverse.joining import Joined
from local.dataverse.options import PAGE_SIZE
from local.dataverse.projecting import bare, projection
from local.dataverse.reading import COUNT_LIMIT, EXCEEDED, TOTAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.dataverse.codec import Sql
    from local.dataverse.joining import Runner
    from local.dataverse.querytree import Attribute, Sort

COOKIE = "Microsoft.Dynamics.CRM.fetchxmlpagingcookie"
MORE = "Microsoft.Dynamics.CRM.morerecords"
SIMPLE_LIMIT = 50_000


class Page:
    """One page of a query without aggregates."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._query = query = runner.query
        self._context = runner.context
        entity = runner.root.entity
        plain = [one for one in query.attributes if not one.alias]
        self._renamed = [one for one in query.attributes if one.alias and not one.children]
        self._children = [one for one in query.attributes if one.children]
        select = None if not query.attributes else [self._api(runner.root, one.name) for one in plain]
        prefer = self._context.preferences
        self._shape = projection(entity, runner.storage, select, prefer, etag=not query.distinct)
        if query.distinct and query.attributes:
            self._shape = bare(entity, runner.storage, [self._api(runner.root, one.name) for one in plain], prefer)
        self._shape.nulls = False
        self._links = [joined for joined in runner.joined.values() if joined.link is not None and self._linked(joined)]
        self._extra = self._own_names()

    def _api(self, joined: Joined, name: str) -> str:
        return self._runner.column(joined, name)[1].api_name

    def _own_names(self) -> Joined | None:
        """Root columns under aliases are a table beside the root, so to say."""
        if not self._renamed:
            return None
        root = self._runner.root
        made = Joined(root.entity, "t0")
        names = [self._api(root, one.name) for one in self._renamed]
        made.shape = bare(root.entity, self._runner.storage, names, self._context.preferences)
        made.names = {self._runner.column(root, one.name)[1].name: one.alias for one in self._renamed}
        return made

    def _linked(self, joined: Joined) -> bool:
        link = joined.link
        if link is None or not (link.attributes or link.every):
            return False
        every = list(joined.entity.properties)
        names = every if link.every else [self._api(joined, one.name) for one in link.attributes]
        joined.shape = bare(joined.entity, self._runner.storage, names, self._context.preferences)
        if link.every:
            joined.names = {column.name: f"{link.alias}.{column.name}" for column in joined.entity.table.columns}
        for one in link.attributes:
            name = self._runner.column(joined, one.name)[1].name
            joined.names[name] = one.alias or f"{link.alias}.{name}"
        return True

    def _terms(self) -> tuple[list[tuple[str, bool]], list[str], bool]:
        """SQL and direction of each order term, the cookie's names, and whether a cookie can say where a page ends."""
        terms: list[tuple[str, bool]] = []
        names: list[str] = []
        by_cookie = not self._query.distinct
        for sort in self._query.orders:
            joined, name = self._sorted(sort)
            sql, column = self._runner.column(joined, name)
            terms.append((self._runner.ordinal(sql, column), sort.descending))
            names.append(column.name)
            by_cookie = by_cookie and joined is self._runner.root
        for joined in self._runner.joined.values():
            inner = joined.link is not None
            by_cookie = by_cookie and not inner
        if not self._query.distinct:
            terms.append((f't0."{self._runner.root.entity.primary_id}"', False))
            names.append(self._runner.root.entity.primary_id)
        return terms, names, by_cookie

    def _sorted(self, sort: Sort) -> tuple[Joined, str]:
        wanted = sort.attribute or sort.alias
        for joined, one in self._runner.attributes():
            if one.alias and one.alias == (sort.alias or sort.attribute) and not sort.entity:
                return joined, one.name
        return self._runner.place(sort.entity, self._runner.root), wanted

    def answer(self, place: str, link: Callable[[int], str] | None = None) -> str:
        """The JSON text; `link` makes the address of a page by its number."""
        terms, names, by_cookie = self._terms()
        shapes = [joined for joined in (self._extra, *self._links) if joined is not None and joined.shape is not None]
        columns = [self._shape.columns_sql("t0")] if self._shape.needed else []
        columns += [joined.shape.columns_sql(joined.sql) for joined in shapes if joined.shape is not None]
        width = sum(len(joined.shape.needed) for joined in shapes if joined.shape is not None) + len(self._shape.needed)
        columns += [self._counted(one) for one in self._children]
        width += len(self._children)
        picked = [] if self._query.distinct else [sql for sql, _ in terms]
        size = (
            self._query.top
            if self._query.top is not None
            else self._query.size or self._context.preferences.page_size or PAGE_SIZE
        )
        rows, more = self._rows([*columns, *picked], terms, names, size, by_cookie)
        value = ",".join(self._render(row, shapes) for row in rows)
        members = [f'{place}{self._selected()}"', *self._counts()]
        wants = self._context.preferences.includes
        if more and by_cookie and link is None:  # clients page by it without asking for annotations
            cookie = paging.fetch_cookie(self._query.page + 1, names, rows[0][width:], rows[-1][width:])
            members.append(f'"@{COOKIE}":{encode_basestring(cookie)}')
        if wants(MORE):
            members.append(f'"@{MORE}":{"true" if more else "false"}')
        members.append(f'"value":[{value}]')
        if more and link is not None:
            members.append(f'"@odata.nextLink":"{link(self._query.page + 1)}"')
        return f"{{{','.join(members)}}}"

    def _counted(self, one: Attribute) -> str:
        """How many rows have this one as their parent."""
        entity = self._runner.root.entity
        parent = hierarchy.parent_of(entity)
        if parent is None or one.name.lower() != entity.primary_id:
            raise errors.bad(
                f"The row aggregate of '{one.name}' needs the primary key of a table with a hierarchy.", "0x80041102"
            )
        visible = self._runner.moment.access.source(entity)
        return f'(SELECT COUNT(*) FROM {visible} AS c WHERE c."{parent.name}" = t0."{entity.primary_id}")'

    def _selected(self) -> str:
        names = [self._api(self._runner.root, one.name) for one in self._query.attributes if not one.alias]
        return f"({','.join(names)})" if names else ""

    def _rows(
        self, columns: list[str], terms: list[tuple[str, bool]], names: list[str], size: int, by_cookie: bool
    ) -> tuple[list[tuple[Sql, ...]], bool]:
        runner, query = self._runner, self._query
        source, values = runner.source, runner.parameters
        offset = query.skip + (query.page - 1) * size
        if query.cookie and by_cookie and query.page > 1:
            condition, more = paging.behind(terms, paging.read_fetch_cookie(query.cookie, names))
            source += f" {'AND' if runner.wheres else 'WHERE'} {condition}"
            values = [*values, *more]
            offset = 0
        if offset >= SIMPLE_LIMIT:
            raise errors.bad("Paging without a cookie is limited to 50,000 records.", "0x80041102")
        order = ", ".join(f"{sql} DESC" if descending else sql for sql, descending in terms)
        word = "SELECT DISTINCT" if query.distinct else "SELECT"
        tail = f" ORDER BY {order}" if order and (not query.distinct or query.orders) else ""
        sql = f"{word} {', '.join(columns)} FROM {source}{tail} LIMIT ? OFFSET ?"
        rows = runner.storage.rows(sql, [*values, size + 1, offset])
        return rows[:size], len(rows) > size and query.top is None

    def _render(self, row: Sequence[Sql], shapes: list[Joined]) -> str:
        at = len(self._shape.needed)
        extra = ""
        for joined in shapes:
            if joined.shape is not None:
                width = len(joined.shape.needed)
                extra += joined.shape.linked(row[at : at + width], joined.names)
                at += width
        extra += "".join(f',"{one.alias}":{row[at + index]}' for index, one in enumerate(self._children))
        return self._shape.render(row, extra)

    def _counts(self) -> list[str]:
        wants = self._context.preferences.includes
        total, exceeded = -1, False
        if self._query.total:
            sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM {self._runner.source} LIMIT {COUNT_LIMIT + 1})"
            found = int(self._runner.storage.rows(sql, self._runner.parameters)[0][0] or 0)
            total, exceeded = min(found, COUNT_LIMIT), found > COUNT_LIMIT
        members = [f'"@{TOTAL}":{total}'] if wants(TOTAL) else []
        return members + ([f'"@{EXCEEDED}":{"true" if exceeded else "false"}'] if wants(EXCEEDED) else [])
