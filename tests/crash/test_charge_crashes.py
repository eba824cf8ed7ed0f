"""Charge and Confirm, killed and confused at every request that they send.

A clean run counts the requests. Then, for each request and each way to go wrong, a fresh invoice is charged; time passes, the
sweep does its work, and everything must stand as after the clean run: one charge at most, and balance, allocation, status and job
in agreement.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest

from local.desks.charge import Bill
from local.desks.debit import DebitDesk
from local.faults import CRASHES, Died, Fault
from local.gocardless.enrolling import bounce, collect, control
from local.gocardless.world import SCHEMES
from work365.ports.payments import PaymentHint
from work365.receivables.charging import payment_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.points import Tried
    from work365.receivables.payments import InvoiceId, ProfileId

ROUNDS = 12
PASS_S = 130


@dataclass(frozen=True)
class Story:
    """One charge, and how everything stands after it. `token` is a test card or account of Stripe, or a scheme of GoCardless."""

    name: str
    token: str
    amount: str | None
    bill: Bill
    job: str


TAKEN = Bill("150.00", "0.00", "Paid", ("Succeeded",), ("150.00",), 1)
STORIES = [
    Story("the balance", "pm_card_visa", None, TAKEN, "Succeeded"),
    Story("a part", "pm_card_visa", "40.00", Bill("40.00", "110.00", "Partial", ("Succeeded",), ("40.00",), 1), "Succeeded"),
    Story("a decline", "pm_card_chargeCustomerFail", None, Bill("0.00", "150.00", "Issued", ("Failed",), (), 0), "Refused"),
    Story("a debit", "pm_usBankAccount_success", None, Bill("0.00", "150.00", "Issued", ("Processing",), (), 0), "Succeeded"),
    Story("a mandate", "sepa_core", None, Bill("0.00", "150.00", "Issued", ("Processing",), (), 1), "Succeeded"),
]
BALANCE, _, _, DEBIT, MANDATE = STORIES
POINTS = [(story, fault) for story in STORIES for fault in CRASHES]
POINTS += [(story, fault) for story in (BALANCE, MANDATE) for fault in (Fault.ERROR_AFTER, Fault.NOT_REACHED)]


class Crashes:
    """One tenant for all runs of a story; every run has an invoice and a job of its own."""

    def __init__(self) -> None:
        self.desk = DebitDesk()
        self._profiles: dict[str, ProfileId] = {}
        self._sent: dict[str, list[str]] = {}

    def profile(self, token: str) -> ProfileId:
        if token not in self._profiles:
            self._profiles[token] = self.desk.sign(token) if token in SCHEMES else self.desk.enrol(token)
        return self._profiles[token]

    def start(self, story: Story) -> tuple[InvoiceId, str]:
        """A fresh invoice and the job that charges it."""
        invoice = self.desk.invoice()
        return invoice, self.desk.job(invoice, amount=story.amount, profile=self.profile(story.token))

    def attempt(self, job: str) -> None:
        """One delivery, which may die or fail; what it raises is the queue's business."""
        with contextlib.suppress(Died, Exception):
            self.desk.run(job)

    def recover(self, invoice: InvoiceId, *jobs: str) -> None:
        """Let time pass and the sweep work until no job is open."""
        self.desk.fuse.reset()
        for _ in range(ROUNDS):
            if all(self.desk.state_of(job)[0] in ("Succeeded", "Refused", "Failed") for job in jobs):
                return
            self.desk.later(seconds=PASS_S)
            self.desk.sweep(invoice, *jobs)

    def sent(self, story: Story) -> list[str]:
        """What a clean run sends, once everything that is kept is known."""
        if story.name not in self._sent:
            for _ in range(2):
                invoice, job = self.start(story)
                self.desk.fuse.reset()
                self.attempt(job)
            assert self.desk.bill(invoice) == story.bill
            assert self.desk.state_of(job)[0] == story.job
            self._sent[story.name] = [sent.address for sent in self.desk.fuse.sent]
        return self._sent[story.name]

    def count(self, story: Story) -> int:
        """How many requests that is."""
        return len(self.sent(story))


@pytest.fixture(scope="module")
def crashes() -> Iterator[Crashes]:
    """One tenant for this module."""
    built = Crashes()
    yield built
    built.desk.close()


@pytest.mark.parametrize(("story", "fault"), POINTS, ids=lambda part: part.name.lower())
def test_one_charge_whatever_breaks(crashes: Crashes, story: Story, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection: the end is that of a clean run."""
    requests = crashes.count(story)
    for at in tried(f"charge, {story.name}, {fault.value}", range(1, requests + 1)):
        invoice, job = crashes.start(story)
        crashes.desk.fuse.arm(at=at, fault=fault)
        crashes.attempt(job)
        place = f"{fault.value}, request {at} of {requests}: {crashes.desk.fuse.blown}"
        assert crashes.desk.fuse.blown is not None, place
        crashes.recover(invoice, job)
        assert crashes.desk.bill(invoice) == story.bill, place
        assert crashes.desk.state_of(job)[0] == story.job, place


@pytest.mark.parametrize("story", [BALANCE, DEBIT, MANDATE], ids=lambda story: story.name)
def test_one_charge_when_the_message_is_delivered_twice(crashes: Crashes, story: Story, tried: Tried) -> None:
    """A second delivery of the same job may run wholly between any two requests of the first."""
    requests = crashes.count(story)
    for at in tried(f"charge, {story.name}, second delivery", range(1, requests + 1)):
        invoice, job = crashes.start(story)
        crashes.desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(crashes.attempt, job))
        crashes.attempt(job)
        crashes.recover(invoice, job)
        assert crashes.desk.bill(invoice) == story.bill, f"second delivery before request {at}: {crashes.desk.fuse.blown}"
        assert crashes.desk.state_of(job)[0] == story.job


def test_one_charge_when_somebody_else_clicks_at_the_same_time(crashes: Crashes, tried: Tried) -> None:
    """A second job on the same invoice may run wholly between any two requests: one charges, the other is refused in words."""
    requests = crashes.count(BALANCE)
    for at in tried("charge, second click", range(1, requests + 1)):
        invoice, job = crashes.start(BALANCE)
        other = crashes.desk.job(invoice)
        crashes.desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(crashes.attempt, other))
        crashes.attempt(job)
        crashes.recover(invoice, job, other)
        place = f"second click before request {at}"
        assert crashes.desk.bill(invoice) == TAKEN, place
        states = dict([crashes.desk.state_of(job), crashes.desk.state_of(other)])
        assert set(states) == {"Succeeded", "Refused"}, place
        assert "already being charged" in states["Refused"] or "paid already" in states["Refused"], place


def test_one_charge_when_the_gateway_reports_in_between(crashes: Crashes, tried: Tried) -> None:
    """An event about the payment may be worked on wholly between any two requests, also before the row knows the gateway's id."""
    requests = crashes.count(BALANCE)
    for at in tried("charge, event in between", range(1, requests + 1)):
        invoice, job = crashes.start(BALANCE)
        hint = PaymentHint("pi_not_on_record", payment_id(invoice, 1))
        crashes.desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(crashes.desk.event, hint))
        crashes.attempt(job)
        crashes.recover(invoice, job)
        assert crashes.desk.bill(invoice) == TAKEN, f"event before request {at}"
        assert crashes.desk.state_of(job)[0] == "Succeeded"


def unknown(crashes: Crashes) -> tuple[InvoiceId, str, str]:
    """A charge whose answer got lost; its job waits, and a confirmation job is there."""
    invoice, job = crashes.start(BALANCE)
    crashes.desk.fuse.arm(at=1 + crashes.sent(BALANCE).index("/v1/payment_intents"), fault=Fault.LOSE_ANSWER)
    crashes.attempt(job)
    crashes.desk.fuse.reset()
    assert crashes.desk.bill(invoice).payments == ("Unknown",)
    confirmation = crashes.desk.job(invoice, payment=crashes.desk.only_payment(invoice)["w365_paymentid"])
    return invoice, job, confirmation


@pytest.mark.parametrize("fault", [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED], ids=lambda fault: fault.name.lower())
def test_a_confirmation_may_die_anywhere(crashes: Crashes, fault: Fault, tried: Tried) -> None:
    """Confirming an unknown outcome is as safe as charging."""
    invoice, job, confirmation = unknown(crashes)
    crashes.attempt(confirmation)
    requests = crashes.desk.fuse.count
    assert crashes.desk.bill(invoice) == TAKEN
    for at in tried(f"confirm, {fault.value}", range(1, requests + 1)):
        invoice, job, confirmation = unknown(crashes)
        crashes.desk.fuse.arm(at=at, fault=fault)
        crashes.attempt(confirmation)
        place = f"{fault.value}, request {at} of {requests}: {crashes.desk.fuse.blown}"
        crashes.recover(invoice, job, confirmation)
        assert crashes.desk.bill(invoice) == TAKEN, place
        assert {crashes.desk.state_of(job)[0], crashes.desk.state_of(confirmation)[0]} == {"Succeeded"}, place


def test_a_debit_ends_by_sweep_when_no_event_ever_comes(crashes: Crashes) -> None:
    """Webhooks may be lost for ever: after the bank's days the sweep finds the money."""
    invoice, job = crashes.start(DEBIT)
    crashes.desk.fuse.reset()
    crashes.attempt(job)
    crashes.desk.later(days=4)
    crashes.desk.sweep(invoice, job)
    assert crashes.desk.bill(invoice) == TAKEN


def mandated(crashes: Crashes) -> tuple[InvoiceId, str]:
    """An invoice whose debit is under way at GoCardless, and that debit."""
    invoice, job = crashes.start(MANDATE)
    crashes.desk.fuse.reset()
    crashes.attempt(job)
    (debit,) = crashes.desk.debits(invoice)
    return invoice, debit["id"]


def test_a_debit_at_gocardless_ends_by_its_events(crashes: Crashes) -> None:
    """Created, submitted, confirmed: told together and twice, paid once."""
    invoice, debit = mandated(crashes)
    collect(crashes.desk.gocardless, debit)
    crashes.desk.told(3)
    crashes.desk.told(2)
    assert crashes.desk.bill(invoice) == TAKEN


def test_a_debit_at_gocardless_comes_back(crashes: Crashes) -> None:
    """The bank's reason stands on the invoice; nothing is charged, and the next attempt may be made."""
    invoice, debit = mandated(crashes)
    bounce(crashes.desk.gocardless, debit)
    crashes.desk.told(1)
    assert crashes.desk.bill(invoice) == Bill("0.00", "150.00", "Issued", ("Failed",), (), 0)
    assert crashes.desk.only_payment(invoice)["w365_message"] == (
        "The bank debit was declined: insufficient funds. Nothing was charged. It may pass on another day: charge again then, or "
        "use another payment profile."
    )
    crashes.attempt(crashes.desk.job(invoice, profile=crashes.profile(MANDATE.token)))
    assert crashes.desk.bill(invoice).payments == ("Failed", "Processing")


def test_a_debit_at_gocardless_is_charged_back(crashes: Crashes) -> None:
    """The invoice is open again, and the payment is none any more."""
    invoice, debit = mandated(crashes)
    collect(crashes.desk.gocardless, debit)
    crashes.desk.told(1)
    control(crashes.desk.gocardless, "move", payment=debit, to="charged_back")
    crashes.desk.told(1)
    assert crashes.desk.bill(invoice) == Bill("0.00", "150.00", "Issued", ("Returned",), (), 0)
    assert "150.00 EUR was taken back" in crashes.desk.only_payment(invoice)["w365_message"]
