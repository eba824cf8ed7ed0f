"""Same key, same answer: every door that takes a key, knocked at twice, with other content, and after a restart.

Asked again, a door gives its first answer and nothing happens twice. Asked for something else under the key, it refuses in words.
What imports do stands in tests/cli/test_billing_lines_command.py, the dialogs' keys in tests/browser.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import crediting, one_off, prepaid, refunding, writing_off
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.currencies import Currencies
from dataverse.stores.prepaid import Prepaid
from dataverse.webapi import WebApi
from local.desks.charge import PERSON, ROOT, ChargeDesk
from local.desks.giving_back import GivingDesk
from local.desks.prepaid import PrepaidDesk
from local.desks.writing_off import WritingOffDesk
from local.http import httpx_transport
from local.stripe.enrolling import control
from local.stripe.events import signature
from transport.client import Http
from work365.errors import BadInput, Work365Error

if TYPE_CHECKING:
    from collections.abc import Callable

MARCH, KEY = date(2026, 3, 1), ("--key", "K-4711")


@dataclass(frozen=True)
class Door:
    """What takes a key.

    Attributes:
        ask: the wish under its key, by a process that has just begun; what is answered.
        ask_other: something else under the same key.
        effects: how often anything happened.
        says: what the refusal says; a door that only tells that the first wish stands says that.
    """

    ask: Callable[[], str]
    ask_other: Callable[[], str]
    effects: Callable[[], int]
    says: str


def fresh(desk: ChargeDesk) -> WebApi:
    """The tenant, for a process that has just begun: it knows nothing that is no row."""
    return WebApi(Http("dataverse", ROOT, transport=httpx_transport(desk.dataverse)), lambda: "token")


def typed(app: typer.Typer, *words: str) -> str:
    """One command, in a process of its own; what it answers, or the words of its refusal."""
    app.callback()(lambda: None)
    result = CliRunner().invoke(app, [*words, *KEY])
    if isinstance(result.exception, Work365Error):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result.stdout


class Worker:
    """A queue whose worker is always there, and a clock that never shows a moment twice."""

    def __init__(self, desk: GivingDesk) -> None:
        self._desk = desk

    def send(self, queue: str, message: Any, *, delay_s: int = 0) -> None:  # noqa: ANN401  a message
        del queue, delay_s
        self._desk.run(message["job"])

    def now(self) -> Any:  # noqa: ANN401  a moment
        self._desk.later(seconds=1)
        return self._desk.now

    def today(self, zone: str) -> date:
        del zone
        return self._desk.now.date()


def a_refund() -> Door:
    """`w365 refund`."""
    desk = GivingDesk()
    invoice, worker = desk.paid(), Worker(desk)

    def types(amount: str) -> str:
        app, api = typer.Typer(), fresh(desk)
        refunding.register(app, lambda: refunding.Ports(api, Currencies(api), worker, worker))
        return typed(app, "refund", desk.number(invoice), amount, "--reason", "Outage")

    says = "the key 'K-4711' was used before for something else: refund named=INV-7 amount=40.00 reason=Outage. Nothing was done."
    return Door(lambda: types("40.00"), lambda: types("50.00"), lambda: len(desk.stand(invoice).refunds), says)


def a_write_off() -> Door:
    """`w365 writeoff post`."""
    desk = WritingOffDesk()
    invoice, worker = desk.billed(), Worker(desk)

    def types(reason: str) -> str:
        app, api = typer.Typer(), fresh(desk)
        writing_off.register(app, lambda: writing_off.Ports(api, Currencies(api), worker, worker))
        return typed(app, "writeoff", "post", desk.number(invoice), "40.00", "--reason", reason)

    says = "was used before for something else: writeoff post number=INV-7 reason=Insolvent amount=40.00"
    return Door(lambda: types("Insolvent"), lambda: types("Too old"), lambda: len(desk.dataverse.rows("w365_writeoff")), says)


class Finance:
    """A company that has billed March, and whoever works there."""

    def __init__(self) -> None:
        self.desk = PrepaidDesk(MARCH)
        self.desk.standing("C-1", start=MARCH)
        self.desk.run(MARCH)

    def send(self, queue: str, message: Any, *, delay_s: int = 0) -> None:  # noqa: ANN401  a message
        del queue, delay_s
        self.desk.work_on(message["job"])

    def types(self, *words: str) -> str:
        app, api, clock = typer.Typer(), self.desk.tenant.webapi(self.desk.tenant.app), self.desk.clock
        currencies = Currencies(api)
        crediting.register(app, lambda: crediting.Ports(api, currencies, self, clock))
        one_off.register(app, lambda: one_off.Ports(api, currencies, self, clock))
        prepaid.register(app, lambda: prepaid.Ports(Prepaid(api, currencies), clock, lambda _account: None))
        return typed(app, *words)

    def effects(self) -> int:
        """Documents beside March's, and movements of money that was paid in advance."""
        return len(self.desk.invoices()) - 1 + self.desk.tenant.count("w365_prepaidmovement")


def of_finance(first: tuple[str, ...], other: tuple[str, ...], says: str) -> Callable[[], Door]:
    """A command of finance."""

    def door() -> Door:
        finance = Finance()
        return Door(lambda: finance.types(*first), lambda: finance.types(*other), finance.effects, says)

    return door


INVOICE = "INV-CO-2026-00001"
CANCEL = of_finance(
    ("cancel", INVOICE, "--reason", "Wrong customer"),
    ("credit", INVOICE, "--reason", "Wrong customer"),
    "something else: cancel number=INV-CO-2026-00001 reason=Wrong customer. Nothing was done. Use another key",
)
BILL_ONCE = of_finance(
    ("one-off", "C-1", "--line", "GEN-1 at 120.00"),
    ("one-off", "C-1", "--line", "GEN-1 at 130.00"),
    "something else: one-off contract=C-1 line=GEN-1 at 120.00. Nothing was done.",
)
PREPAY = of_finance(
    ("prepaid", "add", "C-1", "400.00", "--reason", "Bank 12"),
    ("prepaid", "add", "C-1", "400.00", "--reason", "Bank 13"),
    "something else: 400.00 EUR, Bank 12. Nothing was done.",
)


def a_button() -> Door:
    """A form, a flow or a script creates a job row: the tenant holds keys apart, and the first row answers."""
    desk = ChargeDesk()
    invoice = desk.invoice()

    def press(amount: str) -> str:
        row = {
            "w365_key": "K-4711",
            "w365_name": "Charge",
            "w365_kind": choice_value("w365_job", "w365_kind", "Charge"),
            "w365_arguments": json.dumps({"asked": amount}),
            **bind("w365_Invoice", "w365_invoice", invoice),
        }
        api, said = fresh(desk), ""
        try:
            desk.run(api.as_user(PERSON).create("w365_job", row))
        except Work365Error as error:
            said = str(error)
        (job,) = api.find(Query("w365_job", ("w365_jobid", "w365_message", "w365_arguments"), eq("w365_key", "K-4711")))
        desk.run(job["w365_jobid"])  # the message comes once more
        same = json.loads(job["w365_arguments"])["asked"] == amount
        answer: str = desk.state_of(job["w365_jobid"])[1]
        return answer if same else said

    says = "already exists"
    return Door(lambda: press("all"), lambda: press("a part"), lambda: desk.bill(invoice).taken, says)


def a_webhook() -> Door:
    """An event of Stripe: sent again it is taken again; with another body its signature is wrong."""
    desk = ChargeDesk()
    desk.listen()
    invoice = desk.invoice()
    desk.run(desk.job(invoice, profile=desk.enrol("pm_usBankAccount_success")))
    control(desk.stripe, "settle", {"payment_intent": desk.only_payment(invoice)["w365_gatewayreference"]})
    [event] = [one for one in control(desk.stripe, "events") if one["type"] == "payment_intent.succeeded"]
    raw = json.dumps(event).encode()
    header = {"stripe-signature": signature(raw, desk._signing_secret, int(desk.now.timestamp()))}

    def comes(body: bytes) -> str:
        try:
            desk._webhook("", header, body)
        except Work365Error as error:
            return str(error)
        return desk.bill(invoice).status

    other = raw.replace(b"succeeded", b"canceled.")
    return Door(lambda: comes(raw), lambda: comes(other), lambda: desk.bill(invoice).taken, "signature")


DOORS = {
    "w365 refund": a_refund,
    "w365 writeoff": a_write_off,
    "w365 cancel": CANCEL,
    "w365 one-off": BILL_ONCE,
    "w365 prepaid add": PREPAY,
    "a job row": a_button,
    "a webhook": a_webhook,
}


@pytest.mark.parametrize("build", DOORS.values(), ids=DOORS)
def test_a_door_answers_twice_and_acts_once(build: Callable[[], Door]) -> None:
    door = build()
    first = door.ask()
    assert (door.ask(), door.effects()) == (first, 1)
    assert door.says in door.ask_other()
    assert (door.ask(), door.effects()) == (first, 1)


@pytest.mark.parametrize("key", ["", " ", "k" * 61])
def test_a_key_is_a_short_name(key: str) -> None:
    """Without one a command is as often done as it is said."""
    app, finance = typer.Typer(), Finance()
    app.callback()(lambda: None)
    one_off.register(app, lambda: one_off.Ports(finance.desk.api, finance.desk.tenant.currencies, finance, finance.desk.clock))
    result = CliRunner().invoke(app, ["one-off", "C-1", "--line", "GEN-1 at 120.00", "--key", key])
    assert isinstance(result.exception, BadInput) or not key
    assert finance.effects() == (0 if key else 1)
