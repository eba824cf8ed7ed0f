"""`w365 prices approve` and `w365 prices change` above a threshold: a job asks, and somebody else approves it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import pricing
from cli.asking import Asker
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.pricing import Pricing
from dataverse.webapi import Ref
from local.desks.approvals import TODAY, ApprovalDesk, Member
from local.desks.billing import CONTRACT, SUBSCRIPTION
from local.desks.catalogue import CatalogueDesk
from work365.handlers import pricing_by_job
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from typer.testing import Result

    from work365.handlers.jobs import Doer

HEADER = "Product,Term,BillingPlan,TierFrom,ValidFrom,UnitPrice,UnitCost\n"
KEEPER = ("Work365 Administrator",)


class PriceOffice(ApprovalDesk):
    """One product in one list at 20.00, sold to ten seats of C-2; whoever keeps the catalogue, and an approver."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.catalogue = CatalogueDesk(self.api, self.tenant.currencies)
        self.list = self.catalogue.price_list("EU")
        self.catalogue.price(self.catalogue.product("A"), self.list, "20", term="P1Y")
        self.keeper, self.other = self.member("Kay Keeper", *KEEPER), self.member("Oz Keeper", *KEEPER)
        self.sold = self._sold()
        self.at(TODAY)

    def _sold(self) -> str:
        contract = self.contract("C-2", start=date(2026, 3, 1))
        self.api.update(Ref(CONTRACT, contract), bind("w365_PriceList", "w365_pricelist", self.list))
        product = next(iter(self.api.find(Query("w365_product", ("w365_productid",), eq("w365_number", "A")))))["w365_productid"]
        plan = choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")
        return self.subscription(
            contract, price=Decimal(20), product=product, term="P1Y", billingplan=plan, lastsequence=1, start=date(2026, 3, 1)
        )

    def doers(self) -> dict[JobKind, Doer]:
        def book_for(person: str | None) -> Pricing:
            return Pricing(self.api if person is None else self.api.as_user(person), self.tenant.currencies)

        return super().doers() | {
            JobKind.APPROVE_PRICES: lambda job: pricing_by_job.approve_prices(job, book_for=book_for, gate=self.gate),
            JobKind.REPRICE: lambda job: pricing_by_job.reprice(job, book_for=book_for, gate=self.gate, clock=self.clock),
        }

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: int = 0) -> None:
        """What the queue does, and at once what a worker does."""
        self.queue.send(queue, message, delay_s=delay_s)
        self.deliver()

    def types(self, who: Member, *words: str) -> Result:
        """A command at somebody's keyboard."""
        self.passes(seconds=2)
        app, group = typer.Typer(), typer.Typer()
        book = Pricing(who.api, self.tenant.currencies)
        asker = Asker(who.api, self, self.clock, self.gate)
        ports = pricing.Ports(book, self.clock.now(), TODAY, who.id, asker)
        group.callback()(lambda: None)
        pricing.add_import(group, lambda: ports)
        app.add_typer(group, name="import")
        pricing.register(app, lambda: ports)
        return CliRunner().invoke(app, list(words))

    def staged(self, price: str) -> str:
        """A file with another price that is staged; the plan's hash."""
        file = self.folder / "own.csv"
        file.write_text(f"{HEADER}A,P1Y,Monthly,1,2026-04-01,{price},\n")
        shown = self.types(self.keeper, "import", "prices", str(file), "--list", "EU").stdout
        return shown.split("Plan ")[1].split()[0]

    def prices(self) -> list[Decimal]:
        """What the list says, in order."""
        return sorted(price[3] for price in self.catalogue.prices())

    def price_of_sold(self) -> Decimal:
        """What the ten seats cost."""
        row = self.api.read(Ref(SUBSCRIPTION, self.sold), select=("w365_unitprice",))
        return Decimal(row["w365_unitprice"])


@pytest.fixture
def office(tmp_path: Path) -> PriceOffice:
    """A change of 10 % or more waits."""
    made = PriceOffice(tmp_path)
    made.says("approve-price-lists", "10")
    return made


def test_a_list_whose_prices_change_by_more_waits_for_an_approver(office: PriceOffice) -> None:
    """20.00 to 21.90 is 9.5 %, and to 22.00 is 10 %."""
    assert office.types(office.other, "prices", "approve", office.staged("21.90")).exit_code == 0
    assert office.prices() == [Decimal(20), Decimal("21.9")]
    asked = office.types(office.other, "prices", "approve", office.staged("25"))
    assert asked.exit_code == 4
    assert asked.stderr == (
        "w365: Waits for approval until 2026-03-23 12:00 UTC. 14.16 % between the old price and the new one waits for an "
        "approver: 10 % or more does.\n"
    )
    assert office.prices() == [Decimal(20), Decimal("21.9")]
    assert office.answers(office.other, "approve")[1] == "You asked for this yourself, so somebody else has to answer it."
    assert office.answers(office.approver, "approve")[0] == "Succeeded"
    assert office.prices() == [Decimal(20), Decimal(25)]


def test_a_list_that_changed_since_is_asked_about_again(office: PriceOffice) -> None:
    """The price that was to be changed is another one by now."""
    office.types(office.other, "prices", "approve", office.staged("25"))
    office.catalogue.price(office.catalogue.product("B"), office.list, "9", term="P1Y")
    assert office.answers(office.approver, "approve")[0] == "Succeeded"
    assert [state for state, _ in office.asked()] == ["Overtaken", "Waiting"]
    assert office.answers(office.approver, "approve")[0] == "Succeeded"
    assert office.prices() == [Decimal(9), Decimal(20), Decimal(25)]


def test_prices_of_many_subscriptions_wait_and_then_change_as_whoever_asked(office: PriceOffice) -> None:
    change = ("prices", "change", "--list", "EU", "--product", "A", "--from", "2026-03-16", "--percent", "10")
    plan = office.types(office.keeper, *change).stderr.split("--plan ")[1].strip()
    asked = office.types(office.keeper, *change, "--plan", plan)
    assert (asked.exit_code, "10 % between the old price and the new one waits" in asked.stderr) == (4, True)
    assert office.price_of_sold() == Decimal(20)
    assert [what for _, what in office.asked()] == [f"Prices of A change by +10 % from 2026-03-16 on, plan {plan[:12]}"]
    office.answers(office.approver, "approve")
    assert office.price_of_sold() == Decimal(22)
    log = list(office.api.find(Query("w365_changelog", ("_createdby_value",), eq("_w365_subscription_value", office.sold))))
    assert log[-1]["_createdby_value"] == office.keeper.id


def test_prices_that_were_planned_together_are_not_asked_about_one_by_one(office: PriceOffice) -> None:
    """They were approved as a whole; one that somebody edits by hand is asked about on its day."""
    office.says("approve-discounts", "10")
    day = date(2026, 4, 15)
    change = ("prices", "change", "--list", "EU", "--product", "A", "--from", day.isoformat(), "--percent", "-10")
    plan = office.types(office.keeper, *change).stderr.split("--plan ")[1].strip()
    office.types(office.keeper, *change, "--plan", plan)
    office.answers(office.approver, "approve")
    assert office.planned() == [(day.isoformat(), "Scheduled")]
    office.timer(day)
    assert (office.price_of_sold(), len(office.asked())) == (Decimal(18), 1)


def test_a_price_of_a_plan_that_is_edited_by_hand_is_asked_about(office: PriceOffice) -> None:
    office.says("approve-discounts", "10")
    day = date(2026, 4, 15)
    change = ("prices", "change", "--list", "EU", "--product", "A", "--from", day.isoformat(), "--percent", "-10")
    plan = office.types(office.keeper, *change).stderr.split("--plan ")[1].strip()
    office.types(office.keeper, *change, "--plan", plan)
    office.answers(office.approver, "approve")
    (planned,) = office.changing.planned()
    office.form(office.keeper).update(Ref("w365_scheduledchange", planned.id), {"w365_unitprice": Decimal(1)})
    for _ in range(2):
        office.timer(day)
        office.sweep()
    assert (office.price_of_sold(), office.planned()) == (Decimal(20), [(day.isoformat(), "Waiting for approval")])


def test_a_plan_that_is_another_one_now_is_not_done(office: PriceOffice) -> None:
    """What was approved was for ten seats at 20.00."""
    change = ("prices", "change", "--list", "EU", "--product", "A", "--from", "2026-03-16", "--percent", "-10")
    plan = office.types(office.keeper, *change).stderr.split("--plan ")[1].strip()
    office.types(office.keeper, *change, "--plan", plan)
    office.api.update(Ref(SUBSCRIPTION, office.sold), {"w365_unitprice": Decimal(30)})
    (one,) = office.waiting()
    office.answers(office.approver, "approve")
    state, said = office.said(one.job)
    assert (state, said.split(";")[0]) == ("Refused", "the subscriptions or their prices are not as the plan showed them")
    assert office.price_of_sold() == Decimal(30)


def test_small_changes_are_done_at_once(office: PriceOffice) -> None:
    change = ("prices", "change", "--list", "EU", "--product", "A", "--from", "2026-03-16", "--percent", "5")
    plan = office.types(office.keeper, *change).stderr.split("--plan ")[1].strip()
    assert office.types(office.keeper, *change, "--plan", plan).exit_code == 0
    assert office.price_of_sold() == Decimal(21)
    assert office.asked() == []
