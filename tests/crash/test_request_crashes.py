"""Mailing a request link by a job, killed and confused at every request that is sent: one customer, one link that works."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

import pytest

from local.desks.links import LinkDesk
from local.faults import CRASHES, Died, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.points import Tried
    from work365.receivables.payments import InvoiceId

ENDED = {"Succeeded", "Refused", "Failed"}
FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED, Fault.MEANWHILE]


@pytest.fixture(scope="module")
def desk() -> Iterator[LinkDesk]:
    """One tenant; every run has a customer of its own."""
    built = LinkDesk()
    built.run(built.asks(built.owed_by(built.reachable())))  # reads the currencies, once
    yield built
    built.close()


def attempt(act: Callable[[], object]) -> None:
    """One delivery, in which the worker may die."""
    with contextlib.suppress(Died, Exception):
        act()


def settle(desk: LinkDesk, *jobs: str) -> None:
    """Deliver jobs again soon, and once more when a mail that left must have been found."""
    for minutes in (2, 20, 1):
        desk.later(minutes=minutes)
        for job in jobs:
            desk.run(job)
    states = {desk.state_of(job)[0] for job in jobs}
    assert states <= ENDED, states


def working(desk: LinkDesk, before: int) -> list[str]:
    """The mailed links that open something, among those that were mailed after the first ones."""
    return [link for link in desk.mailed()[before:] if desk.opens(link)]


def check(desk: LinkDesk, invoice: InvoiceId, before: int, place: str, *jobs: str) -> None:
    """At most one link works, exactly one where a job says that it was mailed; whoever is told to ask again gets one."""
    settle(desk, *jobs)
    states = [desk.state_of(job)[0] for job in jobs]
    assert len(working(desk, before)) == states.count("Succeeded") <= 1, (place, states)
    if "Succeeded" not in states:
        assert "ask for a new one" in desk.state_of(jobs[0])[1], place
        again = desk.asks(invoice)
        desk.run(again)
        assert (desk.state_of(again)[0], len(working(desk, before))) == ("Succeeded", 1), place


def requests_of(desk: LinkDesk) -> int:
    """How many requests a clean run sends."""
    job = desk.asks(desk.owed_by(desk.reachable()))
    desk.fuse.reset()
    desk.run(job)
    return desk.fuse.count


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name.lower())
def test_one_link_that_works_whatever_breaks(desk: LinkDesk, fault: Fault, tried: Tried) -> None:
    """The worker dies anywhere, an answer is lost, or a second worker runs the same job in between."""
    requests = requests_of(desk)
    for at in tried(f"mail a request link, {fault.value}", range(1, requests + 1)):
        before, invoice = len(desk.mailed()), desk.owed_by(desk.reachable())
        job = desk.asks(invoice)
        desk.fuse.arm(at=at, fault=fault, meanwhile=partial(attempt, partial(desk.run, job)))
        attempt(partial(desk.run, job))
        place = f"{fault.value}, request {at} of {requests}: {desk.fuse.blown}"
        assert desk.fuse.blown is not None, place
        desk.fuse.reset()
        check(desk, invoice, before, place, job)


def test_one_link_that_works_when_two_ask_at_once(desk: LinkDesk, tried: Tried) -> None:
    """From two invoices of the same customer: one is mailed, the other one says since when it waits."""
    requests = requests_of(desk)
    for at in tried("mail a request link, asked for twice", range(1, requests + 1)):
        before, account = len(desk.mailed()), desk.reachable()
        first, second = desk.asks(desk.owed_by(account)), desk.asks(invoice := desk.owed_by(account))
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(attempt, partial(desk.run, second)))
        attempt(partial(desk.run, first))
        desk.fuse.reset()
        check(desk, invoice, before, f"request {at} of {requests}", first, second)
        assert {desk.state_of(first)[0], desk.state_of(second)[0]} == {"Succeeded", "Refused"}
