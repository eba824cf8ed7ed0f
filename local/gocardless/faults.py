"""How GoCardless says no: one error object with a type, a code and a list of errors.

Source: GoCardless, API reference, "Errors" (types gocardless, invalid_api_usage, invalid_state, validation_failed; the entries of
validation_failed have a field, those of the others a reason), "Idempotency keys". Where the reference names no reason for a
mistake of the caller, the reason here is ours.
"""

from __future__ import annotations

from typing import Any


class Fault(Exception):
    """An error answer."""

    def __init__(self, status: int, type: str, message: str, *errors: dict[str, Any]) -> None:  # noqa: A002  GoCardless' word
        super().__init__(message)
        self.status = status
        self.body = {
            "error": {
                "message": message,
                "errors": list(errors),
                "documentation_url": "https://developer.gocardless.com/api-reference/#overview-errors",
                "type": type,
                "request_id": "00000000-0000-0000-0000-000000000000",
                "code": status,
            }
        }


def misuse(status: int, reason: str, message: str) -> Fault:
    """A request that no integration should send."""
    return Fault(status, "invalid_api_usage", message, {"reason": reason, "message": message})


def unknown_parameter(name: str) -> Fault:
    """A parameter that GoCardless does not have; it is refused rather than ignored."""
    return misuse(400, "unknown_parameter", f"'{name}' is not a parameter of this request")


def not_drawn(what: str) -> Fault:
    """GoCardless has it, this stand-in does not."""
    return misuse(501, "not_implemented", f"this stand-in of GoCardless has no {what}")


def mistyped(name: str) -> Fault:
    """A value of the wrong JSON type."""
    return misuse(400, "incorrectly_typed", f"One of your parameters was incorrectly typed: {name}")


def invalid(field: str, message: str) -> Fault:
    """A value that is not taken."""
    return Fault(422, "validation_failed", "Validation failed", {"field": field, "message": message})


def missing(what: str) -> Fault:
    """Nothing has this id."""
    return misuse(404, "resource_not_found", f"Resource not found: {what}")


def state(reason: str, message: str) -> Fault:
    """The resource is not in a state for this."""
    return Fault(422, "invalid_state", message, {"reason": reason, "message": message})


def created_before(id: str) -> Fault:  # noqa: A002  GoCardless' word
    """The key has created something."""
    message = "A resource has already been created with this idempotency key"
    error = {"reason": "idempotent_creation_conflict", "message": message, "links": {"conflicting_resource_id": id}}
    return Fault(409, "invalid_state", message, error)
