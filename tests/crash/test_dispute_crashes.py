"""Disputes, killed at every request, told in any order and number: the rows end as the gateway stands."""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING

import pytest

from local.desks.giving_back import GivingDesk, Stand
from local.faults import CRASHES, Died, Fault
from local.gocardless.enrolling import control as door
from local.stripe.enrolling import control
from work365.errors import External, Refused
from work365.ports.payments import About

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.points import Tried
    from work365.receivables.payments import InvoiceId

PAID = Stand("150.00", "0.00", "Paid", "150.00", "0.00", (), 15000)
OPEN = Stand("0.00", "150.00", "Issued", "0.00", "0.00", (), 0)


@pytest.fixture
def desk() -> Iterator[GivingDesk]:
    """A tenant for each test."""
    giving = GivingDesk()
    yield giving
    giving.close()


def taken(desk: GivingDesk) -> InvoiceId:
    """A card payment that was disputed, which nobody has heard of yet."""
    invoice = desk.paid()
    desk.dispute(invoice)
    return invoice


def given_back(desk: GivingDesk) -> InvoiceId:
    """One whose dispute was heard of, and is won meanwhile."""
    invoice = taken(desk)
    desk.ask(invoice, About.RETURN)
    mine = next(one["id"] for one in control(desk.stripe, "disputes") if one["status"] == "needs_response")
    desk.disputed(mine, "won")
    return invoice


def charged_back(desk: GivingDesk) -> InvoiceId:
    """A debit that the bank took back."""
    invoice = desk.paid(debit=True)
    door(desk.gocardless, "move", payment=desk.debits(invoice)[0]["id"], to="charged_back")
    return invoice


@pytest.mark.parametrize("fault", CRASHES, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize(
    ("story", "stand"), [(taken, OPEN), (given_back, PAID), (charged_back, OPEN)], ids=["taken", "given back", "charged back"]
)
def test_followed_once_whatever_breaks(
    desk: GivingDesk,
    story: Callable[[GivingDesk], InvoiceId],
    stand: Stand,
    fault: Fault,
    tried: Tried,
) -> None:
    """Die before or after any request, or lose its answer; whoever hears of it next ends it."""
    invoice = story(desk)
    desk.fuse.reset()
    desk.ask(invoice, About.RETURN)
    count = desk.fuse.count
    assert desk.stand(invoice) == stand
    for at in tried(f"dispute, {story.__name__}, {fault.value}", range(1, count + 1)):
        invoice = story(desk)
        desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            desk.ask(invoice, About.RETURN)
        assert desk.fuse.blown is not None
        desk.fuse.reset()
        desk.ask(invoice, About.RETURN)
        assert desk.stand(invoice) == stand, f"{fault.value}, request {at} of {count}: {desk.fuse.blown}"


def test_an_older_answer_is_never_written_last(desk: GivingDesk, tried: Tried) -> None:
    """Between any two requests of a worker the dispute is won, and another worker hears of it wholly."""
    invoice = taken(desk)
    desk.fuse.reset()
    desk.ask(invoice, About.RETURN)
    count = desk.fuse.count
    for at in tried("dispute, won meanwhile", range(1, count + 1)):
        invoice = taken(desk)
        mine = next(one["id"] for one in control(desk.stripe, "disputes") if one["status"] == "needs_response")

        def won(invoice: InvoiceId = invoice, mine: str = mine) -> None:
            desk.disputed(mine, "won")
            desk.ask(invoice, About.RETURN)

        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=won)
        desk.ask(invoice, About.RETURN)
        assert desk.stand(invoice) == PAID, f"won before request {at} of {count}"


@pytest.mark.parametrize("order", ["oldest first", "newest first"])
@pytest.mark.parametrize(("ends", "stand"), [("won", PAID), ("lost", OPEN)])
def test_dispute_events_come_in_any_order_and_number(desk: GivingDesk, order: str, ends: str, stand: Stand) -> None:
    """Created, withdrawn, updated, closed, reinstated: told together, three times, days late."""
    desk.listen()
    invoice = desk.paid()
    desk.stripe.deliver()
    dispute = control(desk.stripe, "dispute", {"payment_intent": desk.only_payment(invoice)["w365_gatewayreference"]})["id"]
    for step in ("under_review", ends):
        control(desk.stripe, "disputed", {"dispute": dispute, "to": step})
    desk.later(days=2)
    for event in control(desk.stripe, "events") * 2:
        control(desk.stripe, "send", {"event": event["id"]})
    control(desk.stripe, "deliver", {"order": order})
    assert desk.stand(invoice) == stand
    assert [one[:2] for one in desk.disputes(invoice)] == [(ends.capitalize(), "0.00" if ends == "won" else "150.00")]


ARRIVES = {"created": "submitted", "submitted": "paid"}
"""The way of a refund at GoCardless."""


class Walk:
    """Somebody who does any of these things to three invoices, in any order, while any request may break."""

    def __init__(self, desk: GivingDesk, seed: int) -> None:
        self.desk, self.dice = desk, random.Random(seed)  # noqa: S311  a seeded walk, no secret
        self.invoices, self.transfers = [desk.billed("150.00") for _ in range(3)], 0

    def step(self) -> None:
        """One thing, with a fault at one of its requests every other time."""
        invoice = self.dice.choice(self.invoices)
        if self.dice.random() < 0.5:
            self.desk.fuse.arm(at=self.dice.randint(1, 12), fault=self.dice.choice([*CRASHES, Fault.NOT_REACHED]))
        acts = [
            self.charge,
            self.debit,
            self.refund,
            self.refund,
            self.dispute,
            self.decide,
            self.bank,
            self.transfer,
            self.bounce,
        ]
        with contextlib.suppress(Died, External, Refused, AssertionError, StopIteration):  # what is refused is no step
            self.dice.choice([*acts, self.hear])(invoice)
        self.desk.fuse.reset()
        self.desk.later(minutes=self.dice.randint(1, 600))

    def charge(self, invoice: InvoiceId) -> None:
        self.desk.run(self.desk.job(invoice, amount=self.dice.choice([None, "50.00", "90.00"]), profile=self.desk.profile))

    def debit(self, invoice: InvoiceId) -> None:
        self.desk.collect(invoice, self.dice.choice([None, "70.00"]), debit=True)

    def refund(self, invoice: InvoiceId) -> None:
        row = self.dice.choice(self.desk.payments_of(invoice) or [None])
        if row is not None:
            self.desk.run(self.desk.wish(invoice, self.dice.choice([None, "30.00", "60.00"]), payment=row["w365_paymentid"]))

    def dispute(self, invoice: InvoiceId) -> None:
        self.desk.dispute(invoice, self.dice.choice([None, 2000]))

    def decide(self, invoice: InvoiceId) -> None:
        del invoice
        found = [one["id"] for one in control(self.desk.stripe, "disputes") if one["status"] == "needs_response"]
        self.desk.disputed(self.dice.choice(found or ["none"]), self.dice.choice(["won", "lost"]))

    def transfer(self, invoice: InvoiceId) -> None:
        self.transfers += 1
        self.desk.transfer(invoice, self.dice.choice([4000, 20000]), f"T-{self.transfers}")

    def bounce(self, invoice: InvoiceId) -> None:
        del invoice
        self.desk.bounce(f"T-{self.dice.randint(1, max(1, self.transfers))}")

    def bank(self, invoice: InvoiceId) -> None:
        """What banks do: a refund arrives or comes back, a debit is charged back, or that is cancelled."""
        gocardless = self.desk.gocardless
        for refund in list(gocardless.world.refunds.values()):
            door(gocardless, "refund", refund=refund["id"], to=ARRIVES.get(refund["status"], "bounced"))
        for debit in self.desk.debits(invoice):
            if debit["status"] == "charged_back":
                door(gocardless, "chargeback", payment=debit["id"], ends="cancelled")
            else:
                door(gocardless, "move", payment=debit["id"], to="charged_back")

    def hear(self, invoice: InvoiceId) -> None:
        for about in (About.PAYMENT, About.REFUND, About.RETURN):
            self.desk.ask(invoice, about)

    def rest(self) -> None:
        """Refunds arrive, all jobs end, all sweeps come round, and every gateway is asked."""
        for _ in range(3):
            for refund in [one for one in self.desk.gocardless.world.refunds.values() if one["status"] in ARRIVES]:
                door(self.desk.gocardless, "refund", refund=refund["id"], to=ARRIVES[refund["status"]])
            self.desk.later(hours=25)
            for job in self.desk.jobs.due(self.desk.now, untouched_s=60):
                self.desk.run(job)
            for invoice in self.invoices:
                self.hear(invoice)


@pytest.mark.parametrize("seed", range(6))
def test_a_walk_in_any_order_ends_with_the_same_money_on_both_sides(desk: GivingDesk, seed: int) -> None:
    """Money at the gateways = what came less what went = allocations + spare; statement, balance and invoices agree."""
    walk = Walk(desk, seed)
    for _ in range(25):
        walk.step()
    walk.rest()
    for invoice in walk.invoices:
        stand, used = desk.stand(invoice), desk.used(invoice)
        assert (stand.held, desk.came_less_went(invoice), stand.charged) == (used, used, stand.used), stand
        left_over = any((row["w365_spare"] or 0) > 0 for row in desk.payments_of(invoice))
        assert not left_over or stand.balance == "0.00", f"open beside money that is left over: {stand}"
    closing, kept = desk.owed()
    assert closing == kept
