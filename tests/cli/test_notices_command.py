"""`w365 notices`: look first, send, see what became of it, send once more."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import notices
from dataverse.stores.telling_approvals import ApprovalNews
from local.desks.telling import TellingDesk
from work365.errors import BadInput, Refused, Rejected
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.ports.mail import Mailer

TODAY = date(2026, 3, 2)


def ports_of(desk: TellingDesk, mailer_for: Callable[[], Mailer]) -> notices.Ports:
    """What the commands work on."""
    news = (desk.renewals, desk.news, desk.cards, desk.questions, ApprovalNews(desk.api))
    return notices.Ports(desk.telling, *news, mailer_for, desk.clock, desk.linking)


class Person:
    """Somebody at the keyboard; a term ends in three weeks."""

    def __init__(self) -> None:
        self.desk = TellingDesk(TODAY)
        self.contract = self.desk.reachable("C-1")
        self.desk.bought(self.contract, term="P1Y", until=date(2026, 3, 25), start=date(2025, 3, 25), printedname="Premium")
        self.desk.at(TODAY)
        self.app = typer.Typer()
        ports = ports_of(self.desk, lambda: self.desk.mailer)
        notices.register(self.app, lambda: ports)

    def types(self, *arguments: str) -> tuple[int, Any]:
        result = CliRunner().invoke(self.app, [*arguments, *(() if arguments[1] == "retry" else ("--output", "json"))])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, json.loads(result.stdout) if result.stdout else None


@pytest.fixture
def person() -> Person:
    return Person()


def test_a_dry_run_shows_the_words_and_writes_nothing(person: Person) -> None:
    """What would be told, to whom and why; then it is told once."""
    code, shown = person.types("notices", "send", "--dry-run")
    assert (code, [one["to"] for one in shown], person.desk.told()) == (0, ["Staff", "ap@c-1.example"], [])
    assert shown[1]["body"].startswith("Dear Customer of C-1,\n\nthe term of Premium ends on 24 March 2026.")
    assert shown[1]["why"] == "The term ends on 2026-03-24; 23 days are left, and 30 is a mark."
    with pytest.raises(Refused, match="the plan is not abc any more"):
        person.types("notices", "send", "--plan", "abc")
    assert person.types("notices", "send") == (0, shown)
    assert person.types("notices", "send") == (0, [])
    _, listed = person.types("notices", "list")
    assert sorted((one["to"], one["status"]) for one in listed) == [("Staff", "To read"), ("ap@c-1.example", "Sent")]
    assert len(person.desk.mails()) == 1


def test_the_plan_that_was_shown_is_done(person: Person) -> None:
    """With its hash exactly that; once it was done, there is another plan."""
    shown = CliRunner().invoke(person.app, ["notices", "send", "--dry-run"]).stderr
    given = shown.split("--plan ")[1].split()[0]
    assert person.types("notices", "send", "--plan", given)[0] == 0
    assert len(person.desk.mails()) == 1
    with pytest.raises(Refused, match=f"the plan is not {given} any more"):
        person.types("notices", "send", "--plan", given)


def test_what_failed_is_sent_once_more(person: Person) -> None:
    """The mail system refused the address; mended there, a person queues it again."""
    person.desk.decide(TODAY)

    class Refusing:
        def send(self, _mail: object) -> str:
            message = "the mail system does not accept the address"
            raise Rejected(message)

    desk = person.desk
    refuses: Any = Refusing
    refusing = ports_of(desk, refuses)
    app = typer.Typer()
    notices.register(app, lambda: refusing)
    assert CliRunner().invoke(app, ["notices", "send"]).exit_code == 4
    _, listed = person.types("notices", "list")
    failed = next(one for one in listed if one["status"] == "Failed")
    assert failed["message"] == "the mail system does not accept the address"
    assert person.types("notices", "retry", failed["id"])[0] == 0
    person.types("notices", "send")
    assert len(person.desk.mails()) == 1
    with pytest.raises(Refused, match="is sent; only a mail that failed"):
        person.types("notices", "retry", failed["id"])
    with pytest.raises(BadInput, match="there is no notice"):
        person.types("notices", "retry", derived("notice", "no"))
