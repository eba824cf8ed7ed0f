"""What a role grants: asking and changing.

    POST roles(id)/Microsoft.Dynamics.CRM.AddPrivilegesRole      {"Privileges": [{"PrivilegeId", "Depth"}]}
                                          ReplacePrivilegesRole  the same, in place of all that were there
                                          RemovePrivilegeRole    {"PrivilegeId"}
    GET  RetrieveRolePrivilegesRole(RoleId=…)

Source: Microsoft Learn, Web API reference of each; RolePrivilege complex type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dataverse.security.model import Depth, Right
from local.dataverse import bodies, codec, errors, parameters, rights_seed, roles
from local.dataverse.access import NOBODY, privilege_id
from local.dataverse.answers import complex_answer, empty
from local.dataverse.parameters import Part
from local.dataverse.security_tables import ADMINISTRATOR_TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row, Storage
    from local.dataverse.urls import Address
    from local.http import Response

ADD, REPLACE, REMOVE = "AddPrivilegesRole", "ReplacePrivilegesRole", "RemovePrivilegeRole"
ACTIONS = frozenset({ADD, REPLACE, REMOVE})
RETRIEVE = "RetrieveRolePrivilegesRole"
KNOWN = "SELECT privilegeid, name, canbebasic, canbelocal, canbedeep, canbeglobal FROM privilege"
Known = dict[str, tuple["Sql", ...]]
GRANTED = """
SELECT p.name, rp.privilegedepthmask FROM roleprivileges AS rp JOIN privilege AS p ON p.privilegeid = rp.privilegeid
WHERE rp.roleid = ? ORDER BY p.name
"""


def change(api: WebApi, context: Context, name: str, entity: Entity, row: Row, body: bytes) -> Response:
    """Change what a role grants, and its copies with it.

    Errors: 403; 400 for a copy, for an unknown privilege, and for a depth that a privilege cannot have.
    """
    context.access.allow(entity, Right.WRITE)
    roles.refuse_copy(row, "change")
    role = str(row[entity.primary_id])
    given = bodies.as_object(bodies.decode(body), entity.set_name)
    known = {str(found[0]): found[1:] for found in api.storage.rows(KNOWN)}
    if name == REMOVE:
        one = str(given.get("PrivilegeId")).lower()
        _known(known, one)
        api.storage.db.execute("DELETE FROM roleprivileges WHERE roleid = ? AND privilegeid = ?", (role, one))
    else:
        wanted = [_grant(known, item) for item in given["Privileges"]] if isinstance(given.get("Privileges"), list) else None
        if wanted is None:
            raise errors.bad(f"{name} needs 'Privileges', a list.", "0x80040203")
        if name == REPLACE:
            api.storage.db.execute("DELETE FROM roleprivileges WHERE roleid = ?", (role,))
        for privilege, depth in wanted:
            rights_seed.grant(api.storage, role, privilege, depth)
    roles.follow(api.storage, role)
    return empty()


def _known(known: Known, privilege: str) -> tuple[Sql, ...]:
    if privilege not in known:
        raise errors.bad(f"There is no privilege with the id '{privilege}'.", "0x80040203")
    return known[privilege]


def _grant(known: Known, item: Any) -> tuple[str, Depth]:  # noqa: ANN401  JSON
    depths = {depth.level: depth for depth in Depth}
    depth = depths.get(str(item.get("Depth"))) if isinstance(item, dict) else None
    if depth is None:
        raise errors.bad("Every item of 'Privileges' needs a known PrivilegeId and a Depth.", "0x80040203")
    name, *allowed = _known(known, str(item.get("PrivilegeId")).lower())
    if not allowed[list(Depth).index(depth)]:
        raise errors.bad(f"The privilege {name} cannot have the depth {depth.level}.", "0x800404bb")
    return str(name), depth


def retrieve(api: WebApi, context: Context, address: Address) -> Response:
    """The privileges of a role with their depths. Errors: 403, 404."""
    given = parameters.called(RETRIEVE, (Part("RoleId", "Guid"),), address.segments[0], address.aliases)
    entity = api.storage.catalog["role"]
    context.access.allow(entity, Right.READ)
    role = codec.guid(given["RoleId"])
    row = api.storage.find(entity, role) if role else None
    if row is None:
        raise errors.not_found("Role", str(given["RoleId"]))
    unit = str(row.get("businessunitid") or NOBODY)
    return complex_answer(context, RETRIEVE, {"RolePrivileges": list(described(granted(api.storage, row), unit))})


def granted(storage: Storage, role: Row) -> list[tuple[str, Depth]]:
    """What a role grants: System Administrator everything."""
    if role.get("roletemplateid") == ADMINISTRATOR_TEMPLATE:
        return [(str(row[0]), Depth.ORGANIZATION) for row in storage.rows("SELECT name FROM privilege ORDER BY name")]
    return [(str(name), Depth(int(mask or 1))) for name, mask in storage.rows(GRANTED, (role["roleid"],))]


def described(privileges: Iterable[tuple[str, Depth]], unit: str) -> Iterable[dict[str, str]]:
    """RolePrivilege complex types."""
    for name, depth in privileges:
        yield {
            "Depth": depth.level,
            "PrivilegeId": privilege_id(name),
            "BusinessUnitId": unit,
            "PrivilegeName": name,
            "RecordFilterId": NOBODY,
            "RecordFilterUniqueName": "",
        }
