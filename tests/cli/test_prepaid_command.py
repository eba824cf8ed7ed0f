"""`w365 prepaid`: what is on a balance, and how it came there."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import prepaid
from dataverse.webapi import Ref
from local.desks.prepaid import PrepaidDesk
from work365.errors import BadInput
from work365.prepaid.balance import balance_id

if TYPE_CHECKING:
    from typer.testing import Result

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture
def desk() -> PrepaidDesk:
    found = PrepaidDesk(JANUARY)
    found.standing("C-1")
    return found


def types(desk: PrepaidDesk, *words: str) -> Result:
    app = typer.Typer()
    prepaid.register(app, lambda: prepaid.Ports(desk.prepaid, desk.clock, lambda _: None))
    result = CliRunner().invoke(app, ["prepaid", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_money_is_added_used_shown_and_expires(desk: PrepaidDesk) -> None:
    added = types(desk, "add", "C-1", "400.00", "--reason", "Bank 12", "--expires", "2026-02-01")
    assert "400.00 EUR added; 400.00 EUR is on the balance." in added.stdout
    desk.run(JANUARY)
    said = json.loads(types(desk, "show", "C-1", "--output", "json").stdout)
    assert (said["balance"], said["lots"]) == ("31.10", [{"left": "31.10", "since": "2026-01-01", "expires": "2026-02-01"}])
    assert [(move["kind"], move["amount"], move["reason"]) for move in said["movements"]] == [
        ("Top-up", "400.00", "Bank 12"),
        ("Drawn", "-368.90", ""),
    ]
    desk.clock.moment = desk.clock.moment.replace(month=2)
    assert "1 balances: -31.10 EUR" in types(desk, "expire").stdout
    assert "nothing has expired" in types(desk, "expire").stdout
    assert json.loads(types(desk, "expire", "--output", "json").stdout) == []
    assert "0.00 EUR on the balance" in types(desk, "show", "C-1").stdout


def test_a_credit_note_goes_on_the_balance(desk: PrepaidDesk) -> None:
    desk.top_up("C-1", "368.90")
    desk.run(JANUARY)
    desk.credit("INV-CO-2026-00001", "1=10.00")
    said = json.loads(types(desk, "credit", "CN-CO-2026-00001", "--reason", "Agreed", "--output", "json").stdout)
    assert (said["moved"], said["left"], said["currency"]) == ("11.90", "11.90", "EUR")


def test_a_balance_that_is_not_the_sum_of_its_movements_ends_1(desk: PrepaidDesk) -> None:
    """As when somebody writes on its row by hand."""
    desk.top_up("C-1", "10.00")
    balance = desk.balance()
    assert balance.id == balance_id(balance.account, balance.entity, "EUR")
    assert types(desk, "show", "C-1").exit_code == 0
    lots = json.dumps([{"id": balance.lots[0].id, "left": "99.00", "since": "2026-01-01", "expires": None}])
    desk.api.update(Ref("w365_prepaidbalance", balance.id), {"w365_lots": lots})
    assert types(desk, "show", "C-1").exit_code == 1


def test_what_is_no_amount_or_day_is_refused(desk: PrepaidDesk) -> None:
    with pytest.raises(BadInput, match="'five' is not an amount"):
        types(desk, "add", "C-1", "five", "--reason", "x")
    with pytest.raises(BadInput, match="'soon' is not a day"):
        types(desk, "add", "C-1", "5", "--reason", "x", "--expires", "soon")
