"""Roles in a tree of business units: every unit has its own copy of each role of a unit above it, with the same privileges.

A user or team is given the copy of its own business unit. Copies are changed through the role that they are copies of.

Source: Microsoft Learn, "Security roles and privileges" (inheritance of roles down the business units), table reference of role
(parentroleid, parentrootroleid), "Web service error codes" (UserInWrongBusiness, AadGroupTeamsCanOnlyAssignInheritableRoles).
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import errors
from local.dataverse.fixed import fixed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.storage import Row, Storage

ACCESS_TEAM = 1
GROUP_TEAMS = frozenset({2, 3})
SHARED = ("name", "isinherited")
"""Columns that a copy has from its role."""
ASSIGNED = (("systemuserroles", "roleid"), ("teamroles", "roleid"), ("roleprivileges", "roleid"))
NEW_ID = """
lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8'
|| substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))
"""
UNITS = "SELECT businessunitid, parentbusinessunitid FROM businessunit"


def copy_id(role: str, unit: str) -> str:
    """The id of a role's copy in a business unit below its own."""
    return fixed("role", role, unit)


def is_copy(row: Mapping[str, Sql]) -> bool:
    """Whether a role was copied from one of a unit above."""
    return row.get("parentrootroleid") not in {None, row.get("roleid")}


def refuse_copy(row: Mapping[str, Sql], what: str) -> None:
    """Errors: 400 when a role is a copy."""
    if is_copy(row):
        raise errors.bad(f"Cannot {what} a role that is inherited from a parent business.", "0x8004140c")


def settle(storage: Storage) -> None:
    """Make, change and remove copies until every unit has what it should have."""
    parents = {str(unit): parent for unit, parent in storage.rows(UNITS)}
    if len(parents) < 2:
        return
    entity = storage.catalog["role"]
    known = {str(row["roleid"]): row for row in map(dict, _rows(storage))}
    wanted: set[str] = set()
    for role in [row for row in known.values() if not is_copy(row)]:
        for unit in (one for one in parents if str(role["businessunitid"]) in _above(one, parents)):
            key = copy_id(str(role["roleid"]), unit)
            wanted.add(key)
            if key not in known:
                storage.insert(entity, _copy(storage, role, unit, str(parents[unit])))
                _copy_privileges(storage, str(role["roleid"]), key)
            elif any(known[key][name] != role[name] for name in SHARED):
                storage.update(entity, key, {name: role[name] for name in SHARED} | {"versionnumber": storage.next_version()})
    for key, row in known.items():
        if is_copy(row) and key not in wanted:
            _remove(storage, key)


def _rows(storage: Storage) -> list[Row]:
    entity = storage.catalog["role"]
    return [dict(zip(entity.stored, values, strict=True)) for values in storage.rows(entity.select_sql)]


def _above(unit: str, parents: Mapping[str, Sql]) -> set[str]:
    found: set[str] = set()
    parent = parents.get(unit)
    while parent is not None and str(parent) not in found:
        found.add(str(parent))
        parent = parents.get(str(parent))
    return found


def _copy(storage: Storage, role: Row, unit: str, parent: str) -> Row:
    above = str(role["roleid"]) if parent == role["businessunitid"] else copy_id(str(role["roleid"]), parent)
    own: Row = {"roleid": copy_id(str(role["roleid"]), unit), "businessunitid": unit, "parentroleid": above}
    return {**role, **own, "parentrootroleid": role["roleid"], "versionnumber": storage.next_version()}


def follow(storage: Storage, role: str) -> None:
    """Give the copies of a role its privileges."""
    for (key,) in storage.rows("SELECT roleid FROM role WHERE parentrootroleid = ? AND roleid <> ?", (role, role)):
        _copy_privileges(storage, role, str(key))


def _copy_privileges(storage: Storage, role: str, key: str) -> None:
    storage.db.execute("DELETE FROM roleprivileges WHERE roleid = ?", (key,))
    storage.db.execute(
        "INSERT INTO roleprivileges (roleprivilegeid, roleid, privilegeid, privilegedepthmask, versionnumber) "
        f"SELECT {NEW_ID}, ?, privilegeid, privilegedepthmask, ? FROM roleprivileges WHERE roleid = ?",
        (key, storage.next_version(), role),
    )


def _remove(storage: Storage, key: str) -> None:
    for between, column in ASSIGNED:
        storage.db.execute(f'DELETE FROM "{between}" WHERE "{column}" = ?', (key,))
    storage.db.execute("DELETE FROM role WHERE roleid = ?", (key,))


def check_assignment(storage: Storage, between: str, values: Mapping[str, str]) -> None:
    """Errors: 400 for a role of another business unit, and for a role that this kind of team cannot have."""
    role = storage.find(storage.catalog["role"], values["roleid"]) or {}
    table = "systemuser" if between == "systemuserroles" else "team"
    holder = storage.find(storage.catalog[table], values[f"{table}id"]) or {}
    if role.get("businessunitid") != holder.get("businessunitid"):
        kind = "user" if table == "systemuser" else "team"
        raise errors.bad(
            f"Cannot associate security role because the security role's Business Unit is not the same as the {kind}'s Business "
            f"Unit. Details: {kind}id={values[f'{table}id']}, {kind}BU={holder.get('businessunitid')}, "
            f"roleId={values['roleid']}, roleBU={role.get('businessunitid')}",
            "0x80041409",
        )
    if holder.get("teamtype") == ACCESS_TEAM:
        raise errors.bad("An access team cannot have security roles.", "0x80040203")
    if holder.get("teamtype") in GROUP_TEAMS and role.get("isinherited") == 0:
        raise errors.bad(
            'Cannot assign security role with "Team Privileges only" Inheritance to AAD Group or Office Group teams. (TeamId = '
            f"{values['teamid']})",
            "0x80048350",
        )
