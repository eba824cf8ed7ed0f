"""`w365 reminders fees`: the dry run shows what a day would charge; a fee is waived before and after its bill."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import late_fees, reminders
from cli.book_ports import Ports
from local.desks.late_fees import APRIL, DUE, LateFeeDesk
from work365.errors import BadInput, Refused
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from collections.abc import Mapping

STEP = DUE + timedelta(days=10)
CHARGED = "40.25 EUR"


class Person:
    """A desk with one late invoice, and somebody at the keyboard whose jobs are worked on at once."""

    def __init__(self) -> None:
        self.desk = desk = LateFeeDesk()
        desk.charges("STD", {10: {"fee": "40", "yearlyinterest": "9"}, 20: {"fee": "40"}})
        self.contract = desk.on_time("C-1")
        desk.subscription(self.contract, start=APRIL)
        desk.late(self.contract, "INV-1", "100.00")

    def run(self, *arguments: str) -> Any:  # noqa: ANN401  JSON
        """What a command says. Errors: what it raised."""
        desk, app = self.desk, typer.Typer()
        app.callback()(lambda: None)
        reminders.register(app, lambda: Ports(desk.reminders, desk.clock))
        app.add_typer(late_fees.group(lambda: late_fees.Ports(desk.api, _Worker(desk), desk.clock)), name="fees")
        result = CliRunner().invoke(app, [*arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return json.loads(result.stdout) if "json" in arguments else result.output

    def standing(self) -> list[str]:
        """Where each fee stands, the newest first."""
        return [one["standing"] for one in self.run("fees", "list", "--days", "400", "--output", "json")["fees"]]


class _Worker:
    """A queue whose worker is always there."""

    def __init__(self, desk: LateFeeDesk) -> None:
        self._desk = desk

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: int = 0) -> None:
        """Work on it at once."""
        assert queue == JOBS
        self._desk.work_on(message["job"])


@pytest.fixture(name="person")
def _person() -> Person:
    return Person()


def test_a_dry_run_shows_the_fee_of_a_day_and_writes_nothing(person: Person) -> None:
    """F140 and F137: as of a day to come."""
    (due,) = person.run("reminders", "due", "--as-of", STEP.isoformat(), "--output", "json")["due"]
    assert (due["invoice"], due["step"], due["fee"]) == ("INV-1", "+10", CHARGED)
    assert person.standing() == []


def test_a_fee_that_is_not_billed_is_waived_by_leaving_it_out(person: Person) -> None:
    """With a reason, by the person at the keyboard; the next run does not bill it, and the next step goes on."""
    person.desk.day(STEP)
    assert "nothing was written" in person.run("fees", "waive", "INV-1", "--reason", "a good customer", "--dry-run")
    assert person.standing() == ["waits for its bill"]
    said = person.run("fees", "waive", "INV-1", "--reason", "a good customer", "--key", "K-1")
    assert person.standing() == ["waived: a good customer"]
    assert person.run("fees", "waive", "INV-1", "--reason", "a good customer", "--key", "K-1") == said
    person.desk.run(APRIL)
    assert person.desk.lines("Fee") == []
    with pytest.raises(Refused, match="it is waived already: a good customer"):
        person.run("fees", "waive", "INV-1", "--reason", "again")


def test_a_fee_that_is_billed_is_waived_by_crediting_its_line(person: Person) -> None:
    """By the job that credits any line; once."""
    person.desk.day(STEP)
    person.desk.run(APRIL)
    (billed,) = [one.number for one in person.desk.invoices() if one.lines]
    person.run("fees", "waive", "INV-1", "--reason", "a good customer")
    assert person.standing() == [f"billed on {billed}, {CHARGED} credited"]
    (note,) = [one for one in person.desk.invoices() if one.kind == "Credit note"]
    assert note.amounts == ["-40.25"]
    with pytest.raises(Refused, match=r"it was credited already, with 40\.25 EUR"):
        person.run("fees", "waive", "INV-1", "--reason", "again")


def test_one_of_several_is_named_by_its_step(person: Person) -> None:
    """Nothing is waived by guessing."""
    person.desk.day(STEP)
    person.desk.day(STEP + timedelta(days=10))
    with pytest.raises(BadInput, match=r"INV-1 has fees of the steps \+20, \+10; say one with --step"):
        person.run("fees", "waive", "INV-1", "--reason", "a good customer")
    person.run("fees", "waive", "INV-1", "--step", "20", "--reason", "a good customer")
    assert person.standing() == ["waived: a good customer", "waits for its bill"]
    with pytest.raises(BadInput, match="no late fee was charged for INV-9"):
        person.run("fees", "waive", "INV-9", "--reason", "a good customer")


def test_the_list_says_how_a_fee_was_made(person: Person) -> None:
    """What was asked, for how many days, at which rate."""
    person.desk.day(STEP)
    (one,) = person.run("fees", "list", "--output", "json")["fees"]
    assert one == {
        "taken": date(2026, 3, 20).isoformat(),
        "customer": "Customer of C-1",
        "invoice": "INV-1",
        "step": "+10",
        "fee": CHARGED,
        "standing": "waits for its bill",
        "how": (
            "Reminder +10 of INV-1: 40.00 EUR, 9 % a year on 100.00 EUR for 10 of 365 days (11 March 2026 to 20 March 2026)."
        ),
    }
