"""Whether Stripe takes our key, and where it reports to."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import requests

from local.http import App, Request, RequestsAdapter, Response
from local.stripe.server import KEY, StripeStandIn
from providers.stripe.account import reports_to
from providers.stripe.client import client
from work365.errors import Rejected, Unavailable

DOOR = "https://functions.example/webhooks/stripe"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _account(app: App, key: str = KEY) -> tuple[str, ...] | None:
    session = requests.Session()
    session.mount("https://", RequestsAdapter(app))
    return reports_to(client(key, own_session=session))


def test_a_good_key_reads_where_the_gateway_reports_to() -> None:
    """Every enabled endpoint's address."""
    stripe = StripeStandIn(clock=lambda: NOON)
    assert _account(stripe) == ()
    body = f"url={DOOR}&enabled_events[]=*".encode()
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/x-www-form-urlencoded"}
    assert stripe(Request("POST", "/v1/webhook_endpoints", "", headers, body)).status == 200
    assert _account(stripe) == (DOOR,)


def test_a_wrong_key_is_refused() -> None:
    """It is an error of ours to mend, not one that passes."""
    with pytest.raises(Rejected):
        _account(StripeStandIn(clock=lambda: NOON), "sk_test_of_somebody_else")


def _answering(status: int, kind: str) -> App:
    body = json.dumps({"error": {"type": kind, "message": "no"}}).encode()
    return lambda _request: Response(status, (("content-type", "application/json"),), body)


def test_a_restricted_key_is_a_good_key() -> None:
    """It may not read endpoints, so nobody knows."""
    assert _account(_answering(403, "invalid_request_error")) is None


def test_a_gateway_in_trouble() -> None:
    """A 500 to a read passes."""
    with pytest.raises(Unavailable):
        _account(_answering(500, "api_error"))
