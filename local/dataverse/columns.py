"""Columns of a table that exists: one more, one less, one otherwise.

Source: Microsoft Learn, "Create and update column definitions using the Web API".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.schema.build import base_twins
from dataverse.schema.model import Column, Kind
from local.dataverse import binaries, definitions, errors, evolving, making
from local.dataverse.made import Intersect, MadeColumn, as_made

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.entities import Entity
    from local.dataverse.storage import Storage


def add(storage: Storage, entity: Entity, made: MadeColumn) -> None:
    """Give a table one more column; the first amount brings the currency along. Errors: 400 when the name is taken."""
    if isinstance(entity.table, Intersect):
        raise errors.bad(f"The table '{entity.name}' stands between two others and takes no columns.", making.BAD)
    if made.name in entity.columns or made.schema in entity.singles:
        raise errors.bad(f"An attribute with the specified name {made.name} already exists", "0x80044152")
    added: tuple[Column, ...] = (made, *binaries.companions(made), *base_twins((made,)))
    if made.kind is Kind.MONEY and "transactioncurrencyid" not in entity.columns:
        added = (*added, *_currency(storage))
    table = as_made(entity.table)
    evolving.define(storage, replace(table, columns=table.columns + added))


def _currency(storage: Storage) -> tuple[Column, ...]:
    account = storage.catalog["opportunity"]
    return account.columns["transactioncurrencyid"], account.columns["exchangerate"]


def swap(storage: Storage, entity: Entity, changed: Mapping[str, Column]) -> None:
    """Put columns in place of those of the same names."""
    table = as_made(entity.table)
    evolving.define(storage, replace(table, columns=tuple(changed.get(one.name, one) for one in table.columns)))


def is_companion(column: Column) -> bool:
    """Whether another column brought this one along."""
    return isinstance(column, MadeColumn) and bool(column.part_of)


def remove(storage: Storage, entity: Entity, column: Column) -> None:
    """Take a column and its base amount away. Errors: 400 for a column of the platform or of a key."""
    table = as_made(entity.table)
    if not isinstance(column, MadeColumn) and (table.standard or "_" not in column.name):
        raise errors.bad(f"The column '{column.name}' belongs to the platform and cannot be deleted.", "0x80048d1c")
    if column.name in {table.primary_id, table.primary_name} or column.name.endswith("_base") or is_companion(column):
        raise errors.bad(f"The column '{column.name}' cannot be deleted by itself.", "0x80048d1c")
    if any(column.name in key.columns for key in table.keys):
        raise errors.bad(
            f"The Attribute({definitions.column_id(entity.name, column.name)}) component cannot be deleted because it is "
            "referenced by 1 other components: an alternate key.",
            "0x8004f01f",
        )
    gone = {column.name, *(one.name for one in binaries.companions(column))}
    gone |= {f"{column.name}_base"} if column.kind is Kind.MONEY else set()
    evolving.define(storage, replace(table, columns=tuple(one for one in table.columns if one.name not in gone)))
