"""`w365 explain invoice` where people decided about missed cycles: said in words, and made again to the cent."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import typer
from typer.testing import CliRunner

from cli.explaining import register
from dataverse.stores.catching_up import CatchUps
from dataverse.stores.explaining import Explanations
from dataverse.webapi import Ref
from local.desks.billing import MORNING, BillingDesk
from work365.handlers.catching_up import Wish, decide, look
from work365.invoicing.decision import CatchUp, CycleDecision
from work365.scenario import scenario
from work365.simulation import answer, simulate

OCTOBER, NOVEMBER, DECEMBER = (date(2025, month, 1) for month in (10, 11, 12))
JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
SKIP = CycleDecision(CatchUp.SKIP, "a free month")
BILL, COMBINE = CycleDecision(CatchUp.BILL_EACH), CycleDecision(CatchUp.COMBINE)


def explained(desk: BillingDesk, number: str, *arguments: str) -> str:
    app = typer.Typer()
    register(app, lambda: Explanations(desk.api))
    result = CliRunner().invoke(app, ["explain", "invoice", number, *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def say(desk: BillingDesk, on: date, cycles: dict[date, CycleDecision]) -> None:
    desk.clock.moment = datetime.combine(on, MORNING)
    decide(look("C-1", book=desk.book, clock=desk.clock), Wish(cycles=cycles), book=CatchUps(desk.api))


def made_again(desk: BillingDesk) -> None:
    """Every document is one of those that its scenario makes on its last day, line by line."""
    for invoice in desk.invoices():
        said = json.loads(explained(desk, invoice.number, "--output", "json"))
        again = answer(simulate(scenario(said["scenario"])))["invoices"]
        last = [sorted(map(facts, one["lines"])) for one in again if one["run"] == said["scenario"]["runs"][-1]]
        assert sorted(map(facts, said["lines"])) in last


def facts(line: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(line[name]) for name in ("kind", "start", "end", "quantity", "fraction", "amount"))


def test_the_past_of_a_subscription_that_was_entered_late() -> None:
    """Asked on 1 February, decided on the 10th, carried out on 1 March; 1 April is the ordinary month behind it."""
    desk = BillingDesk(OCTOBER)
    contract = desk.standing(start=OCTOBER)
    for day in (OCTOBER, NOVEMBER, DECEMBER, JANUARY):
        desk.run(day)
    in_time = desk.subscription(contract, seats=2, start=date(2026, 1, 5), recorded=date(2026, 1, 5))
    late = desk.subscription(contract, seats=1, start=OCTOBER, recorded=date(2026, 1, 15), printedname="Planner")
    desk.run(FEBRUARY)
    made_again(desk)
    say(desk, date(2026, 2, 10), {OCTOBER: SKIP, NOVEMBER: BILL, DECEMBER: COMBINE})
    desk.change(contract, in_time, date(2026, 2, 16), 4, recorded=date(2026, 2, 20))
    desk.change(contract, late, date(2025, 10, 16), 3, recorded=date(2026, 3, 20))
    desk.run(MARCH)
    desk.run(APRIL)
    made_again(desk)
    text = explained(desk, desk.invoices()[-1].number)
    assert "Never billed, because a person decided so: Planner, 2025-10-01 to 2025-10-31: a free month." in text


def test_the_missed_cycles_of_a_contract() -> None:
    """Entered in January; and a next date that was moved from February to April."""
    desk = BillingDesk(date(2026, 1, 15))
    contract = desk.standing(start=OCTOBER)
    say(desk, date(2026, 1, 15), {OCTOBER: SKIP, NOVEMBER: COMBINE, DECEMBER: COMBINE, JANUARY: BILL})
    desk.run(date(2026, 1, 16))
    desk.api.update(Ref("w365_billingcontract", contract), {"w365_nextinvoicedate": APRIL})
    say(desk, APRIL, {FEBRUARY: SKIP, MARCH: BILL})
    desk.run(date(2026, 4, 2))
    made_again(desk)
    text = explained(desk, desk.invoices()[-1].number)
    assert "2025-10-01 to 2025-10-31: a free month; 2026-02-01 to 2026-02-28: a free month." in text


def test_a_contract_that_nobody_was_asked_about_is_told_as_ever() -> None:
    """No sentence, and no member in its scenario."""
    desk = BillingDesk(JANUARY)
    desk.standing()
    desk.run(JANUARY)
    said = json.loads(explained(desk, desk.invoices()[0].number, "--output", "json"))
    assert ("catch_up" in said["scenario"], said["skipped"]) == (False, [])
