"""Runs a query tree (querytree.py): FetchXML, SQL, query expressions.

A joined column comes back as `alias.column`, or under its own alias; joined columns without a value are left out. Source:
Microsoft Learn, "Query data using FetchXML", "Aggregate data using FetchXML".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from local.dataverse import aggregates, errors
from local.dataverse.joining import Joined, Runner
from local.dataverse.naming import Names
from local.dataverse.options import FORMATTED, PAGE_SIZE
from local.dataverse.query_pages import MORE, Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.schema.model import Column
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.querytree import Attribute, Query
    from local.dataverse.reading import Restriction
    from local.dataverse.storage import Storage

_HOW = {"count": "count", "countcolumn": "countcolumn", "sum": "sum", "avg": "average", "min": "min", "max": "max"}
_DATES = frozenset({"day", "week", "month", "quarter", "year", "fiscal-period", "fiscal-year"})


def run(
    storage: Storage,
    context: Context,
    entity: Entity,
    query: Query,
    link: Callable[[int], str] | None = None,
    within: Restriction | None = None,
) -> str:
    """The JSON text of a query's answer; `link` makes the address of a page. Errors: 400 in Dataverse's words."""
    if query.name.lower() != entity.name:
        raise errors.bad(f"The query is for '{query.name}', the address for '{entity.name}'.", "0x80041102")
    runner = Runner(storage, context, query)
    if within is not None:
        runner.wheres.append(within.condition(entity))
        runner.where_values.append(within.value)
    place = f'"@odata.context":"{context.root}$metadata#{entity.set_name}'
    if query.aggregate:
        rows, more = _aggregated(runner)
        told = f',"@{MORE}":{"true" if more else "false"}' if context.preferences.includes(MORE) else ""
        return f'{{{place}"{told},"value":[{",".join(rows)}]}}'
    return Page(runner).answer(place, link)


def _aggregated(runner: Runner) -> tuple[list[str], bool]:
    """The groups of a page, and whether there are more."""
    groups: list[aggregates.Group] = []
    terms: list[aggregates.Term] = []
    for joined, one in runner.attributes():
        made = _part(runner, joined, one)
        if isinstance(made, aggregates.Group):
            groups.append(made)
        else:
            terms.append(made)
    if not groups and not terms:
        raise errors.bad("An aggregate query needs attributes.", "0x80041102")
    limit = runner.query.limit or aggregates.LIMIT
    rows = aggregates.run(runner.storage, runner.source, runner.parameters, groups, terms, limit)
    names = [group.name for group in groups] + [term.alias for term in terms]
    if len(set(names)) < len(names):
        raise errors.bad("An alias is used twice in an aggregate query.", "0x80041102")
    for sort in reversed(runner.query.orders):
        wanted = sort.alias or sort.attribute
        if wanted not in names:
            raise errors.bad(f"An aggregate query is ordered by an alias; '{wanted}' is none.", "0x80041102")
        at = names.index(wanted)
        rows.sort(key=lambda row: aggregates.ordinal(row[at]), reverse=sort.descending)
    first = runner.query.skip + (runner.query.page - 1) * (runner.query.size or PAGE_SIZE)
    most = runner.query.top if runner.query.top is not None else runner.query.size or PAGE_SIZE
    shown = Names(runner.storage, runner.context.user.zone) if runner.context.preferences.includes(FORMATTED) else None
    page = [aggregates.render(groups, terms, row, shown) for row in rows[first : first + most]]
    return page, runner.query.top is None and len(rows) > first + most


def _part(runner: Runner, joined: Joined, one: Attribute) -> aggregates.Group | aggregates.Term:
    """A column to group by, or an aggregate."""
    if one.name == "*":
        return aggregates.Term("count", one.alias, "", None)
    sql, column = runner.column(joined, one.name)
    if not one.alias:
        raise errors.bad("Attribute alias is required in an aggregate query.", "0x80041102")
    if not one.group:
        return _term(one, sql, column)
    if one.dates and (one.dates not in _DATES or column.kind not in {Kind.DATE, Kind.DATETIME}):
        raise errors.bad(f"'{one.dates}' is not a dategrouping of '{one.name}'.", "0x80041102")
    if column.kind is Kind.DATETIME and not one.dates:
        raise errors.bad(f"Grouping by the date and time column '{one.name}' needs dategrouping.", "0x80041102")
    return aggregates.Group(one.alias, sql, column, one.dates)


def _term(one: Attribute, sql: str, column: Column) -> aggregates.Term:
    how = _HOW.get(one.aggregate)
    if one.distinct and how != "countcolumn":
        raise errors.bad(f"Only countcolumn may be distinct, not '{one.aggregate}'.", "0x80041102")
    if how is None:
        raise errors.bad(f"'{one.aggregate}' is not an aggregate; use count, countcolumn, sum, avg, min or max.", "0x80041102")
    if one.distinct and how == "countcolumn":
        how = "countdistinct"
    if how in {"sum", "average"} and column.kind not in aggregates.NUMBERS:
        raise errors.bad(f"The column '{one.name}' cannot be aggregated with {one.aggregate}; it is no number.", "0x80041102")
    return aggregates.Term(how, one.alias, sql, None if how == "count" else column)
