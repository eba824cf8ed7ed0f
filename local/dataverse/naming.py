"""The primary name of a row that a lookup leads to: its formatted value, and what it is ordered by.

Source: Microsoft Learn, "Select columns using OData" (formatted values), "Order rows using OData".
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from local.dataverse.zones import UTC_CODE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.schema.model import Column
    from local.dataverse.entities import Catalog
    from local.dataverse.storage import Storage


class Names:
    """Names by table and id, each asked for once; and the code of the time zone of who reads them."""

    def __init__(self, storage: Storage, zone: int = UTC_CODE) -> None:
        self._storage = storage
        self.zone = zone
        self._known: dict[tuple[str, str], str | None] = {}

    def of(self, table: str, row_id: str) -> str | None:
        """The name of a row, None when it has none or is not there."""
        known = (table, row_id)
        if known not in self._known:
            self._known[known] = self._read(table, row_id)
        return self._known[known]

    def among(self, tables: Iterable[str], row_id: str) -> tuple[str, str] | None:
        """The table and name of the row that has this id in one of these tables."""
        return next(((table, name) for table in tables if (name := self.of(table, row_id)) is not None), None)

    def _read(self, table: str, row_id: str) -> str | None:
        entity = self._storage.catalog.by_name.get(table)
        name = entity.table.primary_name if entity else ""
        if entity is None or name not in entity.columns:
            return None
        rows = self._storage.rows(f'SELECT "{name}" FROM {entity.sql} WHERE "{entity.primary_id}" = ?', (row_id,))
        return str(rows[0][0]) if rows and rows[0][0] is not None else None


def ordinal(catalog: Catalog, sql: str, column: Column) -> str:
    """The SQL of what a column is ordered by: texts without letter case, lookups by the name of the row to which they lead."""
    if column.kind in {Kind.STRING, Kind.MEMO}:
        return f"fold({sql})"
    if column.kind is not Kind.LOOKUP:
        return sql
    targets = [catalog.by_name[name] for name in column.targets if name in catalog.by_name]
    names = [
        f'(SELECT fold("{target.table.primary_name}") FROM {target.sql} WHERE "{target.primary_id}" = {sql})'
        for target in targets
        if target.table.primary_name in target.columns
    ]
    return f"COALESCE({', '.join([*names, 'NULL', 'NULL'])})" if names else sql
