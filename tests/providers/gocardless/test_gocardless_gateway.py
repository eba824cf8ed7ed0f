"""What the gateway asks of GoCardless, and how it reads the answers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.receivables import money
from local.faults import Fault
from local.gocardless.enrolling import bounce, collect
from providers.gocardless import gateway as adapter
from providers.gocardless.account import sign_in
from providers.gocardless.client import Client
from providers.gocardless.outcomes import STATES, outcome
from work365.errors import InvariantBroken, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable, Work365Error
from work365.receivables.payments import PaymentState

if TYPE_CHECKING:
    from tests.providers.gocardless.conftest import Desk

S = PaymentState


def test_the_request_carries_our_key_our_mark_and_the_pinned_version(desk: Desk) -> None:
    """Minor units, no retries by GoCardless itself, nothing of a bank account; the same call again moves no money."""
    first, again = desk.charge(), desk.charge()
    assert first == again
    assert (first.state, first.amount) == (S.PROCESSING, money("120.00 EUR"))
    one = desk.sent[0]
    assert (one.method, one.path, one.headers["gocardless-version"]) == ("POST", "/payments", "2015-07-06")
    assert one.headers["idempotency-key"] == f"live:{desk.payment.id}"
    assert json.loads(one.body) == {
        "payments": {
            "amount": 12000,
            "currency": "EUR",
            "description": "Invoice INV-7",
            "retry_if_possible": False,
            "metadata": {"w365_payment": desk.payment.id, "w365_environment": "live", "w365_invoice": "i7"},
            "links": {"mandate": desk.profile.method},
        }
    }
    assert len(desk.held()) == 1


def test_a_copy_of_the_rows_finds_nothing_and_charges_for_itself(desk: Desk) -> None:
    """The environment is in the key and in the mark."""
    desk.charge()
    assert desk.copy.find(desk.payment, desk.profile) is None
    desk.copy.charge(desk.payment, desk.profile, about="Invoice INV-7")
    assert len(desk.held()) == 2


@pytest.mark.parametrize(
    ("cause", "words", "for_good"),
    [
        ("insufficient_funds", "insufficient funds", False),
        ("bank_account_closed", "the bank account is closed", True),
        ("mandate_cancelled", "the mandate was cancelled", True),
        ("bank_account_transferred", "the bank account has moved to another bank", False),
        ("refer_to_payer", "the bank refused without a reason", False),
        ("payer_deceased", "the bank refused without a reason", True),
        ("something_new", "The bank said something new", False),
    ],
)
def test_a_debit_that_comes_back_says_why(desk: Desk, cause: str, words: str, for_good: bool) -> None:
    """The cause stands in the event, not in the payment; a new one is told in GoCardless' words, and ends no mandate."""
    said = desk.charge()
    desk.control("move", payment=said.reference, to="submitted")
    desk.control("move", payment=said.reference, to="failed", cause=cause, description="The bank said something new.")
    found = desk.gateway.find(desk.payment, desk.profile)
    assert found is not None
    assert (found.state, found.code, found.words, found.for_good) == (S.FAILED, cause, words, for_good)


@pytest.mark.parametrize("status", ["cancelled", "failed", "expired", "blocked"])
def test_a_mandate_that_is_no_longer_good_is_an_outcome(desk: Desk, status: str) -> None:
    """Nothing is created; the person is told to ask for a new mandate."""
    desk.control("mandates", mandate=desk.profile.method, status=status)
    said = desk.charge()
    assert (said.state, said.reference, said.code, said.for_good) == (S.FAILED, "", "mandate_is_inactive", True)
    assert said.words == "the mandate is no longer active; ask the customer for a new one"
    assert desk.held() == []


@pytest.mark.parametrize("status", ["pending_customer_approval", "pending_submission", "submitted", "active"])
def test_a_mandate_may_be_used_before_the_bank_confirmed_it(desk: Desk, status: str) -> None:
    """Source: "Create a payment"."""
    desk.control("mandates", mandate=desk.profile.method, status=status)
    assert desk.charge().state is S.PROCESSING


def test_a_payment_that_the_customer_must_approve_waits_for_that(desk: Desk) -> None:
    """Approval by two signatories: needs action, then under way, then denied."""
    desk.profile = desk.mandate("sepa_core", approval=True)
    said = desk.charge()
    assert (said.state, said.words) == (
        S.NEEDS_ACTION,
        f"the customer must approve payment {said.reference}, as GoCardless asked by mail",
    )
    desk.control("move", payment=said.reference, to="customer_approval_denied", cause="customer_approval_denied")
    found = desk.gateway.find(desk.payment, desk.profile)
    assert found is not None
    assert (found.state, found.words) == (S.FAILED, "the customer did not approve it")


def test_an_answer_that_is_lost_is_unknown_and_then_found(desk: Desk) -> None:
    """Sent again under the key, GoCardless names what it created; asked by our mark, it finds the same."""
    desk.lose_the_answer()
    with pytest.raises(OutcomeUnknown):
        desk.charge()
    found = desk.gateway.find(desk.payment, desk.profile)
    assert found is not None
    assert found == desk.charge()
    assert len(desk.held()) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_error_says_nothing_of_the_money(desk: Desk, when: str) -> None:
    """A 500 may come before the work or after it; asking tells, and sending again takes once."""
    desk.control("fail", status=500, when=when)
    with pytest.raises(OutcomeUnknown):
        desk.charge()
    assert (desk.gateway.find(desk.payment, desk.profile) is None) == (when == "before")
    desk.charge()
    assert len(desk.held()) == 1


def test_too_many_requests_took_nothing(desk: Desk) -> None:
    """429: come back later."""
    desk.control("fail", status=429)
    with pytest.raises(Throttled):
        desk.charge()
    assert desk.held() == []


def test_what_stands_under_our_key_and_cannot_be_read_is_unknown(desk: Desk) -> None:
    """There is a payment, so "nothing was taken" would be wrong, whatever the second question meets."""
    desk.charge()
    desk.fuse.arm(at=2, fault=Fault.NOT_REACHED)
    with pytest.raises(OutcomeUnknown, match="could not be read"):
        desk.charge()


def test_once_the_key_is_forgotten_the_mark_still_finds_the_payment(desk: Desk) -> None:
    """After days nobody sends again; `find` looks by our id."""
    said = desk.charge()
    collect(desk.gocardless, said.reference)
    desk.now += timedelta(days=3)
    desk.control("forget_keys")
    found = desk.gateway.find(desk.payment, desk.profile)
    assert found is not None
    assert (found.state, found.reference) == (S.SUCCEEDED, said.reference)


def test_a_replaced_mandate_takes_its_payments_along(desk: Desk) -> None:
    """The customer's payments are looked through, not the mandate's."""
    said = desk.charge()
    moved = replace(desk.profile, method="MD999999999999")
    found = desk.gateway.find(desk.payment, moved)
    assert found is not None
    assert found.reference == said.reference


def test_a_reference_of_somebody_else_is_not_believed(desk: Desk) -> None:
    """A payment that does not carry our mark is not ours, though a hint named it."""
    other = desk.gateway.charge(desk.attempt("5.00 EUR"), desk.profile, about="x").reference
    strange = replace(desk.payment, id=type(desk.payment.id)("another"), reference=other)
    assert desk.gateway.find(strange, desk.profile) is None
    assert desk.gateway.find(replace(strange, reference="PM404"), desk.profile) is None


def test_among_many_payments_ours_is_found_or_we_say_that_we_are_not_sure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are followed; beyond the limit there is no guess."""
    desk.charge()
    for number in range(6):
        desk.copy.charge(replace(desk.payment, id=type(desk.payment.id)(f"x{number}")), desk.profile, about="x")
    monkeypatch.setattr("providers.gocardless.client.PAGE", 2)
    assert desk.gateway.find(desk.payment, desk.profile) is not None
    monkeypatch.setattr(adapter, "FOUND_MAX", 4)
    with pytest.raises(Unavailable, match="more than 4 payments"):
        desk.gateway.find(desk.payment, desk.profile)


def test_a_currency_that_is_not_the_schemes_is_rejected_in_words(desk: Desk) -> None:
    """Bacs moves pounds only."""
    desk.profile = desk.mandate("bacs")
    with pytest.raises(Rejected, match="currency must be GBP for bacs") as caught:
        desk.charge()
    assert (caught.value.system, caught.value.code) == ("gocardless", "validation_failed")


def test_a_wrong_token_is_said_without_the_token(desk: Desk) -> None:
    """The sentence names where to look."""
    client = Client(desk.http, "live_SECRET")
    with pytest.raises(Rejected, match=r"does not let us in.*Check the secret") as caught:
        sign_in(client)
    assert "SECRET" not in str(caught.value)
    assert "SECRET" not in repr(client)
    sign_in(Client(desk.http, "sandbox_local\n"))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending_customer_approval", S.NEEDS_ACTION),
        ("pending_submission", S.PROCESSING),
        ("submitted", S.PROCESSING),
        ("confirmed", S.SUCCEEDED),
        ("paid_out", S.SUCCEEDED),
        ("cancelled", S.FAILED),
        ("customer_approval_denied", S.FAILED),
        ("failed", S.FAILED),
        ("charged_back", S.FAILED),
    ],
)
def test_statuses(status: str, state: PaymentState) -> None:
    """Every status of the reference."""
    assert outcome({"id": "PM1", "status": status, "amount": 1, "currency": "GBP"}, {}).state is state


@given(st.text().filter(lambda text: text not in STATES))
def test_an_unknown_status_is_never_a_success(status: str) -> None:
    """Nor a failure: it is asked about again."""
    assert outcome({"id": "PM1", "status": status, "amount": 1, "currency": "GBP"}, {}).state is S.UNKNOWN


@pytest.mark.parametrize(
    ("amount", "currency", "error"), [("1", "GBP", InvariantBroken), (True, "GBP", InvariantBroken), (1, "gbp", Work365Error)]
)
def test_an_amount_that_cannot_be_read_is_not_guessed(amount: object, currency: str, error: type[Exception]) -> None:
    """Text, a truth value, a currency that nobody has."""
    with pytest.raises(error):
        outcome({"id": "PM1", "status": "confirmed", "amount": amount, "currency": currency}, {})


def test_a_payment_that_failed_late_stays_named_as_failed(desk: Desk) -> None:
    """Confirmed, then returned: GoCardless says failed, with the cause of the return."""
    said = desk.charge()
    collect(desk.gocardless, said.reference)
    desk.control("move", payment=said.reference, to="failed", cause="refer_to_payer")
    found = desk.gateway.find(replace(desk.payment, reference=said.reference), desk.profile)
    assert found is not None
    assert (found.state, found.code) == (S.FAILED, "refer_to_payer")


def test_a_resource_that_is_not_there_is_not_found(desk: Desk) -> None:
    """404 keeps its kind and says the reason."""
    with pytest.raises(NotFound, match="PM404") as caught:
        Client(desk.http, "sandbox_local").get("payments", "PM404")
    assert caught.value.code == "resource_not_found"


def test_bouncing_twice_is_not_possible(desk: Desk) -> None:
    """The stand-in keeps to the states that are drawn."""
    said = desk.charge()
    bounce(desk.gocardless, said.reference)
    with pytest.raises(AssertionError, match="does not become confirmed"):
        desk.control("move", payment=said.reference, to="confirmed")
