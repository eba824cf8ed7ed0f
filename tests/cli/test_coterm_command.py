"""`w365 coterm`: only legal days, and a stub that the invoices bill exactly (F23)."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import coterm
from dataverse.webapi import Ref
from local.desks.billing import CONTRACT
from local.desks.changes import ChangeDesk
from work365.errors import BadInput, Refused

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
TYPED = ("C-1", "--start", "2026-03-16", "--quantity", "10", "--price", "31.00")


@pytest.fixture
def desk() -> ChangeDesk:
    """A customer whose year ends with 20 April, on a monthly contract."""
    made = ChangeDesk(MARCH)
    contract = made.contract("C-1", start=MARCH)
    made.bought(contract, start=MARCH, term="P1Y", until=date(2026, 4, 21), printedname="Premium")
    return made


def answered(desk: ChangeDesk, *arguments: str) -> list[dict[str, Any]]:
    """What the command says."""
    app = typer.Typer()
    app.callback()(lambda: None)
    coterm.register(app, lambda: desk.changing)
    result = CliRunner().invoke(app, ["coterm", *arguments, "--output", "json"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_only_legal_days_are_offered_with_the_price_of_each_stub(desk: ChangeDesk) -> None:
    monthly = answered(desk, *TYPED, "--term", "P1M")
    assert [(one["last_day"], one["why"], one["fraction"], one["price"]) for one in monthly] == [
        ("2026-03-31", "end of a calendar month", "16/31", "160.00"),
        ("2026-04-15", "full term", "31/31", "315.00"),
    ]
    yearly = answered(desk, *TYPED)
    assert [one["last_day"] for one in yearly][:3] == ["2026-03-31", "2026-04-20", "2026-04-30"]
    assert (len(yearly), yearly[-1]["last_day"], yearly[-1]["why"]) == (14, "2027-03-15", "full term")


def test_the_invoices_bill_exactly_the_stub_that_was_shown(desk: ChangeDesk) -> None:
    """Joined on 16 March to 20 April, and ended there: 16 days of March and 20 of April."""
    (shown,) = answered(desk, *TYPED, "--last-day", "2026-04-20")
    other = desk.contract("C-2", start=MARCH)
    desk.bought(other, start=date(2026, 3, 16), enddate=date(2026, 4, 21))
    desk.api.update(Ref(CONTRACT, next(iter(desk.numbers))), {"w365_enddate": MARCH})
    billed = [*desk.month(MARCH), *desk.month(APRIL), *desk.month(date(2026, 5, 1))]
    assert billed == [line["amount"] for line in shown["lines"]] == ["160.00", "206.67"]
    assert sum(map(Decimal, billed)) == Decimal(shown["price"])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((*TYPED, "--last-day", "2026-04-18"), "cannot end on 2026-04-18; the nearest"),
        (("C-9", *TYPED[1:]), "no billing contract has the number 'C-9'"),
        ((*TYPED, "--term", "P2Y"), "'P2Y' is no term"),
        ((*TYPED[:-1], "cheap"), "'cheap' is not a price"),
    ],
)
def test_what_is_not_legal_is_refused_in_words(desk: ChangeDesk, arguments: tuple[str, ...], why: str) -> None:
    with pytest.raises((Refused, BadInput), match=why):
        answered(desk, *arguments)
