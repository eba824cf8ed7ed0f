"""Every way in which QuickBooks, its library or the line to it fails, as one of our errors. The only place that knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests
from quickbooks.exceptions import (
    AuthorizationException,
    ObjectNotFoundException,
    QuickbooksException,
    SevereException,
)

from transport.outcomes import lost
from transport.sessions import from_requests
from transport.waiting import retry_after_s
from work365.errors import Conflict, External, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable
from work365.masking import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEM = "QuickBooks"
THROTTLED_S = 60.0
"""What Intuit asks for after a 429. Source: developer.intuit.com, "Limits and throttles"."""

DUPLICATE_NUMBER, DUPLICATE_NAME, STALE = "6140", "6240", "5010"
CONFLICTS = frozenset({DUPLICATE_NUMBER, DUPLICATE_NAME, STALE})
THROTTLED = "3001"
UNREADABLE = "10000"
TOO_MANY, SERVER_ERROR = 429, 500

LIBRARY_ERRORS = (QuickbooksException, requests.exceptions.RequestException, OSError)


def fault(error: Exception, *, read: bool) -> External:
    """One of ours for an exception of the library, of its HTTP library or of the system.

    Shape: `read` says that the request could not have changed anything.
    """
    if isinstance(error, QuickbooksException):
        return _from_quickbooks(error, read=read)
    return from_requests(error, write=not read, system=SYSTEM)


def refused_status(status: int, headers: Mapping[str, str], *, read: bool) -> External | None:
    """What a status means before its body is looked at; None when the body must say it."""
    if status == TOO_MANY:
        lower = {name.lower(): value for name, value in headers.items()}
        after_s = retry_after_s(lower, 0.0)
        return Throttled(f"{SYSTEM} asked us to slow down", after_s=after_s or THROTTLED_S, system=SYSTEM, code=THROTTLED)
    if status >= SERVER_ERROR:
        return lost(f"{SYSTEM} answered {status}", read=read, system=SYSTEM)
    return None


def _from_quickbooks(error: QuickbooksException, *, read: bool) -> External:
    code = str(error.error_code)
    text = _words(error)
    if isinstance(error, AuthorizationException):
        return Rejected(f"{SYSTEM} does not let us in: {text}. Connect the accounting system again.", system=SYSTEM, code=code)
    if code == THROTTLED:
        return Throttled(f"{SYSTEM} asked us to slow down", after_s=THROTTLED_S, system=SYSTEM, code=code)
    if isinstance(error, ObjectNotFoundException):
        return NotFound(text, system=SYSTEM, code=code)
    if code in CONFLICTS:
        return Conflict(text, system=SYSTEM, code=code)
    if isinstance(error, SevereException) or code == UNREADABLE:
        kind = Unavailable if read else OutcomeUnknown
        return kind(f"{SYSTEM} failed: {text}", system=SYSTEM, code=code)
    return Rejected(text, system=SYSTEM, code=code)


def _words(error: QuickbooksException) -> str:
    """What QuickBooks says, once: its detail often begins with its message. Masked before it is cut off."""
    message, detail = str(error.message).strip(), str(error.detail or "").strip()
    said = detail if detail.startswith(message) else f"{message}: {detail}" if detail else message
    return f"{masked(said)[:500]} (QuickBooks code {error.error_code})"
