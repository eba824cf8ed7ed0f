"""Storage accounts: connection strings and the Shared Key signature.

The development account is the one that Microsoft publishes for its emulators; its key is a documented constant, not a secret.

Source: docs "Authorize with Shared Key" (version 2015-02-21 and later) and "Connect to the emulator".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from datetime import datetime

    from local.http import Request

CLOCK_SKEW_S: Final = 15 * 60
_SIGNED_HEADERS = (
    "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
    "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """A storage account: its name and its base64 key."""

    name: str
    key: str

    def connection_string(self, url: str) -> str:
        """What the azure-storage-queue client needs to reach this account at `url` (scheme://host:port)."""
        scheme = url.split("://", 1)[0]
        return f"DefaultEndpointsProtocol={scheme};AccountName={self.name};AccountKey={self.key};QueueEndpoint={url}/{self.name};"


DEVELOPMENT = Account(
    "devstoreaccount1",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
)


def signature(account: Account, request: Request) -> str:
    """The base64 HMAC-SHA256 that a Shared Key request must carry."""
    digest = hmac.new(base64.b64decode(account.key), _string_to_sign(account, request).encode(), hashlib.sha256)
    return base64.b64encode(digest.digest()).decode()


def authorised(account: Account, request: Request, now: datetime) -> bool:
    """The request is signed with the account's key, and was signed less than 15 minutes ago."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    name, _, given = rest.partition(":")
    if scheme != "SharedKey" or name != account.name:
        return False
    return _is_recent(request, now) and hmac.compare_digest(given.encode(), signature(account, request).encode())


def _is_recent(request: Request, now: datetime) -> bool:
    stamp = request.headers.get("x-ms-date") or request.headers.get("date", "")
    try:
        return abs((now - parsedate_to_datetime(stamp)).total_seconds()) <= CLOCK_SKEW_S
    except (ValueError, TypeError):
        return False


def _string_to_sign(account: Account, request: Request) -> str:
    values = [request.headers.get(name, "") for name in _SIGNED_HEADERS]
    values[2] = "" if values[2] == "0" else values[2]
    values[5] = "" if "x-ms-date" in request.headers else values[5]
    headers = sorted((name for name in request.headers if name.startswith("x-ms-")), key=lambda name: name.replace("-", ""))
    canonical_headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in headers)
    parameters = sorted(part.partition("=")[::2] for part in request.query.split("&") if part)
    resource = f"/{account.name}{request.path}" + "".join(f"\n{name.lower()}:{unquote(value)}" for name, value in parameters)
    return "\n".join([request.method, *values]) + "\n" + canonical_headers + resource
