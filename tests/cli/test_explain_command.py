"""`w365 explain invoice`: every line in words, and a scenario that the simulator turns into the same lines."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli.explaining import register
from dataverse.stores.explaining import Explanations
from local.desks.billing import BillingDesk
from local.desks.crediting import CreditingDesk
from local.desks.prepaying import PrepayingDesk
from work365.errors import BadInput
from work365.scenario import scenario
from work365.simulation import answer, simulate

if TYPE_CHECKING:
    from typer.testing import Result

JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))


def run(desk: BillingDesk, *arguments: str) -> Result:
    app = typer.Typer()
    register(app, lambda: Explanations(desk.api))
    return CliRunner().invoke(app, ["explain", "invoice", *arguments])


def said(desk: BillingDesk, number: str) -> dict[str, Any]:
    result = run(desk, number, "--output", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(scope="module")
def changed() -> BillingDesk:
    """Ten seats in January; five more from the 16th, learned of on the 20th; a set-up fee."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1", discountpercent=Decimal(10))
    subscription = desk.subscription(contract)
    desk.run(JANUARY)
    desk.change(contract, subscription, date(2026, 1, 16), 15, recorded=date(2026, 1, 20))
    desk.item(contract, date(2026, 1, 25), "100.00")
    desk.run(FEBRUARY)
    return desk


def test_a_change_is_explained_with_its_days_and_its_origin(changed: BillingDesk) -> None:
    number = changed.invoices()[1].number
    result = run(changed, number)
    assert result.exit_code == 0, result.output
    text = result.stdout
    assert f"{number} for Customer of C-1, " in text
    assert "From 16 January 2026 on, the quantity went from 10 to 15: change 2 of the log" in text
    assert "-10 x 31.00 x 16/31 = -160.00 EUR." in text
    assert f"It refers to line 1 of {changed.invoices()[0].number}, over 310.00 EUR." in text
    assert "It is billed once, for 25 January 2026, and never prorated." in text


def test_one_line_alone(changed: BillingDesk) -> None:
    number = changed.invoices()[0].number
    text = run(changed, number, "--line", "2").stdout
    assert text.count("Line ") == 1
    assert "Line 2: Discount 10 % on Microsoft 365 Business Premium, -31.00 EUR" in text


@pytest.mark.parametrize(
    ("arguments", "word"), [(("INV-0",), "no document has the number"), (("{}", "--line", "9"), "counted from 1")]
)
def test_what_does_not_exist_is_said(changed: BillingDesk, arguments: tuple[str, ...], word: str) -> None:
    number = changed.invoices()[0].number
    error = run(changed, *(argument.format(number) for argument in arguments)).exception
    assert isinstance(error, BadInput)
    assert word in str(error)


@pytest.mark.parametrize("seed", range(6))
def test_the_scenario_makes_the_same_lines(seed: int) -> None:
    """F129: feeding the explanation to the simulator reproduces every line that comes from a subscription, to the cent."""
    drawn = random.Random(seed)  # noqa: S311  a repeatable history
    desk = BillingDesk(JANUARY)
    contract = desk.contract(
        "C-1", discountpercent=Decimal(drawn.choice(["0", "7.5"])), changesbilled=drawn.choice(["Now", "Next cycle"])
    )
    subscriptions = [desk.subscription(contract, seats=drawn.randint(1, 20)) for _ in range(2)]
    day = JANUARY
    for _ in range(12):
        desk.run(day)
        day += timedelta(days=drawn.randint(2, 12))
        effective = max(JANUARY, day - timedelta(days=drawn.choice([0, 0, 1, 20, 45])))
        desk.change(contract, drawn.choice(subscriptions), effective, drawn.randint(0, 25), recorded=day)
    desk.run(day)
    for invoice in desk.invoices():
        shown = said(desk, invoice.number)
        last = answer(simulate(scenario(shown["scenario"])))["invoices"][-1]
        assert sorted(map(facts, last["lines"])) == sorted(map(facts, shown["lines"]))


def facts(line: dict[str, Any]) -> tuple[str, ...]:
    """What the simulator and the explanation both say of a line."""
    price = f"{Decimal(line['unit_price'] or 0):.6f}"
    return (
        *(str(line[name]) for name in ("kind", "start", "end", "quantity", "fraction", "amount")),
        price if line["kind"] != "discount" else "",
    )


def test_a_note_is_explained_with_its_reason() -> None:
    """What a person gave back says who decided it, and which line it is about; it is made again by itself, as no run made it."""
    desk = CreditingDesk(JANUARY)
    desk.standing()
    desk.run(JANUARY)
    desk.credit(desk.invoices()[0].number, "1:2", "Outage on 4 January.")
    number = desk.invoices()[0].number
    text = run(desk, number).stdout
    assert "A person gave this back: Outage on 4 January." in text
    assert "-2 x 31.00 = -62.00 EUR." in text
    assert "It refers to line 1 of INV-CO-2026-00001, over 310.00 EUR." in text
    shown = said(desk, number)
    assert [line["from_history"] for line in shown["lines"]] == [False]
    (again,) = answer(simulate(scenario(shown["scenario"])))["invoices"][-1]["lines"]
    assert (again["amount"], again["tax"], again["gross"]) == ("-62.00", "-11.78", "-73.78")


def test_a_prepayment_says_why_it_is_there_and_why_it_is_taken_off() -> None:
    """F161: on the invoice that asks for it, and on the one that bills the seats."""
    desk = PrepayingDesk()
    desk.wants(15)
    desk.run(date(2026, 3, 17))
    number = desk.pays()
    desk.look()
    desk.run(date(2026, 4, 1))
    assert "Seats that were ordered come once it is paid; then it is taken off again." in run(desk, number).stdout
    text = run(desk, desk.invoices()[-1].number).stdout
    assert f"Prepayment of {number} taken off: 5 seats of E3, 2026-03-16 to 2026-03-31, -80.00 EUR" in text
    assert "What was paid before the seats came is taken off: the seats are billed themselves, or do not come." in text
