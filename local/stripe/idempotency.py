"""Idempotency keys: the first answer is kept and given again, errors of the card and of the server included.

Rules: another request or other parameters under the same key → 400 idempotency_error; the first request still running → 409;
nothing is kept when the request never began (bad parameters, wrong key, too many requests); a key is forgotten after 24 hours,
and then the same key acts again.

Source: docs.stripe.com/api/idempotent_requests.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from local.stripe.faults import Fault

if TYPE_CHECKING:
    from local.stripe.world import World

FORGET_AFTER_S = 24 * 3600
KEY_LENGTH_MAX = 255


def kept(world: World, key: str, route: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
    """The first answer under this key, or None when there is none yet. Errors: Fault 400, 409."""
    if len(key) > KEY_LENGTH_MAX:
        raise Fault(400, f"Idempotency keys can be at most {KEY_LENGTH_MAX} characters long.", type="idempotency_error")
    first = world.shelf.get("idempotency", key)
    if first is None or world.now - first["created"] >= FORGET_AFTER_S:
        return None
    if first["request"] != fingerprint(route, params):
        message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        raise Fault(400, message, type="idempotency_error")
    if first["status"] is None:
        message = "There is currently another in-progress request using this Idempotent Key."
        raise Fault(409, message, type="idempotency_error", code="idempotency_key_in_use")
    return first["status"], first["body"]


def keep(world: World, key: str, route: str, params: dict[str, Any], status: int | None, body: dict[str, Any]) -> None:
    """Remember an answer; status None while the request is running."""
    request = fingerprint(route, params)
    world.shelf.put("idempotency", {"id": key, "created": world.now, "request": request, "status": status, "body": body})


def fingerprint(route: str, params: dict[str, Any]) -> str:
    """What two requests must share to be the same."""
    return hashlib.sha256(json.dumps([route, params], sort_keys=True).encode()).hexdigest()
