"""Checkout in payment mode behaves as Stripe publishes it: what a page takes, when it ends, what each way of paying leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

from local.http import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    Account = Any  # the fixture's class in conftest.py

ITEM: dict[str, Any] = {
    "price_data": {"currency": "eur", "unit_amount": 15000, "product_data": {"name": "Invoice INV-7"}},
    "quantity": 1,
}
IBAN, IBAN_THAT_FAILS = "DE89370400440532013000", "DE62370400440532013001"


def params(account: Account, **more: Any) -> dict[str, Any]:  # noqa: ANN401  any parameters
    """What opens a page for 150 euro."""
    asked: dict[str, Any] = {
        "mode": "payment",
        "customer": account.client.v1.customers.create({"name": "Contoso"}).id,
        "line_items": [ITEM],
        "payment_intent_data": {"metadata": {"w365_payment": "p1"}, "description": "INV-7"},
        "adaptive_pricing": {"enabled": False},
        "success_url": "https://partner.example/paid",
        "cancel_url": "https://partner.example/back",
        "metadata": {"w365_payment": "p1"},
        **more,
    }
    return {name: value for name, value in asked.items() if value is not None}


def opened(account: Account, **more: Any) -> sdk.checkout.Session:  # noqa: ANN401  any parameters
    """A page for 150 euro."""
    session: sdk.checkout.Session = account.client.v1.checkout.sessions.create(params(account, **more))
    return session


def again(account: Account, session: sdk.checkout.Session) -> sdk.checkout.Session:
    """The session as it is now, with its payment intent."""
    found: sdk.checkout.Session = account.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    return found


def enter(account: Account, session: sdk.checkout.Session, instrument: str) -> None:
    """The customer types a card or an account."""
    account.control("complete", session=session.id, **{"with": instrument})


def told(account: Account) -> list[str]:
    """The types of all events, the oldest first."""
    return [event["type"] for event in reversed(account.control("events"))]


def test_a_page_has_no_payment_intent_until_somebody_confirms(account: Account) -> None:
    """It is open and unpaid, over the sum of its items, with its address."""
    session = opened(account)
    assert (session.status, session.payment_status, session.amount_total, session.payment_intent) == (
        "open",
        "unpaid",
        15000,
        None,
    )
    assert session.url == f"https://checkout.stripe.com/c/pay/{session.id}"


def test_a_card_pays(account: Account) -> None:
    """The session is complete and paid; the intent carries what was said of it, for the events of both."""
    session = opened(account)
    enter(account, session, "4242 4242 4242 4242")
    done = again(account, session)
    assert isinstance(done.payment_intent, sdk.PaymentIntent)
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert (done.payment_intent.status, done.payment_intent.amount_received) == ("succeeded", 15000)
    assert done.payment_intent.metadata.to_dict() == {"w365_payment": "p1"}
    assert told(account) == [
        *("payment_intent.created", "charge.succeeded", "payment_intent.succeeded"),
        "checkout.session.completed",
    ]


def test_a_declined_card_leaves_the_page_open(account: Account) -> None:
    """The same intent is tried again with another card, and takes the money once."""
    session = opened(account)
    enter(account, session, "4000000000000002")
    between = again(account, session)
    assert isinstance(between.payment_intent, sdk.PaymentIntent)
    assert (between.status, between.payment_intent.status) == ("open", "requires_payment_method")
    enter(account, session, "pm_card_mastercard")
    done = again(account, session)
    assert isinstance(done.payment_intent, sdk.PaymentIntent)
    assert (done.payment_status, done.payment_intent.id) == ("paid", between.payment_intent.id)
    assert sum(charge["paid"] for charge in account.charges()) == 1


@pytest.mark.parametrize(("ends", "status", "paid"), [("succeeded", "complete", "paid"), ("failed", "open", "unpaid")])
def test_the_holder_of_a_card_is_asked(account: Account, ends: str, status: str, paid: str) -> None:
    """3-D Secure: the page stays open while the bank asks, and when its holder does not confirm."""
    session = opened(account)
    enter(account, session, "pm_card_authenticationRequired")
    asked = again(account, session)
    assert isinstance(asked.payment_intent, sdk.PaymentIntent)
    assert (asked.status, asked.payment_intent.status) == ("open", "requires_action")
    account.control("holder", session=session.id, ends=ends)
    after = again(account, session)
    assert (after.status, after.payment_status) == (status, paid)


@pytest.mark.parametrize(
    ("iban", "paid", "event"),
    [
        (IBAN, "paid", "checkout.session.async_payment_succeeded"),
        (IBAN_THAT_FAILS, "unpaid", "checkout.session.async_payment_failed"),
    ],
)
def test_a_bank_debit_completes_the_page_and_ends_days_later(account: Account, iban: str, paid: str, event: str) -> None:
    """Complete and unpaid, then what the bank says."""
    session = opened(account)
    enter(account, session, iban)
    assert (again(account, session).status, again(account, session).payment_status) == ("complete", "unpaid")
    account.later(days=5)
    assert again(account, session).payment_status == paid
    assert told(account)[-1] == event


def test_an_expired_page_takes_nothing_any_more(account: Account) -> None:
    """On request or by its time; an intent that was declined is cancelled with it, and who comes late is told."""
    session = opened(account, expires_at=int(account.now.timestamp()) + 1800)
    enter(account, session, "4000000000000002")
    account.client.v1.checkout.sessions.expire(session.id)
    closed = again(account, session)
    assert isinstance(closed.payment_intent, sdk.PaymentIntent)
    assert (closed.status, closed.payment_intent.status) == ("expired", "canceled")
    with pytest.raises(AssertionError, match="nobody can finish it"):
        enter(account, session, "pm_card_visa")
    with pytest.raises(sdk.InvalidRequestError, match="Only Checkout Sessions with a status"):
        account.client.v1.checkout.sessions.expire(session.id)
    by_time = opened(account, expires_at=int(account.now.timestamp()) + 1800)
    account.later(minutes=30)
    assert again(account, by_time).status == "expired"


def test_a_page_that_is_complete_cannot_be_expired(account: Account) -> None:
    """Who wants to close it learns that it was paid."""
    session = opened(account)
    enter(account, session, "pm_card_visa")
    with pytest.raises(sdk.InvalidRequestError, match="This one is complete"):
        account.client.v1.checkout.sessions.expire(session.id)


def test_nobody_but_the_page_confirms_or_cancels_its_intent(account: Account) -> None:
    """Stripe: to cancel, expire the session instead."""
    session = opened(account)
    enter(account, session, "4000000000000002")
    intent = again(account, session).payment_intent
    assert isinstance(intent, sdk.PaymentIntent)
    acts: list[Callable[[], object]] = [
        lambda: account.client.v1.payment_intents.cancel(intent.id),
        lambda: account.client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}),
    ]
    for act in acts:
        with pytest.raises(sdk.InvalidRequestError, match="created by a Checkout Session"):
            act()


def test_sessions_are_listed_by_customer(account: Account) -> None:
    """The newest first, with their metadata: how one whose answer got lost is found again."""
    one = opened(account)
    opened(account)
    found = account.client.v1.checkout.sessions.list({"customer": str(one.customer), "limit": 10})
    assert [(session.id, session.metadata.to_dict()) for session in found] == [(one.id, {"w365_payment": "p1"})]


@pytest.mark.parametrize(
    ("more", "status", "says"),
    [
        ({"line_items": []}, 400, "line_items"),
        ({"line_items": [{**ITEM, "quantity": 0}]}, 400, "greater than or equal to 1"),
        ({"line_items": [{"price": "price_1", "quantity": 1}]}, 501, "price_data"),
        ({"line_items": [ITEM, {**ITEM, "price_data": {**ITEM["price_data"], "currency": "usd"}}]}, 400, "same currency"),
        ({"line_items": [{**ITEM, "price_data": {**ITEM["price_data"], "unit_amount": 20}}]}, 400, "minimum charge amount"),
        ({"success_url": None}, 400, "success_url"),
        ({"setup_intent_data": {"metadata": {"a": "b"}}}, 400, "`setup_intent_data` in `payment` mode"),
        ({"adaptive_pricing": None}, 501, "adaptive_pricing"),
        ({"payment_intent_data": {"setup_future_usage": "off_session"}}, 501, "setup_future_usage"),
        ({"mode": "subscription"}, 501, "subscription"),
        ({"customer": None}, 501, "known customer"),
        ({"expires_at": -60}, 400, "at least 30 minutes"),
        ({"expires_at": 29 * 60}, 400, "at least 30 minutes"),
        ({"expires_at": 24 * 3600 + 60}, 400, "less than 24 hours"),
        ({"payment_method_types": ["card"]}, 400, "no longer supported"),
    ],
)
def test_what_a_page_does_not_take(account: Account, more: dict[str, Any], status: int, says: str) -> None:
    """Refused as Stripe refuses it; 501 for what is not played here. `expires_at` counts from now."""
    if "expires_at" in more:
        more = {"expires_at": int(account.now.timestamp()) + more["expires_at"]}
    with pytest.raises(sdk.StripeError) as refused:
        opened(account, **more)
    assert refused.value.http_status == status
    assert says in str(refused.value)


def browser(account: Account, session: sdk.checkout.Session, body: str = "") -> tuple[int, str]:
    """A customer's browser on the page: what it shows, or where it is sent."""
    path = f"/c/pay/{session.id}"
    answer = account.stripe(Request("POST" if body else "GET", path, body=body.encode()))
    return answer.status, dict(answer.headers).get("location") or answer.body.decode()


def test_the_page_in_a_browser(account: Account) -> None:
    """The amount, the bank's words after a decline, the bank's question, then back to whoever sent the customer."""
    session = opened(account)
    assert "Invoice INV-7 <strong>150.00 EUR</strong>" in browser(account, session)[1]
    assert "Your card was declined." in browser(account, session, "number=4000000000000002")[1]
    assert "Your bank" in browser(account, session, "number=4000002760003184")[1]
    assert "unable to authenticate" in browser(account, session, "holder=failed")[1]
    assert browser(account, session, "number=4242424242424242") == (303, "https://partner.example/paid")
    closed = opened(account)
    account.client.v1.checkout.sessions.expire(closed.id)
    assert "This page is expired." in browser(account, closed)[1]
