"""`w365 credit-note` over a tenant in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import credit_notes
from cli.spreading import Ports
from local.desks.credit_notes import CreditNoteDesk
from work365.errors import BadInput

if TYPE_CHECKING:
    from typer.testing import Result


def types(desk: CreditNoteDesk, *words: str) -> Result:
    app = typer.Typer()
    credit_notes.register(app, lambda: Ports(desk.credits, desk.clock, lambda _: None, lambda _: None))
    result = CliRunner().invoke(app, ["credit-note", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_listed_applied_shown_and_taken_back() -> None:
    """In words and as JSON."""
    desk = CreditNoteDesk()
    first, second = desk.monthly[1:]
    [listed] = json.loads(types(desk, "list", "K-1", "--output", "json").stdout)["credit notes"]
    assert listed == {"credit note": desk.note, "total": "368.90", "open": "368.90", "currency": "EUR", "status": "Issued"}
    assert types(desk, "apply", desk.note, "--for", f"{first}=100.00").stdout.splitlines() == [
        f"{first}: 100.00 EUR came in by Credit note {desk.note}; balance 268.90 EUR",
        f"Credit note {desk.note}: 268.90 EUR of 368.90 EUR is open",
    ]
    said = json.loads(types(desk, "apply", desk.note, "--oldest-first", "--output", "json").stdout)
    assert (said["open"], said["paid"]) == ("0.00", [{"invoice": second, "amount": "268.90", "balance": "100.00"}])
    shown = json.loads(types(desk, "show", desk.note, "--output", "json").stdout)
    assert [row["invoice"] for row in shown["pays"]] == [first, second]
    assert "0.00 EUR of 368.90 EUR is open" in types(desk, "show", desk.note).stdout
    back = types(desk, "take-back", desk.note, first, "--reason", "Meant for another")
    assert back.stdout.splitlines()[0] == f"{first} is open again: 368.90 EUR"


@pytest.mark.parametrize(
    ("words", "says"),
    [(("--for", "A", "--oldest-first"), "not both"), ((), "name the invoices"), (("--for", "=1"), "names no invoice")],
)
def test_what_is_typed_wrong_is_refused(words: tuple[str, ...], says: str) -> None:
    """Before anything is written."""
    desk = CreditNoteDesk()
    with pytest.raises(BadInput, match=says):
        types(desk, "apply", desk.note, *words)
