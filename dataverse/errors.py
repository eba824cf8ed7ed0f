"""Dataverse's error codes as types, in one table.

    Rejected
    + PrivilegeMissing      a role lacks a privilege
    |   + NotYours          … of the user whom we act for: also work365's NotAuthorised, so the person is told
    + NotFound
    + DeltaExpired          the delta link is too old; the client reads everything again by itself
    Conflict
    + DuplicateKey          a row with this id or alternate key is there already
    + RowChanged            somebody wrote the row after we read it
    Unavailable
    + NotTried              an earlier part of the batch failed, so this one was not begun

What the table does not know stays what its status says (transport/outcomes.py): Rejected, Throttled, OutcomeUnknown, …
Source: learn.microsoft.com, "Compose HTTP requests and handle errors", "Use alternate keys", "Service protection API limits".
"""

from __future__ import annotations

from typing import Any

from transport.client import Answer, answer_of, body_of
from work365.errors import Conflict, External, NotAuthorised, NotFound, Rejected, Throttled, Unavailable

SYSTEM = "dataverse"


class DuplicateKey(Conflict):
    """A row with this id or alternate key is there already."""


class RowChanged(Conflict):
    """Somebody wrote the row after we read it."""


class PrivilegeMissing(Rejected):
    """Our application user's role lacks a privilege; an administrator must grant it."""


class NotYours(PrivilegeMissing, NotAuthorised):
    """The user whom we act for may not do this."""


class DeltaExpired(Rejected):
    """The delta link is too old: read everything again."""


class NotTried(Unavailable):
    """An earlier part of the batch failed, so this one was not begun."""


MISSING_ROW, MISSING_BY_KEY, MISSING_SEGMENT = "0x80040217", "0x80060891", "0x8006088a"
DUPLICATE_ID, DUPLICATE_ALTERNATE_KEY, DUPLICATE_DETECTED = "0x80040237", "0x80060892", "0x80040333"
VERSION_MISMATCH = "0x80060882"
EXPIRED_STAMP = "0x80044352"
PRIVILEGE, PRIVILEGE_OF_ROLE = "0x80040220", "0x80048306"
REQUESTS, TIME, CONCURRENT = "0x80072322", "0x80072321", "0x80072326"

ANY = ""
TYPES: dict[tuple[int, str], type[External]] = {
    (404, MISSING_ROW): NotFound,
    (404, MISSING_BY_KEY): NotFound,
    (404, MISSING_SEGMENT): Rejected,
    (404, ANY): NotFound,
    (412, DUPLICATE_ID): DuplicateKey,
    (412, DUPLICATE_ALTERNATE_KEY): DuplicateKey,
    (412, DUPLICATE_DETECTED): DuplicateKey,
    (500, DUPLICATE_DETECTED): DuplicateKey,
    (412, VERSION_MISMATCH): RowChanged,
    (403, PRIVILEGE): PrivilegeMissing,
    (403, PRIVILEGE_OF_ROLE): PrivilegeMissing,
    (403, ANY): PrivilegeMissing,
    (400, EXPIRED_STAMP): DeltaExpired,
    (410, ANY): DeltaExpired,
    (429, REQUESTS): Throttled,
    (429, TIME): Throttled,
    (429, CONCURRENT): Throttled,
}
"""What a status and a code mean; a code that is not listed falls back to (status, ANY), then to what the status says."""

WORDS_OF_EXISTING = "matching key values already exists"
WORDS_OF_VERSION = "doesn't match the RowVersion"


def refine(error: External, *, acting_for: str | None = None) -> External:
    """The same failure with Dataverse's own code, words and type.

    Shape: `acting_for` is the user in CallerObjectId, if any; a missing privilege is then theirs to hear about.
    """
    answer = answer_of(error)
    if answer is None:
        return error
    code, words = told(body_of(error))
    kind = _kind(answer, code, words) or type(error)
    if kind is PrivilegeMissing and acting_for is not None:
        kind = NotYours
    text = f"Dataverse: {words}" if words else str(error)
    if isinstance(error, Throttled):
        better: External = Throttled(text, after_s=error.after_s, system=SYSTEM, code=code)
    else:
        better = kind(text, system=SYSTEM, code=code)
    vars(better)["answer"] = answer
    return better


def _kind(answer: Answer, code: str, words: str) -> type[External] | None:
    known = TYPES.get((answer.status, code.lower()))
    if known is None and answer.status == 412 and WORDS_OF_EXISTING in words:  # noqa: PLR2004  documentation prints no code
        return DuplicateKey
    if known is None and answer.status == 412 and WORDS_OF_VERSION in words:  # noqa: PLR2004  documentation prints no code
        return RowChanged
    return known or TYPES.get((answer.status, ANY))


def told(body: Any) -> tuple[str, str]:  # noqa: ANN401  decoded JSON
    """The code and the words of an error body; empty ones when it has another shape."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("code") or ""), str(error.get("message") or "")
