"""F29 at the command line: an end with and without refund, the credit on the next invoice, and as a note of its own."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import settings
import wiring
from cli.main import main
from dataverse.query import Query, eq
from dataverse.rows import choice_value
from local.desks.closing import ClosingDesk
from work365.handlers import billing
from work365.jobs import JobState
from work365.scenario import scenario
from work365.simulation import answer, simulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MARCH, FOURTH, FIFTH, APRIL, MAY = (date(2026, *day) for day in ((3, 1), (3, 4), (3, 5), (4, 1), (5, 1)))
TOLD = {"W365_DATAVERSE_URL": "https://org.example", "W365_VAULT_URL": "https://vault.example", "AzureWebJobsStorage": "none"}
INVOICE, NOTE = "INV-CO-2026-00001", "CN-CO-2026-00001"
END = ("subscription", "change", "ms-1", "--event", "Cancel", "--on", "2026-03-04")


class Office:
    """Ten seats of M31 on contract C-1, billed for March; a worker that does each job and each chunk as it comes."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.desk = ClosingDesk(MARCH)
        self.contract = self.desk.contract("C-1", start=MARCH)
        self.desk.bought(self.contract, start=MARCH, printedname="M31", externalid="ms-1")
        application = wiring.build(settings.read(TOLD), clock=self.desk.clock)
        vars(application).update(api=self.desk.api, queue=self)
        self._application = application
        wiring.install(application)
        self.bills(MARCH)
        self.desk.at(FOURTH)

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: float = 0) -> None:
        if "chunk" in message:
            billing.work(message["chunk"], book=self._application.billing, now=self.desk.clock.now())
        elif "job" in message:
            while (result := self.desk.deliver(message["job"])) is not None and result.state is JobState.WAITING:
                self.desk.work()

    def types(self, *words: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as end:
            main(list(words))
        out = self._capsys.readouterr()
        assert end.value.code == code, (out.out, out.err)
        return out.out + out.err

    def answered(self, *words: str) -> Any:  # noqa: ANN401  a JSON document
        return json.loads(self.types(*words, "--output", "json"))

    def changes(self, *words: str) -> None:
        """A change is asked for, and its job is done."""
        before = self._jobs()
        self.types(*words)
        (job,) = self._jobs() - before
        self.desk.run_job(job)

    def bills(self, day: date, *words: str) -> None:
        self.desk.at(day)
        self.types("run", "billing", "--as-of", day.isoformat(), *words)

    def documents(self) -> dict[str, list[str]]:
        return {one.number: one.amounts for one in self.desk.invoices()}

    def _jobs(self) -> set[str]:
        kind = choice_value("w365_job", "w365_kind", "Change")
        return {row["w365_jobid"] for row in self.desk.api.find(Query("w365_job", ("w365_jobid",), eq("w365_kind", kind)))}


@pytest.fixture
def office(capsys: pytest.CaptureFixture[str]) -> Iterator[Office]:
    yield Office(capsys)
    wiring.install(None)


def test_an_end_gives_nothing_back_unless_somebody_says_so(office: Office) -> None:
    """The default: March is kept, no document follows."""
    assert "no refund" in office.types(*END, "--dry-run")
    office.changes(*END)
    office.bills(APRIL)
    office.bills(MAY)
    assert office.documents() == {INVOICE: ["310.00"]}


def test_the_credit_rides_on_the_next_invoice_as_a_line(office: Office) -> None:
    """310.00 x 28/31 = 280.00, beside April's 20 seats of something else: 620.00 - 280.00."""
    office.desk.bought(office.contract, seats=20, start=APRIL)
    office.changes(*END, "--refund")
    office.bills(FIFTH)
    assert office.documents() == {INVOICE: ["310.00"]}
    office.bills(APRIL)
    assert office.documents()["INV-CO-2026-00002"] == ["-280.00", "620.00"]


def test_finance_asks_for_a_credit_note_and_the_next_invoice_has_it_no_more(office: Office) -> None:
    """It has a number of its own, is linked to the line that it credits, and the simulator makes it again."""
    office.desk.bought(office.contract, seats=20, start=APRIL)
    office.changes(*END, "--refund")
    dry = office.answered("run", "billing", "--as-of", "2026-03-05", "--contract", "C-1", "--at-once", "--dry-run")
    assert [(one["net"], one["total"]) for one in dry["invoices"]] == [("-280.00", "-333.20")]
    office.bills(FIFTH, "--contract", "C-1", "--at-once")
    assert office.documents() == {INVOICE: ["310.00"], NOTE: ["-280.00"]}
    words = office.types("explain", "invoice", NOTE)
    assert "-10 x 31.00 x 28/31 = -280.00 EUR." in words
    assert f"It refers to line 1 of {INVOICE}, over 310.00 EUR." in words
    again = answer(simulate(scenario(office.answered("explain", "invoice", NOTE)["scenario"])))
    assert [line["amount"] for line in again["invoices"][-1]["lines"]] == ["-280.00"]
    office.bills(FIFTH + timedelta(days=1), "--contract", "C-1", "--at-once")
    office.bills(APRIL)
    assert office.documents() == {INVOICE: ["310.00"], NOTE: ["-280.00"], "INV-CO-2026-00002": ["620.00"]}


def test_no_invoice_follows_a_closing(office: Office) -> None:
    """Closed on the 4th: the credit is a note at once, linked likewise."""
    plan = office.answered("contract", "close", "C-1", "--on", "2026-03-04", "--refund")["plan"]
    assert "--no-refund" in office.types("contract", "close", "--help")
    office.types("contract", "close", "C-1", "--on", "2026-03-04", "--refund", "--plan", plan)
    assert office.documents() == {INVOICE: ["310.00"], NOTE: ["-280.00"]}
    assert f"It refers to line 1 of {INVOICE}" in office.types("explain", "invoice", NOTE)


def test_a_line_is_never_credited_beyond_what_was_billed_for_it(office: Office) -> None:
    """280.00 by the end of its seats, then 30.00 by hand, and not a cent more."""
    office.changes(*END, "--refund")
    office.bills(FIFTH, "--contract", "C-1", "--at-once")
    refused = office.types("credit", INVOICE, "--line", "1=30.01", "--reason", "Outage", "--dry-run", code=2)
    assert "30.00" in refused
    assert office.answered("credit", INVOICE, "--line", "1=30.00", "--reason", "Outage", "--dry-run")["left"] == "0.00"


def test_at_once_is_for_one_contract(office: Office) -> None:
    """Said in words."""
    assert "add --contract" in office.types("run", "billing", "--as-of", "2026-03-05", "--at-once", code=2)
