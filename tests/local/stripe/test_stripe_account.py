"""The stand-in behaves as Stripe does: keys, test cards, debits, refunds, events."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

from local.http import Server
from local.stripe.enrolling import post
from local.stripe.instruments import TOKENS
from local.stripe.server import KEY, StripeStandIn
from providers.stripe.client import client

if TYPE_CHECKING:
    Account = Any  # the fixture's class in conftest.py


def test_a_key_takes_money_once(account: Account) -> None:
    """The same key and parameters give the first answer again; the money moves once."""
    card = account.enrol()
    first, again = account.pay(card), account.pay(card)
    assert first.id == again.id
    assert (first.status, first.amount_received, len(account.charges())) == ("succeeded", 5000, 1)


def test_a_key_with_other_parameters_is_refused(account: Account) -> None:
    """A key stands for one request."""
    card = account.enrol()
    account.pay(card)
    with pytest.raises(sdk.IdempotencyError):
        account.pay(card, amount=6000)
    assert len(account.charges()) == 1


def test_after_a_day_the_same_key_charges_again(account: Account) -> None:
    """Keys are forgotten after 24 hours: why nothing may be sent again after 23."""
    card = account.enrol()
    account.pay(card)
    account.later(hours=23, minutes=59)
    account.pay(card)
    assert len(account.charges()) == 1
    account.later(minutes=1)
    account.pay(card)
    assert len(account.charges()) == 2


def test_a_first_request_that_is_still_running_is_a_conflict(account: Account) -> None:
    """Two workers with one key: the second is told to wait."""
    params = {"name": "Contoso"}
    account.control("in_flight", key="k7", path="/v1/customers", params=params)
    with pytest.raises(sdk.APIError) as conflict:
        account.client.v1.customers.create({"name": "Contoso"}, {"idempotency_key": "k7"})
    assert conflict.value.http_status == 409


def test_a_decline_and_a_server_error_are_answered_again(account: Account) -> None:
    """402 and 500 belong to the key as a success does."""
    card = account.enrol("pm_card_chargeCustomerFail")
    for _ in range(2):
        with pytest.raises(sdk.CardError) as declined:
            account.pay(card)
        assert declined.value.code == "card_declined"
        assert declined.value.error is not None
        assert declined.value.error.decline_code == "generic_decline"
    good = account.enrol()
    account.control("fail", status=500, when="after")
    for _ in range(2):
        with pytest.raises(sdk.APIError):
            account.pay(good, key="k2")
    assert [charge["paid"] for charge in account.control("charges")] == [True, False]


def test_what_never_began_is_not_kept(account: Account) -> None:
    """Too many requests, and bad parameters, leave the key free."""
    card = account.enrol()
    account.control("fail", status=429)
    with pytest.raises(sdk.RateLimitError):
        account.pay(card)
    with pytest.raises(sdk.InvalidRequestError):
        account.pay(card, capture_method="later")
    with pytest.raises(sdk.InvalidRequestError):
        account.pay(card, amount=10)
    assert account.pay(card).status == "succeeded"


@pytest.mark.parametrize("token", [token for token, instrument in TOKENS.items() if not instrument.attaches])
def test_cards_that_are_declined_at_once_cannot_be_stored(account: Account, token: str) -> None:
    """Only the card ending in 0341 attaches and is declined later."""
    with pytest.raises(AssertionError, match="card_error"):
        account.enrol(token)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("insufficient_funds", "card_declined"),
        ("expired_card", "expired_card"),
        ("processing_error", "processing_error"),
        ("authentication_required", "authentication_required"),
    ],
)
def test_a_stored_card_may_go_bad(account: Account, behaviour: str, code: str) -> None:
    """A decline is 402 with the intent inside, back at requires_payment_method, and no money."""
    card = account.enrol()
    account.control("behaviour", payment_method=card.method, behaviour=behaviour)
    with pytest.raises(sdk.CardError) as declined:
        account.pay(card)
    error: Any = declined.value.error
    intent = error.payment_intent
    assert (declined.value.http_status, declined.value.code) == (402, code)
    assert (intent.status, intent.last_payment_error.code, intent.payment_method) == ("requires_payment_method", code, None)
    assert account.charges() == []


def test_on_session_a_card_may_ask_for_an_action(account: Account) -> None:
    """With the customer present, 3-D Secure is a step and not a decline; an error if the caller cannot take the step."""
    card = account.enrol("pm_card_authenticationRequired")
    waiting = account.pay(card, off_session=False)
    assert (waiting.status, waiting.next_action.type) == ("requires_action", "use_stripe_sdk")
    assert account.client.v1.payment_intents.cancel(waiting.id).status == "canceled"
    with pytest.raises(sdk.CardError):
        account.pay(card, key="k2", off_session=False, error_on_requires_action=True)


@pytest.mark.parametrize(
    ("token", "ends"), [("pm_usBankAccount_success", "succeeded"), ("pm_usBankAccount_accountClosed", "requires_payment_method")]
)
def test_a_bank_debit_takes_days(account: Account, token: str, ends: str) -> None:
    """Processing until the clock reaches the bank's answer; no money in between."""
    bank = account.enrol(token)
    intent = account.pay(bank)
    assert (intent.status, account.charges()) == ("processing", [])
    with pytest.raises(sdk.InvalidRequestError, match="cannot cancel"):
        account.client.v1.payment_intents.cancel(intent.id)
    account.later(days=3)
    assert account.client.v1.payment_intents.retrieve(intent.id).status == "processing"
    account.later(days=1)
    assert account.client.v1.payment_intents.retrieve(intent.id).status == ends


def test_a_sepa_account_is_made_from_a_test_iban(account: Account) -> None:
    """The control surface can end a debit before its time; raw card numbers are refused."""
    person = {"type": "sepa_debit", "billing_details[name]": "A", "billing_details[email]": "a@example.com"}
    method = post(account.stripe, "/v1/payment_methods", {**person, "sepa_debit[iban]": "DE89370400440532013000"})
    bank = account.enrol(method["id"])
    assert (bank.kind, bank.last_four) == ("Bank debit", "3000")
    intent = account.pay(bank)
    account.control("settle", payment_intent=intent.id, ends="failed")
    failed = account.client.v1.payment_intents.retrieve(intent.id)
    assert failed.last_payment_error.message == "The customer's bank account could not be debited."
    for bad in (
        {**person, "sepa_debit[iban]": "DE00"},
        {"type": "sepa_debit"},
        {"type": "card", "card[number]": "4242424242424242"},
    ):
        with pytest.raises(AssertionError):
            post(account.stripe, "/v1/payment_methods", bad)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"customer": ""}, "belongs to a Customer"),
        ({"customer": "cus_nobody"}, "No such customer"),
        ({"payment_method": "pm_card_visa"}, "must be attached"),
        ({"payment_method": "pm_nothing"}, "No such payment_method"),
        ({"confirm": False}, "can only be used when confirm is true"),
        ({"automatic_payment_methods": {"enabled": True}}, "you must provide a `return_url`"),
        ({"currency": "xxx"}, "Invalid currency"),
        ({"currency": "isk", "amount": 5050}, "evenly divisible by 100"),
        ({"currency": "kwd", "amount": 5005}, "rounded to the nearest ten"),
        ({"amount": 100_000_000}, "no more than 99999999"),
        ({"amount": 0}, "greater than or equal to 1"),
        ({"amount": 49}, "minimum charge amount"),
    ],
)
def test_requests_that_cannot_be_charged(account: Account, changes: dict[str, Any], message: str) -> None:
    """What does not go together is refused, and nothing is left behind."""
    card = account.enrol()
    with pytest.raises(sdk.InvalidRequestError, match=message):
        account.pay(card, **changes)
    assert list(account.client.v1.payment_intents.list().data) == []


def test_a_refund_is_never_more_than_the_charge(account: Account) -> None:
    """Parts add up to the whole; then nothing is left; the balance shows every movement."""
    intent = account.pay(account.enrol())
    refunds = account.client.v1.refunds
    assert refunds.create({"payment_intent": intent.id, "amount": 2000}).status == "succeeded"
    with pytest.raises(sdk.InvalidRequestError, match="greater than unrefunded amount"):
        refunds.create({"payment_intent": intent.id, "amount": 3001})
    assert refunds.create({"charge": intent.latest_charge}).amount == 3000
    with pytest.raises(sdk.InvalidRequestError) as spent:
        refunds.create({"payment_intent": intent.id})
    assert spent.value.code == "charge_already_refunded"
    with pytest.raises(sdk.InvalidRequestError, match="One of the following params"):
        refunds.create({})
    moved = account.client.v1.balance_transactions.list({}).data
    assert [(row.type, row.amount) for row in moved] == [("refund", -3000), ("refund", -2000), ("charge", 5000)]
    sample = json.loads((Path(__file__).parents[2] / "data" / "stripe" / "events.json").read_text())["events"][0]["data"][
        "object"
    ]
    mine = account.client.v1.payment_intents.retrieve(intent.id).to_dict()
    assert set(mine) - set(sample) == set()
    assert account.client.v1.refunds.list({"payment_intent": intent.id}).data[0].amount == 3000


def test_a_refund_is_made_once_per_key(account: Account) -> None:
    """The same request is answered the same; another under the same key is refused."""
    intent, refunds = account.pay(account.enrol()), account.client.v1.refunds
    first = refunds.create({"payment_intent": intent.id, "amount": 2000}, {"idempotency_key": "r1"})
    assert refunds.create({"payment_intent": intent.id, "amount": 2000}, {"idempotency_key": "r1"}).id == first.id
    with pytest.raises(sdk.IdempotencyError):
        refunds.create({"payment_intent": intent.id, "amount": 2001}, {"idempotency_key": "r1"})
    assert [one.amount for one in refunds.list({"payment_intent": intent.id}).data] == [2000]
    assert refunds.retrieve(first.id).charge == intent.latest_charge


def test_a_refund_that_fails_comes_back_to_the_balance(account: Account) -> None:
    """A bank account is refunded in days; a card's bank may send it back later; then it may be refunded again."""
    account.client.v1.webhook_endpoints.create({"url": "https://partner.example", "enabled_events": ["*"]})
    intent, refunds = account.pay(account.enrol()), account.client.v1.refunds
    account.control("refunds", status="pending")
    made = refunds.create({"payment_intent": intent.id})
    assert (made.status, made.pending_reason) == ("pending", "processing")
    account.control("refund", refund=made.id, ends="succeeded")
    account.control("refund", refund=made.id, ends="failed", reason="expired_or_canceled_card")
    failed = refunds.retrieve(made.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert sum(row.amount for row in account.client.v1.balance_transactions.list({}).data) == 5000
    assert refunds.create({"payment_intent": intent.id}).amount == 5000
    told = [event["type"] for event in reversed(account.control("events")) if "refund" in event["type"]]
    again = ["refund.created", "charge.refunded"]
    assert told == [*again, "refund.updated", "refund.updated", "refund.failed", *again]
    with pytest.raises(AssertionError, match="does not become"):
        account.control("refund", refund=made.id, ends="succeeded")
    with pytest.raises(AssertionError, match="is none of"):
        account.control("refunds", status="gone")


def test_a_dispute_takes_money_and_gives_it_back_when_won(account: Account) -> None:
    """The balance says so, the events too; what is disputed cannot be refunded; an inquiry takes nothing."""
    account.client.v1.webhook_endpoints.create({"url": "https://partner.example", "enabled_events": ["*"]})
    intent, other = account.pay(account.enrol()), account.pay(account.enrol(), key="k2")
    dispute = account.control("dispute", payment_intent=intent.id)["id"]
    with pytest.raises(sdk.InvalidRequestError) as refused:
        account.client.v1.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"
    [held] = account.client.v1.disputes.list({"payment_intent": intent.id}).data
    assert (held.status, [one.amount for one in held.balance_transactions]) == ("needs_response", [-5000])
    with pytest.raises(AssertionError, match="does not become warning_closed"):
        account.control("disputed", dispute=dispute, to="warning_closed")
    account.control("disputed", dispute=dispute, to="won")
    assert [one.amount for one in account.client.v1.disputes.retrieve(dispute).balance_transactions] == [-5000, 5000]
    account.control("dispute", payment_intent=other.id, inquiry=True)
    assert sum(row.amount for row in account.client.v1.balance_transactions.list({}).data) == 10000
    with pytest.raises(AssertionError, match="cannot be disputed"):
        account.control("dispute", payment_intent=other.id, amount=5001)
    told = [event["type"].removeprefix("charge.dispute.") for event in account.control("events") if "dispute" in event["type"]]
    assert told[::-1] == ["created", "funds_withdrawn", "closed", "funds_reinstated", "created"]


def test_refunds_that_this_stand_in_does_not_draw_are_refused(account: Account) -> None:
    """What Stripe would take is named."""
    intent = account.pay(account.enrol())
    with pytest.raises(sdk.APIError, match="without refund_application_fee"):
        account.client.v1.refunds.create({"payment_intent": intent.id, "refund_application_fee": True})


def test_an_intent_may_be_confirmed_later(account: Account) -> None:
    """Create, then confirm; a finished intent cannot be confirmed or cancelled."""
    card = account.enrol()
    params: Any = {"amount": 5000, "currency": "eur", "customer": card.customer}
    intent = account.client.v1.payment_intents.create(
        {**params, "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    )
    assert intent.status == "requires_payment_method"
    with pytest.raises(sdk.InvalidRequestError, match="missing a payment method"):
        account.client.v1.payment_intents.confirm(intent.id)
    done = account.client.v1.payment_intents.confirm(intent.id, {"payment_method": card.method, "off_session": True})
    assert done.status == "succeeded"
    for act in (account.client.v1.payment_intents.confirm, account.client.v1.payment_intents.cancel):
        with pytest.raises(sdk.InvalidRequestError) as refused:
            act(intent.id)
        assert refused.value.code == "payment_intent_unexpected_state"
    shown = account.client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert shown.latest_charge.paid
    with pytest.raises(sdk.InvalidRequestError, match="cannot be expanded"):
        account.client.v1.payment_intents.retrieve(intent.id, {"expand": ["nothing"]})


def test_lists_have_pages(account: Account) -> None:
    """Newest first, by customer and age, in pages that the SDK follows."""
    card = account.enrol()
    made = []
    for number in range(7):
        account.later(minutes=1)
        made.append(account.pay(card, key=f"k{number}"))
    account.pay(account.enrol(), key="other")
    listed = account.client.v1.payment_intents.list({"customer": card.customer, "limit": 3})
    assert [intent.id for intent in listed.auto_paging_iter()] == [intent.id for intent in reversed(made)]
    recent: Any = {"customer": card.customer, "created": {"gte": made[5].created}}
    assert [intent.id for intent in account.client.v1.payment_intents.list(recent).data] == [made[6].id, made[5].id]
    exact: Any = {"created": made[2].created, "ending_before": made[0].id}
    assert [intent.id for intent in account.client.v1.payment_intents.list({"created": made[2].created}).data] == [made[2].id]
    with pytest.raises(sdk.InvalidRequestError):
        account.client.v1.payment_intents.list(exact)
    assert len(account.client.v1.charges.list({"customer": card.customer}).data) == 7
    assert account.client.v1.customers.retrieve(card.customer).name == "Contoso"
    assert account.client.v1.payment_methods.list({"customer": card.customer}).data[0].card.last4 == "4242"


def test_events_are_signed_repeated_and_reordered(account: Account) -> None:
    """Every change makes an event; it is posted until somebody says 2xx, and again when the control surface says so."""
    endpoint = account.client.v1.webhook_endpoints.create(
        {"url": "https://partner/stripe", "enabled_events": ["payment_intent.succeeded"]}
    )
    with pytest.raises(sdk.InvalidRequestError, match="explicit scheme"):
        account.client.v1.webhook_endpoints.create({"url": "partner", "enabled_events": ["*"]})
    account.pay(account.enrol())
    account.answer = 500
    assert account.stripe.deliver() == 0
    account.answer = 0
    account.later(minutes=5)
    assert account.stripe.deliver() == 0
    account.answer = 200
    assert account.stripe.deliver() == 0, "the next try comes later"
    account.later(minutes=30)
    assert account.stripe.deliver() == 1
    url, signature, body = account.posts[-1]
    assert url == "https://partner/stripe"
    sdk.WebhookSignature.verify_header(body, signature, endpoint.secret, tolerance=0)
    event = account.client.v1.events.retrieve(json.loads(body)["id"])
    assert (event.type, event.request.idempotency_key) == ("payment_intent.succeeded", "k1")
    account.control("send", event=event.id)
    account.pay(account.enrol(), key="k2")
    assert account.control("deliver", order="newest first") == {"taken": 2}
    ids = [json.loads(body)["id"] for _, _, body in account.posts[-2:]]
    assert ids[1] == event.id
    account.control("delay", seconds=60)
    account.pay(account.enrol(), key="k3")
    assert account.stripe.deliver() == 0
    account.later(minutes=1)
    assert account.stripe.deliver() == 1
    types = [event.type for event in account.client.v1.events.list({"limit": 100}).data]
    assert {"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"} == set(types)


def test_undeliverable_events_are_given_up_after_three_days(account: Account) -> None:
    """Whoever was away longer must ask."""
    account.client.v1.webhook_endpoints.create({"url": "https://partner/stripe", "enabled_events": ["payment_intent.succeeded"]})
    account.pay(account.enrol())
    account.answer = 500
    for _ in range(80):
        account.stripe.deliver()
        account.later(hours=1)
    tries = len(account.posts)
    account.answer = 200
    account.later(days=1)
    assert account.stripe.deliver() == 0
    assert tries == len(account.posts)


def test_the_control_surface_refuses_what_it_does_not_know(account: Account) -> None:
    """Unknown controls, behaviours and broken bodies are errors; reset forgets everything."""
    card = account.enrol()
    account.pay(card)
    for name, body in (("dance", {}), ("behaviour", {"payment_method": card.method, "behaviour": "dance"}), ("settle", {})):
        with pytest.raises(AssertionError):
            account.control(name, **body)
    account.control("reset")
    assert account.control("charges") == []


def test_a_file_outlives_the_process(account: Account, tmp_path: Path) -> None:
    """With a path the account is still there after a restart."""
    path = str(tmp_path / "stripe.db")
    one = StripeStandIn(clock=lambda: account.now, path=path)
    customer = post(one, "/v1/customers", {"name": "Contoso"})
    two = StripeStandIn(clock=lambda: account.now, path=path)
    assert post(two, "/v1/payment_methods/pm_card_visa/attach", {"customer": customer["id"]})["customer"] == customer["id"]


def test_over_a_socket_it_is_the_same_account(account: Account) -> None:
    """The SDK with our bounded session reaches it by address, and webhooks leave by themselves."""
    card = account.enrol()
    account.client.v1.webhook_endpoints.create({"url": "https://partner/stripe", "enabled_events": ["payment_intent.succeeded"]})
    stop = threading.Event()
    sender = threading.Thread(target=account.stripe.deliver_until, args=(stop, 0.01))
    sender.start()
    with Server(account.stripe) as server:
        remote = client(KEY, base_url=server.url)
        params: Any = {
            "amount": 5000,
            "currency": "eur",
            "customer": card.customer,
            "payment_method": card.method,
            "confirm": True,
        }
        params |= {"off_session": True, "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
        assert remote.v1.payment_intents.create(params, {"idempotency_key": "k"}).status == "succeeded"
    for _ in range(100):
        if account.posts:
            break
        stop.wait(0.02)
    stop.set()
    sender.join()
    assert len(account.posts) == 1
