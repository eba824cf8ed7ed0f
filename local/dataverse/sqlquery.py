"""The read-only SQL of `?sql=` to a query tree.

    SELECT [DISTINCT] [TOP n] columns FROM table [alias] {[INNER|LEFT [OUTER]] JOIN table alias ON a.x = b.y}
    [WHERE conditions] [GROUP BY columns] [ORDER BY terms] [OFFSET n ROWS FETCH NEXT m ROWS ONLY]

`SELECT *`, other joins, subqueries, UNION, HAVING, functions and writes are refused, as Dataverse refuses them. Source: the
documentation of Microsoft's Python SDK 1.1.0 (its list of what the endpoint takes and blocks).
"""

from __future__ import annotations

from dataclasses import replace

from local.dataverse import errors
from local.dataverse.querytree import Attribute, Group, Link, Query, Sort
from local.dataverse.sqlwhere import WhereReader

_AGGREGATES = {"count": "countcolumn", "sum": "sum", "avg": "avg", "min": "min", "max": "max"}
MAX_TOP = 5000


def parse(text: str) -> Query:
    """Read one SELECT. Errors: 400 with the place, naming what is not supported."""
    return _Parser(text).query()


class _Parser(WhereReader):
    def query(self) -> Query:
        if not self._take("select"):
            raise errors.bad("Only a SELECT can be sent; the SQL endpoint is read-only.", "0x80040203")
        distinct = self._take("distinct")
        top = None
        if self._take("top"):
            enclosed = self._take("(")
            top = self._whole(MAX_TOP)
            if enclosed:
                self._need(")")
        begin = self._at
        while not self._is("from") and self._kind != "end":
            self._next()
        self._need("from")
        self._root = self._name()
        alias = self._alias() or self._root
        self._aliases[alias.lower()] = ""
        self._aliases.setdefault(self._root.lower(), "")
        links = self._joins()
        behind = self._at
        self._at = begin
        columns = self._columns()
        self._at = behind
        where = self._disjunction(0) if self._take("where") else None
        groups = self._groups()
        return self._whole_query(distinct, top, links, columns, where, groups)

    def _whole_query(
        self,
        distinct: bool,
        top: int | None,
        links: list[Link],
        columns: list[tuple[str, Attribute]],
        where: Group | None,
        groups: list[tuple[str, str]],
    ) -> Query:
        aggregated = bool(groups) or any(one.aggregate for _, one in columns)
        if aggregated:
            columns = [(alias, self._aggregated(alias, one, groups)) for alias, one in columns]
        orders = self._orders(columns, aggregated)
        size, skip = self._offset()
        if self._kind != "end":
            for word in ("having", "union"):
                if self._is(word):
                    raise errors.bad(f"{word.upper()} is not supported.", "0x80040203")
            self._fail()
        by_alias = {link.alias: link for link in links}
        for alias, one in columns:
            if alias:
                link = by_alias[alias]
                by_alias[alias] = replace(link, attributes=(*link.attributes, one))
        return Query(
            name=self._root.lower(),
            attributes=tuple(one for alias, one in columns if not alias),
            filters=(where,) if where is not None else (),
            links=tuple(_nested(by_alias, "")),
            orders=tuple(orders),
            top=top,
            size=size,
            skip=skip,
            distinct=distinct,
            aggregate=aggregated,
        )

    def _alias(self) -> str:
        if self._take("as"):
            return self._name()
        return self._name() if self._kind == "name" else ""

    def _joins(self) -> list[Link]:
        links: list[Link] = []
        while True:
            for word in ("right", "full", "cross"):
                if self._is(word):
                    raise errors.bad(f"{word.upper()} JOIN is not supported; use INNER JOIN or LEFT JOIN.", "0x80040203")
            if self._take("left"):
                self._take("outer")
                kind = "outer"
                self._need("join")
            elif self._take("inner", "join") or self._take("join"):
                kind = "inner"
            else:
                break
            name = self._name().lower()
            alias = (self._alias() or name).lower()
            if alias in self._aliases:
                raise errors.bad(f"The alias '{alias}' is used twice.", "0x80040203")
            self._aliases[alias] = alias
            self._need("on")
            links.append(self._on(name, alias, kind))
        if self._is(","):
            raise errors.bad("Tables separated by commas are not supported; use JOIN … ON.", "0x80040203")
        return links

    def _on(self, name: str, alias: str, kind: str) -> Link:
        one, other = self._column(), None
        self._need("=")
        other = self._column()
        if other[0] == alias and one[0] != alias:
            one, other = other, one
        if one[0] != alias or other[0] == alias:
            raise errors.bad("A JOIN compares one of its own columns with one of a table before it.", "0x80040203")
        return Link(name, one[1], other[1], alias, kind, parent=other[0])

    def _columns(self) -> list[tuple[str, Attribute]]:
        found: list[tuple[str, Attribute]] = []
        while True:
            found.append(self._item(len(found)))
            if not self._take(","):
                break
        if not self._is("from"):
            self._fail()
        return found

    def _item(self, index: int) -> tuple[str, Attribute]:
        if self._is("*"):
            raise errors.bad("SELECT * is not supported; name the columns.", "0x80040203")
        name = self._text.lower()
        if self._kind == "name" and self._tokens[self._at + 1] == ("mark", "("):
            if name not in _AGGREGATES:
                raise errors.bad(f"The function '{self._text}' is not supported.", "0x80040203")
            self._next()
            self._next()
            made = self._argument(name)
            self._need(")")
            label = self._alias() or (name if index == 0 else f"{name}{index}")
            return made[0], replace(made[1], alias=label)
        alias, column = self._column()
        label = self._alias()
        return alias, Attribute(column, label or (column if alias else ""))

    def _argument(self, name: str) -> tuple[str, Attribute]:
        if name == "count" and self._take("*"):
            return "", Attribute("*", aggregate="count")
        distinct = self._take("distinct")
        alias, column = self._column()
        return alias, Attribute(column, aggregate=_AGGREGATES[name], distinct=distinct)

    @staticmethod
    def _aggregated(alias: str, one: Attribute, groups: list[tuple[str, str]]) -> Attribute:
        if one.aggregate:
            return one
        if (alias, one.name) not in groups:
            raise errors.bad(f"The column '{one.name}' is neither grouped nor aggregated.", "0x80040203")
        return replace(one, alias=one.alias or one.name, group=True)

    def _groups(self) -> list[tuple[str, str]]:
        if not self._take("group", "by"):
            return []
        found = [self._column()]
        while self._take(","):
            found.append(self._column())
        return found

    def _orders(self, columns: list[tuple[str, Attribute]], aggregated: bool) -> list[Sort]:
        found: list[Sort] = []
        if not self._take("order", "by"):
            return found
        while True:
            alias, name = self._column()
            descending = self._take("desc")
            if not descending:
                self._take("asc")
            labels = {(one.alias or one.name).lower(): one.alias or one.name for _, one in columns}
            if aggregated or (not alias and name in labels and any(one.alias.lower() == name for _, one in columns)):
                found.append(Sort("", descending, labels.get(name, name)))
            else:
                found.append(Sort(name, descending, "", alias))
            if not self._take(","):
                return found

    def _offset(self) -> tuple[int | None, int]:
        if not self._take("offset"):
            return None, 0
        skipped = self._whole(100_000)
        self._need("rows")
        self._need("fetch")
        self._need("next")
        size = self._whole(MAX_TOP)
        self._need("rows")
        self._need("only")
        if size == 0:
            raise errors.bad("FETCH NEXT needs a number of rows above zero.", "0x80040203")
        return size, skipped


def _nested(links: dict[str, Link], parent: str) -> list[Link]:
    return [replace(link, links=tuple(_nested(links, link.alias))) for link in links.values() if link.parent == parent]
