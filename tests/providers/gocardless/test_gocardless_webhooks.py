"""Webhooks: only GoCardless' own, and only as hints."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.gocardless.webhooks import verify
from work365.errors import BadInput, NotAuthorised
from work365.ports.payments import About, PaymentHint

if TYPE_CHECKING:
    from tests.providers.gocardless.conftest import Desk

SECRET = "an endpoint's secret"


def signed(body: bytes) -> tuple[PaymentHint, ...]:
    """A genuine webhook."""
    return verify(body, hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest(), SECRET)


def test_a_signature_that_another_program_made() -> None:
    """`openssl dgst -sha256 -hmac secret`, in hexadecimal; the neighbour's secret does not fit."""
    digest = "25f5dc9b42770059d039a140cb5fa65c9bd99ff6c41226b20c46663281579b21"
    assert verify(b'{"events": []}', digest, "secret") == ()
    with pytest.raises(NotAuthorised, match="check the endpoint's secret"):
        verify(b'{"events": []}', digest, "Secret")


def test_events_name_our_payments_each_once(desk: Desk) -> None:
    """A request holds several events; the mark of the payment comes along."""
    said = desk.charge()
    desk.control("move", payment=said.reference, to="submitted")
    told = desk.control("webhook", secret=SECRET, last=10)
    body = told["body"].encode()
    assert len(json.loads(body)["events"]) == 2
    assert verify(body, told["signature"], SECRET) == (PaymentHint(said.reference, desk.payment.id),)


def test_events_of_other_things_are_genuine_and_ignored() -> None:
    """Mandates, payouts, refunds."""
    assert signed(b'{"events": [{"resource_type": "mandates", "links": {"mandate": "MD1"}}]}') == ()


def test_a_refund_names_the_payment_by_our_mark() -> None:
    """The event links the refund only; without a mark of ours it is of nobody."""
    event = {"resource_type": "refunds", "action": "failed", "links": {"refund": "RF1"}}
    marked = event | {"resource_metadata": {"w365_payment": "p-1"}}
    assert signed(json.dumps({"events": [marked, event]}).encode()) == (
        PaymentHint("", "p-1", About.REFUND),
        PaymentHint("", "", About.REFUND),
    )


@pytest.mark.parametrize(
    ("action", "returned"),
    [("failed", True), ("charged_back", True), ("chargeback_cancelled", True), ("confirmed", False), ("paid_out", False)],
)
def test_what_may_follow_a_success_is_told_apart(action: str, returned: bool) -> None:
    """A late failure and a charge-back are worth a question even when the payment has succeeded."""
    event = {"resource_type": "payments", "action": action, "links": {"payment": "PM1"}}
    assert signed(json.dumps({"events": [event]}).encode()) == (
        PaymentHint("PM1", about=About.RETURN if returned else About.PAYMENT),
    )


def test_an_event_without_the_mark_still_names_the_payment() -> None:
    """Older endpoints do not send the resource's metadata."""
    assert signed(b'{"events": [{"resource_type": "payments", "links": {"payment": "PM1"}}]}') == (PaymentHint("PM1"),)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b'{"events": [1]}', b'{"events": [{}]}', b"\xff"])
def test_signed_nonsense_is_bad_input(body: bytes) -> None:
    """A body without events is refused in words, not with a traceback."""
    with pytest.raises(BadInput, match="holds no GoCardless events"):
        signed(body)


@given(st.text())
def test_no_header_breaks_the_check(header: str) -> None:
    """Whatever a stranger sends is refused."""
    with pytest.raises(NotAuthorised):
        verify(b'{"events": []}', header, SECRET)


def test_an_empty_secret_proves_nothing() -> None:
    """Everybody can sign with it."""
    body = b'{"events": []}'
    with pytest.raises(NotAuthorised):
        verify(body, hmac.new(b"", body, hashlib.sha256).hexdigest(), "")


def test_a_changed_body_is_refused() -> None:
    """The signature is over every byte."""
    body = b'{"events": []}'
    with pytest.raises(NotAuthorised):
        verify(body + b" ", hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest(), SECRET)
