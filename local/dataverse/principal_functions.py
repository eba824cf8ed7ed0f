"""Functions and actions about who may do what.

    systemusers(id)/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)      also of teams
    systemusers(id)/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()
    systemusers(id)/Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='…')   …ByPrivilegeId(PrivilegeId=…)
    roles(id)/Microsoft.Dynamics.CRM.AddPrivilegesRole                             body: Privileges
    GrantAccess, ModifyAccess (Target, PrincipalAccess) · RevokeAccess (Target, Revokee)

Source: Microsoft Learn, Web API reference of each; RolePrivilege complex type.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dataverse.security.model import Depth, Right
from local.dataverse import bodies, cascading, errors, keys, rights_seed, sharing, urls
from local.dataverse.access import MASKS, NOBODY, privilege_id, rights_on
from local.dataverse.answers import complex_answer, empty
from local.dataverse.context import User
from local.dataverse.rights import Holder, Rights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.keys import Which
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row
    from local.dataverse.urls import Segment
    from local.http import Response

SPACE = "Microsoft.Dynamics.CRM."
ACCESS, PRIVILEGES, ADD = "RetrievePrincipalAccess", "RetrieveUserPrivileges", "AddPrivilegesRole"
BY_NAME, BY_ID = "RetrieveUserPrivilegeByPrivilegeName", "RetrieveUserPrivilegeByPrivilegeId"
GRANT, MODIFY, REVOKE = "GrantAccess", "ModifyAccess", "RevokeAccess"
BOUND = {
    "systemuser": {ACCESS: "GET", PRIVILEGES: "GET", BY_NAME: "GET", BY_ID: "GET"},
    "team": {ACCESS: "GET"},
    "role": {ADD: "POST"},
}
UNBOUND = frozenset({GRANT, MODIFY, REVOKE})


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
    """A function or action of one user, team or role. Errors: 404 for an unknown one; 405 for the wrong method."""
    name = segment.name.removeprefix(SPACE)
    wanted = BOUND.get(entity.name, {}).get(name)
    if wanted is None:
        raise errors.no_segment(segment.name)
    if method != wanted:
        raise errors.DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")
    with api.storage.transaction():
        row = keys.required(api.storage, entity, which)
        if name == ADD:
            return _add_privileges(api, context, entity, row, body)
        if row[entity.primary_id] != context.user.id:
            context.access.allow(entity, Right.READ)
        given = _parameters(segment, aliases)
        if name == ACCESS:
            return _principal_access(api, context, entity, row, given)
        return _privileges(api, context, _holder(api, entity, row), name, given)


def _holder(api: WebApi, entity: Entity, row: Row) -> Holder:
    return Rights(api.storage).of(User(str(row[entity.primary_id]), str(row.get("businessunitid") or "")))


def _parameters(segment: Segment, aliases: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, text in urls.key_pairs(segment.key) if segment.key else ():
        value = aliases.get(text, "") if text.startswith("@") else text
        if value.startswith("{"):
            value = _object(value)
        elif value.startswith("'") and value.endswith("'") and len(value) > 1:
            value = value[1:-1].replace("''", "'")
        given[name] = value
    return given


def _object(text: str) -> Any:  # noqa: ANN401  JSON
    try:
        return json.loads(text.replace("'", '"'))
    except ValueError:
        raise errors.bad(f"The parameter value '{text}' is no object.", "0x80048d19") from None


def _principal_access(api: WebApi, context: Context, entity: Entity, row: Row, given: Mapping[str, Any]) -> Response:
    target = given.get("Target")
    if not isinstance(target, dict) or set(given) != {"Target"}:
        raise errors.bad(f"{ACCESS} needs Target, a reference such as {{'@odata.id':'accounts(id)'}}.", "0x80048d19")
    table, found = _row(api, context, target)
    context.access.check(table, found, Right.READ)
    holder = _holder(api, entity, row)
    text = ", ".join(right.access for right in rights_on(holder, table, found)) or "None"
    return complex_answer(context, ACCESS, {"AccessRights": text})


def _row(api: WebApi, context: Context, target: Mapping[str, Any]) -> tuple[Entity, Row]:
    entity, row_id = keys.named(api.storage, context, target)
    return entity, api.storage.find(entity, row_id) or {}


def _privileges(api: WebApi, context: Context, holder: Holder, name: str, given: Mapping[str, Any]) -> Response:
    wanted = {PRIVILEGES: set(), BY_NAME: {"PrivilegeName"}, BY_ID: {"PrivilegeId"}}[name]
    if set(given) != wanted:
        raise errors.bad(f"{name} takes exactly these parameters: {', '.join(wanted) or 'none'}.", "0x80048d19")
    known = {str(row[0]): str(row[1]) for row in api.storage.rows("SELECT privilegeid, name FROM privilege")}
    if name == BY_ID:
        known = {key: value for key, value in known.items() if key == str(given["PrivilegeId"]).lower()}
    if name == BY_NAME:
        known = {key: value for key, value in known.items() if value.lower() == str(given["PrivilegeName"]).lower()}
    if not known:
        raise errors.bad("The privilege does not exist.", "0x80040216")
    return complex_answer(context, name, {"RolePrivileges": list(_held(holder, sorted(known.values())))})


def _held(holder: Holder, names: Iterable[str]) -> Iterable[dict[str, str]]:
    for name in names:
        _, depth, unit = holder.depths.get(name.lower(), (name, None, holder.user.unit))
        depth = Depth.ORGANIZATION if holder.all else depth
        if depth is not None:
            yield {
                "Depth": depth.level,
                "PrivilegeId": privilege_id(name),
                "BusinessUnitId": unit or holder.user.unit or NOBODY,
                "PrivilegeName": name,
                "RecordFilterId": NOBODY,
                "RecordFilterUniqueName": "",
            }


def _add_privileges(api: WebApi, context: Context, entity: Entity, row: Row, body: bytes) -> Response:
    context.access.allow(entity, Right.WRITE)
    given = bodies.as_object(bodies.decode(body), entity.set_name)
    depths = {depth.level: depth for depth in Depth}
    names = {str(found[0]): str(found[1]) for found in api.storage.rows("SELECT privilegeid, name FROM privilege")}
    for one in given["Privileges"] if isinstance(given.get("Privileges"), list) else [None]:
        depth = depths.get(str(one.get("Depth"))) if isinstance(one, dict) else None
        name = names.get(str(one.get("PrivilegeId")).lower()) if isinstance(one, dict) else None
        if depth is None or name is None:
            raise errors.bad("Every item of 'Privileges' needs a known PrivilegeId and a Depth.", "0x80040203")
        rights_seed.grant(api.storage, str(row[entity.primary_id]), name, depth)
    return empty()


def unbound(api: WebApi, context: Context, name: str, body: bytes) -> Response:
    """Share a row, change or end that. Errors: 403 without the right to share it; 400 for a body that is something else."""
    given = bodies.as_object(bodies.decode(body), name)
    share = given.get("PrincipalAccess") if name != REVOKE else {"Principal": given.get("Revokee"), "AccessMask": ""}
    target, named = given.get("Target"), share.get("Principal") if isinstance(share, dict) else None
    if not isinstance(target, dict) or not isinstance(named, dict) or not isinstance(share, dict):
        raise errors.bad(f"{name} needs Target and {'Revokee' if name == REVOKE else 'PrincipalAccess'}.", "0x80048d19")
    with api.storage.transaction():
        table, row = _row(api, context, target)
        who, whom = _row(api, context, named)
        context.access.check(table, row, Right.SHARE)
        mask = _mask(str(share.get("AccessMask") or ""))
        principal, event = (who.name, str(whom[who.primary_id])), cascading.UNSHARE if name == REVOKE else cascading.SHARE
        if name == MODIFY:
            sharing.share(api.storage, (table.name, str(row[table.primary_id])), principal, mask, add=False)
        else:
            cascading.share(api.storage, table, row, principal, mask, event)
    return empty()


def _mask(text: str) -> int:
    numbers = {right.access: mask for right, mask in MASKS.items()}
    words = [word.strip() for word in text.split(",") if word.strip()]
    if any(word not in numbers for word in words):
        raise errors.bad(f"'{text}' is no list of access rights.", "0x80048d19")
    return sum(numbers[word] for word in words)
