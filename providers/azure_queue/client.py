"""Clients of the Storage queue service: by identity in Azure, by connection string against an emulator.

The SDK's own retries are off: they would send a write again after a timeout. Whoever sends a hint decides that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from azure.storage.queue import QueueServiceClient

from work365.errors import BadInput

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_OPTIONS: Final[dict[str, Any]] = {"retry_total": 0, "connection_timeout": 5, "read_timeout": 15}


def by_identity(account: str, credential: TokenCredential) -> QueueServiceClient:
    """The queues of a storage account, or of a whole queue service address (https://…), as a managed identity."""
    url = account if "://" in account else f"https://{account}.queue.core.windows.net"
    return QueueServiceClient(url, credential=credential, **_OPTIONS)


def by_connection_string(text: str) -> QueueServiceClient:
    """The queues that a connection string names. Errors: BadInput for a text that is none; it is a secret and is not repeated."""
    try:
        return QueueServiceClient.from_connection_string(text, **_OPTIONS)
    except ValueError:
        message = "this is no storage account's connection string; copy it again, or name the account instead"
        raise BadInput(message, "AzureWebJobsStorage") from None
