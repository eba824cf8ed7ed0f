"""Whether a write is allowed: its right, append and append-to for every lookup, assigning, and that a new owner can read.

Source: Microsoft Learn, "Role-based security" (append and append to), "Assign a record" (the new owner
needs read access), "Create a table row" (owned by another user: prvAssign).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from dataverse.security.model import Right, privilege
from local.dataverse import errors, roles
from local.dataverse.access import missing
from local.dataverse.context import User
from local.dataverse.entities import is_polymorphic
from local.dataverse.made import Intersect
from local.dataverse.rights import Holder, held_by
from local.dataverse.security_tables import ADMINISTRATOR_TEMPLATE, FOLLOWING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Row, Storage

SYSTEM = frozenset({"ownerid", "owningbusinessunit", "organizationid"})
TEAM_HAS = (
    "SELECT 1 FROM teamroles AS t JOIN role AS r ON r.roleid = t.roleid LEFT JOIN roleprivileges AS rp ON rp.roleid = t.roleid "
    "LEFT JOIN privilege AS p ON p.privilegeid = rp.privilegeid "
    "WHERE t.teamid = ? AND (lower(p.name) = ? OR r.roletemplateid = ?) LIMIT 1"
)


class Permits:
    """The checks of one request's writes."""

    def __init__(self, storage: Storage, context: Context) -> None:
        self._storage = storage
        self._context = context
        self._access = context.access

    def begin(self, entity: Entity, message: str) -> None:
        """Errors: 400 for a table that nobody writes to; 403 for who may never create."""
        if entity.name in FOLLOWING or isinstance(entity.table, Intersect):
            raise errors.bad(
                f"The '{message}' method does not support entities of type '{entity.name}'. MessageProcessorCache returned "
                "MessageProcessor.Empty.",
                "0x80040800",
            )
        if message == "Create":
            self._access.allow(entity, Right.CREATE)

    def create(self, entity: Entity, row: Row, given: Mapping[str, Sql]) -> None:
        """A complete new row. Errors: 403."""
        user = self._context.user
        other = row.get("ownerid") not in {None, user.id}
        if not self._access.is_total:
            mine = {**row, "ownerid": user.id, "owningbusinessunit": user.unit} if other else row
            self._access.check(entity, mine, Right.CREATE)
            if other:
                self._access.check(entity, mine, Right.ASSIGN)
            self._links(entity, mine, given)
        if other:
            self._can_own(entity, row)

    def update(self, entity: Entity, old: Row, changes: Mapping[str, Sql]) -> None:
        """Changes to a row. Errors: 403; 400 for a role that follows another."""
        if entity.name == "role":
            roles.refuse_copy(old, "change")
        moves = changes.get("ownerid") is not None and changes["ownerid"] != old.get("ownerid")
        if not self._access.is_total:
            if not moves or changes.keys() - {"ownerid", "ownerid~type"}:
                self._access.check(entity, old, Right.WRITE)
            if moves:
                self._access.check(entity, old, Right.ASSIGN)
            self._links(entity, old, changes)
        if moves:
            self._can_own(entity, {**old, **changes})

    def delete(self, entity: Entity, old: Row) -> None:
        """The end of a row. Errors: 403; 400 for a role that follows another."""
        if entity.name == "role":
            roles.refuse_copy(old, "delete")
        self._access.check(entity, old, Right.DELETE)

    def _links(self, entity: Entity, row: Mapping[str, Sql], given: Mapping[str, Sql]) -> None:
        """The row must be one that may be appended, each row that it points to one that may be appended to."""
        for name, value in given.items():
            column = entity.columns.get(name)
            if column is None or column.kind is not Kind.LOOKUP or value is None or name in SYSTEM:
                continue
            table = str(given.get(f"{name}~type")) if is_polymorphic(column) else column.targets[0]
            target = self._storage.catalog.by_name.get(table)
            found = self._storage.find(target, str(value)) if target is not None else None
            self._access.check(entity, row, Right.APPEND)
            if target is not None and found is not None:
                self._access.check(target, found, Right.APPEND_TO)

    def _can_own(self, entity: Entity, row: Mapping[str, Sql]) -> None:
        """Errors: 403 when a new owner could not read the row."""
        owner, name = str(row["ownerid"]), privilege(entity.table, Right.READ)
        if row.get("ownerid~type") == "team":
            if not self._storage.rows(TEAM_HAS, (owner, name.lower(), ADMINISTRATOR_TEMPLATE)):
                raise missing(Holder(User(owner, str(row.get("owningbusinessunit") or ""))), name, entity)
            return
        holder = held_by(self._storage, User(owner, str(row.get("owningbusinessunit") or "")))
        if holder.reach(name) is None:
            raise missing(holder, name, entity)
