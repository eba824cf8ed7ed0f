"""Errors as HTTP answers: problem+json with a sentence and a reference, never a traceback.

| error | status | |
|---|---|---|
| WrongMethod, TooLarge | 405, 413 | the request never reaches the system |
| NotAuthorised | 401 | |
| BadInput | 400 | says what, where, what to do |
| CurrencyMismatch | 422 | |
| Refused | 409 | the rules say no, with the reason |
| Rejected | 502 | another system says that our request is wrong |
| Conflict | 409 | a row changed meanwhile |
| Throttled, Unavailable | 503 | with Retry-After; Dataverse tries once more on 503 |
| OutcomeUnknown | 202 | it may have happened; the sweeper finds out |
| InvariantBroken, anything else | 500 | with a reference to quote; the log has the rest |

Source: RFC 9457.
"""

from __future__ import annotations

import json
import logging
import math
from typing import TYPE_CHECKING, Final

import azure.functions as func

from work365.errors import (
    BadInput,
    Conflict,
    CurrencyMismatch,
    NotAuthorised,
    OutcomeUnknown,
    Refused,
    Rejected,
    Throttled,
    Unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)
RETRY_AFTER_S: Final = 30


class WrongMethod(Refused):
    """The address is right, the method is not."""

    def __init__(self, method: str) -> None:
        super().__init__(f"Use {method} at this address.")
        self.method = method


class TooLarge(Refused):
    """The body is larger than anything that this door expects."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The body is larger than {limit_bytes} bytes. Send ids, not contents.")


_TABLE: Final[tuple[tuple[type[Exception], int, str], ...]] = (
    (WrongMethod, 405, "Wrong method"),
    (TooLarge, 413, "Body too large"),
    (NotAuthorised, 401, "Not authorised"),
    (BadInput, 400, "Bad input"),
    (CurrencyMismatch, 422, "Currencies do not match"),
    (Refused, 409, "Refused"),
    (Rejected, 502, "Another system refused our request"),
    (Conflict, 409, "Changed meanwhile"),
    (Throttled, 503, "Busy"),
    (Unavailable, 503, "Not reachable"),
    (OutcomeUnknown, 202, "Pending"),
)


def problem(error: Exception, reference: str) -> func.HttpResponse:
    """The answer for an error; `reference` is the invocation's id, under which the log has more."""
    for kind, status, title in _TABLE:
        if isinstance(error, kind):
            log.warning("%s %s: %s (reference %s)", status, title, error, reference)
            return _response(status, title, str(error), reference, _headers(error))
    log.error("500: unexpected %s (reference %s)", type(error).__name__, reference, exc_info=error)
    sentence = f"Something is wrong on our side. Quote the reference {reference} to your administrator."
    return _response(500, "Unexpected error", sentence, reference, {})


def _headers(error: Exception) -> dict[str, str]:
    match error:
        case WrongMethod():
            return {"Allow": error.method}
        case Throttled():
            return {"Retry-After": str(max(1, math.ceil(error.after_s)))}
        case Unavailable():
            return {"Retry-After": str(RETRY_AFTER_S)}
        case _:
            return {}


def _response(status: int, title: str, detail: str, reference: str, headers: Mapping[str, str]) -> func.HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "reference": reference}
    return func.HttpResponse(
        json.dumps(body), status_code=status, headers=dict(headers), mimetype="application/problem+json", charset="utf-8"
    )
