"""`w365 statements send`: look first, send to one or to all, see who was left out, and nobody twice."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import statement_mail
from local.desks.statements import StatementDesk
from work365.errors import BadInput, Refused

FEBRUARY = date(2026, 2, 10)


class Person:
    """Somebody at the keyboard; A-1 owes 60.00, A-2 owes 10.00 and has no address, A-3 wants none, P-1 has a child."""

    def __init__(self) -> None:
        self.desk = StatementDesk()
        for number, amount in (("A-1", "60.00"), ("A-2", "10.00"), ("A-3", "20.00"), ("P-1", "1.00")):
            account = self.desk.customer(number, email="" if number == "A-2" else None, w365_declinesnotices=number == "A-3")
            self.desk.issued(account, f"INV-{number}", amount, FEBRUARY)
        self.desk.issued(self.desk.customer("P-11", parent=account), "INV-P-11", "2.00", FEBRUARY)
        self.app = typer.Typer()
        desk = self.desk
        ports = statement_mail.Ports(desk.statements, desk.telling, desk.press, lambda: desk.mailer, desk.clock, desk.linking)
        statement_mail.register(self.app, lambda: ports)

    def types(self, *words: str) -> tuple[int, Any]:
        """The command, and what it shows."""
        result = CliRunner().invoke(self.app, ["statements", "send", *words, "--output", "json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, json.loads(result.stdout)

    def mails(self) -> list[tuple[str, str]]:
        """Addresses and balances of all that left."""
        return [(address, content.decode().rpartition(": ")[2]) for address, _, content in self.desk.letters()]


@pytest.fixture
def person() -> Person:
    return Person()


def test_a_dry_run_shows_figures_and_writes_nothing(person: Person) -> None:
    """Last month; the plan's hash is that of the figures."""
    code, shown = person.types("A-1", "--dry-run")
    assert code == 0
    assert shown["statements"] == [
        {
            "account": "A-1",
            "customer": "Customer A-1",
            "accounts": 1,
            "company": "CO",
            "currency": "EUR",
            "from": "2026-02-01",
            "to": "2026-02-28",
            "opening": "0.00",
            "closing": "60.00",
            "entries": 1,
            "recipients": ["ap@a-1.example"],
            "problem": "",
        }
    ]
    assert (person.mails(), person.desk.states("w365_notice")) == ([], [])


def test_one_customer_gets_it_once(person: Person) -> None:
    """The second time says that it was sent."""
    assert person.types("A-1")[0] == 0
    code, again = person.types("A-1")
    assert (code, again["statements"], again["sent_before"]) == (0, [], 1)
    assert person.mails() == [("ap@a-1.example", "60.00 EUR")]


def test_everyone_with_a_balance(person: Person) -> None:
    """Whoever has no address fails with the reason, and the command ends 4; whoever wants none is named."""
    code, shown = person.types("--all")
    assert code == 4
    problems = {one["account"]: one["problem"] for one in shown["statements"]}
    assert [account for account, problem in problems.items() if problem] == ["A-2"]
    assert problems["A-2"].startswith("Customer A-2 has no e-mail address")
    assert person.types("--all", "--dry-run")[0] == 1
    assert [one["why"] for one in shown["left_out"]] == ["the account declines notices"]
    assert person.mails() == [("ap@a-1.example", "60.00 EUR"), ("ap@p-1.example", "1.00 EUR"), ("ap@p-11.example", "2.00 EUR")]


def test_a_parent_with_its_children(person: Person) -> None:
    """By hand, without any setting."""
    _, shown = person.types("P-1", "--children")
    assert [(one["accounts"], one["closing"]) for one in shown["statements"]] == [(2, "3.00")]
    assert person.mails() == [("ap@p-1.example", "3.00 EUR")]


def test_the_plan_that_was_shown_is_done(person: Person) -> None:
    """Or none, when a figure has moved since."""
    result = CliRunner().invoke(person.app, ["statements", "send", "A-1", "--dry-run"])
    plan = result.stderr.split("plan ")[1].split(";")[0]
    assert "60.00" in result.stdout
    person.desk.say("statement-email", "books@a-1.example")
    with pytest.raises(Refused, match="the plan is not"):
        person.types("A-1", "--plan", plan)
    assert person.mails() == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "name one account, or say --all"),
        (("A-1", "--all"), "name one account, or say --all"),
        (("--all", "--children"), "--children goes with one account"),
        (("A-1", "--from", "2026-02-01"), "say both the first and the last day"),
        (("A-1", "--from", "2026-03-01", "--to", "2026-03-03"), "2026-03-03 is not over yet"),
        (("A-9",), "no account has the number 'A-9'"),
    ],
)
def test_what_is_refused(person: Person, words: tuple[str, ...], why: str) -> None:
    """With what to say instead; nothing is written."""
    with pytest.raises(BadInput, match=why):
        person.types(*words)
    assert person.desk.states("w365_notice") == []


def test_another_period_is_another_statement(person: Person) -> None:
    """A quarter after the month."""
    assert person.types("A-1")[0] == 0
    assert person.types("A-1", "--from", "2025-12-01", "--to", "2026-02-28")[1]["sent_before"] == 0
    assert len(person.mails()) == 2
