"""A bank debit at GoCardless, killed and confused at every request, and told of out of order: one debit, and books that agree.

The rules and the handler are the real ones, the adapter too; the rows are in memory, because the tenant's part is crashed in
test_charge_crashes.py.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest

from local.fakes.payments import FakeBook
from local.fakes.receivables import BANK, NOW, debt_of, job_of
from local.faults import CRASHES, Died, Fault, Fuse
from local.gocardless.app import TOKEN, GoCardless
from local.gocardless.enrolling import bounce, collect, control
from local.http import httpx_transport
from providers.gocardless.client import Client
from providers.gocardless.gateway import GoCardlessGateway
from providers.gocardless.webhooks import verify
from transport.client import NO_RETRIES, Http
from work365.errors import NotAuthorised
from work365.handlers.charging import charge, confirm_payment, gateway_event, hinted
from work365.ports.payments import About, PaymentHint
from work365.receivables.payments import InvoiceId, Processor

if TYPE_CHECKING:
    from tests.points import Tried
    from work365.jobs import JobResult

FAULTS = (*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED)
POINTS = 4
"""One more than any run sends, so that the last fuse is one that never blows."""
I7 = InvoiceId("i7")


class Desk:
    """Invoice INV-7 over 150.00 EUR, a customer with a mandate, and a clock."""

    def __init__(self) -> None:
        self.now = NOW
        self.fuse = Fuse()
        self.gocardless = GoCardless(clock=lambda: self.now)
        signed = control(self.gocardless, "mandate", scheme="sepa_core")
        http = Http(
            "GoCardless",
            "https://api.gocardless.com",
            transport=httpx_transport(self.fuse.guard(self.gocardless)),
            retries=NO_RETRIES,
        )
        self.gateway = GoCardlessGateway(Client(http, TOKEN), environment="test")
        processor = Processor("p2", "debits", "GoCardless", "gocardless-token")
        self.book = FakeBook()
        self.book.put(
            debt_of("150.00 EUR"), replace(BANK, processor=processor, customer=signed["links"]["customer"], method=signed["id"])
        )

    def charge(self) -> JobResult:
        """Somebody pressed Charge, or the queue brings the job again."""
        return charge(job_of(), book=self.book, gateway_for=lambda _: self.gateway, now=self.now)

    def crash(self, at: int, fault: Fault) -> None:
        """The job, with one request going wrong."""
        self.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, Exception):
            self.charge()
        self.fuse.reset()
        self.now += timedelta(minutes=3)

    def sweep(self) -> None:
        """An hour later, ask about whatever is open."""
        self.now += timedelta(hours=1)
        for payment in self.book.unsettled(sent_before=self.now):
            confirm_payment(payment, book=self.book, gateway_for=lambda _: self.gateway, now=self.now)

    def told(self, last: int = 1) -> None:
        """A webhook of the last events arrives."""
        said = control(self.gocardless, "webhook", secret="s", last=last)
        for hint in verify(said["body"].encode(), said["signature"], "s"):
            self.event(hint)

    def event(self, hint: PaymentHint) -> None:
        """One event of the gateway."""
        payment = hinted(hint, self.book)
        if payment is not None:
            gateway_event(hint, payment, book=self.book, gateway_for=lambda _: self.gateway, now=self.now)

    @property
    def reference(self) -> str:
        """The one payment at GoCardless; more, or none, is what all this is against."""
        (held,) = control(self.gocardless, "payments")
        return str(held["id"])

    @property
    def bill(self) -> tuple[list[str], str, str, int]:
        """States of attempts, charged, balance, allocations."""
        debt = self.book.debts[I7]
        states = [payment.state.value for payment in self.book.payments.values()]
        return states, str(debt.charged), str(debt.balance), len(self.book.allocations)


WAITING = (["Processing"], "0.00 EUR", "150.00 EUR", 0)
PAID = (["Succeeded"], "150.00 EUR", "0.00 EUR", 1)
RETURNED = (["Failed"], "0.00 EUR", "150.00 EUR", 0)


@pytest.fixture
def desk() -> Desk:
    """A fresh desk."""
    return Desk()


@pytest.mark.parametrize("first", FAULTS, ids=lambda fault: fault.value)
def test_one_debit_whatever_breaks_once_or_twice(first: Fault, tried: Tried) -> None:
    """Every point, and every pair of points, of the job and of its repetition."""
    for second, at, then in tried(f"debit, {first.value}", product(FAULTS, range(1, POINTS), range(1, POINTS + 1))):
        desk = Desk()
        desk.crash(at, first)
        desk.crash(then, second)
        desk.charge()
        assert desk.bill == WAITING, (at, first, then, second)
        collect(desk.gocardless, desk.reference)
        desk.told()
        assert desk.bill == PAID, (at, first, then, second)


def test_a_debit_is_paid_when_the_bank_says_so(desk: Desk) -> None:
    """Under way, submitted, confirmed, paid out; the words on the invoice follow."""
    assert desk.charge().message == (
        "150.00 EUR is being collected from STRIPE TEST BANK ending 4242; the bank takes some days, and the balance follows then"
    )
    control(desk.gocardless, "move", payment=desk.reference, to="submitted")
    desk.told()
    assert desk.bill == WAITING
    control(desk.gocardless, "move", payment=desk.reference, to="confirmed")
    desk.told()
    assert desk.bill == PAID
    control(desk.gocardless, "move", payment=desk.reference, to="paid_out")
    desk.told()
    assert desk.bill == PAID


def test_events_that_repeat_come_late_or_never_change_nothing(desk: Desk) -> None:
    """Each asks the gateway what is true now; without any the sweep asks."""
    desk.charge()
    collect(desk.gocardless, desk.reference)
    desk.sweep()
    assert desk.bill == PAID
    for last in (1, 3, 2, 3):
        desk.told(last)
    assert desk.bill == PAID


def test_a_debit_that_comes_back_may_be_charged_again(desk: Desk) -> None:
    """A definitive failure, with the bank's reason; the next attempt is another payment under another key."""
    desk.charge()
    bounce(desk.gocardless, desk.reference)
    desk.told()
    assert desk.bill == RETURNED
    assert desk.book.notes[I7].startswith("The bank debit was declined: insufficient funds. Nothing was charged")
    again = charge(job_of(id="j2"), book=desk.book, gateway_for=lambda _: desk.gateway, now=desk.now)
    assert "is being collected" in again.message
    assert len(control(desk.gocardless, "payments")) == 2


def test_once_the_key_is_too_old_nothing_is_sent_again(desk: Desk) -> None:
    """The answer was lost, the queue slept for two days, GoCardless forgot the key: the debit is found, not repeated."""
    desk.crash(1, Fault.LOSE_ANSWER)
    desk.now += timedelta(days=2)
    control(desk.gocardless, "forget_keys")
    desk.charge()
    assert desk.bill == WAITING
    assert desk.reference


def test_a_request_that_never_arrived_is_closed_once_it_cannot_arrive(desk: Desk) -> None:
    """After a day without a trace the attempt has failed, and nobody sends it again."""
    desk.crash(1, Fault.DIE_BEFORE)
    desk.now += timedelta(days=2)
    desk.sweep()
    assert desk.bill == RETURNED
    assert control(desk.gocardless, "payments") == []


def test_a_late_failure_that_the_gateway_does_not_confirm_says_nothing(desk: Desk) -> None:
    """An event is only a hint: when the payment stands, or is not found, nothing is written."""
    desk.charge()
    collect(desk.gocardless, desk.reference)
    desk.told()
    before = desk.book.notes[I7]
    desk.now += timedelta(days=3)
    strange = PaymentHint("PM404", next(iter(desk.book.payments)), about=About.RETURN)
    desk.event(strange)
    desk.gocardless.world.payments.clear()
    desk.event(strange)
    assert (desk.bill, desk.book.notes[I7]) == (PAID, before)


def test_a_forged_event_is_not_looked_at(desk: Desk) -> None:
    """Signed with another secret: refused before a hint is made of it."""
    desk.charge()
    said = control(desk.gocardless, "webhook", secret="another")
    with pytest.raises(NotAuthorised):
        verify(said["body"].encode(), said["signature"], "s")


def test_no_token_is_in_any_row(desk: Desk) -> None:
    """What is kept of a payment and its profile: ids, amounts, words."""
    desk.charge()
    assert TOKEN not in repr(vars(desk.book))
