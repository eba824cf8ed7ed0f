"""Webhooks: only Stripe's own, of these minutes, and only as hints."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.stripe.events import signature
from providers.stripe.webhooks import Ignored, verify
from work365.errors import BadInput, NotAuthorised
from work365.ports.payments import About, PaymentHint
from work365.ports.profiles import ProfileHint

DATA = Path(__file__).parents[2] / "data" / "stripe"
VECTORS = json.loads((DATA / "webhook_signatures.json").read_text())
EVENTS = json.loads((DATA / "events.json").read_text())["events"]
NOW = datetime.fromtimestamp(VECTORS["now"], UTC)
SECRET = VECTORS["secret"]


def signed(body: bytes, at: int = VECTORS["now"]) -> PaymentHint | ProfileHint | Ignored:
    """A genuine webhook of a moment."""
    return verify(body, signature(body, SECRET, at), SECRET, now=NOW)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_signature_vectors(case: dict[str, Any]) -> None:
    """Good and rolled secrets pass; wrong, old, future and missing ones do not."""
    raw = VECTORS["payload"].encode()
    if case["accept"] is True:
        assert verify(raw, case["header"], SECRET, now=NOW) == PaymentHint("pi_1")
        return
    with pytest.raises(NotAuthorised):
        verify(raw, case["header"], SECRET, now=NOW)


@pytest.mark.parametrize(
    ("off_s", "good"), [(-301, False), (-300, True), (0, True), (300, True), (301, False), (2_000_000_000, False)]
)
def test_a_timestamp_may_be_off_by_the_tolerance_in_either_direction(off_s: int, good: bool) -> None:
    """What comes from the far future would stay valid for ever; it is refused like what is too old."""
    body = VECTORS["payload"].encode()
    if good:
        assert signed(body, VECTORS["now"] + off_s) == PaymentHint("pi_1")
    else:
        with pytest.raises(NotAuthorised, match="timestamp is more than 300 seconds off"):
            signed(body, VECTORS["now"] + off_s)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event['id']} {event['type']}")
def test_only_events_of_payments_and_profiles_are_hints(event: dict[str, Any]) -> None:
    """Payment intents, refunds and disputes name the payment, mandates the stored method; all else is genuine and ignored."""
    said = signed(json.dumps(event).encode())
    if event["type"].startswith("payment_intent."):
        assert said == PaymentHint(event["data"]["object"]["id"])
    elif event["type"] in ("charge.refunded", "refund.updated", "refund.failed"):
        assert said == PaymentHint("pi_1", about=About.REFUND)
    elif event["type"].startswith("charge.dispute."):
        assert said == PaymentHint("pi_1", about=About.RETURN)
    elif event["type"] == "mandate.updated":
        assert said == ProfileHint(method=event["data"]["object"]["payment_method"])
    else:
        assert said == Ignored(event["type"])


def test_our_payments_id_is_taken_from_the_metadata() -> None:
    """The hint works before the gateway's id is on record."""
    event = {"type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1", "metadata": {"w365_payment": "p-1"}}}}
    assert signed(json.dumps(event).encode()) == PaymentHint("pi_1", "p-1")


@pytest.mark.parametrize("action", ["completed", "expired", "async_payment_succeeded", "async_payment_failed"])
def test_a_page_names_the_payment_that_is_made_on_it(action: str) -> None:
    """By our mark, and by the gateway's id of the payment once there is one; a page of nobody's payment is none of ours."""
    value: dict[str, Any] = {"id": "cs_1", "payment_intent": "pi_1", "metadata": {"w365_payment": "p-1"}}
    event = {"type": f"checkout.session.{action}", "data": {"object": value}}
    assert signed(json.dumps(event).encode()) == PaymentHint("pi_1", "p-1")
    value |= {"payment_intent": None}
    assert signed(json.dumps(event).encode()) == PaymentHint("", "p-1")
    value |= {"metadata": {}}
    assert isinstance(signed(json.dumps(event).encode()), Ignored)


@pytest.mark.parametrize("kind", ["refund.updated", "refund.failed"])
def test_a_refund_names_the_payment_that_it_is_of(kind: str) -> None:
    """By the gateway's id of the payment, and by our mark where that is missing."""
    refund = {"id": "re_1", "payment_intent": "pi_1", "metadata": {"w365_refund": "r-1", "w365_payment": "p-1"}}
    event = {"type": kind, "data": {"object": refund}}
    assert signed(json.dumps(event).encode()) == PaymentHint("pi_1", "p-1", About.REFUND)
    event = {"type": kind, "data": {"object": refund | {"payment_intent": None}}}
    assert signed(json.dumps(event).encode()) == PaymentHint("", "p-1", About.REFUND)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b'{"type": "payment_intent.succeeded"}', b"\xff"])
def test_signed_nonsense_is_bad_input(body: bytes) -> None:
    """A body that is no event is refused in words, not with a traceback."""
    with pytest.raises(BadInput, match="is not a Stripe event"):
        signed(body)


@given(st.one_of(st.none(), st.text(), st.from_regex(r"t=[0-9]{1,9000},v1=.*")))
def test_no_header_breaks_the_check(header: str | None) -> None:
    """Whatever a stranger sends is refused."""
    with pytest.raises(NotAuthorised):
        verify(b"{}", header, SECRET, now=NOW)


def test_an_empty_secret_proves_nothing() -> None:
    """Everybody can sign with it."""
    body = VECTORS["payload"].encode()
    with pytest.raises(NotAuthorised):
        verify(body, signature(body, "", VECTORS["now"]), "", now=NOW)
