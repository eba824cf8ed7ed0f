"""What the gateway asks of Stripe, and how it reads the answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, get_args

import pytest
import requests
import stripe

from local.fakes.receivables import NOW, VISA, debt_of, job_of, money
from local.http import Request, RequestsAdapter, Response
from local.stripe.enrolling import control, enrol, post
from local.stripe.server import KEY, StripeStandIn
from providers.stripe import gateway as adapter
from providers.stripe.client import client
from providers.stripe.gateway import StripeGateway
from providers.stripe.outcomes import REASONS, STATES, declined, outcome
from work365.errors import OutcomeUnknown, Refused, Rejected, Throttled, Unavailable
from work365.receivables.charging import ChargeCase, decide, payment_id
from work365.receivables.payments import DeclineClass, Payment, PaymentState, Profile


class Desk:
    """A gateway to a local account, with a record of what was sent."""

    def __init__(self, token: str = "pm_card_visa") -> None:  # noqa: S107  a test card
        self.now = NOW
        self.stripe = StripeStandIn(clock=lambda: self.now)
        self.sent: list[Request] = []
        session = requests.Session()
        session.mount("https://", RequestsAdapter(self._record))
        self.gateway = StripeGateway(client(KEY, own_session=session), environment="live")
        self.copy = StripeGateway(client(KEY, own_session=session), environment="sandbox")
        enrolled = enrol(self.stripe, "Contoso", token)
        self.profile: Profile = replace(VISA, customer=enrolled.customer, method=enrolled.method)
        self.payment = self.attempt("120.00 EUR")

    def _record(self, request: Request) -> Response:
        self.sent.append(request)
        return self.stripe(request)

    def attempt(self, amount: str, job: str = "j1") -> Payment:
        return decide(job_of(amount, id=job), ChargeCase((), debt_of(amount), self.profile), now=self.now)

    def charge(self) -> Any:  # noqa: ANN401  an outcome
        return self.gateway.charge(self.payment, self.profile, about="Invoice INV-7")


def test_the_request_carries_our_key_our_id_and_the_pinned_version() -> None:
    """One request, off session, without redirects; the same call again moves no money."""
    desk = Desk()
    first, again = desk.charge(), desk.charge()
    assert first == again
    assert (first.state, first.amount) == (PaymentState.SUCCEEDED, money("120.00 EUR"))
    one = desk.sent[0]
    assert one.headers["idempotency-key"] == f"live:{desk.payment.id}"
    assert one.headers["stripe-version"] == "2026-10-28.endive"
    assert "x-stripe-client-telemetry" not in one.headers
    assert len(control(desk.stripe, "charges")) == 1


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("insufficient_funds", "insufficient funds"),
        ("lost_card", "the bank refused without a reason"),
        ("expired_card", "the card has expired"),
    ],
)
def test_a_decline_is_an_outcome_in_words(behaviour: str, words: str) -> None:
    """The reason is told, except what would warn a thief."""
    desk = Desk()
    control(desk.stripe, "behaviour", {"payment_method": desk.profile.method, "behaviour": behaviour})
    said = desk.charge()
    assert (said.state, said.words) == (PaymentState.FAILED, words)
    assert said.reference.startswith("pi_")
    assert desk.gateway.find(desk.payment, desk.profile) == said


def test_three_d_secure_off_session_is_a_failure_that_says_so() -> None:
    """The bank wants the cardholder; the code lets the words say what to do."""
    said = Desk("pm_card_authenticationRequired").charge()
    assert (said.state, said.code) == (PaymentState.FAILED, "authentication_required")


def test_a_payment_is_found_by_our_id_for_ever() -> None:
    """Without a reference, after a year, among other payments of the customer: by the metadata."""
    desk = Desk()
    assert desk.gateway.find(desk.payment, desk.profile) is None
    said = desk.charge()
    other = replace(desk.payment, id=payment_id(desk.payment.invoice, 2), amount=money("5.00 EUR"))
    desk.gateway.charge(other, desk.profile, about="another")
    desk.now += timedelta(days=365)
    assert desk.gateway.find(desk.payment, desk.profile) == said
    assert desk.gateway.find(replace(desk.payment, reference=said.reference), desk.profile) == said
    assert desk.gateway.find(replace(desk.payment, reference="pi_gone"), desk.profile) == said


def test_a_copy_of_the_rows_in_another_environment_finds_nothing() -> None:
    """A sandbox made from production must not take production's payments for its own."""
    desk = Desk()
    said = desk.charge()
    assert desk.copy.find(desk.payment, desk.profile) is None
    assert desk.copy.find(replace(desk.payment, reference=said.reference), desk.profile) is None


def test_a_customer_with_too_many_payments_is_left_to_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search is bounded, and says that it did not finish instead of "nothing there"."""
    desk = Desk()
    desk.charge()
    monkeypatch.setattr(adapter, "FOUND_MAX", 0)
    with pytest.raises(Unavailable, match="has more than 0 payments"):
        desk.gateway.find(desk.payment, desk.profile)


@pytest.mark.parametrize(
    ("status", "raised"), [(500, OutcomeUnknown), (429, Throttled), (503, Throttled), (401, Rejected), (409, OutcomeUnknown)]
)
def test_errors_say_whether_money_may_have_moved(status: int, raised: type[Exception]) -> None:
    """The one mapping applies to charges."""
    desk = Desk()
    control(desk.stripe, "fail", {"status": status})
    with pytest.raises(raised):
        desk.charge()


def test_reading_errors_never_claim_that_money_moved() -> None:
    """A search that fails is unavailable, whoever we are."""
    desk = Desk()
    session = requests.Session()
    session.mount("https://", RequestsAdapter(lambda _: Response(500, (), b"{}")))
    broken = StripeGateway(client(KEY, own_session=session), environment="live")
    for reference in ("", "pi_1"):
        with pytest.raises(Unavailable):
            broken.find(replace(desk.payment, reference=reference), desk.profile)
    wrong = requests.Session()
    wrong.mount("https://", RequestsAdapter(desk.stripe))
    stranger = StripeGateway(client("sk_test_wrong", own_session=wrong), environment="live")
    with pytest.raises(Rejected):
        stranger.find(replace(desk.payment, reference="pi_1"), desk.profile)


def test_a_currency_that_stripe_does_not_take_never_leaves() -> None:
    """Refused before any request."""
    desk = Desk()
    with pytest.raises(Refused, match="Stripe cannot be charged in UGX"):
        desk.gateway.charge(replace(desk.payment, amount=money("5 UGX")), desk.profile, about="x")
    assert desk.sent == []


def test_what_is_less_than_stripe_takes_says_what_to_do() -> None:
    """The least differs by currency, and by what it comes to in that of the account: so Stripe decides."""
    desk = Desk()
    with pytest.raises(Refused, match=r"0\.30 EUR is less than Stripe takes in one payment; have it paid otherwise"):
        desk.gateway.charge(replace(desk.payment, amount=money("0.30 EUR")), desk.profile, about="x")


def test_a_card_that_was_removed_at_stripe_is_charged_no_more() -> None:
    """The event may be lost, so the refusal is looked into; a card that is there, or at an account of another key, stands."""
    desk = Desk()
    for stands in (replace(desk.profile, customer="cus_404"), replace(desk.profile, method="pm_404")):
        with pytest.raises(Rejected):
            desk.gateway.charge(desk.payment, stands, about="x")
    post(desk.stripe, f"/v1/payment_methods/{desk.profile.method}/detach", {})
    said = desk.charge()
    assert (said.state, said.words, said.decline, said.for_good) == (
        PaymentState.FAILED,
        "it was removed at the gateway",
        DeclineClass.HARD,
        True,
    )
    assert desk.gateway.find(desk.payment, desk.profile) is None


def test_the_map_of_states_is_total() -> None:
    """Every state that the SDK knows is mapped, and a new one is unknown, never a success."""
    literal = next(part for part in get_args(stripe.PaymentIntent.__annotations__["status"]) if get_args(part))
    listed = set(get_args(literal))
    assert listed == set(STATES)
    new: Any = SimpleNamespace(id="pi_1", status="brand_new", amount=100, currency="eur", last_payment_error=None)
    assert outcome(new).state is PaymentState.UNKNOWN
    for status, state in STATES.items():
        new.status = status
        assert outcome(new).state is state
    assert [status for status, state in STATES.items() if state is PaymentState.SUCCEEDED] == ["succeeded"]


def test_a_decline_without_an_intent_is_still_a_decline() -> None:
    """Whatever is missing from the error, nothing was taken."""
    card_error: Any = stripe.CardError
    bare = card_error("Your card was declined.", "", "card_declined")
    assert declined(bare).state is PaymentState.FAILED
    assert declined(bare).words == "Your card was declined."
    body = {"error": {"type": "card_error", "code": "card_declined", "decline_code": "new_reason", "message": "Odd."}}
    odd = card_error("Odd.", "", "card_declined", json_body=body)
    assert (declined(odd).code, declined(odd).words) == ("card_declined", "Odd")
    assert declined(odd).decline is DeclineClass.HARD


@pytest.mark.parametrize(
    ("reason", "decline", "for_good"),
    [
        ("insufficient_funds", DeclineClass.SOFT, False),
        ("issuer_not_available", DeclineClass.SOFT, False),
        ("lost_card", DeclineClass.HARD, True),
        ("stolen_card", DeclineClass.HARD, True),
        ("pickup_card", DeclineClass.HARD, True),
        ("restricted_card", DeclineClass.HARD, True),
        ("revocation_of_all_authorizations", DeclineClass.HARD, True),
        ("do_not_honor", DeclineClass.HARD, False),
        ("fraudulent", DeclineClass.HARD, False),
        ("never_heard_of", DeclineClass.HARD, False),
    ],
)
def test_only_what_stripe_says_may_pass_is_tried_again(reason: str, decline: DeclineClass, for_good: bool) -> None:
    """And only what it says of the card itself is held against other invoices; neither its code nor its words tell why."""
    card_error: Any = stripe.CardError
    body = {"error": {"type": "card_error", "code": "card_declined", "decline_code": reason, "message": "No."}}
    said = declined(card_error("No.", "", "card_declined", json_body=body))
    assert (said.decline, said.for_good, said.code) == (decline, for_good, "card_declined")
    assert not any(word in said.words for word in ("lost", "stolen", "pickup", "restricted"))


@pytest.mark.parametrize(
    ("advice", "decline", "for_good"),
    [
        (None, DeclineClass.SOFT, False),
        ("try_again_later", DeclineClass.SOFT, False),
        ("confirm_card_data", DeclineClass.SOFT, False),
        ("do_not_try_again", DeclineClass.HARD, True),
    ],
)
def test_a_bank_that_advises_against_trying_again_is_heard(advice: str | None, decline: DeclineClass, *, for_good: bool) -> None:
    """Whatever its reason was: networks fine who tries again all the same."""
    card_error: Any = stripe.CardError
    error = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "advice_code": advice}
    said = declined(card_error("No.", "", "card_declined", json_body={"error": error}))
    assert (said.decline, said.for_good, said.words) == (decline, for_good, "insufficient funds")


def test_every_reason_has_words() -> None:
    assert all(words for words in REASONS.values())
