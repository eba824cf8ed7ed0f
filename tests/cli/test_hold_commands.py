"""`w365 hold`: place, list, override, lift, and the log of it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import holding
from dataverse.rows import bind
from dataverse.stores.hold_rows import held_row
from dataverse.stores.settings import SettingRows
from dataverse.webapi import Ref
from local.desks.holds import HoldDesk
from work365.errors import BadInput
from work365.holding.hold import HoldKind
from work365.money import Currency
from work365.settings.catalogue import BY_NAME, Level

if TYPE_CHECKING:
    from typer.testing import Result


def types(desk: HoldDesk, *words: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    holding.register(app, lambda: holding.Ports(desk.holds, desk.rules, desk.changing, desk.clock))
    result = CliRunner().invoke(app, ["hold", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def said(desk: HoldDesk, *words: str) -> Any:  # noqa: ANN401  JSON
    return json.loads(types(desk, *words, "--output", "json").stdout)


def test_a_hold_from_end_to_end() -> None:
    desk = HoldDesk()
    assert "is on hold" in types(desk, "place", "K-1", "--reason", "Bounced cheque").output
    (row,) = said(desk, "list")["held"]
    assert (row["account"], row["held by"], row["reason"], row["counts"]) == ("K-1", "Manual", "Bounced cheque", "yes")
    desk.more(15)
    (waiting,) = desk.changing.planned(states=["Waiting for credit hold"])
    desk.passes()
    assert "done" in types(desk, "override", waiting.id, "--reason", "Paid by phone").output
    desk.more(20)
    desk.passes()
    assert "1 waiting changes were released" in types(desk, "lift", "K-1", "--reason", "Paid").output
    assert [row["action"] for row in said(desk, "log", "K-1")["log"]] == ["Lifted", "Overridden", "Placed"]
    assert desk.stands(desk.one)[0] == 20


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("place", "K-9", "--reason", "x"), "no account has the number 'K-9'"),
        (("place", "K-1"), "say why"),
        (("override", "nobody", "--reason", "x"), "waits for a credit hold"),
    ],
)
def test_what_is_wrong_is_said(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        types(HoldDesk(), *words)


def test_the_rule_is_tried_and_followed() -> None:
    """F54: who would be held and why; then the log names the rule, and what waited comes with the release."""
    desk = HoldDesk()
    owes = bind("w365_Account", "account", desk.account) | desk.tenant.currencies.bind(Currency("EUR"))
    amounts = {f"w365_{name}": Decimal(0) for name in ("unapplied", "overdue60", "overdue90", "overduelonger")}
    amounts |= {f"w365_{name}": Decimal("500.01") for name in ("balance", "openamount", "overdue", "overdue30")}
    row = {"w365_name": "Balance EUR", "w365_oldestdue": date(2026, 3, 10), **amounts, **owes}
    balance = desk.api.create("w365_accountbalance", row)
    desk.says("hold-overdue-amount", "500.00 EUR")
    why = "500.01 EUR overdue, which is more than 500.00 EUR"
    expected = [{"account": "K-1", "name": desk.holds.customer("K-1").name, "action": "Placed", "reason": why, "counts": "yes"}]
    for words in (("check", "--dry-run"), ("check",)):
        assert said(desk, *words)["checked"] == expected
    assert said(desk, "check", "--dry-run")["checked"] == []
    (logged,) = said(desk, "log")["log"]
    assert (logged["action"], logged["kind"], logged["rule"], logged["reason"]) == ("Placed", "Rule", "overdue", why)
    desk.more(15)
    desk.api.update(Ref("w365_accountbalance", balance), {"w365_overdue": Decimal(0)})
    assert said(desk, "check", "--dry-run")["checked"][0]["reason"] == "nothing is overdue any more"
    assert desk.stands(desk.one)[0] == 10
    assert [one["action"] for one in said(desk, "check")["checked"]] == ["Lifted"]
    assert desk.stands(desk.one)[0] == 15


def test_a_limit_that_cannot_be_used_is_said() -> None:
    desk = HoldDesk()
    desk.hold()
    desk.api.update(Ref("account", desk.account), held_row(HoldKind.RULE, "late"))
    book = SettingRows(desk.api)
    book.say(book.subject(Level.COMPANY, ""), BY_NAME["hold-overdue-days"], "soon", "")
    result = types(desk, "check")
    assert (result.exit_code, "'soon' is not days from 0 to 365" in result.output) == (1, True)


def test_a_hold_that_does_not_count_says_so() -> None:
    desk = HoldDesk()
    desk.says("credit-hold", "off")
    assert "credit-hold is off" in types(desk, "place", "K-1", "--reason", "x").output
