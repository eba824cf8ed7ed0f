"""`w365 tiers`, against a tenant in memory."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from cli import tiers
from dataverse.stores.margins import Margins
from dataverse.stores.part_rows import CONTRACT, SUBSCRIPTION
from dataverse.stores.readiness import ReadinessRows
from dataverse.webapi import Ref
from local.desks.tiers import FIRST, TierDesk
from work365.errors import BadInput, Refused
from work365.handlers import readiness

if TYPE_CHECKING:
    from typer.testing import Result

SIXTEENTH = date(2026, 3, 16)
MARCH = ("margins", "--month", "2026-03")


class Commands:
    """The commands on the tenant of a master distributor, a distributor, a reseller and a customer."""

    def __init__(self) -> None:
        self.desk = TierDesk()
        self.desk.tier("RES", "D-1")
        self.desk.tier("DIS", "M-1")
        self.app = Typer()
        self.app.callback()(lambda: None)
        margins = Margins(self.desk.billing.api, self.desk.book)
        tiers.register(self.app, lambda: tiers.Ports(self.desk.book, margins, self.desk.billing.clock))

    def run(self, *arguments: str) -> Result:
        result = CliRunner().invoke(self.app, ["tiers", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def said(self, *arguments: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.run(*arguments, "--output", "json").stdout)
        return answer


@pytest.fixture
def commands() -> Commands:
    return Commands()


def test_apply_follows_once_and_a_dry_run_only_says_so(commands: Commands) -> None:
    assert commands.said("apply", "--dry-run")["parts"] == 2
    assert commands.run("check").exit_code == 1
    assert commands.run("apply").stdout == "resold 1, parts 2, rows 2, held 0, later 0\n"
    assert commands.said("apply")["rows"] == 0
    assert commands.run("check").stdout == "Every tier is billed for what its customers have.\n"


def test_apply_holds_to_the_plan_that_was_looked_at(commands: Commands) -> None:
    plan = commands.said("apply", "--dry-run")["plan"]
    commands.desk.buy(SIXTEENTH, 15)
    with pytest.raises(Refused, match=f"the plan is not {plan} any more"):
        commands.run("apply", "--plan", plan)
    assert commands.desk.parts() == {}
    again = commands.said("apply", "--dry-run")["plan"]
    assert commands.said("apply", "--plan", again)["rows"] == 4


def test_show_says_who_bills_whom_on_a_day(commands: Commands) -> None:
    commands.desk.follow(FIRST)
    commands.desk.buy(SIXTEENTH, 15)
    commands.desk.follow(SIXTEENTH)
    rows = commands.said("show", "S-1", "--on", "2026-03-15")["tiers"]
    assert [(row["seller"], row["contract"], row["bills"], row["seats"], row["unit_price"]) for row in rows] == [
        ("MAS", "M-1", "DIS", 10, "21.70"),
        ("DIS", "D-1", "RES", 10, "24.80"),
        ("RES", "C-1", "Customer of C-1", 10, "31.00"),
    ]
    by_customer = commands.said("show", "--account", "customer of c-1", "--on", "2026-03-16")["tiers"]
    assert [row["seats"] for row in by_customer] == [15, 15, 15]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show",), "say which subscription, or which customer"),
        (("show", "S-9"), "nothing of 'S-9' is bought from a tier above"),
        (("show", "--account", "Nobody"), "nothing of 'Nobody' is bought from a tier above"),
        (("margins", "--month", "March"), "is not a month"),
        (("margins", "--currency", "XXX"), "XXX"),
    ],
)
def test_what_nobody_could_have_meant_is_refused(commands: Commands, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        commands.run(*arguments)


def test_margins_of_the_tiers_add_up_to_the_total(commands: Commands) -> None:
    """10 seats, 15 from the 16th: cost 234.00, then 273.00, 312.00 and 390.00."""
    commands.desk.day(FIRST)
    commands.desk.buy(SIXTEENTH, 15)
    commands.desk.day(SIXTEENTH)
    (sale,) = commands.said(*MARCH)["sales"]
    assert [charge["amount"] for charge in sale["charges"]] == ["234.00", "273.00", "312.00", "390.00"]
    earned = [(tier["seller"], tier["margin"]) for tier in sale["margins"]]
    assert earned == [
        ("MAS", "39.00"),
        ("DIS", "39.00"),
        ("RES", "78.00"),
    ]
    assert sale["total"] == "156.00"
    assert commands.said(*MARCH)["totals"][-1] == {"seller": "total", "currency": "EUR", "margin": "156.00", "unknown": 0}
    shown = commands.run(*MARCH, "--account", "Customer of C-1")
    assert (shown.exit_code, "156.00" in shown.stdout) == (0, True)


def test_a_tier_in_another_currency_without_a_rate_is_unknown_and_said(commands: Commands) -> None:
    commands.desk.day(FIRST)
    found = commands.run(*MARCH, "--currency", "USD")
    assert found.exit_code == 1
    assert "unknown" in found.stdout
    assert "there is no exchange rate from EUR to USD on 2026-03-01" in found.stderr


def test_a_cost_that_nobody_said_is_unknown_and_said(commands: Commands) -> None:
    commands.desk.day(FIRST)
    commands.desk.billing.api.update(Ref(SUBSCRIPTION, commands.desk.subscription), {"w365_unitcost": None})
    (sale,) = commands.said(*MARCH)["sales"]
    assert (sale["charges"][0]["amount"], sale["total"]) == (None, None)
    assert commands.run(*MARCH).exit_code == 1


def test_a_price_that_is_missing_leaves_the_other_tiers_known(commands: Commands) -> None:
    commands.desk.billing.api.update(Ref(CONTRACT, commands.desk.contracts["D-1"]), {"w365_PriceList@odata.bind": None})
    commands.desk.day(FIRST)
    (sale,) = commands.said(*MARCH)["sales"]
    assert [charge["amount"] for charge in sale["charges"]] == ["186.00", "217.00", None, "310.00"]
    assert sale["total"] == "124.00"
    shown = commands.said("show", "S-1", "--on", "2026-03-01")["tiers"]
    (held,) = filter(None, (row["held_back"] for row in shown))
    assert held.startswith("the contract has no price list to look Microsoft 365 Business Premium up in")
    assert not shown[0]["held_back"]


def test_the_check_before_a_run_names_the_tier_that_is_behind(commands: Commands) -> None:
    billing = commands.desk.billing
    rows = ReadinessRows(billing.api, billing.tenant.currencies)
    found = readiness.check(book=billing.book, readiness=rows, clock=billing.clock, as_of=FIRST, tiers=commands.desk.book)
    behind = [one for one in found.blockers if one.finding.code == "tier-not-followed"]
    assert [one.place and one.place.id for one in behind] == [commands.desk.contracts[number] for number in ("D-1", "M-1")]


def test_what_is_not_bought_from_above_has_no_margins(commands: Commands) -> None:
    commands.desk.billing.api.update(Ref(SUBSCRIPTION, commands.desk.subscription), {"w365_Provider@odata.bind": None})
    assert commands.said(*MARCH)["sales"] == []
