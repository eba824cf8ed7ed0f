"""`w365 balance`: what customers owe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import balances
from cli.book_ports import Ports
from local.desks.receipts import ReceiptDesk
from work365.errors import BadInput

if TYPE_CHECKING:
    from typer.testing import Result


@pytest.fixture
def desk() -> ReceiptDesk:
    found = ReceiptDesk()
    found.months(3)
    return found


def types(desk: ReceiptDesk, *words: str) -> Result:
    app = typer.Typer()
    balances.register(app, lambda: Ports(desk.balances, desk.clock))
    result = CliRunner().invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_who_owes_how_much_since_when(desk: ReceiptDesk) -> None:
    desk.post("400.00", wishes=None)
    (row,) = json.loads(types(desk, "--overdue", "--output", "json").stdout)["balances"]
    assert row == {
        "account": "K-1",
        "name": "Customer of C-1",
        "balance": "706.70",
        "open": "706.70",
        "unapplied": "0.00",
        "overdue": "337.80",
        "1-30": "337.80",
        "31-60": "0.00",
        "61-90": "0.00",
        "over 90": "0.00",
        "oldest due": "2026-02-15",
        "currency": "EUR",
    }
    assert "Customer of C-1" in types(desk, "K-1").stdout


def test_who_owes_nothing_is_not_listed(desk: ReceiptDesk) -> None:
    desk.post("1106.70", wishes=None)
    assert json.loads(types(desk, "--output", "json").stdout) == {"balances": []}
    assert json.loads(types(desk, "K-1", "--output", "json").stdout) == {"balances": []}


def test_an_unknown_account_is_refused(desk: ReceiptDesk) -> None:
    with pytest.raises(BadInput, match="no account has the number 'K-9'"):
        types(desk, "K-9")
