"""`w365 import provider-lines`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli.importing import Ports, register
from local.fakes.small_partner import NOW, partner
from work365.errors import BadInput, Rejected

if TYPE_CHECKING:
    from typer.testing import Result

    from local.fakes.supply import FakeSupply

DATA = Path(__file__).parent.parent / "providers" / "partner_center" / "data"
MARCH = (str(DATA / "march_2022.csv"), "--map", str(DATA / "march_2022.map.json"))


def run(book: FakeSupply, *arguments: str) -> Result:
    app = typer.Typer()
    register(app, lambda: Ports(book, NOW))
    return CliRunner().invoke(app, ["import", "provider-lines", *arguments])


def test_counts_and_findings_are_data_and_the_exit_code_says_clean() -> None:
    """A clean import ends 0; importing again says that nothing changed."""
    book = partner()
    first = run(book, *MARCH, "--output", "json")
    assert first.exit_code == 0
    shown = json.loads(first.stdout)
    assert (shown["rows"], shown["created"], shown["log_rows"], shown["findings"]) == (11, 1, 6, [])
    again = json.loads(run(book, *MARCH, "--output", "json").stdout)
    assert (again["created"], again["changed"], again["unchanged"], again["log_rows"]) == (0, 0, 1, 0)


def test_the_table_names_the_file_the_counts_and_every_finding() -> None:
    """Findings end 1, and each is a sentence."""
    book = partner()
    book.known_tenants.clear()
    result = run(book, *MARCH, "--dry-run")
    assert result.exit_code == 1
    assert "dry run: nothing was written" in result.stdout
    assert "is not linked to an account" in result.stdout
    assert book.writes == 0


def test_information_alone_ends_0() -> None:
    """Usage that is not billed is no failure."""
    result = run(partner(), str(DATA / "five_kinds_of_rows.csv"), "--output", "json")
    severities = {finding["code"]: finding["severity"] for finding in json.loads(result.stdout)["findings"]}
    assert severities["usage-not-billed"] == "info"
    assert "No findings." in run(partner(), *MARCH).stdout


def test_a_refused_subscription_ends_4() -> None:
    """Partial: the rest was written."""
    book = partner()
    book.refuse = lambda _: Rejected("no")
    assert run(book, *MARCH).exit_code == 4


def test_a_wrong_file_or_provider_is_refused() -> None:
    """BadInput goes up to the command line's own door, which prints it and ends 2."""
    for arguments in ((str(DATA / "nothing.csv"),), (*MARCH, "--provider", "pax8")):
        result = run(partner(), *arguments)
        assert isinstance(result.exception, BadInput)
    assert run(partner()).exit_code == 2


@pytest.mark.parametrize("option", ["--help"])
def test_help_says_that_importing_again_is_harmless(option: str) -> None:
    """A person who is unsure asks for help first."""
    assert "Importing a file again" in run(partner(), option).stdout
