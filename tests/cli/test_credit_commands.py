"""`w365 credit` and `w365 cancel` over a tenant in memory, with a worker that is always there."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import book_ports, refundable
from cli import crediting as commands
from cli.job_ports import Ports
from dataverse.query import Query
from dataverse.rows import choice_value, status
from dataverse.stores.changing import Changing
from dataverse.webapi import Ref
from local.desks.crediting import CreditingDesk
from work365.errors import BadInput, Refused
from work365.handlers import crediting, jobs
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer.testing import Result

MARCH = date(2026, 3, 1)
INVOICE, NOTE = "INV-CO-2026-00001", "CN-CO-2026-00001"


class Worker:
    """A queue that works on each job as it is sent; `away` is a worker that does nothing."""

    def __init__(self, desk: CreditingDesk) -> None:
        given: dict[str, Any] = {"book": desk.crediting, "issuing": desk.issuing, "clock": desk.clock}
        doers: dict[JobKind, Any] = {
            JobKind.CREDIT: partial(crediting.credit, **given),
            JobKind.CANCEL: partial(crediting.cancel, **given),
        }
        self._desk, self._doers, self.away = desk, doers, False

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: float = 0) -> None:
        if not self.away:
            jobs.run_job(message["job"], book=self._desk.tenant.jobs(), doers=self._doers, now=self._desk.clock.now())


class Finance:
    """A person at the keyboard: ten seats of 31.00 are billed for March."""

    def __init__(self) -> None:
        self.desk = CreditingDesk(MARCH)
        self.contract = self.desk.standing("C-1", start=MARCH)
        self.desk.run(MARCH)
        self.worker = Worker(self.desk)

    def types(self, *words: str) -> Result:
        app = typer.Typer()
        commands.register(app, lambda: Ports(self.desk.api, self.desk.tenant.currencies, self.worker, self.desk.clock))
        return CliRunner().invoke(app, words)


@pytest.fixture
def finance() -> Finance:
    return Finance()


def test_a_dry_run_shows_what_is_left_and_writes_nothing(finance: Finance) -> None:
    shown = finance.types("credit", INVOICE, "--line", "1:3", "--reason", "Outage", "--dry-run", "--output", "json")
    assert shown.exit_code == 0, shown.output
    said = json.loads(shown.stdout)
    assert said["lines"] == [
        {
            "line": 1,
            "description": said["lines"][0]["description"],
            "billed": "310.00",
            "left_before": "310.00",
            "net": "-93.00",
            "tax": "-17.67",
        }
    ]
    assert (said["total"], said["left"]) == ("-110.67", "258.23")
    assert (
        "Total -110.67 EUR; 258.23 EUR is left"
        in finance.types("credit", INVOICE, "--line", "1:3", "--reason", "x", "--dry-run").stdout
    )
    assert "Total -368.90 EUR" in finance.types("cancel", INVOICE, "--reason", "x", "--dry-run").stdout
    assert [one.number for one in finance.desk.invoices()] == [INVOICE]
    assert finance.desk.tenant.count("w365_job") == 0


def test_a_credit_waits_for_its_number(finance: Finance) -> None:
    shown = finance.types("credit", INVOICE, "--line", "1:3", "--reason", "Outage")
    assert (shown.exit_code, f"Issued as {NOTE}" in shown.stdout) == (0, True), shown.output
    finance.desk.clock.moment += timedelta(minutes=1)
    answered = json.loads(finance.types("credit", INVOICE, "--reason", "The rest", "--output", "json").stdout)
    assert answered["state"] == "Succeeded"
    assert [float(one.net) for one in finance.desk.invoices()] == [-93, -217, 310]


def test_what_the_job_refuses_ends_2_with_its_words(finance: Finance) -> None:
    """Refused by the dry run at once; by the job in its message."""
    finance.desk.api.update(Ref("w365_billingcontract", finance.contract), status("w365_billingcontract", "Ended"))
    assert isinstance(finance.types("cancel", INVOICE, "--reason", "x", "--dry-run").exception, Refused)
    shown = finance.types("cancel", INVOICE, "--reason", "x")
    assert (shown.exit_code, "Activate the contract first" in shown.stderr) == (2, True)


def test_a_worker_that_is_away_is_said(finance: Finance) -> None:
    finance.worker.away = True
    shown = finance.types("cancel", INVOICE, "--reason", "x", "--wait-s", "0")
    assert (shown.exit_code, "the worker goes on" in shown.stderr) == (4, True)


@pytest.mark.parametrize("number", ["", "INV-0", "a'b"])
def test_a_document_that_does_not_exist_is_refused(finance: Finance, number: str) -> None:
    assert isinstance(finance.types("credit", number, "--reason", "x").exception, BadInput)


def test_refundable_asks_the_policy_of_the_products_type(finance: Finance) -> None:
    """F114: none set, then by days within the provider's window, then after it."""
    row = finance.desk.api.first(Query("w365_subscription", ("w365_subscriptionid",)))
    assert row is not None

    def says(day: str, *words: str) -> str:
        app = typer.Typer()
        app.callback()(lambda: None)
        refundable.register(
            app, lambda: book_ports.Ports(Changing(finance.desk.api, finance.desk.tenant.currencies), finance.desk.clock)
        )
        return CliRunner().invoke(app, ["refundable", row["w365_subscriptionid"], "--on", day, *words]).stdout

    assert says("2026-03-04").startswith("Our own policy: none is set for this type of product")
    labels = {"billingtype": "License", "rule": "By days"}
    chosen = {f"w365_{name}": choice_value("w365_refundpolicy", f"w365_{name}", label) for name, label in labels.items()}
    finance.desk.api.create("w365_refundpolicy", {"w365_name": "Licences", "w365_providerdays": 7, **chosen})
    assert says("2026-03-04") == "280.00 EUR of 310.00 EUR come back.\n"
    assert json.loads(says("2026-03-04", "--output", "json"))["share"] == "28/31"
    assert says("2026-03-09") == "The provider: it takes License back within 7 days, and 7 have passed.\n"
