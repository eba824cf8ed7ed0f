"""What the exceptions of Microsoft's libraries (azure-core, azure-identity) mean: the one place where they become ours."""

from __future__ import annotations

import time
from typing import Any

from azure.core import exceptions as azure
from azure.identity import CredentialUnavailableError

from transport.outcomes import Answer, lost, refusal
from work365.errors import External, Rejected, Unavailable

NOT_SENT = (azure.ServiceRequestError, CredentialUnavailableError)
MALFORMED = (azure.SerializationError, azure.TooManyRedirectsError, azure.ClientAuthenticationError)


def from_azure(exc: Exception, *, read: bool, system: str) -> External:
    """Every exception of the libraries as one of ours; one with an answer is judged by that answer.

    Shape: a ValueError that is none of theirs comes from their checks of addresses and challenges, before anything secret left.
    """
    text = f"{system}: {type(exc).__name__}"
    if isinstance(exc, NOT_SENT):
        return Unavailable(text, system=system)
    answer = _answer(getattr(exc, "response", None), read=read, system=system)
    if answer is not None and not answer.good:
        return refusal(answer, now_s=time.time())
    foreign = isinstance(exc, ValueError) and not isinstance(exc, azure.DeserializationError)
    if isinstance(exc, MALFORMED) or foreign:
        return Rejected(text, system=system)
    return lost(text, read=read, system=system)


def _answer(response: Any, *, read: bool, system: str) -> Answer | None:  # noqa: ANN401  several kinds of theirs
    status = getattr(response, "status_code", None)
    if not isinstance(status, int):
        return None
    headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
    try:
        content = bytes(response.content)
    except (azure.AzureError, AttributeError, TypeError):
        content = b""
    return Answer(status, headers, content, system, read)
