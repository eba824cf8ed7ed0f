"""Every error of azure-core and azure-identity, as one of ours.

    never left, or could not connect      Unavailable       nothing was stored
    ServerBusy, 429, 503 with a wait      Throttled         nothing was stored
    other 5xx, no answer, half an answer  OutcomeUnknown    it may have been stored
    404                                   NotFound
    409, 412                              Conflict
    401, 403, other 4xx                   Rejected

Source: docs "Queue Storage error codes"; azure.core.exceptions (a test walks it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceRequestError,
    TooManyRedirectsError,
)

from work365.errors import Conflict, External, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEM: Final = "azure queue storage"
WAIT_S: Final = 5.0


def translate(error: AzureError) -> External:
    """Our error for one of theirs."""
    raw_code = getattr(error, "error_code", None) or ""
    code = str(getattr(raw_code, "value", raw_code))  # the SDK has an enum for the codes it knows
    message = f"The queue service answered {code or type(error).__name__}."
    match error:
        case ServiceRequestError():
            return Unavailable("The queue service cannot be reached.", system=SYSTEM, code=code)
        case ResourceNotFoundError():
            return NotFound(message, system=SYSTEM, code=code)
        case ResourceExistsError() | ResourceModifiedError():
            return Conflict(message, system=SYSTEM, code=code)
        case ClientAuthenticationError() | TooManyRedirectsError():
            return Rejected(f"{message} Check the function app's identity and its roles.", system=SYSTEM, code=code)
        case HttpResponseError():
            return _by_status(error, message, code)
        case _:
            return OutcomeUnknown("No usable answer came from the queue service.", system=SYSTEM, code=code)


def _by_status(error: HttpResponseError, message: str, code: str) -> External:
    status = error.status_code or 0
    headers: Mapping[str, str] = getattr(error.response, "headers", None) or {}
    wait = headers.get("Retry-After") or headers.get("retry-after") or ""
    if status == 429 or (status == 503 and (code == "ServerBusy" or wait)):  # noqa: PLR2004  HTTP statuses
        return Throttled(message, after_s=float(wait) if wait.isdigit() else WAIT_S, system=SYSTEM, code=code)
    if 300 <= status < 500:  # noqa: PLR2004  as above
        return Rejected(message, system=SYSTEM, code=code)
    return OutcomeUnknown(message, system=SYSTEM, code=code)
