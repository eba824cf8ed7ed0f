"""What every gateway's money promises, held by the adapters of Stripe and GoCardless over their stand-ins.

One tells of a movement at once and the other with the payout that it went into, so each story ends with a payout; what must hold
of the movements then is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import requests

from local.fakes.receivables import BANK, NOW, VISA, debt_of, job_of, money
from local.gocardless.app import TOKEN, GoCardless
from local.gocardless.enrolling import collect, pay_out
from local.gocardless.enrolling import control as door
from local.http import RequestsAdapter, Response, httpx_transport
from local.stripe.enrolling import control, enrol, post
from local.stripe.server import KEY, StripeStandIn
from providers.gocardless.client import Client
from providers.gocardless.gateway import GoCardlessGateway
from providers.gocardless.movements import GoCardlessMoney
from providers.stripe.client import client
from providers.stripe.gateway import StripeGateway
from providers.stripe.movements import StripeMoney
from transport.client import Http
from work365.errors import External, Throttled, Unavailable
from work365.money import total
from work365.receivables.charging import ChargeCase, decide, payment_id
from work365.receivables.marking import Owner
from work365.receivables.refunds import Refund, RefundState, refund_id
from work365.reconciling.movement import MovementKind, PayoutState

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.http import App, Request
    from work365.ports.payments import Gateway
    from work365.ports.reconciling import GatewayMoney
    from work365.receivables.payments import Payment, Profile
    from work365.reconciling.movement import Movement, Payout

K = MovementKind
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """Time that passes when we say so."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        """Now."""
        return self.at


@dataclass
class Stage:
    """A gateway with one good instrument.

    Attributes:
        collect: the bank's part in a payment, by its id at the gateway.
        pay_out: everything that may be paid out goes to the bank, and is there.
        take, give: a bank takes a payment back, and gives it back after all.
        bounce: the bank sends the payout with this id back.
        unmarked: takes money that no payment of ours stands for; its id at the gateway.
        app: the stand-in; `through` makes the port again over an app, for another environment where one is named.
    """

    gateway: Gateway
    money: GatewayMoney
    good: Profile
    clock: Clock
    app: App
    through: Callable[..., GatewayMoney]
    collect: Callable[[str], object]
    pay_out: Callable[[], object]
    take: Callable[[str], object]
    give: Callable[[str], object]
    bounce: Callable[[str], object]
    unmarked: Callable[[], str]
    taken: list[Payment] = field(default_factory=list)

    def charged(self, amount: str = "120.00 EUR") -> Payment:
        """A payment whose money is there."""
        case = ChargeCase([], debt_of(amount), self.good)
        wished, number = decide(job_of(), case, now=self.clock()), len(self.taken) + 1
        payment = replace(wished, id=payment_id(wished.invoice, number), attempt=number)
        said = self.gateway.charge(payment, self.good, about="INV-7")
        self.taken.append(replace(payment, reference=said.reference))
        self.collect(said.reference)
        return self.taken[-1]

    def given(self, payment: Payment, amount: str) -> None:
        """A part of a payment goes back."""
        refund = Refund(
            refund_id(payment.id, 1), payment.id, payment.invoice, 1, money(amount), "why", RefundState.PENDING, "", None, NOW
        )
        self.gateway.refund(refund, payment, self.good, before=money("0.00 EUR"))

    def payouts(self) -> list[Payout]:
        """All of them, the oldest first."""
        found = self.money.payouts(LONG_AGO, self.clock() + timedelta(seconds=1))
        return sorted(found, key=lambda one: (one.made_at, one.id))

    def moved(self) -> dict[str, Movement]:
        """Everything that moved, as movements and as parts of payouts, each once."""
        found = {one.id: one for one in self.money.movements(LONG_AGO, self.clock() + timedelta(seconds=1))}
        for payout in self.payouts():
            found |= {one.id: one for one in self.money.parts(payout) or ()}
        return found

    def of(self, payment: Payment, kind: MovementKind) -> list[str]:
        """What moved of a payment."""
        mine = [one for one in self.moved().values() if one.reference == payment.reference and one.kind is kind]
        return [str(one.amount) for one in sorted(mine, key=lambda one: (one.moved_at, one.id))]


def stripe() -> Stage:
    """Stripe's SDK over the stand-in."""
    clock = Clock()
    account = StripeStandIn(clock=clock)

    def reached(app: App, environment: str = "test") -> GatewayMoney:
        session = requests.Session()
        session.mount("https://", RequestsAdapter(app))
        return StripeMoney(client(KEY, own_session=session), environment=environment)

    session = requests.Session()
    session.mount("https://", RequestsAdapter(account))
    stored = enrol(account, "Contoso")

    def later() -> None:
        clock.at += timedelta(days=3)
        post(account, "/v1/customers", {"name": "somebody, so that the day is noticed"})
        clock.at += timedelta(days=3)
        post(account, "/v1/customers", {"name": "somebody"})

    def unmarked() -> str:
        said = {"amount": 500, "currency": "eur", "customer": stored.customer, "payment_method": stored.method}
        asked = {**said, "confirm": "true", "automatic_payment_methods[enabled]": "true"}
        made = post(account, "/v1/payment_intents", {**asked, "automatic_payment_methods[allow_redirects]": "never"})
        return str(made["id"])

    return Stage(
        StripeGateway(client(KEY, own_session=session), environment="test"),
        reached(account),
        replace(VISA, customer=stored.customer, method=stored.method),
        clock,
        account,
        reached,
        collect=str,  # a card is paid at once
        pay_out=later,
        take=lambda reference: control(account, "dispute", {"payment_intent": reference}),
        give=lambda _: control(account, "disputed", {"dispute": control(account, "disputes")[0]["id"], "to": "won"}),
        bounce=lambda payout: control(account, "payout", {"payout": payout, "to": "failed"}),
        unmarked=unmarked,
    )


def gocardless() -> Stage:
    """GoCardless' API over the stand-in."""
    clock = Clock()
    account = GoCardless(clock=clock)

    def reached(app: App, environment: str = "test") -> GatewayMoney:
        http = Http("GoCardless", "https://api.gocardless.com", transport=httpx_transport(app), sleep=lambda _: None)
        return GoCardlessMoney(Client(http, TOKEN), environment=environment)

    mandate = door(account, "mandate", scheme="sepa_core")
    wire = Client(Http("GoCardless", "https://api.gocardless.com", transport=httpx_transport(account)), TOKEN)

    def later() -> None:
        clock.at += timedelta(days=1)
        pay_out(account)

    def unmarked() -> str:
        made = wire.create("payments", {"amount": 500, "currency": "EUR", "links": {"mandate": mandate["id"]}}, key="by hand")
        collect(account, made["id"])
        return str(made["id"])

    def bounce(payout: str) -> None:
        account.world.payouts[payout]["status"] = "pending"
        door(account, "payout", payout=payout, to="bounced")

    return Stage(
        GoCardlessGateway(wire, environment="test"),
        reached(account),
        replace(BANK, customer=mandate["links"]["customer"], method=mandate["id"]),
        clock,
        account,
        reached,
        collect=lambda reference: collect(account, reference),
        pay_out=later,
        take=lambda reference: door(account, "move", payment=reference, to="charged_back"),
        give=lambda reference: door(account, "chargeback", payment=reference, ends="cancelled"),
        bounce=bounce,
        unmarked=unmarked,
    )


@pytest.fixture(params=[stripe, gocardless], ids=lambda make: make.__name__)
def stage(request: pytest.FixtureRequest) -> Stage:
    """One of the gateways."""
    made: Stage = request.param()
    return made


def test_a_payment_moves_its_amount_once(stage: Stage) -> None:
    """In the payment's own currency, under its id at the gateway, however often it is read."""
    payment = stage.charged()
    stage.pay_out()
    assert stage.of(payment, K.PAYMENT) == ["120.00 EUR"]
    assert stage.moved().keys() == stage.moved().keys()
    assert {one.moved_at.tzinfo for one in stage.moved().values()} == {UTC}


def test_refunds_and_what_banks_take_back_move_the_other_way(stage: Stage) -> None:
    """Each by the payment that it is of; what is given back after all comes again."""
    taken, refunded = stage.charged(), stage.charged("80.00 EUR")
    stage.pay_out()
    stage.charged("400.00 EUR")
    stage.given(refunded, "30.00 EUR")
    stage.take(taken.reference)
    stage.pay_out()
    assert stage.of(refunded, K.REFUND) == ["-30.00 EUR"]
    assert stage.of(taken, K.DISPUTE) == ["-120.00 EUR"]
    stage.give(taken.reference)
    stage.pay_out()
    back = [one.amount for one in stage.moved().values() if one.reference == taken.reference and one.amount is not None]
    assert str(total(back, money("0.00 EUR").currency)) == "120.00 EUR"


def test_a_payout_is_the_sum_of_its_parts(stage: Stage) -> None:
    """To the minor unit, after fees of fractions of one; each part names it and nothing is in two."""
    for amount in ("120.00 EUR", "80.00 EUR", "33.33 EUR"):
        stage.charged(amount)
    stage.pay_out()
    stage.charged("99.99 EUR")
    stage.given(stage.taken[0], "20.00 EUR")
    stage.pay_out()
    payouts = stage.payouts()
    assert [one.state for one in payouts] == [PayoutState.PAID, PayoutState.PAID]
    seen: list[str] = []
    for payout in payouts:
        parts = stage.money.parts(payout)
        assert parts is not None
        assert {one.payout for one in parts} == {payout.id}
        assert sum((one.net for one in parts), Decimal(0)).quantize(Decimal("0.01")) == payout.amount.major
        assert sum((one.fee for one in parts), Decimal(0)) > 0
        assert payout.arrives_on is not None
        seen += [one.id for one in parts]
    assert len(seen) == len(set(seen))


def test_a_payout_that_came_back_says_so(stage: Stage) -> None:
    """It failed, with a reason."""
    stage.charged()
    stage.pay_out()
    stage.bounce(stage.payouts()[0].id)
    assert (stage.payouts()[0].state, bool(stage.payouts()[0].reason)) == (PayoutState.FAILED, True)


def test_a_period_holds_what_was_made_in_it(stage: Stage) -> None:
    """The first moment belongs to it, the last does not."""
    stage.charged()
    stage.pay_out()
    [payout] = stage.payouts()
    at = payout.made_at
    assert [one.id for one in stage.money.payouts(at, at + timedelta(seconds=1))] == [payout.id]
    assert [*stage.money.payouts(at - timedelta(days=1), at)] == []
    assert [*stage.money.movements(LONG_AGO, LONG_AGO + timedelta(days=1))] == []


def test_whose_a_payment_is_is_told_by_its_mark(stage: Stage) -> None:
    """Ours, that of a copy of the same rows, or nobody's; what the gateway does not know is nobody's."""
    assert stage.money.owner(stage.charged().reference) is Owner.OURS
    assert stage.money.owner(stage.unmarked()) is Owner.NOBODY
    assert stage.money.owner("unheard_of") is Owner.NOBODY
    assert stage.through(stage.app, "copy").owner(stage.taken[0].reference) is Owner.ANOTHER


def test_more_movements_than_fit_on_a_page_are_all_read(stage: Stage) -> None:
    """130 payments: more than a page of 100, and in one payout."""
    for _ in range(130):
        stage.charged()
    stage.pay_out()
    [payout] = stage.payouts()
    parts = stage.money.parts(payout)
    assert parts is not None
    assert sum(one.kind is K.PAYMENT for one in parts) == 130
    assert sum(one.kind is K.PAYMENT for one in stage.moved().values()) == 130


@pytest.mark.parametrize(("status", "raised"), [(429, Throttled), (500, Unavailable), (503, Unavailable)])
def test_a_gateway_that_does_not_answer_is_asked_later(stage: Stage, status: int, raised: type[External]) -> None:
    """Reading moves nothing: every failure may be tried again."""
    stage.charged()
    stage.pay_out()
    [payout] = stage.payouts()

    def broken(_: Request) -> Response:
        return Response(status, (("content-type", "application/json"),), b'{"error": {"message": "x"}}')

    money = stage.through(broken)
    now = stage.clock()
    for ask in (
        lambda: [*money.payouts(LONG_AGO, now)],
        lambda: money.parts(payout),
        lambda: money.owner(stage.taken[0].reference),
    ):
        with pytest.raises(raised):
            ask()


def test_a_payout_whose_parts_are_not_told_has_none(stage: Stage) -> None:
    """Not yet at Stripe, no longer at GoCardless: nobody guesses."""
    stage.charged()
    stage.pay_out()
    [payout] = stage.payouts()
    if isinstance(stage.app, StripeStandIn):
        control(stage.app, "itemise", {"payout": payout.id, "status": "in_progress"})
    else:
        stage.clock.at += timedelta(days=200)
    assert stage.money.parts(payout) is None
