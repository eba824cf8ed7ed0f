"""GoCardless' webhooks: believe the signature, take the payments' ids, ignore the rest.

A request holds up to 250 events. The signature has no time in it, so an old request can be sent again by whoever once saw it; as
each event is only a hint to ask the gateway, that costs a question and changes nothing.

Source: GoCardless, "Stay up to date with webhooks": `Webhook-Signature` is the HMAC-SHA256 of the raw body under the endpoint's
secret, in hexadecimal; event types of payments in the API reference, "Events".
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from work365.errors import BadInput, NotAuthorised
from work365.ports.payments import About, PaymentHint
from work365.receivables.marking import PAYMENT

PAYMENTS, REFUNDS = "payments", "refunds"
RETURNED = frozenset({"failed", "late_failure_settled", "charged_back", "chargeback_cancelled", "chargeback_settled"})
"""Actions that may follow a confirmation: a late failure, and a charge-back with its end."""


def verify(raw: bytes, header: str, secret: str) -> tuple[PaymentHint, ...]:
    """Check a webhook and take the payments that its events name, each once; none when they are of other things.

    Errors: NotAuthorised when it is not GoCardless'; BadInput when it is signed but holds no events.
    """
    expected = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), header.strip().encode(errors="replace")):
        message = "the webhook's signature does not fit; check the endpoint's secret in the vault"
        raise NotAuthorised(message)
    try:
        events: list[Any] = json.loads(raw)["events"]
        return tuple(dict.fromkeys(_hint(event) for event in events if event["resource_type"] in (PAYMENTS, REFUNDS)))
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        message = "the webhook is signed but holds no GoCardless events"
        raise BadInput(message) from exc


def _hint(event: dict[str, Any]) -> PaymentHint:
    payment = str((event.get("resource_metadata") or {}).get(PAYMENT, ""))
    if event["resource_type"] == REFUNDS:  # it links its refund only; our mark names the payment
        return PaymentHint("", payment, About.REFUND)
    returned = event.get("action") in RETURNED
    return PaymentHint(str(event["links"]["payment"]), payment, About.RETURN if returned else About.PAYMENT)
