"""A card that must never be charged again is marked so with its decline, whatever breaks and whoever else charges it."""

from __future__ import annotations

import contextlib
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import pytest

from local.desks.charge import ChargeDesk
from local.faults import CRASHES, Died, Fault
from local.stripe.enrolling import control
from work365.errors import External

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.points import Tried
    from work365.receivables.payments import InvoiceId, ProfileId

ROUNDS = 12
PASS_S = 130
OVER = ("Succeeded", "Refused", "Failed")


class Stolen:
    """One tenant for all runs; every run has a stolen card of its own and two invoices that are charged to it."""

    def __init__(self) -> None:
        self.desk = ChargeDesk()
        self.card: ProfileId
        self.first: tuple[InvoiceId, str]
        self.second: tuple[InvoiceId, str]

    def begin(self) -> None:
        """A new card, which was stolen since it was stored."""
        self.card = self.desk.enrol("pm_card_visa")
        method = self.desk.payments.profile(self.card).method
        control(self.desk.stripe, "behaviour", {"payment_method": method, "behaviour": "stolen_card"})
        self.first, self.second = self._asked(), self._asked()
        self.desk.fuse.reset()

    def _asked(self) -> tuple[InvoiceId, str]:
        invoice = self.desk.invoice()
        return invoice, self.desk.job(invoice, profile=self.card)

    def attempt(self, job: str) -> None:
        """One delivery, which may die or fail."""
        with contextlib.suppress(Died, External):
            self.desk.run(job)

    def recover(self, invoice: InvoiceId, job: str) -> None:
        """Let time pass and the sweep work until the job is over."""
        self.desk.fuse.reset()
        for _ in range(ROUNDS):
            if self.desk.state_of(job)[0] in OVER:
                return
            self.desk.later(seconds=PASS_S)
            self.desk.sweep(invoice, job)

    def requests(self) -> int:
        """How many requests a first charge sends, once everything that is kept is known."""
        for _ in range(2):
            self.begin()
            self.attempt(self.first[1])
        return self.desk.fuse.count

    def seen(self) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """The payments of both invoices, and whether the card is refused for good."""
        refused = self.desk.payments.profile(self.card).refused_on is not None
        return self.desk.bill(self.first[0]).payments, self.desk.bill(self.second[0]).payments, refused


@pytest.fixture(scope="module")
def stolen() -> Iterator[Stolen]:
    """One tenant for this module."""
    built = Stolen()
    yield built
    built.desk.close()


def test_the_next_invoice_is_not_charged_whatever_broke_the_first(stolen: Stolen, tried: Tried) -> None:
    """The decline and the mark are one change set: there is never one without the other."""
    for at, fault in tried("refused for good", product(range(1, stolen.requests() + 1), CRASHES)):
        stolen.begin()
        stolen.desk.fuse.arm(at=at, fault=fault)
        stolen.attempt(stolen.first[1])
        stolen.recover(*stolen.first)
        stolen.attempt(stolen.second[1])
        assert stolen.seen() == (("Failed",), (), True), f"{fault.value} at {at}: {stolen.desk.fuse.blown}"
        assert "was refused for good on" in stolen.desk.state_of(stolen.second[1])[1]


DECLINED = ("Failed",)


def crossed(stolen: Stolen, at: int) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """What is seen after the second invoice was charged wholly before a request of the first."""
    stolen.begin()
    stolen.desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(stolen.attempt, stolen.second[1]))
    stolen.attempt(stolen.first[1])
    assert [stolen.desk.state_of(job)[0] for _, job in (stolen.first, stolen.second)] == ["Refused", "Refused"], f"at {at}"
    return stolen.seen()


def test_two_workers_with_one_card_leave_no_outcome_open(stolen: Stolen, tried: Tried) -> None:
    """Between any two requests: whoever had not sent yet is refused."""
    ends = [((), DECLINED, True), (DECLINED, (), True), (DECLINED, DECLINED, True)]
    for at in tried("refused for good, two workers", range(1, stolen.requests() + 1)):
        assert crossed(stolen, at) in ends, f"at {at}"


def test_two_declines_at_once_are_both_recorded(stolen: Stolen) -> None:
    """Both had been sent: the mark of one is no conflict that the other cannot solve."""
    stolen.requests()
    sent = [one.address for one in stolen.desk.fuse.sent].index("/v1/payment_intents") + 1
    assert crossed(stolen, sent + 1) == (DECLINED, DECLINED, True)
    assert crossed(stolen, sent + 2) == (DECLINED, DECLINED, True)
