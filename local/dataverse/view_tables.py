"""Tables of saved queries: views of everybody, and those of one person.

Source: Microsoft Learn, table reference of savedquery and userquery.
"""

from __future__ import annotations

from dataverse.schema.build import platform_columns, states
from dataverse.schema.model import Column, Kind, Ownership, Table


def _query(name: str, set_name: str, ownership: Ownership) -> Table:
    key = f"{name}id"
    columns = (
        Column(key, key, Kind.GUID, key),
        Column("name", "name", Kind.STRING, "Name", max_length=200),
        Column("description", "description", Kind.MEMO, "Description", max_length=2000),
        Column("fetchxml", "fetchxml", Kind.MEMO, "FetchXML", max_length=1_073_741_823),
        Column("layoutxml", "layoutxml", Kind.MEMO, "Layout", max_length=1_073_741_823),
        Column("returnedtypecode", "returnedtypecode", Kind.STRING, "Table", max_length=64),
        Column("querytype", "querytype", Kind.INTEGER, "Type"),
        Column("isdefault", "isdefault", Kind.BOOLEAN, "Default"),
        Column("isquickfindquery", "isquickfindquery", Kind.BOOLEAN, "Quick find"),
        Column("isuserdefined", "isuserdefined", Kind.BOOLEAN, "User-defined"),
    )
    added = platform_columns(ownership, states("Active"), currency=False)
    return Table(name, name, set_name, name, set_name, key, "name", ownership, columns + added, standard=True, tracked=False)


SAVED = _query("savedquery", "savedqueries", Ownership.ORGANIZATION)
PERSONAL = _query("userquery", "userqueries", Ownership.USER)
TABLES: tuple[Table, ...] = (SAVED, PERSONAL)
