"""`$apply`: what it says, read into groups and aggregates (aggregates.py).

    groupby((a,nav/b)) · groupby((a),aggregate(x with sum as y,$count as n)) · aggregate(…) · filter(…)/groupby(…)

A column reached through a navigation property comes back as `<table>_<column>`. Source: Microsoft Learn, "Aggregate data using
OData".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from local.dataverse import errors, filters
from local.dataverse.aggregates import NUMBERS, Group, Term, ordinal, render, run
from local.dataverse.expressions import Path
from local.dataverse.lexer import split
from local.dataverse.naming import Names
from local.dataverse.options import FORMATTED
from local.dataverse.planner import Planner
from local.dataverse.reading import moment_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.expressions import Order
    from local.dataverse.options import Options
    from local.dataverse.reading import Restriction
    from local.dataverse.storage import Storage

_WITH = re.compile(r"(?P<path>[\w/]+) with (?P<how>sum|average|min|max|countdistinct) as (?P<alias>[A-Za-z_]\w*)\Z", re.ASCII)
_COUNT = re.compile(r"\$count as (?P<alias>[A-Za-z_]\w*)\Z", re.ASCII)


def aggregate(
    storage: Storage,
    context: Context,
    entity: Entity,
    options: Options,
    aliases: Mapping[str, str],
    within: Restriction | None = None,
) -> str:
    """The JSON text of an aggregate query; `within` is the row whose related rows are meant.

    Errors: 400 for what Dataverse does not aggregate; 501 for transformations that are not made yet.
    """
    _check(options)
    planner = Planner(storage.catalog, entity, moment_of(context))
    conditions = [planner.where(options.filter)] if options.filter is not None else []
    if within is not None:
        conditions.append(within.condition(entity))
        planner.parameters.append(within.value)
    groups: list[Group] = []
    terms: list[Term] = []
    for step in split(options.apply or "", "/"):
        name, inside = _call(step)
        if name == "filter" and not groups and not terms:
            conditions.append(planner.where(filters.parse(inside, aliases)))
        elif name == "aggregate" and not groups and not terms:
            terms = [_term(planner, part) for part in split(inside, ",")]
        elif name == "groupby" and not groups and not terms:
            groups, terms = _group_by(planner, entity, inside)
        else:
            raise errors.unsupported(f"the transformation '{name}' at this place of $apply")
    if not groups and not terms:
        raise errors.bad("$apply needs groupby or aggregate.")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    places = [_place(groups, term) for term in options.order]
    rows = run(storage, planner.root.source + where, planner.parameters, groups, terms)
    for at, term in reversed(list(zip(places, options.order, strict=True))):
        rows.sort(key=lambda row: ordinal(row[at]), reverse=term.descending)
    names = Names(storage, context.user.zone) if context.preferences.includes(FORMATTED) else None
    value = ",".join(render(groups, terms, row, names) for row in rows[: options.top])
    return f'{{"@odata.context":"{context.root}$metadata#{entity.set_name}","value":[{value}]}}'


def _check(options: Options) -> None:
    """Errors: 400 for options that have no meaning beside aggregates."""
    for name, given in (
        ("$select", options.select),
        ("$expand", options.expand),
        ("$count", options.count),
        ("$skiptoken", options.skiptoken),
        ("$deltatoken", options.deltatoken),
    ):
        if given:
            raise errors.bad(f"The query option '{name}' cannot be combined with $apply.")


def _place(groups: list[Group], term: Order) -> int:
    """Which group an order names. Errors: 400 for an aggregate, in Dataverse's words; for a lookup, whose name is not there."""
    for index, group in enumerate(groups):
        if group.path == str(term.path) and group.column.kind is not Kind.LOOKUP:
            return index
    raise errors.bad("The query node SingleValueOpenPropertyAccess is not supported", "")


def _call(step: str) -> tuple[str, str]:
    name, opened, rest = step.strip().partition("(")
    if not opened or not rest.endswith(")"):
        raise errors.bad(f"Syntax error in $apply: '{step}'.")
    return name.strip(), rest[:-1]


def _group_by(planner: Planner, entity: Entity, inside: str) -> tuple[list[Group], list[Term]]:
    parts = split(inside, ",")
    listed = parts[0].strip()
    if not listed.startswith("(") or not listed.endswith(")") or len(parts) > 2:
        raise errors.bad(f"Syntax error in $apply: 'groupby({inside})'.")
    groups = [_group(planner, entity, name.strip()) for name in listed[1:-1].split(",")]
    terms: list[Term] = []
    if len(parts) == 2:
        name, aggregated = _call(parts[1])
        if name != "aggregate":
            raise errors.unsupported(f"the transformation '{name}' inside groupby")
        terms = [_term(planner, part) for part in split(aggregated, ",")]
    return groups, terms


def _group(planner: Planner, entity: Entity, text: str) -> Group:
    path = Path(tuple(text.split("/")))
    sql, column = planner.resolve(path)
    if column.kind is Kind.DATETIME:
        raise errors.bad(f"Grouping by the date and time column '{text}' is not supported.")
    name = text
    if len(path.parts) > 1:
        owner = entity
        for part in path.parts[:-1]:
            owner = planner.catalog[owner.singles[part].targets[0]]
        name = f"{owner.name}_{path.parts[-1]}"
    return Group(name, sql, column, path=text)


def _term(planner: Planner, text: str) -> Term:
    counted = _COUNT.match(text.strip())
    if counted:
        return Term("count", counted["alias"], "", None)
    match = _WITH.match(text.strip())
    if match is None:
        raise errors.bad(f"Syntax error in $apply: '{text.strip()}'.")
    sql, column = planner.resolve(Path(tuple(match["path"].split("/"))))
    if match["how"] in {"sum", "average"} and column.kind not in NUMBERS:
        raise errors.bad(f"The column '{match['path']}' cannot be aggregated with {match['how']}; it is no number.")
    return Term(match["how"], match["alias"], sql, column)
