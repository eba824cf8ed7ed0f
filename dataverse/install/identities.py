"""The application user and the teams of directory groups. Implements work365.ports.installing.Identities.

Source: Microsoft Learn, "Create an application user" (systemuser with applicationid and businessunitid), "Manage group teams"
(team with teamtype 2, Microsoft Entra security group, and azureactivedirectoryobjectid), "Associate table rows".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of, both, eq, is_null
from dataverse.rows import bind
from dataverse.webapi import Ref
from work365.errors import Refused
from work365.ids import derived
from work365.installing.seen import TeamSeen, UserSeen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.installing.wanted import GroupWanted

SECURITY_GROUP, MEMBERS_AND_GUESTS = 2, 0
USER_ROLES, TEAM_ROLES = "systemuserroles_association", "teamroles_association"


class DataverseIdentities:
    """Users, teams and roles of one environment."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def user(self, application: str) -> UserSeen | None:
        """The application user, with the names of its own roles."""
        row = self._user(application)
        if row is None:
            return None
        user = str(row["systemuserid"])
        return UserSeen(user, bool(row["isdisabled"]), self._roles(Ref("systemuser", user), USER_ROLES))

    def create_user(self, application: str) -> None:
        """Make it; Dataverse finds its name in the directory."""
        if self._user(application) is None:
            row = {"applicationid": application, **bind("businessunitid", "businessunit", self._root())}
            self._api.create("systemuser", row)

    def enable_user(self, application: str) -> None:
        """Enable it."""
        self._api.update(self._user_ref(application), {"isdisabled": False})

    def give_user_role(self, application: str, role: str) -> None:
        """Associate it with a role of the root business unit."""
        self._api.associate(self._user_ref(application), USER_ROLES, self._role(role))

    def teams(self, groups: Sequence[str]) -> dict[str, TeamSeen]:
        """Teams by their group's object id, with the names of their roles."""
        columns = ("teamid", "name", "azureactivedirectoryobjectid")
        wanted = any_of("azureactivedirectoryobjectid", groups)
        rows = self._api.find(Query("team", columns, filter=wanted))
        return {str(row["azureactivedirectoryobjectid"]): self._team(row) for row in rows}

    def create_team(self, group: GroupWanted) -> None:
        """Make the team, under an id that stems from the group's."""
        row = {
            "name": group.name,
            "teamtype": SECURITY_GROUP,
            "azureactivedirectoryobjectid": group.id,
            **bind("businessunitid", "businessunit", self._root()),
        }
        try:
            self._api.create("team", row, id=derived("group team", group.id))
        except DuplicateKey:
            if group.id not in self.teams([group.id]):
                raise

    def give_team_role(self, group: GroupWanted) -> None:
        """Associate the team with a role of the root business unit."""
        team = self.teams([group.id]).get(group.id)
        if team is None:
            message = f"the team of the group {group.name} is not there; run w365 install again"
            raise Refused(message)
        self._api.associate(Ref("team", team.id), TEAM_ROLES, self._role(group.role))

    def _user(self, application: str) -> Row | None:
        columns, wanted = ("systemuserid", "isdisabled"), eq("applicationid", application)
        return self._api.first(Query("systemuser", columns, filter=wanted))

    def _team(self, row: Row) -> TeamSeen:
        team = str(row["teamid"])
        return TeamSeen(team, str(row["name"]), self._roles(Ref("team", team), TEAM_ROLES))

    def _roles(self, ref: Ref, relation: str) -> frozenset[str]:
        return frozenset(str(role["name"]) for role in self._api.related(ref, relation, select=("name",)))

    def _user_ref(self, application: str) -> Ref:
        row = self._user(application)
        if row is None:
            message = f"there is no application user with the application id {application}; run w365 install again"
            raise Refused(message)
        return Ref("systemuser", row["systemuserid"])

    def _root(self) -> str:
        unit = self._api.first(Query("businessunit", ("businessunitid",), filter=is_null("_parentbusinessunitid_value")))
        if unit is None:
            message = "this environment shows no root business unit to whoever signed in; sign in as a System Administrator"
            raise Refused(message)
        return str(unit["businessunitid"])

    def _role(self, name: str) -> Ref:
        mine = both(eq("name", name), eq("_businessunitid_value", self._root()))
        row = self._api.first(Query("role", ("roleid",), filter=mine))
        if row is None:
            message = f"there is no role “{name}” in this environment; the solution brings the roles of Work365, others are yours"
            raise Refused(message)
        return Ref("role", row["roleid"])
