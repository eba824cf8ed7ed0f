"""What a tenant's security model begins with: every privilege, System Administrator, the roles of our solution if it is there.

The application user and the administrator are system administrators, as after an installation by hand; a test that wants less
takes the role away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import AUDIT_HISTORY, ON_BEHALF, Depth, privilege, rights_of
from dataverse.security.roles import BY_ROLE_NAME, ROLES
from dataverse.solution.role_files import role_id as packaged_id
from local.dataverse import roles
from local.dataverse.access import MASKS, owning, privilege_id
from local.dataverse.fixed import fixed
from local.dataverse.security_tables import FOLLOWING

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.storage import Row, Storage

WITHOUT_TABLE = (
    ON_BEHALF,
    "prvAssignRole",
    *AUDIT_HISTORY,
    "prvBypassCustomBusinessLogic",
    "prvBypassCustomPlugins",
    "prvBulkDelete",
    "prvCreateEntity",
    "prvWriteEntity",
    "prvDeleteEntity",
    "prvImportCustomization",
    "prvExportCustomization",
    "prvPublishCustomization",
)


def role_id(name: str, unit: str | None = None) -> str:
    """The id of a seeded role (ours have the one of the solution package), or of its copy in a business unit below the root."""
    own = packaged_id(name).strip("{}") if name in BY_ROLE_NAME else fixed("role", name)
    return own if unit is None else roles.copy_id(own, unit)


def fill(storage: Storage, administrators: tuple[str, ...], admin_role: str, unit: str, team: str) -> None:
    """Seed what is missing. Call inside a transaction, after the rows of users, unit and team."""
    privileges(storage)
    for user in administrators:
        _add(storage, "systemuserroles", fixed("systemuserroles", user, admin_role), systemuserid=user, roleid=admin_role)
        _add(storage, "teammembership", fixed("teammembership", team, user), teamid=team, systemuserid=user)
    if "w365_job" in storage.base.by_name:
        _roles(storage, unit)
    roles.settle(storage)


def privileges(storage: Storage) -> None:
    """The privileges of every table that is there now."""
    known = {row[0] for row in storage.rows("SELECT privilegeid FROM privilege")}
    for entity in storage.catalog:
        for right in () if entity.name in FOLLOWING else rights_of(entity.table):
            name = privilege(entity.table, right)
            if privilege_id(name) not in known:
                owned = int(bool(owning(entity)[0]))
                _add(
                    storage,
                    "privilege",
                    privilege_id(name),
                    name=name,
                    accessright=MASKS[right],
                    canbebasic=owned,
                    canbelocal=owned,
                    canbedeep=owned,
                    canbeglobal=1,
                )
                known.add(privilege_id(name))
    for name in WITHOUT_TABLE:
        _add(storage, "privilege", privilege_id(name), name=name, accessright=0, canbebasic=0, canbeglobal=1)


def _roles(storage: Storage, unit: str) -> None:
    for role in ROLES:
        if storage.find(storage.catalog["role"], role_id(role.name)) is not None:
            continue
        row: Row = {"name": role.name, "businessunitid": unit, "isinherited": 1, "statecode": 0, "statuscode": 1}
        _add(storage, "role", role_id(role.name), **row, parentrootroleid=role_id(role.name))
        for (table, right), depth in role.grants.items():
            grant(storage, role_id(role.name), privilege(storage.catalog[table].table, right), depth)
        for name in role.more:
            grant(storage, role_id(role.name), name, Depth.ORGANIZATION)


def grant(storage: Storage, role: str, name: str, depth: Depth) -> None:
    """Give a role a privilege; one that it has gets the new depth."""
    key = fixed("roleprivileges", role, privilege_id(name))
    storage.db.execute("DELETE FROM roleprivileges WHERE roleid = ? AND privilegeid = ?", (role, privilege_id(name)))
    row: Row = {"roleid": role, "privilegeid": privilege_id(name), "privilegedepthmask": int(depth)}
    _add(storage, "roleprivileges", key, **row)


def _add(storage: Storage, table: str, row_id: str, **values: Sql) -> None:
    entity = storage.catalog[table]
    if storage.find(entity, row_id) is None:
        storage.insert(entity, {**values, entity.primary_id: row_id, "versionnumber": storage.next_version()})
