"""Tables of the security model: privileges, what roles grant, who has which role, teams, sharing.

The four tables between two others are written only by associating (`systemusers(id)/systemuserroles_association/$ref`).

Source: Microsoft Learn, table reference of privilege, role, roleprivileges, systemuserroles, teamroles, teammembership,
principalobjectaccess, systemuser, team, businessunit.
"""

from __future__ import annotations

from dataverse.schema.model import Column, Kind, Ownership, Table
from local.dataverse.made import Intersect
from local.dataverse.shorthand import choice as _choice
from local.dataverse.shorthand import flag as _flag
from local.dataverse.shorthand import guid as _guid
from local.dataverse.shorthand import text
from local.dataverse.shorthand import whole as _whole

ADMINISTRATOR_TEMPLATE = "627090ff-40a3-4053-8790-584edc5be201"
"""The role template of System Administrator, the same in every tenant."""
FOLLOWING = frozenset(
    {"audit", "privilege", "principalobjectaccess", "systemuserroles", "teamroles", "teammembership", "roleprivileges"}
)
"""Tables that nobody writes to, because their rows follow from other writes, and that go by the privileges of others."""


def _text(name: str) -> Column:
    return text(name, 100)


VERSION = Column("versionnumber", "VersionNumber", Kind.BIGINT, "Version", read_only=True)


def _plain(name: str, set_name: str, primary_name: str, columns: tuple[Column, ...]) -> Table:
    own = (_guid(f"{name}id"), *columns, VERSION)
    return Table(
        name, name, set_name, name, set_name, f"{name}id", primary_name, Ownership.ORGANIZATION, own, standard=True, tracked=False
    )


PRIVILEGE = _plain(
    "privilege",
    "privileges",
    "name",
    (
        _text("name"),
        _whole("accessright"),
        _flag("canbebasic"),
        _flag("canbelocal"),
        _flag("canbedeep"),
        _flag("canbeglobal"),
    ),
)

SHARED = _plain(
    "principalobjectaccess",
    "principalobjectaccessset",
    "objecttypecode",
    (_guid("objectid"), _text("objecttypecode"), _guid("principalid"), _text("principaltypecode"), _whole("accessrightsmask")),
)


def _between(
    name: str, set_name: str, key: str, ends: tuple[str, str], relation: str, more: tuple[Column, ...] = (), first: str = ""
) -> Intersect:
    halves = (f"{ends[0]}id", f"{ends[1]}id")
    return Intersect(
        name=name,
        schema=name,
        set_name=set_name,
        label=name,
        plural=set_name,
        primary_id=key,
        primary_name=key,
        ownership=Ownership.ORGANIZATION,
        columns=(_guid(key), *map(_guid, halves), *more, VERSION),
        standard=True,
        tracked=False,
        relation=relation,
        ends=ends,
        navs=(first or relation, relation),
        halves=halves,
    )


USER_ROLES = _between(
    "systemuserroles", "systemuserrolescollection", "systemuserroleid", ("systemuser", "role"), "systemuserroles_association"
)
TEAM_ROLES = _between("teamroles", "teamrolescollection", "teamroleid", ("team", "role"), "teamroles_association")
MEMBERS = _between("teammembership", "teammemberships", "teammembershipid", ("team", "systemuser"), "teammembership_association")
ROLE_PRIVILEGES = _between(
    "roleprivileges",
    "roleprivilegescollection",
    "roleprivilegeid",
    ("role", "privilege"),
    "roleprivileges_association",
    (_whole("privilegedepthmask"),),
)

TABLES: tuple[Table, ...] = (PRIVILEGE, SHARED, USER_ROLES, TEAM_ROLES, MEMBERS, ROLE_PRIVILEGES)

EXTRAS: dict[str, tuple[Column, ...]] = {
    "role": (
        _guid("roletemplateid"),
        Column("parentroleid", "parentroleid", Kind.LOOKUP, "Parent role", targets=("role",)),
        Column("parentrootroleid", "parentrootroleid", Kind.LOOKUP, "Root role", targets=("role",)),
        _choice("isinherited", Team_privileges_only=0, Direct_user=1),
    ),
    "team": (
        _choice("teamtype", Owner=0, Access=1, Security_Group=2, Office_Group=3),
        _flag("isdefault"),
        Column("azureactivedirectoryobjectid", "AzureActiveDirectoryObjectId", Kind.GUID, "Entra object id"),
        Column("administratorid", "administratorid", Kind.LOOKUP, "Administrator", targets=("systemuser",)),
    ),
    "systemuser": (
        Column("parentsystemuserid", "parentsystemuserid", Kind.LOOKUP, "Manager", targets=("systemuser",)),
        _choice("accessmode", **{"Read-Write": 0, "Administrative": 1, "Read": 2, "Support_User": 3, "Non-interactive": 4}),
    ),
    "businessunit": (_flag("isdisabled"),),
}
"""Columns of the security model that the product does not use and clients ask for."""
