"""Same key, same answer: each command that takes `--key`, typed twice, for something else, and after restarts.

Each is typed in a process of its own, and its job is done by a worker of its own (tests/same_key/office.py): what is known the
second time stands in the tenant's rows. That every command which needs a key takes one is held by test_every_command.py.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import wiring
from dataverse.query import Query
from dataverse.webapi import Ref
from local.desks.approvals import ApprovalDesk
from local.desks.closing import ClosingDesk
from local.desks.late_fees import APRIL, DUE, LateFeeDesk
from local.desks.prepaid import PrepaidDesk
from local.months.partner import Partner
from local.sample.generated import ENTITY
from tests.same_key.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.desks.billing import BillingDesk

MARCH, INVOICE, KEY = date(2026, 3, 1), "INV-CO-2026-00001", ("--key", "K-4711")
CHARGED_ON = DUE + timedelta(days=10)
Words = tuple[str, ...]


@dataclass(frozen=True)
class Wish:
    """What is typed: first, and then for something else under the same key.

    Shape: `told` is what the command says when it is typed again, where that is not what it answered first.
    """

    office: Office
    first: Words
    other: Words
    told: str = ""


def at(desk: BillingDesk, capsys: pytest.CaptureFixture[str]) -> Office:
    """An office over a desk's tenant."""
    return Office(capsys, desk.tenant.app, desk.clock)


def billed(first: str, other: str, before: str = "") -> Callable[[pytest.CaptureFixture[str]], Wish]:
    """C-1 has its invoice for March, 368.90 EUR."""

    def build(capsys: pytest.CaptureFixture[str]) -> Wish:
        desk = PrepaidDesk(MARCH)
        desk.standing("C-1", start=MARCH)
        desk.run(MARCH)
        office = at(desk, capsys)
        if before:
            assert office.types(*before.split()).code == 0
        return Wish(office, tuple(shlex.split(first)), tuple(shlex.split(other)))

    return build


def to_close(capsys: pytest.CaptureFixture[str]) -> Wish:
    """The plan that was seen is done; under its key no other reason."""
    desk = ClosingDesk(MARCH)
    desk.standing("C-1", start=MARCH)
    desk.run(MARCH)
    desk.at(date(2026, 3, 17))
    office = at(desk, capsys)
    words = ("contract", "close", "C-1", "--on", "2026-03-17")
    plan = json.loads(office.types(*words, "--output", "json").out)["plan"]
    return Wish(office, (*words, "--plan", plan), (*words, "--plan", plan, "--reason", "Moved"))


def to_change(capsys: pytest.CaptureFixture[str]) -> Wish:
    """Five seats more."""
    desk = ClosingDesk(MARCH)
    desk.bought(desk.contract("C-1", start=MARCH), start=MARCH, externalid="ms-1")
    desk.run(MARCH)
    words = ("subscription", "change", "ms-1", "--on", "2026-03-16", "--quantity")
    return Wish(at(desk, capsys), (*words, "15"), (*words, "16"), "asked for already; its job is Waiting")


def to_waive(capsys: pytest.CaptureFixture[str]) -> Wish:
    """A late fee that is billed: its line is credited."""
    desk = LateFeeDesk()
    desk.charges("STD", {10: {"fee": "40"}})
    contract = desk.on_time("C-1")
    desk.subscription(contract, start=APRIL)
    desk.late(contract, "INV-1", "100.00")
    desk.day(CHARGED_ON)
    desk.run(APRIL)
    words = ("reminders", "fees", "waive", "INV-1", "--reason")
    return Wish(at(desk, capsys), (*words, "A good customer"), (*words, "A mistake"))


def to_number(command: str) -> Callable[[pytest.CaptureFixture[str]], Wish]:
    """Two drafts wait for a person."""

    def build(capsys: pytest.CaptureFixture[str]) -> Wish:
        desk = PrepaidDesk(MARCH)
        desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(1)})
        for number in ("C-1", "C-2"):
            desk.standing(number, start=MARCH)
        desk.run(MARCH)
        office = at(desk, capsys)
        one, two = (row["w365_invoiceid"] for row in desk.api.find(Query("w365_invoice", ("w365_invoiceid",))))
        if command == "issue":
            assert [office.types("approval", "verify", each).code for each in (one, two)] == [0, 0]
        return Wish(office, ("approval", command, one), ("approval", command, two))

    return build


def to_answer(answer: str) -> Callable[[pytest.CaptureFixture[str]], Wish]:
    """Five seats more wait for an approver."""

    def build(capsys: pytest.CaptureFixture[str]) -> Wish:
        desk = ApprovalDesk.that_says("approve-purchases", "100.00 EUR")
        desk.wants(desk.seller, "Quantity", quantity=15)
        (request,) = desk.waiting()
        office = Office(capsys, desk.tenant.app, desk.clock, person=desk.approver.entra)
        words = ("approval", answer, request.id, "--reason")
        return Wish(office, (*words, "As agreed"), (*words, "As said"))

    return build


def to_refund(capsys: pytest.CaptureFixture[str]) -> Wish:
    """An invoice of 150.00 that was charged by card."""
    desk = Partner(MARCH)
    number = desk.number(desk.paid())
    office = Office(capsys, desk.dataverse, desk.application.clock, gateway_for=desk.gateway_for)
    return Wish(office, ("refund", number, "40.00", "--reason", "Outage"), ("refund", number, "50.00", "--reason", "Outage"))


WISHES: dict[str, Callable[[pytest.CaptureFixture[str]], Wish]] = {
    "credit": billed(f"credit {INVOICE} --reason Outage --line 1:3", f"credit {INVOICE} --reason Outage --line 1:4"),
    "cancel": billed(f"cancel {INVOICE} --reason Wrong", f"credit {INVOICE} --reason Wrong"),
    "one-off": billed("one-off C-1 --line 'GEN-1 at 120.00'", "one-off C-1 --line 'GEN-1 at 130.00'"),
    "prepaid add": billed("prepaid add C-1 400.00 --reason Bank-12", "prepaid add C-1 400.00 --reason Bank-13"),
    "writeoff post": billed(
        f"writeoff post {INVOICE} 40.00 --reason Insolvent", f"writeoff post {INVOICE} 40.00 --reason Insolvent --disputed"
    ),
    "writeoff take-back": billed(
        f"writeoff take-back {INVOICE} 40.00 --reason Found",
        f"writeoff take-back {INVOICE} --reason Found",
        before=f"writeoff post {INVOICE} 90.00 --reason Insolvent",
    ),
    "contract close": to_close,
    "subscription change": to_change,
    "reminders fees waive": to_waive,
    "approval verify": to_number("verify"),
    "approval issue": to_number("issue"),
    "approval approve": to_answer("approve"),
    "approval refuse": to_answer("refuse"),
    "refund": to_refund,
}


@pytest.fixture(params=list(WISHES.values()), ids=list(WISHES))
def wish(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[Wish]:
    yield request.param(capsys)
    wiring.install(None)


def test_a_command_answers_twice_and_acts_once(wish: Wish) -> None:
    """The first answer again, word for word; what else is asked for under the key is refused, naming the first."""
    office, before = wish.office, wish.office.rows()
    first = office.types(*wish.first, *KEY)
    done = office.rows()
    assert (first.code, done != before) == (0, True), first
    again = office.types(*wish.first, *KEY)
    assert wish.told in again.err if wish.told else again == first
    other = office.types(*wish.other, *KEY)
    assert (other.code, other.out) == (2, "")
    assert "the key 'K-4711' was used before for something else: " in other.err
    assert "Nothing was done. Use another key" in other.err
    assert office.types(*wish.first, *KEY) == again
    assert office.rows() == done


@pytest.mark.parametrize("key", [" ", "k" * 61])
def test_a_key_is_a_short_name(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is no name of a wish, and nothing is asked for."""
    wish = WISHES["prepaid add"](capsys)
    before = wish.office.rows()
    said = wish.office.types(*wish.first, "--key", key)
    wiring.install(None)
    assert (said.code, "a key has 1 to 60 characters" in said.err) == (2, True)
    assert wish.office.rows() == before


def test_without_a_key_a_command_is_as_often_done_as_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    desk = PrepaidDesk(MARCH)
    desk.standing("C-1", start=MARCH)
    office = at(desk, capsys)
    for _ in range(2):
        desk.clock.moment += timedelta(seconds=1)
        assert office.types("prepaid", "add", "C-1", "400.00", "--reason", "Bank 12").code == 0
    wiring.install(None)
    assert desk.left() == "800.00"
