"""Refunds, killed and confused at every request that they send: the money goes back once, and the rows agree with the gateway.

As for charges: a clean run counts the requests, then each is broken in each way, time passes, the sweep does its work, and
everything must stand as after the clean run.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest

from local.desks.giving_back import LONG_S, GivingDesk, Stand
from local.faults import CRASHES, Died, Fault
from local.stripe.enrolling import control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.points import Tried
    from work365.receivables.payments import InvoiceId

DONE = ("Succeeded",)


@dataclass(frozen=True)
class Story:
    """One refund of a paid invoice over 150.00, and how everything stands after it. `credited` is a credit note before."""

    name: str
    amount: str
    stand: Stand
    credited: str = ""
    debit: bool = False


STORIES = [
    Story("all of a card payment", "150.00", Stand("0.00", "150.00", "Issued", "0.00", "0.00", DONE, 0)),
    Story("a part", "40.00", Stand("110.00", "40.00", "Partial", "110.00", "0.00", DONE, 11000)),
    Story("a part that was credited", "40.00", Stand("140.00", "10.00", "Partial", "110.00", "0.00", DONE, 11000), "30.00"),
    Story("a debit", "40.00", Stand("150.00", "0.00", "Paid", "150.00", "0.00", ("Processing",), 11000), debit=True),
]
WHOLE, PART, CREDITED, DEBIT = STORIES
POINTS = [(story, fault) for story in (PART, CREDITED, DEBIT) for fault in CRASHES]
POINTS += [(PART, Fault.ERROR_AFTER), (PART, Fault.NOT_REACHED)]


@pytest.fixture
def desk() -> Iterator[GivingDesk]:
    """A tenant for each test."""
    giving = GivingDesk()
    giving.listen()
    yield giving
    giving.close()


def start(desk: GivingDesk, story: Story) -> tuple[InvoiceId, str]:
    """A fresh invoice that is paid, and the job that gives money back."""
    desk.fuse.reset()
    invoice = desk.paid(debit=story.debit)
    if story.credited:
        desk.credited(invoice, story.credited)
    return invoice, desk.wish(invoice, story.amount)


def attempt(desk: GivingDesk, job: str) -> None:
    """One delivery, which may die or fail; what it raises is the queue's business."""
    with contextlib.suppress(Died, Exception):
        desk.run(job)


def requests_of(desk: GivingDesk, story: Story) -> list[str]:
    """What a clean run sends."""
    invoice, job = start(desk, story)
    desk.fuse.reset()
    attempt(desk, job)
    assert desk.stand(invoice) == story.stand
    assert desk.state_of(job)[0] == "Succeeded"
    return [sent.address for sent in desk.fuse.sent]


@pytest.mark.parametrize(("story", "fault"), POINTS, ids=lambda part: part.name.lower())
def test_given_back_once_whatever_breaks(desk: GivingDesk, story: Story, fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500 for it or no connection."""
    count = len(requests_of(desk, story))
    for at in tried(f"refund, {story.name}, {fault.value}", range(1, count + 1)):
        invoice, job = start(desk, story)
        desk.fuse.arm(at=at, fault=fault)
        attempt(desk, job)
        place = f"{fault.value}, request {at} of {count}: {desk.fuse.blown}"
        assert desk.fuse.blown is not None, place
        desk.settle(invoice, job)
        assert desk.stand(invoice) == story.stand, place
        assert desk.state_of(job)[0] == "Succeeded", place


def test_given_back_once_when_the_message_is_delivered_twice(desk: GivingDesk, tried: Tried) -> None:
    """A second delivery of the same job may run wholly between any two requests of the first."""
    count = len(requests_of(desk, PART))
    for at in tried("refund, second delivery", range(1, count + 1)):
        invoice, job = start(desk, PART)
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(attempt, desk, job))
        attempt(desk, job)
        desk.settle(invoice, job)
        assert desk.stand(invoice) == PART.stand, f"second delivery before request {at}"


def test_two_people_give_back_what_is_there_and_no_more(desk: GivingDesk, tried: Tried) -> None:
    """A second refund of the whole may run wholly between any two requests: one is done, the other refused in words."""
    count = len(requests_of(desk, WHOLE))
    for at in tried("refund, second person", range(1, count + 1)):
        invoice, job = start(desk, WHOLE)
        other = desk.wish(invoice)
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(attempt, desk, other))
        attempt(desk, job)
        desk.settle(invoice, job, other)
        place = f"second person before request {at}"
        assert desk.stand(invoice) == WHOLE.stand, place
        states = dict([desk.state_of(job), desk.state_of(other)])
        assert set(states) == {"Succeeded", "Refused"}, place
        assert "Wait for the result" in states["Refused"] or "to give back: all of it" in states["Refused"], place


@pytest.mark.parametrize("story", [PART, DEBIT], ids=lambda story: story.name)
def test_an_answer_that_is_lost_for_longer_than_a_key_lives(desk: GivingDesk, story: Story) -> None:
    """After a day the key would give the money a second time: it is found by our mark, and nothing is sent."""
    sent = requests_of(desk, story)
    invoice, job = start(desk, story)
    at = 1 + next(at for at, address in enumerate(sent) if address in ("/v1/refunds", "/refunds"))
    desk.fuse.arm(at=at, fault=Fault.LOSE_ANSWER)
    attempt(desk, job)
    assert desk.stand(invoice).refunds == ("Unknown",)
    desk.gocardless.world.keys.clear()
    desk.later(seconds=LONG_S)
    desk.settle(invoice, job)
    assert desk.stand(invoice) == story.stand


def test_a_request_that_never_arrived_is_closed_and_may_be_asked_for_again(desk: GivingDesk) -> None:
    """A day later nothing can be sent any more; the next refund is another one."""
    sent = requests_of(desk, PART)
    invoice, job = start(desk, PART)
    desk.fuse.arm(at=1 + sent.index("/v1/refunds"), fault=Fault.DIE_BEFORE)
    attempt(desk, job)
    desk.later(seconds=LONG_S)
    desk.settle(invoice, job)
    assert desk.stand(invoice).refunds == ("Failed",)
    assert desk.state_of(job)[0] == "Refused"
    assert desk.refund(invoice, PART.amount)[0] == "Succeeded"
    assert desk.stand(invoice) == Stand("110.00", "40.00", "Partial", "110.00", "0.00", ("Failed", "Succeeded"), 11000)


@pytest.mark.parametrize("fault", CRASHES, ids=lambda fault: fault.name.lower())
def test_a_refund_comes_back_once_whatever_breaks(desk: GivingDesk, fault: Fault, tried: Tried) -> None:
    """The sweep, or a second event, goes on where the first died."""

    def returned() -> InvoiceId:
        invoice, job = start(desk, PART)
        attempt(desk, job)
        control(desk.stripe, "refund", {"refund": desk.last_refund(invoice), "ends": "failed", "reason": "declined"})
        desk.fuse.reset()
        return invoice

    invoice = returned()
    desk.ask(invoice)
    count, clean = desk.fuse.count, desk.stand(invoice)
    assert clean == Stand("150.00", "0.00", "Paid", "150.00", "0.00", ("Failed",), 15000)
    for at in tried(f"refund comes back, {fault.value}", range(1, count + 1)):
        invoice = returned()
        desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, Exception):
            desk.ask(invoice)
        desk.fuse.reset()
        desk.ask(invoice)
        assert desk.stand(invoice) == clean, f"{fault.value}, request {at} of {count}: {desk.fuse.blown}"


@pytest.mark.parametrize("order", ["oldest first", "newest first"])
def test_refund_events_come_in_any_order_and_number(desk: GivingDesk, order: str) -> None:
    """Repeated, reordered, late: they end in the same books; a forged one is refused before anything is read."""
    invoice, job = start(desk, PART)
    control(desk.stripe, "refunds", {"status": "pending"})
    attempt(desk, job)
    control(desk.stripe, "refunds", {"status": "succeeded"})
    assert desk.stand(invoice).refunds == ("Processing",)
    control(desk.stripe, "refund", {"refund": desk.last_refund(invoice), "ends": "succeeded"})
    for event in control(desk.stripe, "events")[:6] * 2:
        control(desk.stripe, "send", {"event": event["id"]})
    control(desk.stripe, "deliver", {"order": order})
    assert desk.stand(invoice) == PART.stand
