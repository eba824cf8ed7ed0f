"""Tokens for managed identities, from both doors that Azure has.

    GET /msi/token?api-version=2019-08-01&resource=…[&client_id=…]                        App Service and Functions
        header X-IDENTITY-HEADER: what IDENTITY_HEADER says; IDENTITY_ENDPOINT names the address
    GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=…[&client_id=…]   virtual machines (IMDS)
        header Metadata: true, which no browser and no forwarded request carries; AZURE_POD_IDENTITY_AUTHORITY_HOST
        points Microsoft's libraries to another host than 169.254.169.254

Source: learn.microsoft.com, "How to use managed identities for App Service and Azure Functions" (REST endpoint reference), "How
to use managed identities on an Azure VM to acquire an access token" (error handling).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from local.entra.refusals import Refusal
from local.entra.tokens import Principal

if TYPE_CHECKING:
    from local.entra.app import Entra
    from local.entra.directory import ManagedIdentity
    from local.http import Request

APP_SERVICE_VERSION, MACHINE_VERSION = "2019-08-01", "2018-02-01"
PARAMETERS = frozenset({"api-version", "resource", "client_id", "principal_id", "mi_res_id", "object_id"})
MACHINE_PARAMETERS = frozenset({"api-version", "resource", "client_id", "object_id", "msi_res_id", "bypass_cache"})


def app_service(entra: Entra, request: Request) -> dict[str, object]:
    """The answer of App Service's endpoint. Errors: Refusal in its words."""
    if request.headers.get("x-identity-header") != entra.directory.header:
        raise Refusal(401, {"statusCode": 401, "message": "X-IDENTITY-HEADER is missing or wrong"})
    asked = dict(parse_qsl(request.query))
    if asked.get("api-version") != APP_SERVICE_VERSION or not asked.get("resource") or set(asked) - PARAMETERS:
        message = f"api-version {APP_SERVICE_VERSION} and resource are needed, nothing unknown"
        raise Refusal(400, {"statusCode": 400, "message": message})
    identity = entra.directory.identity(asked.get("client_id", ""))
    if identity is None:
        message = "No User Assigned or Delegated Managed Identity found for specified ClientId."
        raise Refusal(400, {"statusCode": 400, "message": message})
    if not entra.directory.knows(asked["resource"]):
        raise Refusal(500, {"statusCode": 500, "message": "An unexpected error occured while fetching the AAD Token."})
    return _token(entra, identity, asked["resource"])


def machine(entra: Entra, request: Request) -> dict[str, object]:
    """The answer of the instance metadata service. Errors: Refusal in its words."""
    if request.headers.get("metadata", "").lower() != "true" or "x-forwarded-for" in request.headers:
        raise _bad("bad_request_102", "Required metadata header not specified")
    asked = dict(parse_qsl(request.query))
    if asked.get("api-version") != MACHINE_VERSION or not asked.get("resource") or set(asked) - MACHINE_PARAMETERS:
        raise _bad("invalid_request", f"api-version {MACHINE_VERSION} and resource are needed, nothing unknown")
    identity = entra.directory.identity(asked.get("client_id", ""))
    if identity is None:
        raise _bad("invalid_request", "Identity not found")
    if not entra.directory.knows(asked["resource"]):
        words = f"AADSTS500011: The resource principal named {asked['resource']} was not found in the tenant"
        raise _bad("invalid_resource", words)
    told = _token(entra, identity, asked["resource"])
    now = int(entra.clock().timestamp())
    more = {"refresh_token": "", "expires_in": str(entra.lifetime_s), "ext_expires_in": str(entra.lifetime_s)}
    return {**told, **more, "not_before": str(now)}


def _bad(error: str, words: str) -> Refusal:
    return Refusal(400, {"error": error, "error_description": words})


def _token(entra: Entra, identity: ManagedIdentity, resource: str) -> dict[str, object]:
    who = Principal(entra.directory.tenant_id, identity.object_id, identity.client_id)
    return {
        "access_token": entra.issue(who, resource),
        "expires_on": str(int(entra.clock().timestamp()) + entra.lifetime_s),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": identity.client_id,
    }
