"""Paying by a link, killed and confused at every request, beside everybody else who wants the same money: it comes once.

After every run: at most one page of an invoice is open at the gateway; what the gateway took is the balance, once; what came in
is what the rows say.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

import pytest

from local.desks.pay_links import PayLinkDesk
from local.faults import Died, Fault
from local.stripe.enrolling import control
from work365.ports.payments import PaymentHint
from work365.receivables.charging import payment_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.desks.charge import Bill
    from local.desks.pay_links import Linked
    from work365.receivables.payments import InvoiceId

FAULTS = [Fault.DIE_AFTER, Fault.LOSE_ANSWER, Fault.MEANWHILE]
"""To die before a request is to die after the one before it."""
PAID = ("150.00", "0.00", "Paid")
OPEN, ENDS = ("Pending", "Unknown", "Needs action"), ("Succeeded", "Refused")


@pytest.fixture(scope="module")
def desk() -> Iterator[PayLinkDesk]:
    """One tenant; every run has an invoice of its own."""
    built = PayLinkDesk()
    built.open(built.linked().token)
    yield built
    built.close()


def attempt(act: Callable[[], object]) -> None:
    """One try, which may die or fail; whoever comes next tries again."""
    with contextlib.suppress(Died, Exception):
        act()


def requests_of(desk: PayLinkDesk, act: Callable[[], object]) -> int:
    """How many requests a clean run sends."""
    desk.fuse.reset()
    act()
    return desk.fuse.count


def settled(desk: PayLinkDesk, invoice: InvoiceId, place: str) -> Bill:
    """What holds for every invoice: one charge at most, and the rows say what the gateway took."""
    bill = desk.bill(invoice)
    assert bill.taken <= 1, place
    assert desk.sessions(invoice).count("open") <= 1, place
    assert sum(map(float, bill.allocated)) == 150.0 * bill.taken, place
    return bill


def finish(desk: PayLinkDesk, linked: Linked) -> None:
    """The customer comes again until the page is there, and pays."""
    desk.fuse.reset()
    for _ in range(4):
        with contextlib.suppress(Exception):
            page = desk.open(linked.token)
            if page is not None:
                desk.pay(page)
            break
        desk.later(minutes=12)
    desk.sweep_pages(linked.invoice)


def recover(desk: PayLinkDesk, linked: Linked, job: str) -> None:
    """Time passes, and the sweep works until neither the job nor an attempt is open."""
    for _ in range(6):
        if desk.state_of(job)[0] in ENDS and not set(desk.bill(linked.invoice).payments).intersection(OPEN):
            return
        desk.later(minutes=11)
        desk.sweep(linked.invoice, job)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name.lower())
def test_one_page_whatever_breaks_while_it_is_opened(
    desk: PayLinkDesk, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    """Pressed again after any failure, or by two people at once, for a customer that the gateway does not know yet: one page."""
    requests = requests_of(desk, partial(desk.open, desk.stranger().token))
    for at in range(1, requests + 1):
        linked = desk.stranger()
        desk.fuse.arm(at=at, fault=fault, meanwhile=partial(attempt, partial(desk.open, linked.token)))
        attempt(partial(desk.open, linked.token))
        place = f"{fault.value}, request {at} of {requests}: {desk.fuse.blown}"
        assert desk.fuse.blown is not None, place
        finish(desk, linked)
        bill = settled(desk, linked.invoice, place)
        assert (bill.charged, bill.balance, bill.status, bill.taken) == (*PAID, 1), place
        assert desk.sessions(linked.invoice) == ["complete"], place
    record_property("crash points", f"open a payment page, {fault.value}: {requests}")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name.lower())
def test_what_was_paid_is_learned_whatever_breaks(
    desk: PayLinkDesk, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    """The worker dies anywhere, or runs twice at once: the sweep finds what the gateway took."""

    def paid() -> Linked:
        linked = desk.linked()
        desk.pay(desk.open(linked.token))
        return linked

    def told(linked: Linked) -> object:
        return desk.event(PaymentHint("", payment_id(linked.invoice, 1)))

    desk.fuse.reset()
    requests = requests_of(desk, partial(told, paid()))
    for at in range(1, requests + 1):
        desk.fuse.reset()
        linked = paid()
        desk.fuse.arm(at=at, fault=fault, meanwhile=partial(attempt, partial(told, linked)))
        attempt(partial(told, linked))
        place = f"{fault.value}, request {at} of {requests}: {desk.fuse.blown}"
        assert desk.fuse.blown is not None, place
        desk.fuse.reset()
        desk.sweep_pages(linked.invoice)
        assert settled(desk, linked.invoice, place).balance == "0.00", place
    record_property("crash points", f"learn of a payment by link, {fault.value}: {requests}")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name.lower())
def test_a_charge_beside_an_open_page_takes_the_money_once(
    desk: PayLinkDesk, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    """The job dies anywhere, or the customer pays on the page just before any request of it."""

    def opened() -> tuple[Linked, str, str]:
        linked = desk.linked()
        page = str(desk.open(linked.token))
        return linked, page, desk.job(linked.invoice)

    desk.fuse.reset()
    _, _, job = opened()
    requests = requests_of(desk, partial(desk.run, job))
    for at in range(1, requests + 1):
        desk.fuse.reset()
        linked, page, job = opened()
        desk.fuse.arm(at=at, fault=fault, meanwhile=partial(attempt, partial(desk.pay, page)))
        attempt(partial(desk.run, job))
        place = f"{fault.value}, request {at} of {requests}: {desk.fuse.blown}"
        assert desk.fuse.blown is not None, place
        desk.fuse.reset()
        attempt(partial(desk.pay, page))
        recover(desk, linked, job)
        bill = settled(desk, linked.invoice, place)
        assert (bill.charged, bill.balance, bill.status, bill.taken) == (*PAID, 1), place
        assert desk.state_of(job)[0] in ENDS, place
    record_property("crash points", f"charge beside an open page, {fault.value}: {requests}")


def test_a_page_and_a_charge_that_begin_at_once(desk: PayLinkDesk, record_property: Callable[[str, object], None]) -> None:
    """A charge runs just before any request that opens a page, and the customer pays wherever a page is open afterwards."""
    requests = requests_of(desk, partial(desk.open, desk.linked().token))
    for at in range(1, requests + 1):
        linked = desk.linked()
        job = desk.job(linked.invoice)
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(attempt, partial(desk.run, job)))
        attempt(partial(desk.open, linked.token))
        desk.fuse.reset()
        for session in desk.stripe_sessions():
            if session["status"] == "open" and session["metadata"]["w365_invoice"] == linked.invoice:
                control(desk.stripe, "complete", {"session": session["id"], "with": "pm_card_visa"})
        recover(desk, linked, job)
        place = f"request {at} of {requests}: {desk.fuse.blown}"
        bill = settled(desk, linked.invoice, place)
        assert (bill.charged, bill.balance, bill.status, bill.taken) == (*PAID, 1), place
        assert not set(bill.payments).intersection(OPEN), place
    record_property("crash points", f"open a page beside a charge: {requests}")
