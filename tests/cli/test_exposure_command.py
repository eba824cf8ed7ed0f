"""`w365 exposure`: the list by used share, one account with its rows, its history."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import exposure
from cli.book_ports import Ports
from dataverse.webapi import Ref
from local.desks.exposure import LimitDesk
from local.desks.holds import ACCOUNT, LATER

if TYPE_CHECKING:
    from typer.testing import Result


@pytest.fixture
def desk() -> LimitDesk:
    return LimitDesk()


def types(desk: LimitDesk, *words: str) -> Result:
    app = typer.Typer()
    exposure.register(app, lambda: Ports(desk.exposures, desk.clock))
    result = CliRunner().invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def said(desk: LimitDesk, *words: str) -> Any:  # noqa: ANN401  what JSON says
    return json.loads(types(desk, *words, "--output", "json").stdout)


def test_the_list_says_who_has_used_how_much(desk: LimitDesk) -> None:
    (row,) = said(desk)["exposures"]
    assert row == {
        "account": ACCOUNT,
        "name": "Customer of C-1",
        "used %": "73.8",
        "limit": "1000.00",
        "exposure": "737.80",
        "available": "262.20",
        "open": "368.90",
        "overdue": "368.90",
        "unapplied": "0.00",
        "usage": "0.00",
        "committed": "368.90",
        "waiting": "0.00",
        "currency": "EUR",
        "unknown": "",
    }
    assert types(desk).exit_code == 0


def test_one_account_lists_the_rows_that_its_figures_are_sums_of(desk: LimitDesk) -> None:
    desk.customer("K-2", above=desk.account)
    desk.more(11, on=LATER)
    shown = said(desk, ACCOUNT)
    assert sum(Decimal(row["worth"]) for row in shown["rows"]) == Decimal(shown["exposure"])
    assert {row["kind"] for row in shown["rows"]} == {"Open invoice", "Committed cycle", "Waiting order"}
    table = types(desk, ACCOUNT).stdout
    assert "INV-CO-2026-00001" in table
    assert "2026-03-15" in table


def test_the_history_is_listed_by_day(desk: LimitDesk) -> None:
    desk.draw()
    desk.at(LATER)
    desk.limit("2000.00")
    desk.draw()
    days = [(row["day"], row["limit"]) for row in said(desk, ACCOUNT, "--history")["history"]]
    assert days == [("2026-03-20", "2000.00"), ("2026-03-16", "1000.00")]


def test_what_cannot_be_counted_is_told_and_ends_with_1(desk: LimitDesk) -> None:
    desk.open("1.00", due=LATER, code="USD")
    for words in ((), (ACCOUNT,)):
        result = types(desk, *words)
        assert result.exit_code == 1
        assert "w365: not counted: there is no exchange rate from USD to EUR on 2026-03-16" in result.stderr
    (row,) = said(desk)["exposures"]
    assert (row["exposure"], row["available"], row["used %"]) == ("737.80", "", "")
    account = desk.api.read(Ref("account", desk.account), select=("w365_creditused",))
    assert account["w365_creditused"] == "at least 737.80 of 1000.00 EUR (73.8 %); not everything could be counted"
