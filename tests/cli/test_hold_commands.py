"""`w365 hold`: place, list, override, lift, and the log of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import holding
from local.desks.holds import HoldDesk
from work365.errors import BadInput

if TYPE_CHECKING:
    from typer.testing import Result


def types(desk: HoldDesk, *words: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    holding.register(app, lambda: holding.Ports(desk.holds, desk.changing, desk.clock))
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


def test_a_hold_that_does_not_count_says_so() -> None:
    desk = HoldDesk()
    desk.says("credit-hold", "off")
    assert "credit-hold is off" in types(desk, "place", "K-1", "--reason", "x").output
