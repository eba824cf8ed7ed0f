"""What the tenant recorded of who did what, as audit entries; read only.

A record's values are texts of Dataverse's own making (`True`, `365000002`, `account,<id>`); they are passed on as they are,
because an auditor wants what was recorded. An application is ours, or the portal's, by the role that it has.

Source: learn.microsoft.com, "Retrieve the history of audited data changes" (columns, `changedata`), "systemuser" (accessmode 3
support user, 5 delegated admin).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, any_of, both, eq, ge, lt
from dataverse.rows import formatted, instant
from dataverse.schema.tables import CUSTOM
from work365.auditing.entry import Actor, AuditEntry, Value, Who

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dataverse.webapi import Row, WebApi

AUDITED = ("account", "contact", *(table.name for table in CUSTOM if table.audited))
COLUMNS = (
    "auditid",
    "createdon",
    "action",
    "objecttypecode",
    "_objectid_value",
    "_userid_value",
    "_callinguserid_value",
    "changedata",
)
SUPPORT = frozenset({3, 5})
ROLES = {"Work365 Portal service": Actor.PORTAL, "Work365 Application user": Actor.APPLICATION}
PAGE = 1000
"""Records carry whole texts before and after: a fifth of Dataverse's page keeps the memory small."""


class Audits:
    """The tenant's audit records."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def switched_on(self) -> bool:
        """Whether the organisation records anything at all."""
        row = self._api.first(Query("organization", ("isauditenabled",)))
        return bool(row and row["isauditenabled"])

    def entries(self, begin: datetime, end: datetime) -> Iterator[AuditEntry]:
        """What was done to our tables and to customers, in order; `end` is exclusive."""
        people = self._people()
        span = both(ge("createdon", begin), lt("createdon", end), any_of("objecttypecode", AUDITED))
        query = Query("audit", COLUMNS, filter=span, order="createdon,auditid", page_size=PAGE, annotations=True)
        for row in self._api.find(query):
            yield _entry(row, people)

    def _people(self) -> Mapping[str, Who]:
        columns = ("systemuserid", "fullname", "applicationid", "accessmode")
        by_role = {user: actor for role, actor in ROLES.items() for user in self._with_role(role)}
        found = self._api.find(Query("systemuser", columns))
        return {row["systemuserid"]: Who(row["systemuserid"], row["fullname"] or "", _actor(row, by_role)) for row in found}

    def _with_role(self, role: str) -> Iterator[str]:
        has = f"systemuserroles_association/any(r:{eq('r/name', role)})"
        return (row["systemuserid"] for row in self._api.find(Query("systemuser", ("systemuserid",), filter=has)))


def _actor(row: Row, by_role: Mapping[str, Actor]) -> Actor:
    if row["applicationid"]:
        return by_role.get(row["systemuserid"], Actor.OTHER)
    return Actor.SUPPORT if row["accessmode"] in SUPPORT else Actor.STAFF


def _entry(row: Row, people: Mapping[str, Who]) -> AuditEntry:
    caller = row["_callinguserid_value"]
    return AuditEntry(
        id=row["auditid"],
        at=instant(row["createdon"]),
        who=_found(row["_userid_value"], people),
        through=_found(caller, people) if caller else None,
        action=formatted(row, "action") or str(row["action"]),
        table=row["objecttypecode"] or "",
        row=row["_objectid_value"] or "",
        values=tuple(changed_values(row["changedata"])),
    )


def _found(user: str | None, people: Mapping[str, Who]) -> Who:
    """A user who is gone keeps the id by which the record names them."""
    return people.get(user or "", Who(user or "", "", Actor.OTHER))


def changed_values(text: str | None) -> Iterator[Value]:
    """The columns that a record says were changed; none for a text that is no such record."""
    try:
        read: Any = json.loads(text or "{}")
    except ValueError:
        return
    for one in read.get("changedAttributes", ()) if isinstance(read, dict) else ():
        yield Value(str(one.get("logicalName", "")), one.get("oldValue"), one.get("newValue"))
