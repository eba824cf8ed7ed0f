"""Secrets in Azure Key Vault; implements work365.ports.platform.Secrets.

A name has versions. Rotation has one writer at a time: whoever exchanged a refresh token writes the new one as a new version, and
everybody reads the newest; an older version stays in the vault, so a write that was lost can be found by a person.

Source: learn.microsoft.com, "Azure Key Vault Secrets client library for Python", "About Azure Key Vault secrets".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError
from azure.keyvault.secrets import SecretClient

from transport.azure_sdk import from_azure
from transport.outcomes import body_of, status_of
from work365.errors import BadInput, External, NotFound, Rejected

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

SYSTEM = "key vault"
API_VERSION = "7.6"
VALUE_LIMIT = 25 * 1024
FORBIDDEN = 403
DISABLED = "SecretDisabled"
LIMITS: dict[str, Any] = {"connection_timeout": 5, "read_timeout": 20}
READ: dict[str, Any] = {"retry_total": 3, "retry_backoff_factor": 0.2, "timeout": 60}
WRITE: dict[str, Any] = {"retry_total": 0}

_NAME = re.compile(r"\A[0-9a-zA-Z-]{1,127}\Z")


class Vault:
    """One vault, by its address.

    Shape: `credential` is an azure-identity credential; `ca` names certificates to trust when they are not the public ones.
    """

    def __init__(self, address: str, credential: Any, *, ca: Path | None = None, **options: Any) -> None:  # noqa: ANN401  theirs
        verify = True if ca is None else str(ca)
        self._address = address
        self._client = SecretClient(address, credential, api_version=API_VERSION, connection_verify=verify, **(LIMITS | options))

    def __repr__(self) -> str:
        return f"Vault({self._address})"

    def read(self, name: str) -> str:
        """The newest value of a secret.

        Errors: NotFound when there is none of that name, or it was deleted; Rejected when it is disabled or we may not read it.
        """
        _check_name(name)
        try:
            found = self._client.get_secret(name, **READ)
        except (AzureError, ValueError) as exc:
            raise _error(exc, name, read=True) from exc
        return found.value or ""

    def write(self, name: str, value: str) -> None:
        """Store a new version of a secret, in one request.

        Errors: BadInput for a name or value that a vault cannot hold; Conflict when a deleted secret of that name must be
                recovered or purged first; OutcomeUnknown when it may have been stored: read and compare.
        """
        _check_name(name)
        if len(value.encode()) > VALUE_LIMIT:
            message = f"the secret '{name}' is longer than the {VALUE_LIMIT} bytes that a vault keeps"
            raise BadInput(message)
        try:
            self._client.set_secret(name, value, **WRITE)
        except (AzureError, ValueError) as exc:
            raise _error(exc, name, read=False) from exc

    def written_on(self, name: str) -> datetime | None:
        """When the newest value was stored; None when the vault has none. Errors: as `read`."""
        _check_name(name)
        try:
            return self._client.get_secret(name, **READ).properties.created_on
        except (AzureError, ValueError) as exc:
            error = _error(exc, name, read=True)
            if isinstance(error, NotFound):
                return None
            raise error from exc

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _check_name(name: str) -> None:
    if not _NAME.match(name):
        message = f"'{name}' cannot name a secret: use 1 to 127 letters, digits and hyphens"
        raise BadInput(message)


def _error(exc: Exception, name: str, *, read: bool) -> External:
    """The error with words for an administrator; never a value."""
    error = from_azure(exc, read=read, system=SYSTEM)
    told = body_of(error)
    said: Any = told.get("error") if isinstance(told, dict) else None
    inner: Any = said.get("innererror") if isinstance(said, dict) else None
    error.code = str((inner or said or {}).get("code") or "") if isinstance(inner or said, dict) else ""
    error.args = (_words(error, name),)
    return error


def _words(error: External, name: str) -> str:
    if isinstance(error, NotFound):
        return f"the vault has no secret '{name}'; connect the account again, or store it there"
    if error.code == DISABLED:
        return f"the secret '{name}' is disabled in the vault; enable its newest version there"
    if isinstance(error, Rejected) and status_of(error) == FORBIDDEN:
        return f"we may not use the secret '{name}'; give our identity the role Key Vault Secrets Officer on the vault"
    return f"{error} ({name})"
