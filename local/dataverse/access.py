"""What one request may do: the rights of the user that counts and, when impersonating, of the caller as well.

Everything must be allowed to both: queries see the rows that both see, writes need both users' privileges.

Source: Microsoft Learn, "Impersonate another user" (the intersection of both users' privileges), "Bulk operations" and public
reports for the sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import Right, privilege
from local.dataverse import errors
from local.dataverse.fixed import fixed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.entities import Entity
    from local.dataverse.rights import Holder, Reach

MASKS = {
    Right.READ: 1,
    Right.WRITE: 2,
    Right.APPEND: 4,
    Right.APPEND_TO: 16,
    Right.CREATE: 32,
    Right.DELETE: 65536,
    Right.SHARE: 262144,
    Right.ASSIGN: 524288,
}
"""Dataverse's numbers of AccessRights."""
OF_UNITS = frozenset({"systemuser", "team", "role", "businessunit"})
NOBODY = "00000000-0000-0000-0000-000000000000"
FIRST_CODE = 10_000


class Access:
    """The rights behind one request; without holders everything is allowed."""

    def __init__(self, *holders: Holder) -> None:
        self._holders = tuple(holder for holder in holders if not holder.all)

    @property
    def is_total(self) -> bool:
        """Whether nothing at all is refused."""
        return not self._holders

    def source(self, entity: Entity, right: Right = Right.READ) -> str:
        """What a query reads a table from: its name, or its visible rows in parentheses. Errors: 403 without the privilege."""
        conditions = [text for holder in self._holders if (text := self._condition(holder, entity, right))]
        if not conditions:
            return entity.sql
        return f"(SELECT * FROM {entity.sql} WHERE {' AND '.join(conditions)})"  # noqa: S608  names of the model, ids of rows

    def allow(self, entity: Entity, right: Right) -> None:
        """Errors: 403 when a user has not this right on any row of the table."""
        for holder in self._holders:
            self._reach(holder, entity, right)

    def check(self, entity: Entity, row: Mapping[str, Sql], right: Right) -> None:
        """Errors: 403 when a user has not this right on this row."""
        for holder in self._holders:
            if not self._covers(self._reach(holder, entity, right), holder, entity, row, right):
                raise out_of_reach(holder, entity, row, right)

    def need(self, name: str) -> None:
        """Errors: 403 when a user has not a privilege that belongs to no table."""
        for holder in self._holders:
            require(holder, name)

    @staticmethod
    def _reach(holder: Holder, entity: Entity, right: Right) -> Reach:
        found = holder.reach(privilege(entity.table, right))
        if found is None:
            raise missing(holder, privilege(entity.table, right), entity)
        return found

    def _condition(self, holder: Holder, entity: Entity, right: Right) -> str:
        reach = self._reach(holder, entity, right)
        owner, unit = owning(entity)
        if reach.everything or not owner:
            return ""
        parts = [f'"{owner}" IN ({_list(reach.owners)})'] if reach.owners else []
        parts += [f'"{unit}" IN ({_list(reach.units)})'] if reach.units else []
        shared = [row for row, mask in holder.shares.get(entity.name, {}).items() if mask & MASKS[right]]
        parts += [f'"{entity.primary_id}" IN ({_list(shared)})'] if shared else []
        return f"({' OR '.join(parts)})" if parts else "0"

    @staticmethod
    def _covers(reach: Reach, holder: Holder, entity: Entity, row: Mapping[str, Sql], right: Right) -> bool:
        owner, unit = owning(entity)
        if reach.everything or not owner or row.get(owner) in reach.owners or row.get(unit) in reach.units:
            return True
        return bool(holder.shares.get(entity.name, {}).get(str(row.get(entity.primary_id)), 0) & MASKS[right])


def owning(entity: Entity) -> tuple[str, str]:
    """The columns that say whose a row is, and of which business unit; "" for tables of the organisation.

    Users, teams, roles and business units belong to a business unit; a user is his own.
    """
    if "ownerid" in entity.columns:
        return "ownerid", "owningbusinessunit"
    return (entity.primary_id, "businessunitid") if entity.name in OF_UNITS else ("", "")


TOTAL = Access()
"""Everything is allowed: what the server itself does."""


def rights_on(holder: Holder, entity: Entity, row: Mapping[str, Sql]) -> list[Right]:
    """What a user may do with a row."""
    access = Access(holder)
    return [right for right in MASKS if _may(access, entity, row, right)]


def _may(access: Access, entity: Entity, row: Mapping[str, Sql], right: Right) -> bool:
    try:
        access.check(entity, row, right)
    except errors.DataverseError:
        return False
    return True


def require(holder: Holder, name: str) -> None:
    """Errors: 403 when a user has not a privilege."""
    if holder.reach(name) is None:
        raise missing(holder, name)


def privilege_id(name: str) -> str:
    """The id of a privilege."""
    return fixed("privilege", name.lower())


def _list(ids: frozenset[str] | list[str]) -> str:
    return ", ".join(f"'{one}'" for one in sorted(ids))


def type_code(entity: Entity) -> int:
    """A number for a table; Dataverse's own differ from tenant to tenant for custom tables."""
    return FIRST_CODE + int(fixed("objecttypecode", entity.name)[:4], 16) % 10_000


def missing(holder: Holder, name: str, entity: Entity | None = None) -> errors.DataverseError:
    """The 403 for a privilege that none of a user's roles gives."""
    user = holder.user
    where = (
        f" on OTC={type_code(entity)} for entity '{entity.name}' (LocalizedName='{entity.table.label}')"
        if entity is not None
        else ""
    )
    return errors.DataverseError(
        403,
        "0x80040220",
        f"Principal user (Id={user.id}, type=8, roleCount={holder.roles}, privilegeCount={len(holder.reaches)}, accessMode=0, "
        f"businessUnitId={user.unit}), is missing {name} privilege (Id={privilege_id(name)}){where}. context.Caller={user.id}. "
        "Consider adding missed privilege to one of the principal (user/team) roles.",
    )


def out_of_reach(holder: Holder, entity: Entity, row: Mapping[str, Sql], right: Right) -> errors.DataverseError:
    """The 403 for a row that a privilege does not reach."""
    owner_type = 9 if row.get("ownerid~type") == "team" else 8
    return errors.DataverseError(
        403,
        "0x80048306",
        f"SecLib::AccessCheckEx failed. Returned hr = -2147187962, ObjectID: {row.get(entity.primary_id) or NOBODY}, OwnerId: "
        f"{row.get('ownerid')}, OwnerIdType: {owner_type} and CallingUser: {holder.user.id}. ObjectTypeCode: "
        f"{type_code(entity)}, objectBusinessUnitId: {row.get('owningbusinessunit')}, AccessRights: {right.access}",
    )
