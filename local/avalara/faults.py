"""How AvaTax says no: one error object with a code and details.

Source: developer.avalara.com, "AvaTax error messages" and the pages AuthenticationIncomplete, AuthenticationException,
TransactionIsCommitted (number 1313); avalara.com blog, "What's a DocStatus error?" (GetTaxError, number 300).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

HELP = "http://developer.avalara.com/avatax/errors"
JSON = ("content-type", "application/json; charset=utf-8")


class AvaTaxFault(Exception):
    """A refusal of this stand-in."""

    def __init__(self, status: int, code: str, message: str, **detail: str | int) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.detail = detail

    def response(self) -> Response:
        """The answer that carries it."""
        base = {"code": self.code, "message": self.message, "faultCode": "Client", "helpLink": f"{HELP}/{self.code}"}
        detail = {**base, "severity": "Error", **self.detail}
        return answer(
            self.status, {"error": {"code": self.code, "message": self.message, "target": "Unknown", "details": [detail]}}
        )


def doc_status(expected: str) -> AvaTaxFault:
    """A transaction of that code is in a status that this call cannot change."""
    text = "DocStatus is invalid for this operation."
    return AvaTaxFault(400, "GetTaxError", text, number=300, description=f"Expected {expected}", refersTo="DocStatus")


def committed() -> AvaTaxFault:
    """A call for transactions that are not committed met one that is."""
    advice = "Committed transactions may be modified by calling AdjustTransaction or VoidTransaction."
    message = "Committed transactions cannot be modified by this API."
    return AvaTaxFault(400, "TransactionIsCommitted", message, number=1313, description=advice)


def missing(what: str) -> AvaTaxFault:
    """Nothing of that name."""
    return AvaTaxFault(404, "EntityNotFoundError", f"{what} not found.", number=4, description=f"The {what} was not found.")


def unknown(member: str) -> AvaTaxFault:
    """A member that this stand-in does not know; better refused than ignored."""
    message = f"'{member}' is no member that this stand-in of AvaTax knows"
    return AvaTaxFault(501, "NotImplemented", message)


def invalid(field: str, why: str) -> AvaTaxFault:
    """A value that AvaTax would not take."""
    return AvaTaxFault(400, "ValidationException", f"Field {field}: {why}", number=11, refersTo=field)


def unauthenticated(*, incomplete: bool) -> AvaTaxFault:
    """No sign-in, or one that is not known."""
    if incomplete:
        advice = "You must provide an Authorization header of the type Basic or Bearer to authenticate correctly."
        return AvaTaxFault(401, "AuthenticationIncomplete", "Authentication Incomplete.", number=34, description=advice)
    advice = "Missing authentication or unable to authenticate the user or the account."
    return AvaTaxFault(401, "AuthenticationException", "Authentication failed.", number=30, description=advice)


def answer(status: int, body: Mapping[str, Any]) -> Response:
    """An answer in JSON."""
    return Response(status, (JSON,), json.dumps(body).encode())
