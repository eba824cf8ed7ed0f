"""What a payment gateway reports: its signature is checked, and what it names goes on the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.gocardless import webhooks as gocardless_webhooks
from providers.stripe import webhooks as stripe_webhooks
from work365.ports.platform import JOBS
from work365.ports.profiles import ProfileHint

if TYPE_CHECKING:
    from wiring.ports import Ports
    from work365.ports.payments import PaymentHint


def take(kind: str, raw: bytes, signature: str, *, at: Ports) -> None:
    """Check the signature, then put the payments' references on the queue. Errors: as the door's, in handlers/commands."""
    for hint in _hints(kind, raw, signature, at=at):
        if isinstance(hint, ProfileHint):
            at.queue.send(JOBS, {"profile": hint.profile, "method": hint.method})
        else:
            at.queue.send(JOBS, asking(hint))


def asking(hint: PaymentHint) -> dict[str, str]:
    """The message that has a gateway asked about a payment."""
    return {"reference": hint.reference, "payment": hint.payment, "about": hint.about.value}


def _hints(kind: str, raw: bytes, signature: str, *, at: Ports) -> tuple[PaymentHint | ProfileHint, ...]:
    if kind == "GoCardless":
        return gocardless_webhooks.verify(raw, signature, at.secrets.read(at.settings.gocardless_webhook_secret))
    hint = stripe_webhooks.verify(raw, signature, at.secrets.read(at.settings.stripe_webhook_secret), now=at.clock.now())
    return () if isinstance(hint, stripe_webhooks.Ignored) else (hint,)
