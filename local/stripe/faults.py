"""What Stripe answers when it says no."""

from __future__ import annotations

from typing import Any


class Fault(Exception):
    """An error answer.

    Shape:  the body is `{"error": {"type", "code", "message", "param", …}}`, without the members that are empty.
    Source: docs.stripe.com/api/errors.
    """

    def __init__(self, status: int, message: str, *, type: str = "invalid_request_error", **more: Any) -> None:  # noqa: A002, ANN401
        super().__init__(message)
        self.status = status
        said = {"type": type, "message": message, **more}
        self.body = {"error": {name: value for name, value in said.items() if value not in (None, "")}}


def missing(kind: str, id: str) -> Fault:  # noqa: A002  Stripe's word
    """Nothing has this id."""
    return Fault(404, f"No such {kind}: '{id}'", code="resource_missing", param="id")


def unexpected_state(message: str) -> Fault:
    """A payment intent cannot do this in its state."""
    return Fault(400, message, code="payment_intent_unexpected_state")
