"""Fault bodies as QuickBooks sends them.

Source: Intuit's samples of faults; codes from developer.intuit.com, "Error codes". HTTP statuses: validation 400,
authentication 401 and throttling 429, the last two with lower-case member names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.http import Response
from transport.exact import dumps

if TYPE_CHECKING:
    from datetime import datetime

JSON = (("content-type", "application/json;charset=UTF-8"),)


@dataclass
class Refusal(Exception):
    """QuickBooks says no."""

    code: str
    message: str
    detail: str = ""
    element: str = ""
    status: int = 400
    type: str = "ValidationFault"

    def answer(self, now: datetime) -> Response:
        """The HTTP answer."""
        if self.status in (401, 429):
            error = {"message": self.message, "detail": self.detail, "code": self.code, "element": None}
            body: dict[str, object] = {"warnings": None, "fault": {"error": [error], "type": self.type}, "report": None}
        else:
            entry = {"Message": self.message, "Detail": self.detail or self.message, "code": self.code, "element": self.element}
            body = {"Fault": {"Error": [entry], "type": self.type}, "time": now.isoformat(timespec="milliseconds")}
        return Response(self.status, JSON, dumps(body))


def missing(element: str) -> Refusal:
    """A member that must be there."""
    return Refusal(
        "2020",
        "Required param missing, need to supply the required value for the API",
        f"Required parameter {element} is missing",
        element,
    )


def unsupported(detail: str, element: str = "") -> Refusal:
    """A member or value that the type does not have."""
    return Refusal("2010", "Request has invalid or unsupported property", f"Property Name: {detail}", element)


def too_long(element: str, limit: int) -> Refusal:
    """A text over its limit."""
    return Refusal("2050", "Length exceeds limit", f"Length of the field exceeds {limit} chars", element)


def unknown_reference(element: str) -> Refusal:
    """A reference to something that does not exist."""
    return Refusal("2500", "Invalid Reference Id", f"Invalid Reference Id : {element} does not exist in this company.", element)


def business(detail: str) -> Refusal:
    """A rule of bookkeeping."""
    return Refusal(
        "6000", "A business validation error has occurred while processing your request", f"Business Validation Error: {detail}"
    )


def duplicate_number() -> Refusal:
    """A document number that is in use."""
    message = "Duplicate Document Number Error"
    return Refusal("6140", message, f"{message} : You must specify a different number.")


def duplicate_name(kind: str) -> Refusal:
    """A name that is in use."""
    detail = (
        f"The name supplied already exists. : Another {kind.lower()} is already using this name. Please use a different name."
    )
    return Refusal("6240", "Duplicate Name Exists Error", detail)


def stale() -> Refusal:
    """A sync token that is not the newest."""
    detail = (
        "Stale Object Error : You and someone else were working on this at the same time. Their work was saved, yours was not."
    )
    return Refusal("5010", "Stale Object Error", detail)


def not_found(element: str) -> Refusal:
    """An id that is not there."""
    detail = f"Object Not Found : Something you're trying to use has been made inactive or does not exist: {element}."
    return Refusal("610", "Object Not Found", detail, element)


def bad_query(detail: str) -> Refusal:
    """A query that cannot be read."""
    return Refusal("4000", "Error parsing query", f"QueryParserError: {detail}")


def invalid_query(detail: str) -> Refusal:
    """A query that can be read and asks for what is not there."""
    return Refusal("4001", "Invalid query", f"QueryValidationError: {detail}")


def unauthenticated(detail: str) -> Refusal:
    """An access token that is not good."""
    message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    return Refusal("3200", message, detail, status=401, type="AUTHENTICATION")


def throttled() -> Refusal:
    """Too many requests."""
    message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    return Refusal("3001", message, "The request limit was reached.  Try again later", status=429, type="SERVICE")
