"""HTTP doors: method, size, one action, and every error as an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import azure.functions as func

from doors.problems import TooLarge, WrongMethod, problem
from work365.errors import Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from work365.handlers.commands import System

BODY_LIMIT: Final = 1024 * 1024  # Dataverse cuts its bodies at 256 KB; Stripe's events are far smaller


def answering(
    req: func.HttpRequest,
    context: func.Context,
    method: str,
    system: Callable[[], System],
    act: Callable[[func.HttpRequest, System], func.HttpResponse],
) -> func.HttpResponse:
    """Do one thing and answer; whatever goes wrong becomes a problem with this invocation's id as its reference."""
    if req.method.upper() != method:
        return problem(WrongMethod(method), context.invocation_id)
    try:
        return act(req, _ready(system))
    except Exception as error:  # noqa: BLE001  the last place where an error can become an answer
        return problem(error, context.invocation_id)


def _ready(system: Callable[[], System]) -> System:
    """The system. One that is not set up yet is "come back later" to a webhook, not its caller's mistake."""
    try:
        return system()
    except Refused as error:
        raise Unavailable(str(error)) from error


def body(req: func.HttpRequest) -> bytes:
    """The raw body. Errors: TooLarge."""
    raw = req.get_body()
    if len(raw) > BODY_LIMIT:
        raise TooLarge(BODY_LIMIT)
    return bytes(raw)


def headers(req: func.HttpRequest) -> dict[str, str]:
    """The headers, by lower-case name."""
    return {name.lower(): value for name, value in req.headers.items()}


def readiness(_: func.HttpRequest, system: System) -> func.HttpResponse:
    """Health: 200 when the status is "ready", else 503 with the same words."""
    words = system.health()
    return said(200 if words.get("status") == "ready" else 503, words)


def said(status: int, words: Mapping[str, str]) -> func.HttpResponse:
    """A small JSON answer."""
    return func.HttpResponse(json.dumps(dict(words)), status_code=status, mimetype="application/json")
