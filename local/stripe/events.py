"""Events and their signed delivery: repeated until answered with 2xx, for three days, in no promised order.

Source: docs.stripe.com/webhooks (signatures, retries, event ordering).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from local.stripe.faults import Fault

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

API_VERSION = "2026-10-28.endive"
GIVE_UP_AFTER_S = 3 * 86_400
RETRY_AFTER_S = (300, 1800, 7200, 18_000, 36_000, 43_200)

Post = Callable[[str, Mapping[str, str], bytes], int]
"""Sends one webhook: address, headers, body → HTTP status; may raise OSError when nobody is there."""


def happened(world: World, type: str, value: Object, previous: dict[str, Any] | None = None) -> Object:  # noqa: A002  Stripe's word
    """Keep an event and queue it for every endpoint that wants its type."""
    data = {"object": value} | ({"previous_attributes": previous} if previous else {})
    endpoints = [e for e in world.shelf.all("webhook_endpoint") if e["enabled_events"] == ["*"] or type in e["enabled_events"]]
    event = world.make(
        "event",
        "evt",
        api_version=API_VERSION,
        data=data,
        pending_webhooks=len(endpoints),
        request={"id": None, "idempotency_key": world.idempotency_key},
        type=type,
    )
    delay = world.shelf.get("setting", "delay") or {"seconds": 0}
    for endpoint in endpoints:
        queue(world, event["id"], endpoint["id"], world.now + delay["seconds"])
    return event


def queue(world: World, event: str, endpoint: str, due: int) -> None:
    """One delivery, due at a moment."""
    world.make("delivery", "dlv", event=event, endpoint=endpoint, due=due, attempts=0, give_up=due + GIVE_UP_AFTER_S)


def endpoint(world: World, params: dict[str, Any]) -> Object:
    """Register an address. The secret is shown once. Source: docs.stripe.com/api/webhook_endpoints/create."""
    if not params["url"].startswith(("http://", "https://")):
        raise Fault(400, "Invalid URL: An explicit scheme (such as https) must be provided.", code="url_invalid", param="url")
    kept = {
        "url": params["url"],
        "enabled_events": params["enabled_events"],
        "status": "enabled",
        "metadata": params.get("metadata", {}),
    }
    secret = f"whsec_{secrets.token_hex(16)}"
    made = world.make("webhook_endpoint", "we", **kept)
    world.shelf.put("endpoint_secret", {"id": made["id"], "secret": secret})
    return {**made, "secret": secret}


def endpoints(world: World, params: dict[str, Any]) -> Object:
    """Registered addresses."""
    return world.page("webhook_endpoint", params, "/v1/webhook_endpoints")


def signature(body: bytes, secret: str, at: int) -> str:
    """The header that proves where a body comes from. Source: docs.stripe.com/webhooks#verify-manually."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def due(world: World, *, newest_first: bool = False) -> list[tuple[Object, str, dict[str, str], bytes]]:
    """What must be sent now: the delivery, its address, headers and body."""
    ready = [delivery for delivery in reversed(world.shelf.all("delivery")) if delivery["due"] <= world.now]
    parcels = []
    for delivery in reversed(ready) if newest_first else ready:
        event, endpoint = world.need("event", delivery["event"]), world.need("webhook_endpoint", delivery["endpoint"])
        body = json.dumps(event).encode()
        secret = world.need("endpoint_secret", endpoint["id"])["secret"]
        headers = {"content-type": "application/json; charset=utf-8", "stripe-signature": signature(body, secret, world.now)}
        parcels.append((delivery, endpoint["url"], headers, body))
    return parcels


def answered(world: World, delivery: Object, status: int) -> None:
    """Forget a delivery that was taken; try the others again later, and give up after three days."""
    taken = 200 <= status < 300
    if taken or world.now >= delivery["give_up"]:
        world.shelf.drop("delivery", delivery["id"])
        return
    attempts = delivery["attempts"] + 1
    wait = RETRY_AFTER_S[min(attempts, len(RETRY_AFTER_S)) - 1]
    world.shelf.put("delivery", {**delivery, "attempts": attempts, "due": world.now + wait})


def retrieve(world: World, params: dict[str, Any], id: str) -> Object:  # noqa: A002, ARG001  Stripe's word; every route has parameters
    """One event."""
    return world.need("event", id)


def listed(world: World, params: dict[str, Any]) -> Object:
    """Events of a type."""
    return world.page("event", params, "/v1/events", type=params.get("type"))
