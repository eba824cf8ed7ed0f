"""Functions and actions of the platform that clients call beside rows and definitions.

| name | answers |
|---|---|
| RetrieveVersion() | the version that the local Dataverse speaks for |
| RetrieveCurrentOrganization(AccessType=…) | this organisation and its addresses |
| RetrieveTotalRecordCount(EntityNames=[…]) | how many rows of each table the caller may read now (Dataverse: within a day) |
| Merge | merging.py |
| GetAutoNumberSeed, SetAutoNumberSeed | which running number comes next (numbering.py) |

What the platform has and this server has not is refused by name (`ABSENT`); any other name is 404.
Source: Microsoft Learn, Web API function / action reference of each.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.dataverse import errors, merging, numbering, parameters, seed
from local.dataverse.answers import complex_answer, empty
from local.dataverse.made import MadeColumn
from local.dataverse.operation_values import PREFIX
from local.dataverse.parameters import Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.context import Context
    from local.dataverse.resources import WebApi
    from local.dataverse.urls import Address
    from local.http import Response

Json = dict[str, Any]
VERSION = "9.2.24112.00000"
ABSENT = frozenset(
    {
        "AddToQueue",
        "BulkDetectDuplicates",
        "CalculateRollupField",
        "CommitFileBlocksUpload",
        "CreateInstance",
        "DeleteFile",
        "DownloadBlock",
        "DownloadReportDefinition",
        "ExecuteBackgroundOperation",
        "ExecuteWorkflow",
        "FetchXmlToQueryExpression",
        "ImportRecordsImport",
        "InitializeFileBlocksDownload",
        "InitializeFileBlocksUpload",
        "InitializeFrom",
        "PickFromQueue",
        "PublishDuplicateRule",
        "QueryExpressionToFetchXml",
        "QuerySchedule",
        "RetrieveDuplicates",
        "RetrieveRecordChangeHistory",
        "RouteTo",
        "Search",
        "SendEmail",
        "UnpublishDuplicateRule",
        "UploadBlock",
    }
)
"""Operations of the platform that are not here. Those of Sales and Service do not exist without these apps, so they are 404."""


def unbound(api: WebApi, context: Context, method: str, address: Address, body: bytes) -> Response | None:
    """Run an operation of the platform; None when the address names none. Errors: 405; 501 by name."""
    if len(address.segments) != 1:
        return None
    head = address.segments[0]
    name = head.name.removeprefix(PREFIX)
    if name in ABSENT:
        raise errors.unsupported(f"the operation '{name}'")
    if name not in _OPERATIONS:
        return None
    wanted_method, parts, do = _OPERATIONS[name]
    if method != wanted_method:
        raise errors.DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")
    wanted = {part.name: part for part in parts}
    with api.storage.transaction():
        is_function = wanted_method == "GET"
        given = parameters.in_address(wanted, head, address.aliases) if is_function else parameters.in_body(name, wanted, body)
        return do(api, context, parameters.typed(api.storage, context, name, wanted, given))


def refuse_absent(name: str) -> None:
    """Errors: 501 for an operation of the platform that is bound to a row or a set and is not here."""
    bare = name.removeprefix(PREFIX)
    if bare in ABSENT:
        raise errors.unsupported(f"the operation '{bare}'")


def _version(_: WebApi, context: Context, __: Json) -> Response:
    return complex_answer(context, "RetrieveVersion", {"Version": VERSION})


def _organization(api: WebApi, context: Context, _: Json) -> Response:
    row_id, name = api.storage.rows("SELECT organizationid, name FROM organization LIMIT 1")[0]
    service = f"{context.base}/XRMServices/2011/Organization.svc"
    addresses = {"WebApplication": f"{context.base}/", "OrganizationService": service}
    detail = {
        "OrganizationId": row_id,
        "FriendlyName": name,
        "OrganizationVersion": VERSION,
        "EnvironmentId": row_id,
        "DatacenterId": seed.ORGANIZATION_ID,
        "Geo": "NA",
        "TenantId": seed.ORGANIZATION_ID,
        "UrlName": name,
        "UniqueName": name,
        "State": "Enabled",
        "Endpoints": {"Count": len(addresses), "IsReadOnly": False, "Keys": list(addresses), "Values": list(addresses.values())},
    }
    return complex_answer(context, "RetrieveCurrentOrganization", {"Detail": detail})


def _count(api: WebApi, context: Context, given: Json) -> Response:
    counts: dict[str, int] = {}
    for name in given["EntityNames"]:
        entity = api.storage.catalog.by_name.get(name)
        if entity is None:
            raise errors.DataverseError(
                404, "0x80041102", f"The entity with a name = '{name}' was not found in the MetadataCache."
            )
        counts[name] = int(api.storage.rows(f"SELECT count(*) FROM {context.access.source(entity)}")[0][0] or 0)
    found = {"Count": len(counts), "IsReadOnly": False, "Keys": list(counts), "Values": list(counts.values())}
    return complex_answer(context, "RetrieveTotalRecordCount", {"EntityRecordCountCollection": found})


def _merge(api: WebApi, context: Context, given: Json) -> Response:
    merging.merge(api, context, given)
    return empty()


def _numbered(api: WebApi, given: Json) -> tuple[str, str]:
    """Table and column of an auto-number. Errors: 400 for a column that is none."""
    entity = api.storage.catalog.by_name.get(given["EntityName"])
    column = entity.columns.get(given["AttributeName"]) if entity is not None else None
    if entity is None or not isinstance(column, MadeColumn) or not column.auto_number:
        raise errors.bad(f"'{given['AttributeName']}' of '{given['EntityName']}' is no auto-number column.", "0x80040203")
    return entity.name, column.name


def _set_seed(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need("prvWriteEntity")
    numbering.set_seed(api.storage, *_numbered(api, given), given["Value"])
    return empty()


def _get_seed(api: WebApi, context: Context, given: Json) -> Response:
    value = numbering.seed(api.storage, *_numbered(api, given))
    return complex_answer(context, "GetAutoNumberSeed", {"AutoNumberSeedValue": value})


_NUMBERED = (Part("EntityName", "String"), Part("AttributeName", "String"))
_OPERATIONS: dict[str, tuple[str, tuple[Part, ...], Callable[[WebApi, Context, Json], Response]]] = {
    "RetrieveVersion": ("GET", (), _version),
    "RetrieveCurrentOrganization": ("GET", (Part("AccessType", "Enum", optional=True),), _organization),
    "RetrieveTotalRecordCount": ("GET", (Part("EntityNames", "StringArray"),), _count),
    "GetAutoNumberSeed": ("GET", _NUMBERED, _get_seed),
    "SetAutoNumberSeed": ("POST", (*_NUMBERED, Part("Value", "Integer")), _set_seed),
    "Merge": (
        "POST",
        (
            Part("Target", "EntityReference"),
            Part("Subordinate", "EntityReference"),
            Part("UpdateContent", "Entity", optional=True),
            Part("PerformParentingChecks", "Boolean"),
        ),
        _merge,
    ),
}
