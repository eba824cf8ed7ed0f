"""Groups and aggregates: of `$apply` (applying.py), FetchXML and SQL (running.py).

Sums and averages of money have nine decimals; nulls are left out. Source: Microsoft Learn, "Aggregate data using OData",
"Aggregate data using FetchXML".
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from dataverse.schema.model import Column, Kind
from local.dataverse import codec, errors, fiscal
from local.dataverse.formatting import shown
from local.dataverse.options import FORMATTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.dataverse.codec import Sql
    from local.dataverse.naming import Names
    from local.dataverse.storage import Storage

LIMIT = 50_000
NUMBERS = (Kind.MONEY, Kind.DECIMAL, Kind.INTEGER, Kind.BIGINT)
_STEP = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Term:
    """One aggregate: how, under which name, over which SQL of which column."""

    how: str
    alias: str
    sql: str
    column: Column | None


@dataclass(frozen=True, slots=True)
class Group:
    """One column to group by: its name in the answer, and a word that turns a moment into its day, week, month, …

    `path` is what `$apply` called it.
    """

    name: str
    sql: str
    column: Column
    dates: str = ""
    path: str = ""


def ordinal(value: object) -> tuple[int, object]:
    """How values of an answer are ordered: nothing first, letter case aside."""
    if value is None:
        return (0, 0)
    return (2, value.casefold()) if isinstance(value, str) else (1, value)


def run(
    storage: Storage, source: str, parameters: Sequence[Sql], groups: list[Group], terms: list[Term], limit: int = LIMIT
) -> list[list[Sql | Decimal]]:
    """The groups of `source` (what stands after FROM) with their aggregates. Errors: 400 over the limit of records."""
    size = storage.rows(f"SELECT COUNT(*) FROM (SELECT 1 FROM {source} LIMIT {limit + 1})", parameters)[0][0]
    if int(size or 0) > limit:
        raise errors.bad("AggregateQueryRecordLimit exceeded. Cannot perform this operation.", "0x8004e023")
    columns = [group.sql for group in groups] + [term.sql or "1" for term in terms]
    rows = storage.rows(f"SELECT {', '.join(columns)} FROM {source}", parameters)
    width = len(groups)
    found: dict[tuple[object, ...], tuple[tuple[Sql, ...], list[tuple[Sql, ...]]]] = {}
    for row in rows:
        keys = tuple(_part(group, value) for group, value in zip(groups, row[:width], strict=True))
        key = tuple(value.casefold() if isinstance(value, str) else value for value in keys)
        found.setdefault(key, (keys, []))[1].append(row[width:])
    if not groups and not found:
        found[()] = ((), [])
    ordered = sorted(found.items(), key=lambda item: tuple((value is not None, str(type(value)), value) for value in item[0]))
    return [
        [*keys, *(fold(term, [row[index] for row in members]) for index, term in enumerate(terms))]
        for _, (keys, members) in ordered
    ]


def _part(group: Group, value: Sql) -> Sql:
    """The part of a moment that a group is made by, e.g. its month."""
    if not group.dates or not isinstance(value, str):
        return value
    day = date.fromisoformat(value[:10])
    first = day.replace(month=1, day=1)
    return {
        "day": day.day,
        "week": ((day - first).days + (first.weekday() + 1) % 7) // 7 + 1,
        "month": day.month,
        "quarter": (day.month + 2) // 3,
        "year": day.year,
        "fiscal-period": day.year * 100 + fiscal.period(day),
        "fiscal-year": day.year,
    }[group.dates]


def _part_label(group: Group, value: int) -> str:
    """What a person reads. Weeks begin on Sunday, January 1 is in week 1."""
    if group.dates == "fiscal-year":
        return fiscal.year_label(value)
    if group.dates == "fiscal-period":
        return fiscal.period_label(value % 100, value // 100)
    return f"{value:,}"


def fold(term: Term, values: list[Sql]) -> Sql | Decimal:
    """One aggregate over the values of one group."""
    if term.how == "count" or term.column is None:
        return len(values)
    if term.how == "countcolumn":
        return sum(value is not None for value in values)
    present = [value for value in values if value is not None]
    if term.how == "countdistinct":
        return len(set(present))
    if not present:
        return None
    if term.how in {"min", "max"}:
        return min(present) if term.how == "min" else max(present)
    return _total(term.how, term.column, present)


def _total(how: str, column: Column, present: Sequence[Sql]) -> Decimal:
    """A sum or an average; SQL Server averages whole numbers to a whole number."""
    total = sum((codec.as_decimal(column.kind, value) for value in present), Decimal(0))
    if how == "average":
        total /= len(present)
    if column.kind in {Kind.INTEGER, Kind.BIGINT}:
        return Decimal(int(total))
    return total.quantize(_STEP, rounding=ROUND_HALF_UP, context=codec.WIDE)


def render(groups: list[Group], terms: list[Term], row: list[Sql | Decimal], names: Names | None) -> str:
    """One row of an aggregate query as JSON; nulls are left out. With `names` there are formatted values."""
    parts: list[str] = []
    annotated = names is not None
    for group, value in zip(groups, row, strict=False):
        if group.dates and isinstance(value, int):
            parts += _member(group.name, str(value), _part_label(group, value) if annotated else None)
        elif value is not None and not isinstance(value, Decimal):
            parts += _member(group.name, codec.writer(group.column)(value), _group_label(group, value, names))
    for term, value in zip(terms, row[len(groups) :], strict=True):
        if value is None:
            continue
        exact = isinstance(value, Decimal) or term.column is None or term.how in {"countdistinct", "countcolumn"}
        text = (
            f"{value:f}"
            if isinstance(value, Decimal)
            else str(value)
            if exact or term.column is None
            else codec.writer(term.column)(value)
        )
        parts += _member(term.alias, text, _shown(term, value, names.zone) if names is not None else None)
    return f"{{{','.join(parts)}}}"


def _group_label(group: Group, value: Sql, names: Names | None) -> str | None:
    if names is None:
        return None
    if group.column.kind is Kind.LOOKUP:
        found = names.among(group.column.targets, str(value))
        return found[1] if found else None
    return shown(group.column, value, where=names.zone)


def _shown(term: Term, value: Sql | Decimal, where: int) -> str | None:
    if isinstance(value, Decimal):
        return f"${value:,.2f}" if term.column is not None and term.column.kind is Kind.MONEY else f"{value:,f}"
    if term.column is None or term.how in {"countdistinct", "countcolumn"}:
        return f"{int(value or 0):,}"
    return shown(term.column, value, where=where)


def _member(name: str, text: str, formatted: str | None) -> list[str]:
    members = [f'"{name}@{FORMATTED}":{encode_basestring(formatted)}'] if formatted is not None else []
    return [*members, f'"{name}":{text}']
