"""Users as the directory knows them: application users, one user per identity, teams of groups.

- A new user with an application id is an application user; the object id of its service principal comes from the directory.
- One application, and one person of the directory, is one user.
- Whose groups have a team here is a member of that team from the next request on; nobody else can put him there.

Source: Microsoft Learn, "Create application users" and "Manage group teams"; "Web service error codes" (UserAlreadyExists,
ApplicationNotRegisteredWithDeployment). Which code a second application user gets is inferred.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import errors
from local.dataverse.fixed import fixed
from local.dataverse.roles import GROUP_TEAMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.storage import Row, Storage

UNIQUE = ("applicationid", "azureactivedirectoryobjectid")
GROUPS = "SELECT teamid, lower(azureactivedirectoryobjectid) FROM team WHERE teamtype IN (2, 3)"


def complete(storage: Storage, row: Row, directory: Callable[[str], str | None] | None) -> None:
    """What a new user's identity says. `directory` gives an application's object id.

    Errors: 400 for an identity that is unknown or taken.
    """
    application = row.get("applicationid")
    if application is not None and directory is not None:
        found = directory(str(application))
        if found is None:
            raise errors.bad(
                "Application needs to be registered and enabled at deployment level before it can be created for this "
                "organization",
                "0x80041d49",
            )
        row["azureactivedirectoryobjectid"] = found
    for column in UNIQUE:
        value = row.get(column)
        if value is not None and storage.rows(f'SELECT 1 FROM systemuser WHERE "{column}" = ?', (value,)):
            raise errors.bad("The specified Active Directory user already exists as a Dynamics 365 user.", "0x80041d2c")


def check_team(row: Row) -> None:
    """Errors: 400 for a team of a group without the group."""
    if row.get("teamtype") in GROUP_TEAMS and row.get("azureactivedirectoryobjectid") is None:
        raise errors.bad("A team of a Microsoft Entra group needs azureactivedirectoryobjectid.", "0x80040203")


def is_in_step(storage: Storage, user: str, groups: frozenset[str]) -> bool:
    """Whether a user is in exactly the teams of his groups."""
    return _member(storage, user) == _wanted(storage, groups)


def join(storage: Storage, user: str, groups: frozenset[str]) -> None:
    """Put a user into the teams of his groups, and out of the others. Call inside a transaction."""
    now, wanted = _member(storage, user), _wanted(storage, groups)
    for team in now - wanted:
        storage.db.execute("DELETE FROM teammembership WHERE teamid = ? AND systemuserid = ?", (team, user))
    for team in wanted - now:
        key = fixed("teammembership", team, user)
        row: Row = {"teammembershipid": key, "teamid": team, "systemuserid": user, "versionnumber": storage.next_version()}
        storage.insert(storage.catalog["teammembership"], row)


def _wanted(storage: Storage, groups: frozenset[str]) -> set[str]:
    return {str(team) for team, group in storage.rows(GROUPS) if group in groups}


def _member(storage: Storage, user: str) -> set[str]:
    sql = "SELECT t.teamid FROM team AS t JOIN teammembership AS m ON m.teamid = t.teamid WHERE teamtype IN (2, 3)"
    return {str(row[0]) for row in storage.rows(f"{sql} AND m.systemuserid = ?", (user,))}
