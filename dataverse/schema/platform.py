"""Tables of the platform that only an installation and an examination touch: roles, solutions, system jobs, webhooks, variables.

Only the columns that we name. They are no part of the model that a tenant is made from.

Source: Microsoft Learn, "Dataverse table/entity reference" (role, solution, importjob, asyncoperation, serviceendpoint,
sdkmessageprocessingstep, sdkmessagefilter, sdkmessage, environmentvariabledefinition, environmentvariablevalue, organization,
audit).
"""

from __future__ import annotations

from dataverse.schema.model import Column, Kind, Ownership, Table


def _plain(kind: Kind, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, name, kind, name) for name in names)


def _lookup(name: str, *targets: str, navigation: str = "") -> Column:
    return Column(name, navigation or name, Kind.LOOKUP, name, targets=targets)


def _table(name: str, set_name: str, primary_name: str, columns: tuple[Column, ...]) -> Table:
    key = f"{name}id"
    own = (Column(key, key, Kind.GUID, name), *columns)
    return Table(
        name, name, set_name, name, set_name, key, primary_name, Ownership.ORGANIZATION, own, standard=True, tracked=False
    )


def _texts(*names: str) -> tuple[Column, ...]:
    return _plain(Kind.STRING, *names)


def _numbers(*names: str) -> tuple[Column, ...]:
    return _plain(Kind.INTEGER, *names)


ROLE = _table("role", "roles", "name", (*_texts("name"), _lookup("businessunitid", "businessunit")))
ORGANIZATION = _table(
    "organization",
    "organizations",
    "name",
    (*_texts("name"), *_numbers("languagecode"), _lookup("basecurrencyid", "transactioncurrency")),
)
SOLUTION = _table("solution", "solutions", "uniquename", _texts("uniquename", "version"))
IMPORT_JOB = _table(
    "importjob",
    "importjobs",
    "name",
    (*_texts("name", "solutionname", "data"), *_plain(Kind.DECIMAL, "progress"), *_plain(Kind.DATETIME, "completedon")),
)
SYSTEM_JOB = _table(
    "asyncoperation",
    "asyncoperations",
    "name",
    (
        *_texts("name", "friendlymessage", "message"),
        *_numbers("operationtype", "statecode", "statuscode", "errorcode"),
        *_plain(Kind.DATETIME, "createdon", "completedon"),
        _lookup("owningextensionid", "sdkmessageprocessingstep"),
    ),
)
ENDPOINT = _table(
    "serviceendpoint",
    "serviceendpoints",
    "name",
    (*_texts("name", "url", "description"), *_numbers("contract", "authtype", "messageformat")),
)
STEP = _table(
    "sdkmessageprocessingstep",
    "sdkmessageprocessingsteps",
    "name",
    (
        *_texts("name", "filteringattributes"),
        *_numbers("mode", "stage", "rank", "statecode", "statuscode"),
        *_plain(Kind.BOOLEAN, "asyncautodelete"),
        _lookup("sdkmessageid", "sdkmessage"),
        _lookup("sdkmessagefilterid", "sdkmessagefilter"),
        _lookup("eventhandler", "serviceendpoint", navigation="eventhandler_serviceendpoint"),
    ),
)
MESSAGE = _table("sdkmessage", "sdkmessages", "name", _texts("name"))
FILTER = _table(
    "sdkmessagefilter",
    "sdkmessagefilters",
    "primaryobjecttypecode",
    (*_texts("primaryobjecttypecode"), _lookup("sdkmessageid", "sdkmessage")),
)
DEFINITION = _table(
    "environmentvariabledefinition",
    "environmentvariabledefinitions",
    "schemaname",
    _texts("schemaname", "displayname", "defaultvalue"),
)
VALUE = _table(
    "environmentvariablevalue",
    "environmentvariablevalues",
    "schemaname",
    (
        *_texts("schemaname", "value"),
        _lookup("environmentvariabledefinitionid", "environmentvariabledefinition", navigation="EnvironmentVariableDefinitionId"),
    ),
)

AUDIT = _table(
    "audit",
    "audits",
    "auditid",
    (
        *_texts("objecttypecode", "changedata"),
        *_numbers("operation", "action"),
        *_plain(Kind.DATETIME, "createdon"),
        _lookup("userid", "systemuser"),
        _lookup("callinguserid", "systemuser"),
    ),
)

TABLES = (AUDIT, ROLE, ORGANIZATION, SOLUTION, IMPORT_JOB, SYSTEM_JOB, ENDPOINT, STEP, MESSAGE, FILTER, DEFINITION, VALUE)
