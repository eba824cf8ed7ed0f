"""Rights, depths and privileges: the words of Dataverse's role-based security.

A privilege is a right on a table (`prvCreatew365_Payment`); a role grants privileges, each at a depth. A privilege of a custom
table ends in the table's schema name, that of a standard table in a name of its own (`prvReadUser`).

Source: learn.microsoft.com, "Security roles and privileges", "Role-based security"; the names as exported roles spell them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from dataverse.schema.model import Ownership

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.schema.model import Table


class Right(Enum):
    """What may be done with rows. The values are how privileges are named."""

    CREATE = "Create"
    READ = "Read"
    WRITE = "Write"
    DELETE = "Delete"
    APPEND = "Append"
    APPEND_TO = "AppendTo"
    ASSIGN = "Assign"
    SHARE = "Share"

    @property
    def access(self) -> str:
        """Its name in Dataverse's enumeration AccessRights."""
        return f"{self.value}Access"


class Depth(IntEnum):
    """Whose rows a privilege reaches. The values are Dataverse's masks."""

    USER = 1
    UNIT = 2
    UNITS_BELOW = 4
    ORGANIZATION = 8

    @property
    def level(self) -> str:
        """Its name in role definitions and in PrivilegeDepth."""
        return {1: "Basic", 2: "Local", 4: "Deep", 8: "Global"}[self.value]


OWN_NAMES = {
    "account": "Account",
    "appmodule": "AppModule",
    "annotation": "Note",
    "asyncoperation": "AsyncOperation",
    "audit": "AuditSummary",
    "businessunit": "BusinessUnit",
    "contact": "Contact",
    "lead": "Lead",
    "opportunity": "Opportunity",
    "organization": "Organization",
    "principalobjectaccess": "User",
    "privilege": "Role",
    "publisher": "Publisher",
    "role": "Role",
    "roleprivileges": "Role",
    "savedquery": "Query",
    "savedqueryvisualization": "SavedQueryVisualizations",
    "sdkmessage": "SdkMessage",
    "sdkmessagefilter": "SdkMessage",
    "sdkmessageprocessingstep": "SdkMessageProcessingStep",
    "sdkmessageprocessingstepimage": "SdkMessageProcessingStepImage",
    "serviceendpoint": "ServiceEndpoint",
    "sitemap": "SiteMap",
    "solution": "Solution",
    "systemform": "SystemForm",
    "systemuser": "User",
    "systemuserroles": "Role",
    "task": "Activity",
    "team": "Team",
    "teammembership": "Team",
    "teamroles": "Role",
    "transactioncurrency": "TransactionCurrency",
    "webresource": "WebResource",
}
"""How privileges call standard tables; tables that have none of their own go by another's."""

ON_BEHALF = "prvActOnBehalfOfAnotherUser"
AUDIT_HISTORY = ("prvReadAuditSummary", "prvReadRecordAuditHistory")
"""What the history of changes needs: the summary of all tables, and the history of one row."""


def privilege(table: Table, right: Right) -> str:
    """The name of the privilege that a right on a table needs."""
    return f"prv{right.value}{OWN_NAMES.get(table.name, table.schema)}"


def rights_of(table: Table) -> tuple[Right, ...]:
    """What privileges a table has: only rows that belong to somebody can be assigned and shared."""
    owned = table.ownership is Ownership.USER
    return tuple(right for right in Right if owned or right not in {Right.ASSIGN, Right.SHARE})


@dataclass(frozen=True)
class Role:
    """A security role.

    Attributes:
        grants: the depth of every right that it gives, by logical table name and right.
        more: privileges that belong to no table, which always reach the whole organisation.
    """

    name: str
    description: str
    grants: Mapping[tuple[str, Right], Depth]
    more: tuple[str, ...] = ()

    def depth(self, table: str, right: Right) -> Depth | None:
        """How far a right reaches, None when it is not given."""
        return self.grants.get((table, right))
