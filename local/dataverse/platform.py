"""Tables of the platform that every Dataverse has: events, system jobs, roles, the organisation; and those of documentation
examples.

Only the columns that the facts name or that a client needs. Money columns and links to Sales tables on `account` that only the
documentation's examples use are added here, so that the product's own model stays free of them.

Source: Microsoft Learn, "Dataverse table/entity reference" (serviceendpoint, sdkmessageprocessingstep, asyncoperation, …).
"""

from __future__ import annotations

from dataclasses import replace

from dataverse.schema.model import PREFIX, Choice, Column, Kind, Option, Ownership, Table
from dataverse.schema.tables import CUSTOM, STANDARD
from local.dataverse import audit_tables, custom_api_tables, duplicates, security_tables, view_tables, zones
from local.dataverse.shorthand import choice as _choice
from local.dataverse.shorthand import flag as _flag
from local.dataverse.shorthand import instant as _instant
from local.dataverse.shorthand import lookup as _lookup
from local.dataverse.shorthand import memo as _memo
from local.dataverse.shorthand import table as _table
from local.dataverse.shorthand import text as _text
from local.dataverse.shorthand import whole as _whole
from local.dataverse.solutions import app_tables, solution_tables

ORGANIZATION = _table(
    "organization",
    "organizations",
    "name",
    (
        _text("name"),
        _lookup("basecurrencyid", "transactioncurrency"),
        _whole("expirechangetrackingindays"),
        *audit_tables.SETTINGS,
        _whole("languagecode"),
    ),
)

ROLE = _table("role", "roles", "name", (_text("name", 100), _lookup("businessunitid", "businessunit")))

MESSAGE = _table("sdkmessage", "sdkmessages", "name", (_text("name"),))

MESSAGE_FILTER = _table(
    "sdkmessagefilter",
    "sdkmessagefilters",
    "primaryobjecttypecode",
    (_text("primaryobjecttypecode"), _flag("iscustomprocessingstepallowed"), _lookup("sdkmessageid", "sdkmessage")),
)

ENDPOINT = _table(
    "serviceendpoint",
    "serviceendpoints",
    "name",
    (
        _text("name"),
        _memo("description", 2000),
        _text("url", 2000),
        _choice("contract", OneWay=1, Queue=2, Rest=3, TwoWay=4, Topic=5, Queue_Persistent=6, Event_Hub=7, Webhook=8),
        _choice("authtype", ACS=1, SAS_Key=2, SAS_Token=3, Webhook_Key=4, Http_Header=5, Http_Query_String=6),
        _choice("messageformat", Binary_XML=1, Json=2, Text_XML=3),
        _choice("userclaim", none=1, User_Id=2),
        _text("authvalue", 2000),
        _flag("usekeyvaultconfiguration"),
    ),
)

STEP = _table(
    "sdkmessageprocessingstep",
    "sdkmessageprocessingsteps",
    "name",
    (
        _text("name"),
        _memo("description", 2000),
        _memo("configuration"),
        _memo("filteringattributes", 100_000),
        _choice("mode", Synchronous=0, Asynchronous=1),
        _choice("stage", **{"Pre-validation": 10, "Pre-operation": 20, "Post-operation": 40}),
        _whole("rank"),
        _choice("supporteddeployment", Server_Only=0, Client_Only=1, Both=2),
        _flag("asyncautodelete"),
        _lookup("sdkmessageid", "sdkmessage"),
        _lookup("sdkmessagefilterid", "sdkmessagefilter"),
        _lookup("eventhandler", "serviceendpoint", schema="eventhandler_serviceendpoint"),
        _lookup("impersonatinguserid", "systemuser"),
    ),
    status=(
        Choice("statecode", (Option(0, "Enabled"), Option(1, "Disabled"))),
        Choice("statuscode", (Option(1, "Enabled", 0), Option(2, "Disabled", 1))),
    ),
)

STEP_IMAGE = _table(
    "sdkmessageprocessingstepimage",
    "sdkmessageprocessingstepimages",
    "name",
    (
        _text("name"),
        _memo("description", 2000),
        _text("entityalias"),
        _memo("attributes", 100_000),
        _text("messagepropertyname"),
        _text("relatedattributename"),
        _choice("imagetype", PreImage=0, PostImage=1, Both=2),
        _lookup("sdkmessageprocessingstepid", "sdkmessageprocessingstep"),
    ),
)

ASYNC_STATES = (
    Choice("statecode", (Option(0, "Ready"), Option(1, "Suspended"), Option(2, "Locked"), Option(3, "Completed"))),
    Choice(
        "statuscode",
        (
            Option(0, "Waiting For Resources", 0),
            Option(10, "Waiting", 1),
            Option(20, "In Progress", 2),
            Option(21, "Pausing", 2),
            Option(22, "Canceling", 2),
            Option(30, "Succeeded", 3),
            Option(31, "Failed", 3),
            Option(32, "Canceled", 3),
        ),
    ),
)

ASYNC_OPERATION = _table(
    "asyncoperation",
    "asyncoperations",
    "name",
    (
        _text("name"),
        _whole("operationtype"),
        _text("messagename", 160),
        _text("primaryentitytype"),
        _lookup("owningextensionid", "sdkmessageprocessingstep"),
        _memo("friendlymessage"),
        _memo("message"),
        _whole("errorcode"),
        _whole("retrycount"),
        _instant("startedon"),
        _instant("completedon"),
        _instant("postponeuntil"),
        _memo("data"),
        _text("dependencytoken"),
        _whole("depth"),
        _flag("iswaitingforevent"),
        _text("recurrencepattern"),
        _instant("recurrencestarttime"),
        _whole("sequence"),
        _whole("utcconversiontimezonecode"),
        _text("workflowstagename"),
        Column("_regardingobjectid_value", "_regardingobjectid_value", Kind.GUID, "Regarding", read_only=True),
        Column("correlationid", "correlationid", Kind.GUID, "correlationid"),
        Column("requestid", "requestid", Kind.GUID, "requestid"),
    ),
    primary_id="asyncoperationid",
    ownership=Ownership.USER,
    status=ASYNC_STATES,
)

TASK = _table(
    "task",
    "tasks",
    "subject",
    (
        _text("subject", 200),
        _memo("description", 2000),
        _instant("scheduledend"),
        _lookup("regardingobjectid", "account", "opportunity", "contact"),
    ),
    primary_id="activityid",
    ownership=Ownership.USER,
    tracked=True,
    status=(
        Choice("statecode", (Option(0, "Open"), Option(1, "Completed"), Option(2, "Canceled"))),
        Choice(
            "statuscode",
            (Option(2, "Not Started", 0), Option(3, "In Progress", 0), Option(5, "Completed", 1), Option(6, "Canceled", 2)),
        ),
    ),
)

LEAD = _table(
    "lead",
    "leads",
    "fullname",
    (
        _text("fullname", 160),
        _text("firstname", 50),
        _text("lastname", 50),
        _text("subject", 300),
        _text("companyname", 100),
        _text("emailaddress1", 100),
    ),
    ownership=Ownership.USER,
    tracked=True,
    status=(
        Choice("statecode", (Option(0, "Open"), Option(1, "Qualified"), Option(2, "Disqualified"))),
        Choice("statuscode", (Option(1, "New", 0), Option(2, "Contacted", 0), Option(3, "Qualified", 1), Option(4, "Lost", 2))),
    ),
)

OPPORTUNITY = _table(
    "opportunity",
    "opportunities",
    "name",
    (
        _text("name", 300),
        Column("estimatedvalue", "EstimatedValue", Kind.MONEY, "Est. revenue", precision=2),
        _lookup("customerid", "account", "contact"),
    ),
    ownership=Ownership.USER,
    currency=True,
    tracked=True,
    status=(
        Choice("statecode", (Option(0, "Open"), Option(1, "Won"), Option(2, "Lost"))),
        Choice(
            "statuscode",
            (
                Option(1, "In Progress", 0),
                Option(2, "On Hold", 0),
                Option(3, "Won", 1),
                Option(4, "Canceled", 2),
                Option(5, "Out-Sold", 2),
            ),
        ),
    ),
)


def _merging(table: str) -> tuple[Column, ...]:
    """Whether a row was merged into another, and into which."""
    merged = Column("merged", "Merged", Kind.BOOLEAN, "Merged", read_only=True)
    return merged, Column("masterid", "masterid", Kind.LOOKUP, "Master", targets=(table,), read_only=True)


ACCOUNT_EXTRAS = (
    *_merging("account"),
    _lookup("originatingleadid", "lead"),
    Column("address1_latitude", "Address1_Latitude", Kind.DECIMAL, "Latitude", precision=5, minimum=-90, maximum=90),
    Column("numberofemployees", "NumberOfEmployees", Kind.INTEGER, "Number of employees", minimum=0, maximum=1_000_000_000),
    Column("description", "Description", Kind.MEMO, "Description", max_length=2000),
    Column("websiteurl", "WebSiteURL", Kind.STRING, "Website", max_length=200),
)
CONTACT_EXTRAS = (
    *_merging("contact"),
    Column("jobtitle", "JobTitle", Kind.STRING, "Job title", max_length=100),
    Column("annualincome", "AnnualIncome", Kind.MONEY, "Annual income", precision=2),
    Column("annualincome_base", "AnnualIncome_Base", Kind.MONEY, "Annual income (base)", precision=4, read_only=True),
    Column("birthdate", "BirthDate", Kind.DATE, "Birthday"),
)

EXTRAS: dict[str, tuple[Column, ...]] = {
    "account": ACCOUNT_EXTRAS,
    "contact": CONTACT_EXTRAS,
    "lead": _merging("lead"),
    **security_tables.EXTRAS,
}
for _name, _columns in app_tables.EXTRAS.items():
    EXTRAS[_name] = (*EXTRAS.get(_name, ()), *_columns)


def _with_extras(table: Table) -> Table:
    known = {column.name for column in table.columns}
    extras = tuple(column for column in EXTRAS.get(table.name, ()) if column.name not in known)
    return replace(table, columns=table.columns + extras)


PLATFORM = (
    ORGANIZATION,
    _with_extras(ROLE),
    MESSAGE,
    MESSAGE_FILTER,
    _with_extras(ENDPOINT),
    _with_extras(STEP),
    STEP_IMAGE,
    ASYNC_OPERATION,
    TASK,
    _with_extras(LEAD),
    OPPORTUNITY,
    audit_tables.AUDIT,
    *security_tables.TABLES,
    *map(_with_extras, view_tables.TABLES),
    zones.SETTINGS,
    *solution_tables.TABLES,
    *app_tables.TABLES,
    *custom_api_tables.TABLES,
    *duplicates.TABLES,
)
"""What the model does not name and every Dataverse (with Sales, for the last two) has."""

WRITE_ONLY = frozenset({("serviceendpoint", "authvalue")})
"""Columns that can be written and never read."""


ALL: tuple[Table, ...] = (*map(_with_extras, STANDARD), *PLATFORM, *CUSTOM)
"""A tenant with our solution."""


def _without_ours(table: Table) -> Table:
    kept = (column for column in table.columns if not column.name.startswith(PREFIX))
    return replace(table, columns=tuple(replace(column, targets=_others(column.targets)) for column in kept))


def _others(targets: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(target for target in targets if not target.startswith(PREFIX))


WITHOUT_SOLUTION: tuple[Table, ...] = tuple(map(_without_ours, ALL[: -len(CUSTOM)]))
"""A tenant before it: our columns of standard tables are not there, and nothing points to our tables."""
