"""`w365 receipt`: money that came in without a gateway."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import receipts
from cli.spreading import Ports
from dataverse.query import Query
from dataverse.webapi import Ref
from local.desks.receipts import ReceiptDesk
from work365.errors import BadInput, Refused

if TYPE_CHECKING:
    from typer.testing import Result

FIRST, SECOND = "INV-CO-2026-00001", "INV-CO-2026-00002"
POST = ("post", "K-1", "500.00", "EUR", "--reference", "4711")


@pytest.fixture
def desk() -> ReceiptDesk:
    found = ReceiptDesk()
    found.months(2)
    return found


def types(desk: ReceiptDesk, *words: str) -> Result:
    app = typer.Typer()
    receipts.register(app, lambda: Ports(desk.receipts, desk.clock, lambda _: None, lambda _: None))
    result = CliRunner().invoke(app, ["receipt", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_money_is_posted_used_shown_and_taken_back(desk: ReceiptDesk) -> None:
    use = ("--for", FIRST, "--for", f"{SECOND}=100.00")
    said = types(desk, *POST, *use)
    assert said.stdout.splitlines() == [
        f"{FIRST}: 368.90 EUR came in by Bank transfer 4711; balance 0.00 EUR",
        f"{SECOND}: 100.00 EUR came in by Bank transfer 4711; balance 268.90 EUR",
        "Bank transfer 4711: 31.10 EUR of 500.00 EUR is unapplied",
    ]
    again = types(desk, *POST, *use)
    assert "posted before: nothing was written" in again.stderr
    assert "Bank transfer 4711, 2026-02-01, open: 31.10 EUR of 500.00 EUR is unapplied" in again.stdout
    assert FIRST in again.stdout
    shown = json.loads(types(desk, "show", "K-1", "4711", "--output", "json").stdout)
    assert (shown["unapplied"], shown["received on"]) == ("31.10", "2026-02-01")
    assert shown["pays"] == [
        {"invoice": FIRST, "amount": "368.90", "balance": "0.00"},
        {"invoice": SECOND, "amount": "100.00", "balance": "268.90"},
    ]
    back = types(desk, "take-back", "K-1", "4711", FIRST, "--reason", "Paid the wrong one")
    assert back.stdout.splitlines()[0] == f"{FIRST} is open again: 368.90 EUR"
    assert "368.90 EUR came in" in types(desk, "apply", "K-1", "4711", "--oldest-first").stdout
    assert "4711" in types(desk, "list", "K-1").stdout


def test_money_of_today_is_posted_wherever_today_has_begun(desk: ReceiptDesk) -> None:
    """At 20:00 UTC it is the next morning in Auckland, and the statement of the bank there is of that day."""
    desk.clock.moment = datetime(2026, 2, 1, 20, tzinfo=UTC)
    types(desk, *POST, "--on", "2026-02-02")
    assert "2026-02-02" in types(desk, "show", "K-1", "4711").stdout
    with pytest.raises(BadInput, match="2026-02-03 is still to come"):
        types(desk, *POST, "--on", "2026-02-03")


@pytest.mark.parametrize(
    ("first", "then", "says"),
    [
        ((), ("--for", FIRST), f"was posted before, to pay no invoice; now it is to pay {FIRST}."),
        (("--for", FIRST), (), f"was posted before, to pay {FIRST}; now it is to pay no invoice."),
        (("--for", FIRST), ("--for", f"{FIRST}=10.00"), f"to pay {FIRST}; now it is to pay 10.00 EUR of {FIRST}."),
        (("--for", FIRST, "--for", SECOND), ("--for", SECOND, "--for", FIRST), f"now it is to pay {SECOND}, {FIRST}."),
        (("--oldest-first",), ("--for", FIRST), "to pay the oldest invoices first; now"),
    ],
)
def test_the_same_money_for_something_else_is_refused(
    desk: ReceiptDesk, first: tuple[str, ...], then: tuple[str, ...], says: str
) -> None:
    """With what was said first, and the commands that do change what it pays."""
    types(desk, *POST, *first)
    before = desk.owed(), desk.unapplied()
    with pytest.raises(Refused) as refused:
        types(desk, *POST, *then)
    assert f"Bank transfer 4711 of 500.00 EUR {says}" in str(refused.value) or says in str(refused.value)
    assert "Nothing was written. `w365 receipt apply` uses what is left of it" in str(refused.value)
    assert (desk.owed(), desk.unapplied()) == before


def test_money_that_was_posted_before_its_use_was_kept_is_answered(desk: ReceiptDesk) -> None:
    """A receipt of an earlier release says nothing of what it was for."""
    types(desk, *POST, "--for", FIRST)
    (row,) = desk.api.find(Query("w365_receipt", ("w365_receiptid",)))
    desk.api.update(Ref("w365_receipt", row["w365_receiptid"]), {"w365_postedfor": None})
    assert "posted before: nothing was written" in types(desk, *POST).stderr


def test_a_cheque_that_bounces(desk: ReceiptDesk) -> None:
    types(desk, *POST, "--method", "cheque", "--oldest-first")
    said = json.loads(types(desk, "return", "K-1", "4711", "--reason", "No funds", "--output", "json").stdout)
    assert said["state"] == "Returned"
    assert said["open again"] == [{"invoice": FIRST, "balance": "368.90"}, {"invoice": SECOND, "balance": "368.90"}]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("post", "K-1", "five", "EUR", "--reference", "1"), "'five' is not an amount"),
        (("post", "K-1", "NaN", "EUR", "--reference", "1"), "'NaN' is not an amount"),
        (("post", "K-1", "5.001", "EUR", "--reference", "1"), "5.001"),
        (("post", "K-1", "5.00", "euro", "--reference", "1"), "'euro' is not a currency"),
        (("post", "K-9", "5.00", "EUR", "--reference", "1"), "no account has the number 'K-9'"),
        (("post", "K-1", "5.00", "EUR", "--reference", "1", "--method", "gold"), "'gold' is no way in which money comes"),
        (("post", "K-1", "5.00", "EUR", "--reference", "1", "--on", "soon"), "'soon' is not a day"),
        ((*POST, "--for", "=5"), "'=5' names no invoice"),
        ((*POST, "--for", FIRST, "--oldest-first"), "not both"),
        (("apply", "K-1", "1", "--oldest-first"), "has no receipt with the reference '1'"),
        (("show", "K-1", "' or 1 eq 1"), "has no receipt"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(desk: ReceiptDesk, words: tuple[str, ...], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        types(desk, *words)
    assert desk.unapplied() == {}


def test_money_without_a_use_is_not_used_by_guessing(desk: ReceiptDesk) -> None:
    types(desk, *POST)
    with pytest.raises(BadInput, match="name the invoices with --for, or say --oldest-first"):
        types(desk, "apply", "K-1", "4711")
    types(desk, "apply", "K-1", "4711", "--for", FIRST, "--for", SECOND)
    with pytest.raises(Refused, match="nothing is left of Bank transfer 4711"):
        types(desk, "apply", "K-1", "4711", "--oldest-first")
