"""What every gateway promises, held by the fake and by the adapters of Stripe and GoCardless over their stand-ins.

Where a gateway takes bank debits only, a charge is under way first and ends when the bank has done its part; what must hold of
the end is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.fakes.payments import FakeGateway
from local.fakes.receivables import BANK, NOW, VISA, debt_of, job_of, money
from local.gocardless.app import TOKEN, GoCardless
from local.gocardless.enrolling import bounce, collect
from local.gocardless.enrolling import control as door
from local.http import RequestsAdapter, httpx_transport
from local.stripe.enrolling import control, enrol
from local.stripe.server import KEY, StripeStandIn
from providers.gocardless.client import Client
from providers.gocardless.gateway import GoCardlessGateway
from providers.stripe.client import client
from providers.stripe.gateway import StripeGateway
from transport.client import Http
from work365.errors import Refused, Rejected
from work365.money import zero
from work365.receivables.charging import ChargeCase, decide, payment_id
from work365.receivables.disputes import DisputeNews, DisputeState
from work365.receivables.gateways import capabilities
from work365.receivables.payments import DeclineClass, Payment, PaymentState, PayPage, Profile
from work365.receivables.refunds import Refund, RefundOutcome, RefundState, refund_id
from work365.receivables.settling import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.ports.payments import Gateway

S, R, D = PaymentState, RefundState, DisputeState


@dataclass
class Stage:
    """A gateway with one good instrument, one that is declined, and a bank account whose debit ends when we say so.

    Attributes:
        settle, refuse: the bank's part in a debit that is under way.
        arrives: the bank's part in a refund that is on its way.
        take, return_: a bank takes a payment back, and gives it back after all; by the gateway's id of the payment.
    """

    gateway: Gateway
    good: Profile
    bad: Profile
    bank: Profile
    taken: Callable[[], int]
    settle: Callable[[str], Any]
    refuse: Callable[[str], Any] = str  # not called where a decline is told at once
    arrives: Callable[[str], Any] = str  # not called where a refund is done at once
    take: Callable[[str], Any] = str
    return_: Callable[[str], Any] = str

    def charged(self, payment: Payment, profile: Profile) -> Outcome:
        """How a charge ends once the bank has done its part, where that takes time."""
        said = self.gateway.charge(payment, profile, about="INV-7")
        if said.state is not S.PROCESSING:
            return said
        (self.refuse if profile is self.bad else self.settle)(said.reference)
        found = self.gateway.find(replace(payment, reference=said.reference), profile)
        assert found is not None
        return found

    def given(self, refund: Refund, payment: Payment, before: str = "0.00 EUR") -> RefundOutcome:
        """How a refund ends once the bank has done its part, where that takes time."""
        said = self.gateway.refund(refund, payment, self.good, before=money(before))
        if said.state is not R.PROCESSING:
            return said
        self.arrives(said.reference)
        found = self.gateway.find_refund(replace(refund, reference=said.reference), payment, self.good)
        assert found is not None
        return found


def fake() -> Stage:
    """The plain fake."""
    gateway = FakeGateway()
    gateway.answers["pm_bad"] = lambda payment: Outcome(
        S.FAILED, f"f_{payment.id}", payment.amount, "card_declined", "insufficient funds", DeclineClass.SOFT
    )
    gateway.answers["pm_bank"] = lambda payment: Outcome(S.PROCESSING, f"b_{payment.id}", payment.amount)

    def settle(reference: str) -> None:
        for payment, outcome in gateway.taken.items():
            if outcome.reference == reference:
                gateway.taken[payment] = replace(outcome, state=S.SUCCEEDED)

    def taken() -> int:
        return sum(outcome.state is S.SUCCEEDED for outcome in gateway.taken.values())

    def dispute(reference: str, *, won: bool) -> None:
        [payment] = [payment for payment, outcome in gateway.taken.items() if outcome.reference == reference]
        amount, state = money("120.00 EUR"), D.WON if won else D.OPEN
        gateway.held[payment] = [DisputeNews("d1", state, amount, zero(amount.currency) if won else amount)]

    take, return_ = partial(dispute, won=False), partial(dispute, won=True)
    return Stage(gateway, VISA, replace(VISA, method="pm_bad"), BANK, taken, settle, take=take, return_=return_)


def stripe() -> Stage:
    """Stripe's SDK over the stand-in."""
    account = StripeStandIn(clock=lambda: NOW)
    session = requests.Session()
    session.mount("https://", RequestsAdapter(account))
    profiles = [enrol(account, "Contoso", token) for token in ("pm_card_visa", "pm_card_visa", "pm_usBankAccount_success")]
    control(account, "behaviour", {"payment_method": profiles[1].method, "behaviour": "insufficient_funds"})
    good, bad, bank = (replace(VISA, customer=one.customer, method=one.method) for one in profiles)
    gateway = StripeGateway(client(KEY, own_session=session), environment="test")
    return Stage(
        gateway,
        good,
        bad,
        bank,
        lambda: sum(charge["paid"] for charge in control(account, "charges")),
        lambda reference: control(account, "settle", {"payment_intent": reference}),
        take=lambda reference: control(account, "dispute", {"payment_intent": reference}),
        return_=lambda _: control(account, "disputed", {"dispute": control(account, "disputes")[0]["id"], "to": "won"}),
    )


def gocardless() -> Stage:
    """GoCardless' API over the stand-in."""
    account = GoCardless(clock=lambda: NOW)
    http = Http("GoCardless", "https://api.gocardless.com", transport=httpx_transport(account))
    mandates = [door(account, "mandate", scheme="sepa_core") for _ in range(3)]
    good, bad, bank = (replace(BANK, customer=one["links"]["customer"], method=one["id"]) for one in mandates)
    return Stage(
        GoCardlessGateway(Client(http, TOKEN), environment="test"),
        good,
        bad,
        bank,
        lambda: sum(payment["status"] in ("confirmed", "paid_out") for payment in door(account, "payments")),
        lambda reference: collect(account, reference),
        lambda reference: bounce(account, reference),
        lambda reference: [door(account, "refund", refund=reference, to=step) for step in ("submitted", "paid")],
        lambda reference: door(account, "move", payment=reference, to="charged_back"),
        lambda reference: door(account, "chargeback", payment=reference, ends="cancelled"),
    )


@pytest.fixture(params=[fake, stripe, gocardless], ids=["fake", "stripe", "gocardless"])
def stage(request: pytest.FixtureRequest) -> Stage:
    """Each implementation in turn."""
    built: Stage = request.param()
    return built


def attempt(number: int = 1) -> Payment:
    """An attempt over 120.00 EUR."""
    first = decide(job_of("120.00 EUR"), ChargeCase((), debt_of("150.00 EUR"), VISA), now=NOW)
    return replace(first, attempt=number, id=payment_id(first.invoice, number))


def test_money_is_taken_once_per_payment(stage: Stage) -> None:
    """The same payment again answers the same and moves nothing; another payment is another charge."""
    first = stage.charged(attempt(), stage.good)
    assert stage.gateway.charge(attempt(), stage.good, about="INV-7") == first
    assert (first.state, first.amount, bool(first.reference)) == (S.SUCCEEDED, money("120.00 EUR"), True)
    assert stage.taken() == 1
    stage.charged(attempt(2), stage.good)
    assert stage.taken() == 2


def test_nothing_is_found_before_it_was_charged(stage: Stage) -> None:
    """No trace is None; asking takes no money."""
    assert stage.gateway.find(attempt(), stage.good) is None
    assert stage.taken() == 0


def test_what_was_charged_is_found(stage: Stage) -> None:
    """By our payment alone, and by the gateway's reference."""
    said = stage.gateway.charge(attempt(), stage.good, about="INV-7")
    assert stage.gateway.find(attempt(), stage.good) == said
    assert stage.gateway.find(replace(attempt(), reference=said.reference), stage.good) == said
    assert stage.gateway.find(attempt(2), stage.good) is None


def test_a_clock_that_was_wrong_hides_nothing(stage: Stage) -> None:
    """Ours was two days ahead when it was sent: what the gateway made two days before that is found by our payment alone."""
    ahead = replace(attempt(), sent_on=NOW + timedelta(days=2))
    said = stage.gateway.charge(ahead, stage.good, about="INV-7")
    assert stage.gateway.find(ahead, stage.good) == said


def test_a_decline_is_an_outcome_with_a_reason(stage: Stage) -> None:
    """Not an error: the reason is in words, and asking later says the same."""
    said = stage.charged(attempt(), stage.bad)
    assert (said.state, said.words, said.decline) == (S.FAILED, "insufficient funds", DeclineClass.SOFT)
    assert stage.gateway.find(attempt(), stage.bad) == said
    assert stage.taken() == 0


def test_a_debit_is_under_way_and_then_done(stage: Stage) -> None:
    """Accepted is not paid; asking later tells."""
    said = stage.gateway.charge(attempt(), stage.bank, about="INV-7")
    assert (said.state, stage.taken()) == (S.PROCESSING, 0)
    stage.settle(said.reference)
    found = stage.gateway.find(replace(attempt(), reference=said.reference), stage.bank)
    assert found is not None
    assert (found.state, stage.taken()) == (S.SUCCEEDED, 1)


def test_a_page_is_closed_or_the_gateway_has_none(stage: Stage) -> None:
    """A payment by link that nobody opened leaves no trace; a gateway without pages says so, and what it can do is data."""
    kind = {FakeGateway: "Stripe", StripeGateway: "Stripe", GoCardlessGateway: "GoCardless"}[type(stage.gateway)]
    by_link = replace(attempt(), profile=None, page=PayPage(stage.good.processor, stage.good.customer))
    if capabilities(kind).pay_page:
        assert stage.gateway.close(by_link, stage.good) is None
        return
    with pytest.raises(Refused, match="cannot be made on a page of GoCardless"):
        stage.gateway.close(by_link, stage.good)


def back(payment: Payment, amount: str, number: int = 1) -> Refund:
    """A refund of a payment."""
    id_ = refund_id(payment.id, number)
    return Refund(
        id_,
        payment.id,
        payment.invoice,
        number,
        money(amount),
        "Too many seats",
        R.PENDING,
        payment.account,
        "j9",
        payment.sent_on,
    )


def taken(stage: Stage) -> Payment:
    """A payment of 120.00 EUR that has arrived."""
    return replace(attempt(), reference=stage.charged(attempt(), stage.good).reference, state=S.SUCCEEDED)


def test_money_is_given_back_once_per_refund(stage: Stage) -> None:
    """The same refund again answers the same and moves nothing; it is found by our id alone, and by the gateway's."""
    payment = taken(stage)
    first = back(payment, "40.00 EUR")
    assert stage.gateway.find_refund(first, payment, stage.good) is None
    said = stage.given(first, payment)
    assert (said.state, said.amount, bool(said.reference)) == (R.SUCCEEDED, money("40.00 EUR"), True)
    assert stage.gateway.refund(first, payment, stage.good, before=money("0.00 EUR")).reference == said.reference
    assert stage.gateway.find_refund(first, payment, stage.good) == said
    assert stage.gateway.find_refund(replace(first, reference=said.reference), payment, stage.good) == said
    assert stage.gateway.find_refund(back(payment, "40.00 EUR", 2), payment, stage.good) is None


def test_parts_are_given_back_until_nothing_is_left(stage: Stage) -> None:
    """More than is left is refused in the gateway's own words, and nothing of it is given."""
    payment = taken(stage)
    stage.given(back(payment, "40.00 EUR"), payment)
    with pytest.raises(Rejected):
        stage.gateway.refund(back(payment, "80.01 EUR", 2), payment, stage.good, before=money("40.00 EUR"))
    assert stage.gateway.find_refund(back(payment, "80.01 EUR", 2), payment, stage.good) is None
    assert stage.given(back(payment, "80.00 EUR", 3), payment, "40.00 EUR").state is R.SUCCEEDED
    with pytest.raises(Rejected):
        stage.gateway.refund(back(payment, "0.50 EUR", 4), payment, stage.good, before=money("120.00 EUR"))


def test_what_a_bank_took_back_is_told_as_it_stands_now(stage: Stage) -> None:
    """Nothing, then all of it away and undecided, then none away and won; asking changes nothing."""
    payment = taken(stage)
    assert stage.gateway.disputes(payment, stage.good) == ()
    stage.take(payment.reference)
    [told] = stage.gateway.disputes(payment, stage.good)
    assert (told.amount, told.away, told.state in (D.OPEN, D.UNDER_REVIEW)) == (payment.amount, payment.amount, True)
    stage.return_(payment.reference)
    [again] = stage.gateway.disputes(payment, stage.good)
    assert (again.reference, again.away, again.state) == (told.reference, money("0.00 EUR"), D.WON)
    assert stage.gateway.disputes(payment, stage.good) == (again,)
