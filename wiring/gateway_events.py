"""What a payment gateway reports: its signature is checked, and what it names goes on the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.gocardless import webhooks as gocardless_webhooks
from providers.stripe import webhooks as stripe_webhooks
from work365.errors import BadInput, NotAuthorised, NotFound
from work365.ports.platform import JOBS
from work365.ports.profiles import ProfileHint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from wiring.ports import Ports
    from work365.ports.payments import PaymentHint

    Hints = tuple[PaymentHint | ProfileHint, ...]


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


def _hints(kind: str, raw: bytes, signature: str, *, at: Ports) -> Hints:
    """By the first secret that fits: accounts of one kind share a door. Errors: NotAuthorised when none does."""
    refused = NotAuthorised(f"the vault has no secret to check a webhook of {kind} with")
    for secret in _secrets(kind, at):
        try:
            return READ[kind](raw, signature, secret, at.clock.now())
        except NotAuthorised as error:
            refused = error
    raise refused


def _secrets(kind: str, at: Ports) -> Iterator[str]:
    """What the vault holds under the names that are known; a name that it does not have, or cannot have, hides no other."""
    for name in at.signing.names(kind):
        try:
            yield at.secrets.read(name)
        except (NotFound, BadInput):
            continue


def _stripe(raw: bytes, signature: str, secret: str, now: datetime) -> Hints:
    hint = stripe_webhooks.verify(raw, signature, secret, now=now)
    return () if isinstance(hint, stripe_webhooks.Ignored) else (hint,)


def _gocardless(raw: bytes, signature: str, secret: str, now: datetime) -> Hints:
    del now  # the signature has no time in it
    return gocardless_webhooks.verify(raw, signature, secret)


READ = {"Stripe": _stripe, "GoCardless": _gocardless}
"""How the reports behind each door are checked and read."""
