"""`w365 left-over` over a tenant in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import left_over
from cli.spreading import Ports
from local.clock import FixedClock
from local.desks.left_over import LeftOverDesk
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result


@pytest.fixture
def desk() -> Iterator[LeftOverDesk]:
    """An invoice that was paid twice, and two that are open."""
    made = LeftOverDesk()
    yield made
    made.close()


def types(desk: LeftOverDesk, *words: str) -> Result:
    app = typer.Typer()
    left_over.register(app, lambda: Ports(desk.left_overs, FixedClock(desk.now), lambda _: None, lambda _: None))
    result = CliRunner().invoke(app, ["left-over", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_listed_applied_shown_and_taken_back(desk: LeftOverDesk) -> None:
    """In words and as JSON."""
    twice, sixty, forty = (desk.number(one) for one in (desk.twice, desk.sixty, desk.forty))
    label = f"Payment {desk.intent} of {twice}"
    [listed] = json.loads(types(desk, "list", "K-1", "--output", "json").stdout)["left over"]
    assert {name: listed[name] for name in ("payment", "invoice", "left over", "currency")} == {
        "payment": desk.intent,
        "invoice": twice,
        "left over": "150.00",
        "currency": "EUR",
    }
    assert types(desk, "apply", desk.intent, "--for", f"{sixty}=50.00").stdout.splitlines() == [
        f"{sixty}: 50.00 EUR came in by {label}; balance 10.00 EUR",
        f"{label}: 0.00 EUR pays {twice}, 100.00 EUR is left over",
    ]
    said = json.loads(types(desk, "apply", desk.intent, "--for", forty, "--output", "json").stdout)
    assert (said["left over"], said["paid"]) == ("60.00", [{"invoice": forty, "amount": "40.00", "balance": "0.00"}])
    shown = json.loads(types(desk, "show", desk.intent, "--output", "json").stdout)
    assert [row["invoice"] for row in shown["pays"]] == [sixty, forty]
    assert "60.00 EUR is left over" in types(desk, "show", desk.intent).stdout
    back = types(desk, "take-back", desk.intent, sixty, "--reason", "Meant for another")
    assert back.stdout.splitlines() == [
        f"{sixty} is open again: 60.00 EUR",
        f"{label}: 0.00 EUR pays {twice}, 110.00 EUR is left over",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--for", "A", "--oldest-first"), "not both"),
        ((), "name the invoices"),
        (("--for", "=1"), "names no invoice"),
        (("--for", "A=1.234"), "decimal places"),
    ],
)
def test_what_is_typed_wrong_is_refused(desk: LeftOverDesk, words: tuple[str, ...], says: str) -> None:
    """Before anything is written."""
    with pytest.raises(BadInput, match=says):
        types(desk, "apply", desk.intent, *words)
    with pytest.raises(BadInput, match="no payment through a gateway came with the id"):
        types(desk, "apply", "", "--oldest-first")
