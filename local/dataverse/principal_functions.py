"""Functions about what users and teams may do; role_functions.py has the actions of roles, access_actions.py sharing.

    systemusers(id)/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)      also of teams
    systemusers(id)/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()
    systemusers(id)/Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='…')   …ByPrivilegeId(PrivilegeId=…)
    teams(id)/Microsoft.Dynamics.CRM.RetrieveTeamPrivileges()
    RetrieveAadUserPrivileges(DirectoryObjectId=…) · RetrieveAadUserRoles(DirectoryObjectId=…) · RetrievePrivilegeSet()

Source: Microsoft Learn, Web API reference of each; RolePrivilege complex type.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dataverse.security.model import Depth, Right
from local.dataverse import access_actions, auditing_functions, codec, errors, keys, parameters, role_functions, row_parameters
from local.dataverse.access import NOBODY, rights_on
from local.dataverse.answers import complex_answer, json_answer
from local.dataverse.context import User
from local.dataverse.parameters import Part
from local.dataverse.rights import held_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.keys import Which
    from local.dataverse.resources import WebApi
    from local.dataverse.rights import Holder
    from local.dataverse.storage import Row
    from local.dataverse.urls import Address, Segment
    from local.http import Response

ACCESS, PRIVILEGES, OF_TEAM = "RetrievePrincipalAccess", "RetrieveUserPrivileges", "RetrieveTeamPrivileges"
BY_NAME, BY_ID = "RetrieveUserPrivilegeByPrivilegeName", "RetrieveUserPrivilegeByPrivilegeId"
AAD_PRIVILEGES, AAD_ROLES, SET = "RetrieveAadUserPrivileges", "RetrieveAadUserRoles", "RetrievePrivilegeSet"
BOUND = {
    "systemuser": {ACCESS: "GET", PRIVILEGES: "GET", BY_NAME: "GET", BY_ID: "GET"},
    "team": {ACCESS: "GET", OF_TEAM: "GET"},
    "role": dict.fromkeys(role_functions.ACTIONS, "POST"),
    "audit": {auditing_functions.DETAILS: "GET"},
}
_PARTS = {
    ACCESS: (Part("Target", "EntityReference"),),
    PRIVILEGES: (),
    BY_NAME: (Part("PrivilegeName", "String"),),
    BY_ID: (Part("PrivilegeId", "Guid"),),
    OF_TEAM: (),
}
TEAM_ROLES = "SELECT r.roleid FROM role AS r JOIN teamroles AS t ON t.roleid = r.roleid WHERE t.teamid = ? ORDER BY r.roleid"
USER_ROLES = """
SELECT roleid FROM systemuserroles WHERE systemuserid = ?1
UNION SELECT t.roleid FROM teamroles AS t JOIN teammembership AS m ON m.teamid = t.teamid WHERE m.systemuserid = ?1 ORDER BY 1
"""


def bound(
    api: WebApi,
    context: Context,
    method: str,
    entity: Entity,
    which: Which,
    segment: Segment,
    aliases: Mapping[str, str],
    body: bytes,
) -> Response:
    """A function or action of one row. Errors: 404 for an unknown one; 405 for the wrong method."""
    name = segment.name.removeprefix(row_parameters.SPACE)
    wanted = BOUND.get(entity.name, {}).get(name)
    if wanted is None:
        raise errors.no_segment(segment.name)
    if method != wanted:
        raise errors.DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")
    with api.storage.transaction():
        row = keys.required(api.storage, entity, which)
        if name in role_functions.ACTIONS:
            return role_functions.change(api, context, name, entity, row, body)
        if entity.name == "audit":
            return auditing_functions.details(api, context, row)
        if row[entity.primary_id] != context.user.id:
            context.access.allow(entity, Right.READ)
        given = parameters.called(name, _PARTS[name], segment, aliases)
        if name == ACCESS:
            return _principal_access(api, context, entity, row, given)
        if name == OF_TEAM:
            return _team_privileges(api, context, row)
        return _privileges(api, context, _holder(api, entity, row), name, given)


def _holder(api: WebApi, entity: Entity, row: Row) -> Holder:
    return held_by(api.storage, User(str(row[entity.primary_id]), str(row.get("businessunitid") or "")))


def _principal_access(api: WebApi, context: Context, entity: Entity, row: Row, given: Mapping[str, Any]) -> Response:
    table, found = row_parameters.row(api, context, ACCESS, given["Target"])
    context.access.check(table, found, Right.READ)
    holder = _holder(api, entity, row)
    text = ", ".join(right.access for right in rights_on(holder, table, found)) or "None"
    return complex_answer(context, ACCESS, {"AccessRights": text})


def _privileges(api: WebApi, context: Context, holder: Holder, name: str, given: Mapping[str, Any]) -> Response:
    known = {str(row[0]): str(row[1]) for row in api.storage.rows("SELECT privilegeid, name FROM privilege")}
    names = set(known.values())
    if name == BY_ID:
        names = {value for key, value in known.items() if key == str(given["PrivilegeId"]).lower()}
    if name == BY_NAME:
        names = row_parameters.choose(names, str(given["PrivilegeName"]))
    if not names:
        raise errors.bad("The privilege does not exist.", "0x80040216")
    return complex_answer(context, name, {"RolePrivileges": _held(holder, names)})


def _held(holder: Holder, names: set[str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for name in sorted(names):
        _, depth, unit = holder.depths.get(name.lower(), (name, None, holder.user.unit))
        depth = Depth.ORGANIZATION if holder.all else depth
        if depth is not None:
            found += role_functions.described([(name, depth)], unit or holder.user.unit or NOBODY)
    return found


def _team_privileges(api: WebApi, context: Context, row: Row) -> Response:
    deepest: dict[str, Depth] = {}
    for (role,) in api.storage.rows(TEAM_ROLES, (row["teamid"],)):
        for name, depth in role_functions.granted(api.storage, api.storage.find(api.storage.catalog["role"], str(role)) or {}):
            deepest[name] = max(depth, deepest.get(name, depth))
    unit = str(row.get("businessunitid") or NOBODY)
    return complex_answer(context, OF_TEAM, {"RolePrivileges": list(role_functions.described(sorted(deepest.items()), unit))})


def _aad_user(api: WebApi, context: Context, name: str, address: Address) -> Row:
    """The user behind a directory's object id. Errors: 404."""
    given = parameters.called(name, (Part("DirectoryObjectId", "Guid"),), address.segments[0], address.aliases)
    wanted = codec.guid(given["DirectoryObjectId"])
    found = api.storage.rows("SELECT systemuserid FROM systemuser WHERE azureactivedirectoryobjectid = ?", (wanted,))
    if wanted is None or not found:
        raise errors.DataverseError(
            404,
            "0x80041d28",
            f"The User Directory Object Id ({given['DirectoryObjectId']}) do not exist in Azure Active Directory.",
        )
    entity = api.storage.catalog["systemuser"]
    if found[0][0] != context.user.id:
        context.access.allow(entity, Right.READ)
    return api.storage.find(entity, str(found[0][0])) or {}


def _aad_privileges(api: WebApi, context: Context, address: Address) -> Response:
    row = _aad_user(api, context, AAD_PRIVILEGES, address)
    names = {str(found[0]) for found in api.storage.rows("SELECT name FROM privilege")}
    held = _held(_holder(api, api.storage.catalog["systemuser"], row), names)
    return complex_answer(context, AAD_PRIVILEGES, {"RolePrivileges": held})


def _aad_roles(api: WebApi, context: Context, address: Address) -> Response:
    row = _aad_user(api, context, AAD_ROLES, address)
    entity = api.storage.catalog["role"]
    found = [api.storage.find(entity, str(role)) or {} for (role,) in api.storage.rows(USER_ROLES, (row["systemuserid"],))]
    value = [{"roleid": role["roleid"], "name": role["name"], "_businessunitid_value": role["businessunitid"]} for role in found]
    return json_answer(context, json.dumps({"@odata.context": f"{context.root}$metadata#roles", "value": value}))


def _privilege_set(api: WebApi, context: Context, _: Address) -> Response:
    context.access.allow(api.storage.catalog["privilege"], Right.READ)
    found = api.storage.rows("SELECT privilegeid, name, accessright FROM privilege ORDER BY name")
    value = [{"privilegeid": row[0], "name": row[1], "accessright": row[2]} for row in found]
    return json_answer(context, json.dumps({"@odata.context": f"{context.root}$metadata#privileges", "value": value}))


FUNCTIONS: dict[str, Callable[[WebApi, Context, Address], Response]] = {
    AAD_PRIVILEGES: _aad_privileges,
    AAD_ROLES: _aad_roles,
    SET: _privilege_set,
    role_functions.RETRIEVE: role_functions.retrieve,
    access_actions.SHARED: access_actions.retrieve,
    **auditing_functions.FUNCTIONS,
}
"""Functions of the service."""
