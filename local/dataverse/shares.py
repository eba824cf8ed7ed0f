"""Sharing rows: which principal was given which rights on which row, kept in `principalobjectaccess`.

The actions that do it are in access_actions.py; what goes along is in cascading.py. Source: Microsoft Learn, table reference of
principalobjectaccess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse.fixed import fixed

if TYPE_CHECKING:
    from local.dataverse.storage import Storage

Named = tuple[str, str]
"""A table and an id."""


def put(storage: Storage, row: Named, principal: Named, mask: int, *, add: bool) -> None:
    """Give a principal these rights on a row, beside those that he has (`add`) or instead of them; none ends the sharing."""
    entity = storage.catalog["principalobjectaccess"]
    key = fixed("share", *row, *principal)
    old = storage.find(entity, key)
    storage.db.execute("DELETE FROM principalobjectaccess WHERE principalobjectaccessid = ?", (key,))
    mask |= int((old or {}).get("accessrightsmask") or 0) if add else 0
    if mask:
        values = {"objecttypecode": row[0], "objectid": row[1], "principaltypecode": principal[0], "principalid": principal[1]}
        version = storage.next_version()
        storage.insert(entity, {entity.primary_id: key, **values, "accessrightsmask": mask, "versionnumber": version})


def of(storage: Storage, row_id: str) -> dict[Named, int]:
    """With whom a row is shared, and how."""
    sql = "SELECT principaltypecode, principalid, accessrightsmask FROM principalobjectaccess WHERE objectid = ?"
    return {(str(kind), str(principal)): int(mask or 0) for kind, principal, mask in storage.rows(sql, (row_id,))}
