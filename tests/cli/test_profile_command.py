"""`w365 profile`: the link is printed once, the list shows what became of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import profiles
from cli.profiles import Ports
from dataverse.query import Query
from dataverse.rows import status_label
from dataverse.stores.telling import Telling
from local.clock import FixedClock
from local.desks.links import NUMBER, PUBLIC_URL, LinkDesk
from local.desks.telling import LANGUAGES, NO_LINKS
from work365.errors import BadInput, OutcomeUnknown, Refused, Rejected, Throttled
from work365.handlers import telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

    from dataverse.rows import Row

TOKEN = "made-up-token-that-is-as-long-as-a-real-one"


@pytest.fixture
def desk() -> Iterator[LinkDesk]:
    """A tenant with one customer."""
    built = LinkDesk()
    yield built
    built.close()


def said(desk: LinkDesk, *words: str) -> Result:
    """Run one command."""
    app = typer.Typer()
    ports = Ports(
        *(desk.profiles, desk.pages_for, FixedClock(desk.now), lambda: PUBLIC_URL, lambda: TOKEN),
        *(Telling(desk.guarded), lambda: desk.mailer),
    )
    profiles.register(app, lambda: ports)
    return CliRunner().invoke(app, ["profile", *words])


def test_a_link_is_printed_and_opens_the_page(desk: LinkDesk) -> None:
    """Then the list knows the card, and the link no longer."""
    made = json.loads(said(desk, "request", NUMBER, "--currency", "EUR", "--days", "3", "--output", "json").stdout)
    assert (made["link"], made["expires"]) == (f"{PUBLIC_URL}/api/setup#{TOKEN}", "2026-03-13 09:00 UTC")
    desk.finish(desk.open(TOKEN))
    desk.sweep_links()
    result = said(desk, "list", NUMBER, "--output", "json")
    (row,) = json.loads(result.stdout)["profiles"]
    assert (row["what"], row["status"], row["default"], row["expires"]) == ("Visa ending 4242", "Active", "yes", "12/2028")
    assert TOKEN not in result.stdout


MAILED = ("request", NUMBER, "--currency", "EUR", "--mail")


def notices(desk: LinkDesk) -> list[Row]:
    """The log of what was mailed."""
    columns = ("w365_recipient", "statuscode", "w365_body", "w365_kind", "w365_why", "w365_message")
    return list(desk.quiet.find(Query("w365_notice", columns)))


def test_a_link_is_mailed_once_with_a_log_that_does_not_hold_it(desk: LinkDesk) -> None:
    """In the customer's language, signed by the company; the link opens the gateway's page, and stands in the mail alone."""
    result = said(desk, *MAILED, "--to", "ap@northwind.example")
    assert "mailed to ap@northwind.example, good until 2026-03-17 09:00 UTC" in result.stderr
    [mail] = desk.mailer.sent
    assert (mail.recipient, mail.subject) == ("ap@northwind.example", "Ihre Zahlungsdaten für Partner Ltd")
    assert f"{PUBLIC_URL}/api/setup#{TOKEN}\nDer Link gilt einmal, bis 17. März 2026." in mail.body
    [row] = notices(desk)
    assert (row["w365_recipient"], status_label("w365_notice", row)) == ("ap@northwind.example", "Sent")
    assert "[...]\nDer Link gilt einmal" in row["w365_body"]
    assert TOKEN not in str(row) + result.output
    assert desk.open(TOKEN).startswith("https://checkout.stripe.com/c/pay/")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (MAILED, "Northwind has no e-mail address of its own; name one with --to"),
        ((*MAILED, "--to", "nobody"), "'nobody' is not written as e-mail addresses are"),
        ((*MAILED, "--to", "ap@northwind.example", "--entity", "XX"), "no legal entity has the code 'XX'"),
    ],
)
def test_what_cannot_be_mailed_makes_no_link(desk: LinkDesk, words: tuple[str, ...], says: str) -> None:
    """Refused before anything is written."""
    assert says in str(said(desk, *words).exception)
    assert (desk.mailer.sent, notices(desk), desk.profiles.of_account(NUMBER)) == ([], [], [])


@pytest.mark.parametrize("fault", [Rejected("no such mailbox"), Throttled("slowly", after_s=9)])
def test_a_mail_that_has_not_left_is_never_sent_later(desk: LinkDesk, fault: Exception) -> None:
    """Its link is kept nowhere: whoever asked is told, and so is whoever reads the log."""
    desk.mailer.faults = [fault]
    result = said(desk, *MAILED, "--to", "ap@northwind.example")
    assert "did not certainly leave" in str(result.exception)
    telling.deliver(
        book=Telling(desk.guarded),
        mailer_for=lambda: desk.mailer,
        clock=FixedClock(desk.now),
        linking=NO_LINKS,
        catalogues=LANGUAGES,
    )
    [row] = notices(desk)
    assert (status_label("w365_notice", row), desk.mailer.sent) == ("Failed", [])


def test_a_mail_whose_answer_was_lost_is_looked_for(desk: LinkDesk) -> None:
    """As any other: it is in the mailbox."""
    desk.mailer.eats = [OutcomeUnknown("no answer")]
    assert "did not certainly leave" in str(said(desk, *MAILED, "--to", "ap@northwind.example").exception)
    desk.later(minutes=20)
    telling.deliver(
        book=Telling(desk.guarded),
        mailer_for=lambda: desk.mailer,
        clock=FixedClock(desk.now),
        linking=NO_LINKS,
        catalogues=LANGUAGES,
    )
    [row] = notices(desk)
    assert (status_label("w365_notice", row), len(desk.mailer.sent)) == ("Sent", 1)


def test_staff_open_the_gateways_page_themselves(desk: LinkDesk) -> None:
    """Its address, and nothing else, is printed."""
    assert said(desk, "open", NUMBER, "--currency", "EUR").stdout.startswith("https://checkout.stripe.com/c/pay/")


def test_a_link_is_withdrawn(desk: LinkDesk) -> None:
    """By the id that the list shows."""
    made = json.loads(said(desk, "request", NUMBER, "--currency", "EUR", "--output", "json").stdout)
    assert said(desk, "withdraw", made["profile"]).exit_code == 0
    assert desk.shown(made["profile"]).status == "Inactive"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("request", "nobody", "--currency", "EUR"), "no account has the number 'nobody'"),
        (("request", NUMBER, "--currency", "EURO"), "'EURO' is not a currency we know"),
        (("request", NUMBER, "--currency", "EUR", "--processor", "x"), "no active payment processor has the code 'x'"),
        (("request", NUMBER, "--currency", "EUR", "--days", "90"), "1 to 30 days"),
        (("withdraw", "11111111-2222-3333-4444-555555555555"), "no link was made with this id"),
    ],
)
def test_what_cannot_be_is_refused_in_words(desk: LinkDesk, words: tuple[str, ...], error: str) -> None:
    """Nothing is written."""
    result = said(desk, *words)
    assert isinstance(result.exception, BadInput | Refused)
    assert error in str(result.exception)
