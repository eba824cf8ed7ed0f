"""What Dataverse itself calls things in a solution's files: standard tables, the columns that it adds, their relationships.

In the model everything of the platform goes by its logical name; files go by the physical one (`OwnerId`, `SystemUser`).

Source: unpacked solutions that Microsoft publishes (github.com/microsoft/coe-starter-kit).
"""

from __future__ import annotations

from dataclasses import dataclass

from dataverse.schema.model import Column, Kind, Ownership, Table

_TABLES = {
    "account": "Account",
    "annotation": "Annotation",
    "businessunit": "BusinessUnit",
    "contact": "Contact",
    "organization": "Organization",
    "owner": "Owner",
    "systemuser": "SystemUser",
    "team": "Team",
    "transactioncurrency": "TransactionCurrency",
}
_COLUMNS = {
    "createdby": "CreatedBy",
    "createdonbehalfby": "CreatedOnBehalfBy",
    "modifiedby": "ModifiedBy",
    "modifiedonbehalfby": "ModifiedOnBehalfBy",
    "organizationid": "OrganizationId",
    "ownerid": "OwnerId",
    "owningbusinessunit": "OwningBusinessUnit",
    "transactioncurrencyid": "TransactionCurrencyId",
}
NOT_EXPORTED = frozenset({"versionnumber"})
"""Columns that every table has and no export holds."""

_STAMPS = (
    Column("importsequencenumber", "ImportSequenceNumber", Kind.INTEGER, "Import sequence number"),
    Column("timezoneruleversionnumber", "TimeZoneRuleVersionNumber", Kind.INTEGER, "Time zone rule version number", minimum=-1),
    Column("utcconversiontimezonecode", "UTCConversionTimeZoneCode", Kind.INTEGER, "UTC conversion time zone code", minimum=-1),
)
_OWNERS = (
    Column("owningteam", "OwningTeam", Kind.LOOKUP, "Owning team", targets=("team",), read_only=True),
    Column("owninguser", "OwningUser", Kind.LOOKUP, "Owning user", targets=("systemuser",), read_only=True),
)


def physical_table(table: Table) -> str:
    """How files spell a table."""
    return _TABLES.get(table.name, table.schema)


def physical_target(name: str, custom: dict[str, Table]) -> str:
    """How files spell the table that a lookup points to."""
    return _TABLES[name] if name in _TABLES else custom[name].schema


def physical_column(column: Column) -> str:
    """How files spell a column."""
    return _COLUMNS.get(column.name, column.schema)


def more_columns(table: Table) -> tuple[Column, ...]:
    """Columns that an export holds and that no request of ours touches, so the model leaves them out."""
    return _STAMPS + (_OWNERS if table.ownership is Ownership.USER else ())


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship that Dataverse makes with every table: its name, the lookup, the other table, what deletion does."""

    name: str
    column: str
    target: str
    on_delete: str = "NoCascade"


def own_links(table: Table) -> list[Link]:
    """The relationships that Dataverse makes with a table."""
    name = table.name
    found = [
        Link(f"lk_{name}_createdby", "CreatedBy", "SystemUser"),
        Link(f"lk_{name}_modifiedby", "ModifiedBy", "SystemUser"),
    ]
    if table.ownership is Ownership.USER:
        found += [
            Link(f"business_unit_{name}", "OwningBusinessUnit", "BusinessUnit", "Restrict"),
            Link(f"owner_{name}", "OwnerId", "Owner"),
            Link(f"team_{name}", "OwningTeam", "Team"),
            Link(f"user_{name}", "OwningUser", "SystemUser"),
        ]
    else:
        found.append(Link(f"organization_{name}", "OrganizationId", "Organization"))
    if "transactioncurrencyid" in table.by_name:
        found.append(Link(f"TransactionCurrency_{table.schema}", "TransactionCurrencyId", "TransactionCurrency", "Restrict"))
    return found
