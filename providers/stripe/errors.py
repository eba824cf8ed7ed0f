"""Every error of Stripe's SDK as one of ours. The only place where they are told apart.

APIConnectionError              never connected → Unavailable; else a write → OutcomeUnknown, a read → Unavailable
RateLimitError                  → Throttled
IdempotencyError, HTTP 409      a request with our key got there before → OutcomeUnknown: ask
HTTP 5xx, or no usable answer   503 with Retry-After → Throttled; a write → OutcomeUnknown, a read → Unavailable
HTTP 404                        → NotFound
every other answer              → Rejected, with Stripe's code (a declined card is told apart before this, see gateway.py)
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import stripe

from transport.sessions import from_requests
from transport.waiting import THROTTLED_DEFAULT_S, retry_after_s
from work365.errors import NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from work365.errors import External

SYSTEM = "stripe"
MISSING, IN_USE, SERVER_ERROR, UNAVAILABLE, FIRST_REFUSAL = 404, 409, 500, 503, 300


def translated(error: stripe.StripeError, *, write: bool) -> External:
    """What an SDK error means: did the write happen?"""
    status, code, text = error.http_status or 0, _code(error), _text(error)
    wait_s = _wait_s(error)
    if isinstance(error, stripe.RateLimitError) or (status == UNAVAILABLE and wait_s is not None):
        return Throttled(text, after_s=THROTTLED_DEFAULT_S if wait_s is None else wait_s, system=SYSTEM, code=code)
    if isinstance(error, stripe.APIConnectionError):
        return _unconnected(error, write=write)
    if isinstance(error, stripe.IdempotencyError) or status == IN_USE:
        return OutcomeUnknown(text, system=SYSTEM, code=code)
    if status >= SERVER_ERROR or status < FIRST_REFUSAL:
        return (OutcomeUnknown if write else Unavailable)(text, system=SYSTEM, code=code)
    return (NotFound if status == MISSING else Rejected)(text, system=SYSTEM, code=code)


def _unconnected(error: stripe.APIConnectionError, *, write: bool) -> External:
    cause = error.__cause__
    return from_requests(cause if isinstance(cause, Exception) else error, write=write, system=SYSTEM)


def _wait_s(error: stripe.StripeError) -> float | None:
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    return retry_after_s(headers, time.time())


def _code(error: stripe.StripeError) -> str:
    return error.code or (error.error.code if error.error is not None and error.error.code else "") or type(error).__name__


def _text(error: stripe.StripeError) -> str:
    return (error.user_message or "").split("\n", 1)[0] or f"Stripe answered with {type(error).__name__}"
