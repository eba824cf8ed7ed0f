"""Users, teams, business units and roles as they hang together: default teams, memberships, roles that a move takes away.

- A business unit has a default team of all its users. Source: Microsoft Learn, "Teams in Dataverse".
- A user who changes business unit loses his roles. Source: "Assign a security role to a user" (changing the business unit).
- Assigning a role needs prvAssignRole; adding members needs prvWriteTeam; changing a role's privileges needs prvWriteRole.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import Right
from local.dataverse import errors, identities, roles
from local.dataverse.fixed import fixed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.storage import Row, Storage

RIGHTS = {
    "systemuserroles": ("role", Right.ASSIGN),
    "teamroles": ("role", Right.ASSIGN),
    "teammembership": ("team", Right.WRITE),
    "roleprivileges": ("role", Right.WRITE),
}
"""What associating through a table needs."""
HALVES = {
    "systemuser": (("systemuserroles", "systemuserid"), ("teammembership", "systemuserid")),
    "team": (("teamroles", "teamid"), ("teammembership", "teamid")),
    "role": (("systemuserroles", "roleid"), ("teamroles", "roleid"), ("roleprivileges", "roleid")),
}
BASIC_MASK = 1


def may_associate(storage: Storage, context: Context, between: str) -> None:
    """Errors: 403 when the caller may not associate through this table."""
    if between in RIGHTS:
        table, right = RIGHTS[between]
        context.access.allow(storage.catalog[table], right)


def associate(storage: Storage, between: str, values: Mapping[str, str], *, by_rule: bool = False) -> None:
    """Put two rows together, once. A privilege that is merely associated with a role has user depth.

    Errors: 400 for what only the platform puts together (`by_rule`), and for a role of another business unit.
    """
    if not by_rule:
        _check(storage, between, values)
    entity = storage.catalog[between]
    where = " AND ".join(f'"{name}" = ?' for name in values)
    if storage.rows(f"SELECT 1 FROM {entity.sql} WHERE {where}", tuple(values.values())):
        return
    more: dict[str, Sql] = {"privilegedepthmask": BASIC_MASK} if between == "roleprivileges" else {}
    key = fixed(between, *values.values())
    storage.insert(entity, {entity.primary_id: key, **values, **more, "versionnumber": storage.next_version()})
    if between == "roleprivileges":
        roles.follow(storage, values["roleid"])


def dissociate(storage: Storage, between: str, values: Mapping[str, str]) -> bool:
    """Take two rows apart; whether they were together. Errors: 400 for what only the platform takes apart."""
    if between in {"teammembership", "roleprivileges"}:
        _check(storage, between, values)
    where = " AND ".join(f'"{name}" = ?' for name in values)
    apart = storage.db.execute(f'DELETE FROM "{between}" WHERE {where}', tuple(values.values())).rowcount > 0
    if between == "roleprivileges":
        roles.follow(storage, values["roleid"])
    return apart


def _check(storage: Storage, between: str, values: Mapping[str, str]) -> None:
    if between in {"systemuserroles", "teamroles"}:
        roles.check_assignment(storage, between, values)
    elif between == "roleprivileges":
        roles.refuse_copy(storage.find(storage.catalog["role"], values["roleid"]) or {}, "change")
    elif between == "teammembership":
        team = storage.find(storage.catalog["team"], values["teamid"]) or {}
        if team.get("isdefault") or team.get("teamtype") in roles.GROUP_TEAMS:
            raise errors.bad("The members of this team follow from its business unit or its group.", "0x80040203")


def complete(storage: Storage, context: Context, table: str, row: Row) -> None:
    """What a new row needs: whoever is given no business unit belongs to the organisation's root unit."""
    column = {
        "systemuser": "businessunitid",
        "team": "businessunitid",
        "role": "businessunitid",
        "businessunit": "parentbusinessunitid",
    }
    name = column.get(table)
    if name is not None and row.get(name) is None:
        root = storage.rows("SELECT businessunitid FROM businessunit WHERE parentbusinessunitid IS NULL LIMIT 1")
        row[name] = root[0][0] if root else None
    if table == "systemuser":
        identities.complete(storage, row, context.directory)
    elif table == "team":
        identities.check_team(row)
    elif table == "role":
        row["parentrootroleid"] = row["roleid"]


def created(storage: Storage, table: str, row: Mapping[str, Sql]) -> None:
    """What follows from a new row."""
    if table == "businessunit":
        _default_team(storage, str(row["businessunitid"]), str(row.get("name") or ""), row)
        roles.settle(storage)
    elif table == "role":
        roles.settle(storage)
    elif table == "systemuser":
        _join_default_team(storage, str(row["systemuserid"]), row.get("businessunitid"))


def updated(storage: Storage, table: str, old: Mapping[str, Sql], new: Mapping[str, Sql]) -> None:
    """What follows from a changed row."""
    if table == "systemuser" and old.get("businessunitid") != new.get("businessunitid"):
        user = str(new["systemuserid"])
        storage.db.execute("DELETE FROM systemuserroles WHERE systemuserid = ?", (user,))
        storage.db.execute(
            "DELETE FROM teammembership WHERE systemuserid = ? AND teamid IN (SELECT teamid FROM team WHERE isdefault = 1)",
            (user,),
        )
        _join_default_team(storage, user, new.get("businessunitid"))
    elif table in {"businessunit", "role"}:
        roles.settle(storage)


def deleted(storage: Storage, table: str, row_id: str) -> None:
    """What goes with a deleted row."""
    for between, column in HALVES.get(table, ()):
        storage.db.execute(f'DELETE FROM "{between}" WHERE "{column}" = ?', (row_id,))
    storage.db.execute("DELETE FROM principalobjectaccess WHERE objectid = ?", (row_id,))
    if table in {"businessunit", "role"}:
        roles.settle(storage)


def _join_default_team(storage: Storage, user: str, unit: Sql) -> None:
    for (team,) in storage.rows("SELECT teamid FROM team WHERE businessunitid = ? AND isdefault = 1", (unit,)):
        associate(storage, "teammembership", {"teamid": str(team), "systemuserid": user}, by_rule=True)


def _default_team(storage: Storage, unit: str, name: str, row: Mapping[str, Sql]) -> None:
    kept = {column: row.get(column) for column in ("createdon", "modifiedon", "createdby", "modifiedby", "organizationid")}
    team: dict[str, Sql] = {
        **kept,
        "teamid": fixed("team", unit),
        "name": name,
        "businessunitid": unit,
        "isdefault": 1,
        "teamtype": 0,
        "statecode": 0,
        "statuscode": 1,
        "versionnumber": storage.next_version(),
    }
    storage.insert(storage.catalog["team"], team)
