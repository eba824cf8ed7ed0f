"""Queries: a filtered, ordered, paged collection; one row; their expansions; counts.

Source: Microsoft Learn, "Query data using the Web API" and its pages on selecting, joining, ordering, filtering, paging,
counting.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from dataverse.security.model import Right
from local.dataverse import errors, paging
from local.dataverse.expanding import Expander, references
from local.dataverse.functions import Moment
from local.dataverse.options import PAGE_SIZE, Options
from local.dataverse.planner import Planner
from local.dataverse.projecting import Projection, projection

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import CollectionNav, Entity, ManyNav
    from local.dataverse.storage import Storage
    from local.dataverse.urls import Address

COUNT_LIMIT = 5000
TOTAL = "Microsoft.Dynamics.CRM.totalrecordcount"
EXCEEDED = "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"


@dataclass(frozen=True, slots=True)
class Restriction:
    """A condition that the address itself makes: the rows to which a navigation property leads from the row of an id."""

    nav: CollectionNav | ManyNav
    value: str

    def condition(self, entity: Entity) -> str:
        """Its SQL, with one parameter: the value."""
        return self.nav.among(entity, "t0", "?")


def moment_of(context: Context) -> Moment:
    """When and by whom a query is asked."""
    return Moment(context.now, context.user.id, context.user.unit, context.access, context.user.zone)


def collection(
    storage: Storage,
    context: Context,
    entity: Entity,
    options: Options,
    address: Address,
    path: str,
    within: Restriction | None = None,
) -> str:
    """The JSON text of a page of rows."""
    planner = Planner(storage.catalog, entity, moment_of(context))
    shape = projection(entity, storage, options.select, context.preferences, also=references(entity, options.expand))
    expander = Expander(storage, context, entity, options.expand, shape)
    conditions = [planner.where(options.filter)] if options.filter is not None else []
    if within is not None:
        conditions.append(within.condition(entity))
        planner.parameters.append(within.value)
    page = _Page(storage, context, planner, shape, options, conditions)
    rows, next_token = page.read()
    members = [f'"@odata.context":"{context.root}$metadata#{entity.set_name}{shape_text(options, expander)}"']
    members += page.counts()
    extras = expander.extras(rows)
    members.append(f'"value":[{",".join(shape.render(row, extra) for row, extra in zip(rows, extras, strict=True))}]')
    if next_token:
        members.append(f'"@odata.nextLink":"{next_link(context, path, address, next_token)}"')
    return f"{{{','.join(members)}}}"


def shape_text(options: Options, expander: Expander) -> str:
    """The `(name,nav(child))` part of a context address."""
    names = [*(options.select or ()), *expander.shapes]
    return f"({','.join(names)})" if names else ""


def next_link(context: Context, path: str, address: Address, token: str, name: str = "$skiptoken") -> str:
    """The original address with another token."""
    kept = [
        pair
        for pair in address.query.split("&")
        if pair and not pair.replace("%24", "$").startswith(("$skiptoken=", "$deltatoken="))
    ]
    kept.append(f"{name}={token}")
    return f"{context.root}{quote(path, safe='/()$=,')}?{'&'.join(_clean(pair) for pair in kept)}"


def _clean(pair: str) -> str:
    return pair.replace('"', "%22").replace("\\", "%5C").replace("+", "%20")


class _Page:
    """One page of a query: which rows, and where the next one begins."""

    def __init__(
        self, storage: Storage, context: Context, planner: Planner, shape: Projection, options: Options, conditions: list[str]
    ) -> None:
        self._storage = storage
        self._context = context
        self._planner = planner
        self._shape = shape
        self._options = options
        self._filters = list(conditions)
        self._values = list(planner.parameters)
        entity = planner.root.entity
        ordered = planner.order(options.order)
        self._terms = [(sql, descending) for sql, _, descending in ordered]
        self._names = [str(term.path).replace("/", ".") for term in options.order] + [entity.primary_id]
        self._terms.append((f't0."{entity.primary_id}"', False))

    def read(self) -> tuple[list[tuple[Sql, ...]], str]:
        """The rows of the page, and the token of the next, "" when there is none."""
        preferences, options = self._context.preferences, self._options
        size = preferences.page_size or PAGE_SIZE
        topped = options.top is not None and preferences.page_size is None
        limit = min(options.top, PAGE_SIZE) if topped and options.top is not None else size
        cookie = paging.read(options.skiptoken, self._names) if options.skiptoken is not None else None
        conditions, values = list(self._filters), list(self._values)
        if cookie is not None:
            condition, more = paging.behind(self._terms, cookie.last)
            conditions.append(condition)
            values += more
        keys = ", ".join(sql for sql, _ in self._terms)
        order = ", ".join(f"{sql} DESC" if descending else sql for sql, descending in self._terms)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        sql = f"SELECT {self._shape.columns_sql('t0')}, {keys} FROM {self._planner.root.source}{where} ORDER BY {order} LIMIT ?"
        rows = self._storage.rows(sql, [*values, limit if topped else limit + 1])
        if topped or len(rows) <= limit:
            return rows, ""
        rows = rows[:limit]
        width = len(self._shape.needed)
        first, last = rows[0][width:], rows[-1][width:]
        return rows, paging.token((cookie.page if cookie else 1) + 1, self._names, first, last)

    def counts(self) -> list[str]:
        """`@odata.count` and the annotations beside it, capped at 5000."""
        wants = self._context.preferences.includes
        total = -1
        exceeded = False
        if self._options.count:
            found = count(self._storage, self._planner, self._filters, self._values)
            total, exceeded = min(found, COUNT_LIMIT), found > COUNT_LIMIT
        members = [f'"@odata.count":{total}'] if self._options.count else []
        members += [f'"@{TOTAL}":{total}'] if wants(TOTAL) else []
        members += [f'"@{EXCEEDED}":{"true" if exceeded else "false"}'] if wants(EXCEEDED) else []
        return members


def count(storage: Storage, planner: Planner, conditions: list[str], values: list[Sql]) -> int:
    """How many rows there are, at most one more than the limit."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM {planner.root.source}{where} LIMIT {COUNT_LIMIT + 1})"
    return int(storage.rows(sql, values)[0][0] or 0)


def count_segment(storage: Storage, context: Context, entity: Entity, options: Options, within: Restriction | None) -> int:
    """`…/$count`, at most 5000. Source: Microsoft Learn, "Count number of rows". Errors: 400 for options that would change it."""
    for name, given in (("$expand", options.expand), ("$top", options.top), ("$apply", options.apply)):
        if given:
            raise errors.bad(f"The query option '{name}' cannot be applied to $count.")
    planner = Planner(storage.catalog, entity, moment_of(context))
    conditions = [planner.where(options.filter)] if options.filter is not None else []
    if within is not None:
        conditions.append(within.condition(entity))
        planner.parameters.append(within.value)
    return min(count(storage, planner, conditions, planner.parameters), COUNT_LIMIT)


def readable(storage: Storage, context: Context, entity: Entity, row_id: str) -> None:
    """Errors: 403 when the caller may not read this row; a row that is not there is for others to miss."""
    if context.access.is_total:
        return
    context.access.allow(entity, Right.READ)
    row = storage.find(entity, row_id)
    if row is not None:
        context.access.check(entity, row, Right.READ)


def single(storage: Storage, context: Context, entity: Entity, options: Options, row_id: str) -> str:
    """The JSON text of one row. Errors: 404 when it does not exist; 400 for options that need a collection."""
    for name, given in (
        ("$filter", options.filter),
        ("$orderby", options.order),
        ("$top", options.top),
        ("$count", options.count or None),
        ("$apply", options.apply),
        ("$skiptoken", options.skiptoken),
        ("$deltatoken", options.deltatoken),
    ):
        if given:
            raise errors.bad(f"The query option '{name}' cannot be applied to a single row.")
    shape = projection(entity, storage, options.select, context.preferences, also=references(entity, options.expand))
    expander = Expander(storage, context, entity, options.expand, shape)
    readable(storage, context, entity, row_id)
    rows = storage.rows(f'SELECT {shape.columns_sql("t0")} FROM {entity.sql} AS t0 WHERE t0."{entity.primary_id}" = ?', (row_id,))
    if not rows:
        raise errors.not_found(entity.name, row_id)
    members = f'"@odata.context":"{context.root}$metadata#{entity.set_name}{shape_text(options, expander)}/$entity",'
    return "{" + members + shape.render(rows[0], expander.extras(rows)[0])[1:]
