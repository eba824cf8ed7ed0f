"""Instalment plans (F6) from their row to the invoices, and their early end."""

from __future__ import annotations

import contextlib
import json
from datetime import date
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli.instalments import register
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_label, choice_value, status
from dataverse.stores.instalments import ITEM, PLAN, Instalments
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.usage import printed
from local.faults import CRASHES, Died
from local.sample.generated import PRODUCT
from work365.errors import BadInput, External
from work365.handlers.instalments import PlansKept, keep_plans

if TYPE_CHECKING:
    from tests.points import Tried

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))


class Plans:
    """A contract, a subscription that is paid by instalments, and the book."""

    def __init__(self, **columns: Any) -> None:  # noqa: ANN401  values of columns
        self.desk = BillingDesk(JANUARY)
        contract = self.desk.contract("C-1")
        tenant = self.desk.tenant
        sold = self.desk.subscription(contract, seats=0, price=Decimal(0), externalid="sub-1")
        row: dict[str, Any] = {
            "w365_name": "P-1",
            "w365_key": "P-1",
            "w365_description": "E3, one year",
            "w365_commitment": Decimal(1000),
            "w365_parts": 12,
            "w365_firstdue": JANUARY,
            **bind("w365_Contract", "w365_billingcontract", contract),
            **bind("w365_Subscription", "w365_subscription", sold),
            **bind("w365_Product", "w365_product", PRODUCT),
            **{f"w365_{name}": value for name, value in columns.items()},
        }
        self.id = tenant.api.create(PLAN, row)
        tenant.api.update(Ref(PLAN, self.id), status(PLAN, "Active"))
        self.book = Instalments(tenant.webapi(self.desk.fuse.guard(tenant.app)), tenant.currencies)
        self.desk.fuse.reset()

    def end(self, day: date, rest: str) -> None:
        row = {"w365_endedon": day, "w365_rest": choice_value(PLAN, "w365_rest", rest), "w365_decidedby": "Ann"}
        self.desk.api.update(Ref(PLAN, self.id), row)

    def items(self) -> list[tuple[str, str]]:
        query = Query(
            ITEM, ("w365_unitprice", "w365_billingstate"), filter=eq("_w365_plan_value", self.id), order="w365_servicedate"
        )
        return [
            (f"{row['w365_unitprice']:.2f}", choice_label(ITEM, "w365_billingstate", row["w365_billingstate"]))
            for row in self.desk.api.find(query)
        ]

    def run(self, day: date) -> None:
        keep_plans(book=self.book)
        self.desk.run(day)

    def shown(self) -> dict[str, str]:
        app = typer.Typer()
        register(app, lambda: self.book)
        result = CliRunner().invoke(app, ["instalments", "show", "sub-1", "--output", "json"])
        found: dict[str, str] = json.loads(result.stdout)[0]
        return found


def test_a_plan_is_billed_month_by_month() -> None:
    """1,000.00 in twelve parts: four of 83.34, eight of 83.33; keeping it again makes nothing."""
    plans = Plans()
    assert keep_plans(book=plans.book, dry_run=True).made == 12
    assert plans.items() == []
    assert keep_plans(book=plans.book) == PlansKept(1, made=12)
    assert keep_plans(book=plans.book) == PlansKept(1)
    assert [amount for amount, _ in plans.items()] == ["83.34"] * 4 + ["83.33"] * 8
    for day in (JANUARY, JANUARY, FEBRUARY, MARCH):
        plans.run(day)
    assert printed(plans.desk) == [[(f"E3, one year, instalment {number} of 12", "83.34")] for number in (1, 2, 3)]
    shown = plans.shown()
    assert (shown["commitment"], shown["billed"], shown["left"]) == ("1000.00", "250.02", "749.98")


def test_a_surcharge_is_printed() -> None:
    plans = Plans(commitment=Decimal(1200), surchargepercent=Decimal(5))
    plans.run(JANUARY)
    assert printed(plans.desk) == [[("E3, one year, instalment 1 of 12, with 5 % surcharge", "105.00")]]


@pytest.mark.parametrize(
    ("rest", "billed", "shown"),
    [
        ("Bill", ["83.34", "83.34", "833.32"], ("1000.00", "0.00", "0.00")),
        ("Write off", ["83.34", "83.34"], ("166.68", "0.00", "833.32")),
    ],
)
def test_an_early_end_bills_or_writes_off_the_rest(rest: str, billed: list[str], shown: tuple[str, ...]) -> None:
    plans = Plans()
    plans.run(JANUARY)
    plans.run(FEBRUARY)
    plans.end(MARCH, rest)
    for day in (MARCH, MARCH, APRIL):
        plans.run(day)
    assert [amount for lines in printed(plans.desk) for _, amount in lines] == billed
    assert plans.desk.states(PLAN) == ["Ended early"]
    said = plans.shown()
    assert (said["billed"], said["left"], said["written_off"]) == shown


def test_a_plan_that_is_paid_is_completed() -> None:
    plans = Plans(parts=1)
    plans.run(JANUARY)
    keep_plans(book=plans.book)
    assert plans.desk.states(PLAN) == ["Completed"]


def test_an_end_without_a_decision_is_a_finding_and_the_plan_stays() -> None:
    plans = Plans()
    plans.desk.api.update(Ref(PLAN, plans.id), {"w365_endedon": MARCH})
    assert keep_plans(book=plans.book).findings == 1
    assert plans.desk.findings() == {"P-1": ("instalment-plan-broken", "Open")}


def test_keeping_plans_survives_every_crash(tried: Tried) -> None:
    """Made and ended once, whatever request dies."""
    clean = Plans(parts=3)
    clean.end(FEBRUARY, "Bill")
    keep_plans(book=clean.book)
    for at, fault in tried("instalments", product(range(1, clean.desk.fuse.count + 1), CRASHES)):
        plans = Plans(parts=3)
        plans.end(FEBRUARY, "Bill")
        plans.desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            keep_plans(book=plans.book)
        plans.desk.fuse.reset()
        keep_plans(book=plans.book)
        assert plans.items() == clean.items() == [("333.34", "Unbilled"), ("666.66", "Unbilled")]


def test_show_says_when_there_is_none() -> None:
    app = typer.Typer()
    register(app, lambda: Plans().book)
    result = CliRunner().invoke(app, ["instalments", "show", "another"])
    assert isinstance(result.exception, BadInput)
    assert "plans 1, made 12" in CliRunner().invoke(app, ["instalments", "keep", "--dry-run"]).stdout
