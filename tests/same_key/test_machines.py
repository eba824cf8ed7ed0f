"""Same key, same answer: what machines ask for twice, and once more with other content under the same key or id.

Each delivery is taken by a process of its own, and worked on by another (tests/same_key/office.py). A form, a flow or a script
that creates a job row has its key kept apart by the tenant. A webhook has no content that counts: only the ids in it are read.
What people type stands in test_commands.py, imports in test_imports.py, the dialogs' keys in tests/browser.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from local.dataverse import seed
from local.desks.charge import PERSON
from local.months.partner import TOLD, Partner
from local.quickbooks.connect import MemoryVault
from local.stripe.enrolling import control
from local.stripe.events import signature
from tests.same_key.office import Office
from work365.errors import Work365Error
from work365.handlers.events import read_row_event
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from collections.abc import Callable

MARCH = date(2026, 3, 1)
OPERATION, SOMEBODY = "77e4b1d2-2222-4e38-9a31-000d3a5a54dc", "75c2dd85-e89e-e711-8122-000d3aa2331c"


@dataclass(frozen=True)
class Door:
    """What is asked under a key or an id.

    Attributes:
        ask: the first wish; what is answered.
        ask_other: something else under the same key.
        effects: what has happened.
        says: what the other one is told.
    """

    ask: Callable[[], str]
    ask_other: Callable[[], str]
    effects: Callable[[], object]
    says: str


def office_of(desk: Partner, capsys: pytest.CaptureFixture[str]) -> Office:
    """The deployment, whose gateway is the desk's."""
    vault = MemoryVault({TOLD.stripe_webhook_secret: desk.signing_secret})
    return Office(capsys, desk.dataverse, desk.application.clock, gateway_for=desk.gateway_for, secrets=vault)


def a_job_row(capsys: pytest.CaptureFixture[str]) -> Door:
    """A button, a flow or a script: the tenant refuses the second row of a key, and the first row answers."""
    desk = Partner(MARCH)
    invoice, office = desk.invoice(), office_of(desk, capsys)

    def press(amount: str) -> str:
        api = office.begun().api
        row = {
            "w365_key": "charge:4711",
            "w365_name": "Charge",
            "w365_kind": choice_value("w365_job", "w365_kind", "Charge"),
            "w365_amount": Decimal(amount),
            **bind("w365_Invoice", "w365_invoice", invoice),
            **bind("w365_Profile", "w365_paymentprofile", desk.profile),
            **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id("EUR")),
        }
        try:
            office.send(JOBS, {"job": api.as_user(PERSON).create("w365_job", row)})
        except Work365Error as error:
            (first,) = api.find(Query("w365_job", ("w365_jobid", "w365_amount"), eq("w365_key", "charge:4711")))
            office.send(JOBS, {"job": first["w365_jobid"]})  # its message comes once more, too
            if first["w365_amount"] != Decimal(amount):
                return str(error)
            return desk.state_of(first["w365_jobid"])[1]
        (made,) = api.find(Query("w365_job", ("w365_jobid",), eq("w365_key", "charge:4711")))
        return desk.state_of(made["w365_jobid"])[1]

    return Door(lambda: press("40.00"), lambda: press("50.00"), lambda: desk.bill(invoice), "already exists")


def an_event_of_dataverse(capsys: pytest.CaptureFixture[str]) -> Door:
    """A job was created, for 40.00; a second delivery of its operation says that it is for 999.00, and is not believed."""
    desk = Partner(MARCH)
    invoice, office = desk.invoice(), office_of(desk, capsys)
    job = desk.job(invoice, amount="40.00", profile=desk.profile)

    def comes(amount: str) -> str:
        told = {"Target": {"w365_amount": amount, "w365_jobid": job}}
        body: dict[str, object] = {
            "PrimaryEntityName": "w365_job",
            "PrimaryEntityId": job,
            "MessageName": "Create",
            "OperationId": OPERATION,
        }
        body |= {"UserId": SOMEBODY, "InputParameters": [{"key": key, "value": value} for key, value in told.items()]}
        office.begun().job_event(read_row_event(json.dumps(body).encode(), {}))
        return desk.state_of(job)[1]

    return Door(lambda: comes("40.00"), lambda: comes("999.00"), lambda: desk.bill(invoice), "40.00")


def an_event_of_stripe(capsys: pytest.CaptureFixture[str], *, signed: bool) -> Door:
    """A debit was paid; a second body of the same id says that it failed. Signed or not, it changes nothing."""
    desk = Partner(MARCH)
    invoice, office = desk.invoice(), office_of(desk, capsys)
    desk.run(desk.job(invoice, profile=desk.enrol("pm_usBankAccount_success")))
    control(desk.stripe, "settle", {"payment_intent": desk.only_payment(invoice)["w365_gatewayreference"]})
    [event] = [one for one in control(desk.stripe, "events") if one["type"] == "payment_intent.succeeded"]
    raw = json.dumps(event).encode()
    other = raw.replace(b"payment_intent.succeeded", b"payment_intent.payment_failed")
    assert other != raw

    def comes(body: bytes) -> str:
        header = signature(body if signed else raw, desk.signing_secret, int(desk.now.timestamp()))
        try:
            office.begun().gateway_event("Stripe", body, header)
        except Work365Error as error:
            return str(error)
        return desk.bill(invoice).status

    return Door(lambda: comes(raw), lambda: comes(other), lambda: desk.bill(invoice), "Paid" if signed else "signature")


DOORS: dict[str, Callable[[pytest.CaptureFixture[str]], Door]] = {
    "a job row": a_job_row,
    "an event of Dataverse": an_event_of_dataverse,
    "an event of Stripe": lambda capsys: an_event_of_stripe(capsys, signed=True),
    "an event that somebody changed on its way": lambda capsys: an_event_of_stripe(capsys, signed=False),
}


@pytest.mark.parametrize("build", DOORS.values(), ids=DOORS)
def test_a_door_answers_twice_and_acts_once(
    build: Callable[[pytest.CaptureFixture[str]], Door], capsys: pytest.CaptureFixture[str]
) -> None:
    door = build(capsys)
    before, first = door.effects(), door.ask()
    done = door.effects()
    assert done != before
    assert (door.ask(), door.effects()) == (first, done)
    assert door.says in door.ask_other()
    assert (door.ask(), door.effects()) == (first, done)
