"""Stripe's SDK, tied down: one API version, no retries of its own, our session, no telemetry.

Source: stripe 16.1 as read and run: without a key of ours it invents one per call; with retries on it repeats 409 and 500; its
telemetry writes an id into the home directory of the machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import stripe

from transport.client import Timeouts
from transport.sessions import session

if TYPE_CHECKING:
    from requests import Session

API_VERSION = "2026-10-28.endive"
BASE_URL = "https://api.stripe.com"
TIMEOUTS = Timeouts(read_s=80.0)
"""Stripe may take long over a payment; its own SDK waits 80 seconds."""


def client(key: str, *, base_url: str = BASE_URL, own_session: Session | None = None) -> stripe.StripeClient:
    """A client that sends each request once.

    Shape: `own_session` for tests; else a session with our time limits.
    """
    stripe.enable_telemetry = False
    bounded = own_session if own_session is not None else session(TIMEOUTS)
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base_url.rstrip("/")},
        max_network_retries=0,
        http_client=stripe.RequestsClient(session=bounded),
    )
