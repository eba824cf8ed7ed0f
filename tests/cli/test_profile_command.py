"""`w365 profile`: the link is printed once, the list shows what became of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import profiles
from cli.profiles import Ports
from local.clock import FixedClock
from local.desks.links import NUMBER, PUBLIC_URL, LinkDesk
from work365.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

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
    profiles.register(app, lambda: Ports(desk.profiles, desk.pages_for, FixedClock(desk.now), lambda: PUBLIC_URL, lambda: TOKEN))
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
