"""Stripe's webhooks: believe the signature, take the ids, ignore the rest.

The SDK's own check compares in constant time, but reads the clock itself and lets timestamps of the far future pass; here the
time is an argument, and a timestamp may be off by the tolerance in either direction.

Source: docs.stripe.com/webhooks#verify-manually: `Stripe-Signature: t=…,v1=…[,v1=…]`, HMAC-SHA256 over "<t>.<raw body>".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from providers.stripe import profile_events
from work365.errors import BadInput, NotAuthorised
from work365.ports.payments import About, PaymentHint
from work365.receivables.marking import PAYMENT

if TYPE_CHECKING:
    from datetime import datetime

    from work365.ports.profiles import ProfileHint

TOLERANCE_S = 300
_TIME = re.compile(r"\A[1-9][0-9]{0,11}\Z")
SIGNATURES_MAX = 10
INTENT = "payment_intent."

INTENTS = ("succeeded", "payment_failed", "processing", "requires_action", "canceled")
DISPUTES = ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
WANTED = {
    **{f"payment_intent.{action}": About.PAYMENT for action in INTENTS},
    **{f"charge.dispute.{action}": About.RETURN for action in DISPUTES},
    **dict.fromkeys(("charge.refunded", "refund.updated", "refund.failed"), About.REFUND),
}
"""Events that say that a payment of ours may have moved, and what of it. Source: docs.stripe.com/api/events/types."""
PAGES = frozenset(
    f"checkout.session.{action}" for action in ("completed", "expired", "async_payment_succeeded", "async_payment_failed")
)
"""Events of a page; its metadata say whether a payment or a profile of ours is behind it."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that is genuine and none of our business."""

    type: str


def verify(
    raw: bytes, header: str | None, secret: str, *, now: datetime, tolerance_s: int = TOLERANCE_S
) -> PaymentHint | ProfileHint | Ignored:
    """Check a webhook and take its ids.

    Errors: NotAuthorised when it is not Stripe's, too old, or from the future; BadInput when it is signed but not an event.
    """
    at, signatures = _parts(header)
    expected = hmac.new(secret.encode(), str(at).encode() + b"." + raw, hashlib.sha256).hexdigest()
    if not secret or not any(hmac.compare_digest(expected.encode(), given.encode()) for given in signatures):
        message = "the webhook's signature does not fit; check the endpoint's signing secret in the vault"
        raise NotAuthorised(message)
    if abs(now.timestamp() - at) > tolerance_s:
        message = f"the webhook's timestamp is more than {tolerance_s} seconds off; check the clock, or have Stripe send it again"
        raise NotAuthorised(message)
    return _hint(raw)


def _parts(header: str | None) -> tuple[int, list[str]]:
    pairs = [part.strip().partition("=") for part in (header or "").split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value for name, _, value in pairs if name == "v1" and value.isascii()][:SIGNATURES_MAX]
    if len(times) != 1 or not _TIME.match(times[0]) or not signatures:
        message = "the webhook carries no Stripe signature"
        raise NotAuthorised(message)
    return int(times[0]), signatures


def _hint(raw: bytes) -> PaymentHint | ProfileHint | Ignored:
    try:
        event: Any = json.loads(raw)
        kind, value = event["type"], event["data"]["object"]
        if kind in PAGES and PAYMENT in (value.get("metadata") or {}):
            return PaymentHint(str(value.get("payment_intent") or ""), str(value["metadata"][PAYMENT]))
        if kind in profile_events.WANTED:
            return profile_events.profile_hint(kind, value) or Ignored(str(kind))
        if kind not in WANTED:
            return Ignored(str(kind))
        intent = value["id"] if kind.startswith(INTENT) else value["payment_intent"]
        return PaymentHint(str(intent or ""), str((value.get("metadata") or {}).get(PAYMENT, "")), WANTED[kind])
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        message = "the webhook is signed but is not a Stripe event"
        raise BadInput(message) from exc
