"""Who we are towards Dataverse and the vault: an identity that holds no secret.

A managed identity is given by Azure to the Functions app. Where the tenant of Dataverse is another than the app's, an application
registered there trusts that managed identity (a federated credential): its token, made out to the token exchange, takes the place
of a password.

Source: learn.microsoft.com, "Configure an application to trust a managed identity"; azure-identity reference.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError
from azure.identity import ClientAssertionCredential, ManagedIdentityCredential

from transport.azure_sdk import from_azure
from work365.errors import BadInput, External

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from azure.core.credentials import AccessToken

EXCHANGE_SCOPE = "api://AzureADTokenExchange/.default"
REFRESH_BEFORE_S = 300
STILL_GOOD_S = 30
LIMITS: dict[str, Any] = {"connection_timeout": 5, "read_timeout": 20, "retry_total": 3}


class IdentityKind(Enum):
    """How this deployment proves who it is."""

    SYSTEM_ASSIGNED = "system assigned managed identity"
    USER_ASSIGNED = "user assigned managed identity"
    FEDERATED = "application that trusts a managed identity"


@dataclass(frozen=True, slots=True)
class Identity:
    """What the settings say about who we are.

    Attributes:
        client_id: of the user assigned identity, or of the application.
        tenant_id: for FEDERATED, the tenant where the application is registered.
        trusted_client_id: for FEDERATED, the user assigned identity that it trusts; "" for the system assigned one.
        authority: where tokens for the application come from.
        ca: certificates to trust when they are not the public ones.
    """

    kind: IdentityKind = IdentityKind.SYSTEM_ASSIGNED
    client_id: str = ""
    tenant_id: str = ""
    trusted_client_id: str = ""
    authority: str = "https://login.microsoftonline.com"
    ca: Path | None = None


class Credential(Protocol):
    """What Microsoft's clients take: azure-core's TokenCredential."""

    def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:  # noqa: ANN401  theirs
        """A token for these scopes."""


def credential(identity: Identity) -> Credential:
    """The credential of an identity. Errors: BadInput when the settings lack what its kind needs."""
    match identity.kind:
        case IdentityKind.SYSTEM_ASSIGNED:
            return ManagedIdentityCredential(**LIMITS)
        case IdentityKind.USER_ASSIGNED:
            _need(identity.client_id, "the client id of the user assigned identity")
            return ManagedIdentityCredential(client_id=identity.client_id, **LIMITS)
        case IdentityKind.FEDERATED:
            return _federated(identity)


def _federated(identity: Identity) -> Credential:
    _need(identity.client_id, "the client id of the application")
    _need(identity.tenant_id, "the tenant where the application is registered")
    managed = ManagedIdentityCredential(client_id=identity.trusted_client_id or None, **LIMITS)
    return ClientAssertionCredential(
        identity.tenant_id,
        identity.client_id,
        lambda: managed.get_token(EXCHANGE_SCOPE).token,
        authority=identity.authority,
        connection_verify=True if identity.ca is None else str(identity.ca),
        **LIMITS,
    )


def _need(value: str, what: str) -> None:
    if not value:
        message = f"the settings lack {what}; add it, or choose the system assigned managed identity"
        raise BadInput(message)


def scope_of(address: str) -> str:
    """The scope of everything at an address: `https://org.crm.dynamics.com/api/…` → `https://org.crm.dynamics.com/.default`."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/.default"


class Tokens:
    """Current bearer tokens for one scope, kept until shortly before they expire; safe to share between threads.

    Errors: Unavailable when none can be had now; Rejected when the directory says no (consent or the registration is missing).
    """

    def __init__(self, source: Credential, scope: str, *, now: Callable[[], float] = time.time) -> None:
        self._source, self._scope, self._now = source, scope, now
        self._lock = threading.Lock()
        self._token, self._expires = "", 0.0

    def __repr__(self) -> str:
        return f"Tokens({self._scope})"

    def __call__(self) -> str:
        """A token that is good for some minutes yet."""
        with self._lock:
            if self._expires - self._now() < REFRESH_BEFORE_S:
                self._refresh()
            return self._token

    def _refresh(self) -> None:
        try:
            fresh = self._source.get_token(self._scope)
        except (AzureError, ValueError, OSError) as exc:
            if self._expires - self._now() < STILL_GOOD_S:
                raise self._error(exc) from exc
            return
        self._token, self._expires = fresh.token, float(fresh.expires_on)

    def _error(self, exc: Exception) -> External:
        return from_azure(exc, read=True, system="entra")
