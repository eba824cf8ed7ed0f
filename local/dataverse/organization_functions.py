"""Functions about the environment itself.

| function | answers |
|---|---|
| RetrieveVersion | Version |
| RetrieveTimestamp | Timestamp: of the definitions; another one after each change of them |
| RetrieveCurrentOrganization(AccessType) | Detail: names, ids, addresses |
| RetrieveTotalRecordCount(EntityNames) | how many rows tables have, exactly here, a daily estimate there |
| RetrieveProvisionedLanguages, RetrieveAvailableLanguages | the one language |
| IsDataEncryptionActive | IsActive |

Source: Microsoft Learn, Web API reference of each function and of its response.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dataverse.security.model import Right
from local.dataverse import errors, labels, parameters
from local.dataverse.answers import complex_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.dataverse.context import Context
    from local.dataverse.resources import WebApi
    from local.dataverse.urls import Address
    from local.http import Response

Json = dict[str, Any]
VERSION = "9.2.26113.150"
"""Of the Dataverse that is stood in for."""


def _version(_: WebApi, context: Context, address: Address) -> Response:
    parameters.read(address, "RetrieveVersion", ())
    return complex_answer(context, "RetrieveVersion", {"Version": VERSION})


def _timestamp(api: WebApi, context: Context, address: Address) -> Response:
    parameters.read(address, "RetrieveTimestamp", ())
    changed = api.storage.rows('SELECT COUNT(*), COALESCE(SUM(LENGTH(definition)), 0) FROM "~schema"')[0]
    return complex_answer(context, "RetrieveTimestamp", {"Timestamp": "-".join(str(one) for one in changed)})


def _organization(api: WebApi, context: Context, address: Address) -> Response:
    given = parameters.read(address, "RetrieveCurrentOrganization", {"AccessType"})
    if given.get("AccessType") not in {None, "Default", "Internet", "Intranet"}:
        raise errors.bad(f"AccessType '{given['AccessType']}' is not one of Default, Internet, Intranet.", "0x80048d19")
    row_id, name = api.storage.rows("SELECT organizationid, name FROM organization LIMIT 1")[0]
    root = context.base.rstrip("/")
    addresses = {"OrganizationService": "/XRMServices/2011/Organization.svc", "WebApplication": "/"}
    detail = {
        "OrganizationId": row_id,
        "FriendlyName": name,
        "OrganizationVersion": VERSION,
        "EnvironmentId": row_id,
        "Geo": "NA",
        "State": "Enabled",
        "UniqueName": str(name).lower(),
        "UrlName": str(name).lower(),
        "Endpoints": {"Count": 2, "Keys": list(addresses), "Values": [f"{root}{path}" for path in addresses.values()]},
    }
    return complex_answer(context, "RetrieveCurrentOrganization", {"Detail": detail})


def _counts(api: WebApi, context: Context, address: Address) -> Response:
    names = parameters.read(address, "RetrieveTotalRecordCount", {"EntityNames"}).get("EntityNames")
    if not isinstance(names, list) or not names or any(name not in api.storage.catalog.by_name for name in names):
        raise errors.bad("RetrieveTotalRecordCount needs EntityNames, a list of logical names of tables.", "0x80048d19")
    found = []
    for name in names:
        context.access.allow(api.storage.catalog[name], Right.READ)
        found.append(api.storage.rows(f"SELECT COUNT(*) FROM {api.storage.catalog[name].sql}")[0][0])
    collection = {"Count": len(names), "IsReadOnly": False, "Keys": names, "Values": found}
    return complex_answer(context, "RetrieveTotalRecordCount", {"EntityRecordCountCollection": collection})


def _says(name: str, whole: Json) -> Callable[[WebApi, Context, Address], Response]:
    def say(_: WebApi, context: Context, address: Address) -> Response:
        parameters.read(address, name, ())
        return complex_answer(context, name, whole)

    return say


FUNCTIONS: Mapping[str, Callable[[WebApi, Context, Address], Response]] = {
    "RetrieveVersion": _version,
    "RetrieveTimestamp": _timestamp,
    "RetrieveCurrentOrganization": _organization,
    "RetrieveTotalRecordCount": _counts,
    "RetrieveProvisionedLanguages": _says("RetrieveProvisionedLanguages", {"RetrieveProvisionedLanguages": [labels.LANGUAGE]}),
    "RetrieveAvailableLanguages": _says("RetrieveAvailableLanguages", {"LocaleIds": [labels.LANGUAGE]}),
    "IsDataEncryptionActive": _says("IsDataEncryptionActive", {"IsActive": True}),
}
