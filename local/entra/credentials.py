"""How an application proves who it is: an assertion that a federated credential trusts, or a secret.

The secret comes in the form or as HTTP basic authentication. Our own application has none; secrets are there for clients that
know nothing else. Source: learn.microsoft.com, "OAuth 2.0 client credentials flow", "Important considerations for federated
identity credentials", "Error codes" (AADSTS7000215, 7000218).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from local.entra.directory import EXCHANGE
from local.entra.refusals import aadsts
from local.entra.tokens import in_time

if TYPE_CHECKING:
    from local.entra.app import Entra
    from local.entra.directory import Application
    from local.http import Request

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def basic(request: Request) -> dict[str, str]:
    """Client id and secret of a basic authorization, as if they stood in the form. Errors: invalid_client."""
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    if not kind:
        return {}
    try:
        name, colon, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if kind.lower() != "basic" or not colon:
        raise aadsts(401, "invalid_client", 7000218, "The Authorization header is not one of basic authentication")
    return {"client_id": unquote_plus(name), "client_secret": unquote_plus(secret)}


def check(entra: Entra, form: dict[str, str], application: Application) -> None:
    """Errors: invalid_client for an application that does not prove itself."""
    if "client_secret" in form:
        _check_secret(form["client_secret"], application)
    else:
        _check_assertion(entra, form, application)


def _check_secret(secret: str, application: Application) -> None:
    if not any(hmac.compare_digest(secret.encode(), known.encode()) for known in application.secrets):
        raise aadsts(
            401, "invalid_client", 7000215, f"Invalid client secret provided for the application '{application.client_id}'"
        )


def _check_assertion(entra: Entra, form: dict[str, str], application: Application) -> None:
    if form.get("client_assertion_type") != ASSERTION or not form.get("client_assertion"):
        raise aadsts(
            401,
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'",
        )
    claims = entra.signer.claims(form["client_assertion"])
    if claims is None:
        raise aadsts(401, "invalid_client", 700027, "The client assertion failed signature validation")
    if not in_time(claims, entra.clock()):
        raise aadsts(401, "invalid_client", 700024, "Client assertion is not within its valid time range")
    if claims.get("aud") != EXCHANGE:
        raise aadsts(
            401, "invalid_client", 700212, "No matching federated identity record found for presented assertion audience"
        )
    trusted = {(credential.issuer, credential.subject, credential.audience) for credential in application.federated}
    if (claims["iss"], claims["sub"], claims["aud"]) not in trusted:
        raise aadsts(401, "invalid_client", 700213, "No matching federated identity record found for presented assertion subject")
