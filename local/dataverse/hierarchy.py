"""Rows above and below a row: the query functions Above, AboveOrEqual, Under, UnderOrEqual, NotUnder.

A table's hierarchy is the lookup to its own rows that is called `parent…id`, or that a request made. Asked of a lookup, the
hierarchy is that of the table to which it leads. Source: Microsoft Learn, "Query hierarchical data".
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Column, Kind
from local.dataverse import codec, errors
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.entities import Catalog, Entity

FUNCTIONS = frozenset({"Above", "AboveOrEqual", "Under", "UnderOrEqual", "NotUnder"})


def parent_of(entity: Entity) -> Column | None:
    """The lookup that makes a table a hierarchy, if it is one."""
    for column in entity.table.columns:
        own = column.kind is Kind.LOOKUP and column.targets == (entity.name,)
        if own and (column.name.startswith("parent") or isinstance(column, MadeColumn)):
            return column
    return None


def related(name: str, sql: str, column: Column, entity: Entity, catalog: Catalog, value: str) -> tuple[str, list[Sql]]:
    """The condition of one function. Errors: 400 for a column of no hierarchy, or a value that is no id."""
    row_id = codec.guid(value.strip("{}"))
    owner = entity if column.name == entity.primary_id else _target(column, catalog)
    parent = parent_of(owner) if owner is not None else None
    if owner is None or parent is None:
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs a column of a hierarchy; '{column.name}' is none.")
    if row_id is None:
        raise errors.bad(f"The PropertyValue of 'Microsoft.Dynamics.CRM.{name}' must be the id of a row.")
    lines = _above(owner, parent) if name.startswith("Above") else below(owner, parent)
    own = f" OR {sql} = ?" if name.endswith("OrEqual") else ""
    text = f"({sql} IN ({lines}){own})"
    return (f"NOT COALESCE({text}, 0)" if name == "NotUnder" else text), [row_id, row_id] if own else [row_id]


def _target(column: Column, catalog: Catalog) -> Entity | None:
    return catalog.by_name.get(column.targets[0]) if len(column.targets) == 1 else None


def below(entity: Entity, parent: Column) -> str:
    """The ids of every row under one, whose id is the parameter."""
    return (
        f'WITH RECURSIVE line(id) AS (SELECT "{entity.primary_id}" FROM {entity.sql} WHERE "{parent.name}" = ? UNION '
        f'SELECT r."{entity.primary_id}" FROM {entity.sql} AS r JOIN line ON r."{parent.name}" = line.id) SELECT id FROM line'
    )


def _above(entity: Entity, parent: Column) -> str:
    return (
        f'WITH RECURSIVE line(id) AS (SELECT "{parent.name}" FROM {entity.sql} WHERE "{entity.primary_id}" = ? UNION '
        f'SELECT r."{parent.name}" FROM {entity.sql} AS r JOIN line ON r."{entity.primary_id}" = line.id) '
        "SELECT id FROM line WHERE id IS NOT NULL"
    )
