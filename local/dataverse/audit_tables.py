"""The table of audit records, and what an organisation says about auditing.

Source: Microsoft Learn, "Retrieve the history of audited data changes" (columns, operations, actions), "Configure auditing",
table reference of audit.
"""

from __future__ import annotations

from dataverse.schema.model import Choice, Column, Kind, Option, Ownership, Table

CREATE, UPDATE, DELETE, ACCESS = 1, 2, 3, 4
ASSIGN, BY_WEB_SERVICES, TABLE_CHANGED, COLUMN_CHANGED, ORGANIZATION_CHANGED = 13, 65, 102, 103, 104
OPERATIONS = Choice(
    "operation", (Option(CREATE, "Create"), Option(UPDATE, "Update"), Option(DELETE, "Delete"), Option(ACCESS, "Access"))
)
ACTIONS = Choice(
    "action",
    (
        Option(CREATE, "Create"),
        Option(UPDATE, "Update"),
        Option(DELETE, "Delete"),
        Option(ASSIGN, "Assign"),
        Option(BY_WEB_SERVICES, "User Access via Web Services"),
        Option(TABLE_CHANGED, "Audit Change at Entity Level"),
        Option(COLUMN_CHANGED, "Audit Change at Attribute Level"),
        Option(ORGANIZATION_CHANGED, "Audit Change at Org Level"),
    ),
)
"""Of the 74 actions those that are recorded here."""


def _text(name: str) -> Column:
    return Column(name, name, Kind.MEMO, name, max_length=1_073_741_823, read_only=True)


AUDIT = Table(
    "audit",
    "Audit",
    "audits",
    "Auditing",
    "Audits",
    "auditid",
    "",
    Ownership.ORGANIZATION,
    (
        Column("auditid", "AuditId", Kind.GUID, "Record Id"),
        Column("operation", "Operation", Kind.CHOICE, "Operation", choice=OPERATIONS, read_only=True),
        Column("action", "Action", Kind.CHOICE, "Event", choice=ACTIONS, read_only=True),
        Column("createdon", "CreatedOn", Kind.DATETIME, "Changed Date", read_only=True),
        Column("userid", "userid", Kind.LOOKUP, "Changed By", targets=("systemuser",), read_only=True),
        Column("callinguserid", "callinguserid", Kind.LOOKUP, "Calling User", targets=("systemuser",), read_only=True),
        Column("_objectid_value", "_objectid_value", Kind.GUID, "Record", read_only=True),
        Column("_regardingobjectid_value", "_regardingobjectid_value", Kind.GUID, "Regarding", read_only=True),
        Column("objecttypecode", "ObjectTypeCode", Kind.STRING, "Entity", read_only=True),
        Column("transactionid", "TransactionId", Kind.GUID, "Transaction Id", read_only=True),
        _text("changedata"),
        _text("attributemask"),
        _text("useradditionalinfo"),
        Column("versionnumber", "VersionNumber", Kind.BIGINT, "Version", read_only=True),
    ),
    standard=True,
    tracked=False,
)
"""A record's row is named by a plain id here: it may be gone, and its table is in `objecttypecode`."""

SETTINGS = (
    Column("isauditenabled", "IsAuditEnabled", Kind.BOOLEAN, "Is Auditing Enabled"),
    Column("isuseraccessauditenabled", "IsUserAccessAuditEnabled", Kind.BOOLEAN, "Is User Access Auditing Enabled"),
    Column("useraccessauditinginterval", "UserAccessAuditingInterval", Kind.INTEGER, "Interval", minimum=1),
    Column(
        "auditretentionperiodv2", "AuditRetentionPeriodV2", Kind.INTEGER, "Audit Retention Period", minimum=-1, maximum=365_000
    ),
)
"""Columns of the organisation: the interval is in hours, the retention in days, -1 for ever."""
