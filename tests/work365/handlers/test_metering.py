"""Usage from the provider's file to the customer's invoice: versions, confirmation, restatement, thresholds and totals."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.usage import Ports, register
from dataverse.query import Query, ne
from dataverse.stores.metering import RESTATED, Metering
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.usage import USAGE, billing_states, printed
from local.faults import CRASHES, Died
from work365.errors import BadInput, External
from work365.handlers import metering
from work365.handlers.metering import check_usage, import_usage
from work365.usage.importing import HeldUsage, Step, UsageLine, decide

if TYPE_CHECKING:
    from tests.points import Tried

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
MID_JANUARY = date(2026, 1, 15)
LINE = UsageLine(
    line_id="l1",
    subscription="azure-1",
    used=MID_JANUARY,
    meter="Compute",
    quantity=Decimal(10),
    unit="1 Hour",
    unit_cost=Decimal(10),
    cost=Decimal(100),
    currency="EUR",
    confirmed=True,
    resource_group="Web",
    tags={"env": "prod"},
)


class Office:
    """A contract with a mark-up of 20 percent, an Azure subscription, and the metering book behind a fuse."""

    def __init__(self, **columns: Any) -> None:  # noqa: ANN401  values of columns
        self.desk = BillingDesk(JANUARY)
        contract = self.desk.contract("C-1", usagemarkuppercent=Decimal(20))
        told = {"externalid": "azure-1", "printedname": "Azure plan", **columns}
        self.azure = self.desk.subscription(contract, seats=0, price=Decimal(0), **told)
        tenant = self.desk.tenant
        self.book = Metering(tenant.webapi(self.desk.fuse.guard(tenant.app)), tenant.currencies)
        self.desk.fuse.reset()

    def take(self, *lines: UsageLine) -> Counter[Step]:
        return import_usage(lines, "usage.csv", book=self.book).steps

    def counting(self) -> Decimal:
        """The cost of the newest versions."""
        query = Query(USAGE, ("w365_cost",), filter=ne("w365_billingstate", RESTATED))
        return sum((row["w365_cost"] for row in self.desk.api.find(query)), Decimal(0))

    def shown(self, *arguments: str) -> list[str]:
        """The rows of a table without its frame."""
        app = typer.Typer()
        register(app, lambda: Ports(self.book, MID_JANUARY))
        text = CliRunner().invoke(app, ["usage", *arguments]).stdout
        return [row.replace("│", " ") for row in text.splitlines()]

    def command(self, *arguments: str) -> Any:  # noqa: ANN401  decoded JSON
        app = typer.Typer()
        register(app, lambda: Ports(self.book, MID_JANUARY))
        result = CliRunner().invoke(app, ["usage", *arguments, "--output", "json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return json.loads(result.stdout)


def test_a_file_twice_adds_nothing_and_its_total_is_held() -> None:
    office = Office()
    lines = (LINE, replace(LINE, line_id="l2", cost=Decimal("0.4860316965")))
    assert office.take(*lines) == Counter({Step.ADD: 2})
    assert office.take(*lines) == Counter({Step.NOTHING: 2})
    assert office.counting() == Decimal("100.4860316965")


def test_estimates_are_confirmed_by_the_providers_invoice_and_never_come_back() -> None:
    office = Office()
    estimate = replace(LINE, confirmed=False)
    assert office.take(estimate) == Counter({Step.ADD: 1})
    assert office.take(LINE) == Counter({Step.CONFIRM: 1})
    assert office.take(estimate, replace(estimate, cost=Decimal(90))) == Counter({Step.NOTHING: 1, Step.OLDER: 1})
    office.desk.run(FEBRUARY)
    assert [lines[0][1] for lines in printed(office.desk)] == ["120.00"]


def test_a_revision_before_billing_replaces_and_after_billing_is_a_difference() -> None:
    """F152: 90.00 before billing counts alone; 80.00 and 85.00 after it come to the difference, with both dates."""
    office = Office()
    office.take(LINE)
    assert office.take(replace(LINE, cost=Decimal(90))) == Counter({Step.RESTATE: 1})
    office.desk.run(FEBRUARY)
    office.take(replace(LINE, cost=Decimal(80)))
    office.take(replace(LINE, cost=Decimal(85)))
    office.desk.run(MARCH)
    office.desk.run(APRIL)
    number = office.desk.invoices()[1].number
    assert printed(office.desk) == [
        [(f"Restated usage 15 Jan 2026, first billed on {number} of 1 February 2026: Azure plan", "-6.00")],
        [("Usage 15 Jan 2026: Azure plan", "108.00")],
    ]
    assert billing_states(office.desk, USAGE) == ["Billed", "Restated", "Restated", "Restated"]
    office.take(LINE)
    office.desk.run(date(2026, 5, 1))
    assert sum(invoice.net for invoice in office.desk.invoices()) == Decimal(120)


def test_what_a_person_excluded_stays_excluded() -> None:
    office = Office()
    office.take(LINE)
    [row] = office.desk.api.find(Query(USAGE, ("w365_usageid",)))
    office.desk.api.update(Ref(USAGE, row["w365_usageid"]), {"w365_billingstate": 365000002, "w365_exclusionreason": "A gift"})
    office.take(replace(LINE, cost=Decimal(1)))
    assert billing_states(office.desk, USAGE) == ["Excluded", "Restated"]
    reasons = [one["w365_exclusionreason"] for one in office.desk.api.find(Query(USAGE, ("w365_exclusionreason",)))]
    assert reasons == ["A gift", "A gift"]


def test_unknown_subscriptions_are_findings_until_they_are_known() -> None:
    office = Office()
    stray = replace(LINE, subscription="azure-2")
    done = import_usage([stray, LINE], "usage.csv", book=office.book)
    assert [finding.subject for finding in done.findings] == ["azure-2"]
    assert office.desk.findings() == {"azure-2": ("usage-unknown-subscription", "Open")}
    office.desk.api.update(Ref("w365_subscription", office.azure), {"w365_externalid": "azure-2"})
    assert office.take(stray)[Step.NOTHING] == 1
    assert office.desk.findings() == {"azure-2": ("usage-unknown-subscription", "Resolved")}


def test_a_file_of_two_copies_is_said() -> None:
    """Each row counts, as the provider's total has it; that half of them repeat is for a person to look at."""
    office = Office()
    twice = [LINE, replace(LINE, line_id="l2"), LINE.numbered(2), replace(LINE, line_id="l2").numbered(2)]
    done = import_usage(twice, "joined.csv", book=office.book)
    assert (done.steps[Step.ADD], [one.code for one in done.findings]) == (4, ["usage-repeated-rows"])
    assert import_usage([*twice[:3], replace(LINE, line_id="l3")], "other.csv", book=office.book).findings == []


def test_a_subscription_is_looked_up_once_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk asks for the versions that are held and writes; who the usage belongs to is known from the first."""
    monkeypatch.setattr(metering, "CHUNK_LINES", 2)
    office = Office()
    office.take(*(replace(LINE, line_id=str(number)) for number in range(6)))
    asking, chunks, reporting = 1, 3 * 2, 1
    assert office.desk.fuse.count == asking + chunks + reporting


@pytest.mark.parametrize("cost", ["-100", "0"])
def test_what_is_taken_back_or_free_is_shown_and_told_apart(cost: str) -> None:
    office = Office()
    office.take(LINE, replace(LINE, line_id="l2", cost=Decimal(cost), quantity=Decimal(-1), resource="/vm/2"))
    shown = office.command("show", "azure-1", "--by", "resource")
    assert shown["confirmed"] == f"{120 + Decimal(cost) * Decimal('1.2'):.2f}"
    assert len(shown["groups"]) == 2


def test_a_cycle_without_usage_is_shown_as_nothing() -> None:
    office = Office()
    for by in ("resource", "day"):
        shown = office.command("show", "azure-1", "--by", by, "--only", "tag:env=prod")
        assert (shown["confirmed"], shown["unconfirmed"], shown["newest_day"], shown["groups"]) == ("0.00", "0.00", None, [])


def test_a_dry_run_writes_nothing() -> None:
    office = Office()
    done = import_usage([LINE], "usage.csv", book=office.book, dry_run=True)
    assert (done.steps[Step.ADD], office.counting()) == (1, Decimal(0))


def test_an_import_survives_every_crash(tried: Tried) -> None:
    """New and revised lines, interrupted at every request and imported again, are there once."""
    revised = (replace(LINE, cost=Decimal(90)), replace(LINE, line_id="l2"))
    clean = Office()
    clean.take(LINE)
    clean.desk.fuse.reset()
    clean.take(*revised)
    for at, fault in tried("usage import", product(range(1, clean.desk.fuse.count + 1), CRASHES)):
        office = Office()
        office.take(LINE)
        office.desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            office.take(*revised)
        office.desk.fuse.reset()
        office.take(*revised)
        assert (office.counting(), billing_states(office.desk, USAGE)) == (Decimal(190), ["Restated", "Unbilled", "Unbilled"])


def test_thresholds_are_told_once_each_per_cycle() -> None:
    """F18: 80 and 100 percent of 150.00; 120.00 is 80 percent exactly, and what a person closed stays closed."""
    office = Office(usagethreshold=Decimal(150))
    assert check_usage(book=office.book, as_of=MID_JANUARY).findings == ()
    office.take(LINE)
    assert len(check_usage(book=office.book, as_of=MID_JANUARY).findings) == 1
    assert office.desk.findings() == {"Azure plan 2026-01-01 80 %": ("usage-threshold", "Open")}
    office.take(replace(LINE, line_id="l2", cost=Decimal(25), confirmed=False))
    for _ in range(2):
        assert len(office.command("check")) == 2
    assert set(office.desk.findings()) == {"Azure plan 2026-01-01 80 %", "Azure plan 2026-01-01 100 %"}
    assert check_usage(book=office.book, as_of=FEBRUARY).findings == ()


def test_the_running_total_is_split_by_certainty_and_group() -> None:
    office = Office(usagethreshold=Decimal(500))
    office.take(LINE, replace(LINE, line_id="l2", cost=Decimal("9.99"), confirmed=False, resource_group="db", tags={}))
    shown = office.command("show", "azure-1")
    assert shown["groups"] == [
        {"name": "Web", "confirmed": "120.00", "unconfirmed": "0.00", "last_7_days": "120.00", "before": "0.00"},
        {"name": "db", "confirmed": "0.00", "unconfirmed": "11.99", "last_7_days": "11.99", "before": "0.00"},
    ]
    assert (shown["confirmed"], shown["unconfirmed"], shown["threshold"]) == ("120.00", "11.99", "500")
    by_tag = office.command("show", "Azure plan", "--by", "tag:env")
    assert [group["name"] for group in by_tag["groups"]] == ["prod", "(none)"]
    assert [group["name"] for group in office.command("show", "azure-1", "--by", "day")["groups"]] == ["2026-01-15"]


def test_a_group_is_followed_down_to_the_single_resource_and_its_days() -> None:
    """F18: from the resource group to its resources, from a resource to its days, each with the trend."""
    office = Office()
    office.take(
        *(
            replace(LINE, line_id=f"{vm} {day}", used=date(2026, 1, day), cost=Decimal(cost), resource=f"/groups/Web/{vm}")
            for vm, cost in (("vm-1", 10), ("vm-2", 1))
            for day in range(1, 21)
        ),
        replace(LINE, line_id="db", resource_group="db", cost=Decimal(5), resource="/groups/db/sql", tags={}),
    )
    above = office.command("show", "azure-1", "--as-of", "2026-01-20", "--only", "resource-group=web", "--by", "resource")
    assert above["groups"] == [
        {
            "name": "/groups/Web/vm-1",
            "confirmed": "240.00",
            "unconfirmed": "0.00",
            "last_7_days": "84.00",
            "before": "84.00",
        },
        {"name": "/groups/Web/vm-2", "confirmed": "24.00", "unconfirmed": "0.00", "last_7_days": "8.40", "before": "8.40"},
    ]
    assert (above["confirmed"], above["newest_day"], above["part"]) == ("264.00", "2026-01-20", ["resource-group web"])
    days = office.command("show", "azure-1", "--only", "resource=/GROUPS/web/VM-1", "--by", "day")["groups"]
    assert (days[0]["name"], days[0]["so_far"], days[-1]["so_far"], len(days)) == ("2026-01-01", "12.00", "240.00", 20)
    tagged = office.command("show", "azure-1", "--only", "tag:env=", "--by", "resource")
    assert [(one["name"], one["confirmed"]) for one in tagged["groups"]] == [("/groups/db/sql", "6.00")]
    first = office.command("show", "azure-1", "--by", "resource", "--top", "1")
    assert (first["others"]["name"], first["others"]["confirmed"]) == ("2 more", "30.00")


def test_however_many_names_there_are_the_requests_are_those_of_the_pages() -> None:
    """The subscription, its terms, the newest day, what its records share, and a page of records."""
    office = Office()
    office.take(*(replace(LINE, line_id=str(number), resource=f"/vm/{number}") for number in range(60)))
    office.desk.fuse.reset()
    assert len(office.command("show", "azure-1", "--by", "resource", "--top", "0")["groups"]) == 60
    assert office.desk.fuse.count == 5


def test_a_name_that_several_subscriptions_have_is_not_guessed() -> None:
    """Every customer's Azure plan is called so: the first one would be somebody else's."""
    office = Office()
    office.desk.subscription(office.desk.contract("C-2"), seats=0, externalid="azure-2", printedname="Azure plan")
    with pytest.raises(BadInput, match=r"several subscriptions are called 'Azure plan': azure-1, azure-2"):
        office.command("show", "Azure plan")
    assert office.command("show", "AZURE-2")["subscription"] == "Azure plan"


def test_a_table_says_the_same_as_the_document() -> None:
    office = Office(usagethreshold=Decimal(500))
    office.take(LINE, replace(LINE, line_id="l2", cost=Decimal("9.99"), confirmed=False, resource_group="", tags={}))
    shown = office.shown("show", "azure-1", "--by", "resource-group")
    assert [row.split() for row in shown if "120.00" in row or "(none)" in row] == [
        ["Web", "120.00", "0.00", "120.00", "0.00"],
        ["(none)", "0.00", "11.99", "11.99", "0.00"],
        ["total", "120.00", "11.99", "131.99", "0.00"],
    ]
    assert ["total", "120.00", "11.99", "131.99"] in [row.split() for row in office.shown("show", "azure-1", "--by", "day")]


def test_cost_in_another_currency_is_shown_at_the_rate_of_its_day_or_said_to_have_none() -> None:
    office = Office(usagethreshold=Decimal(1))
    office.take(replace(LINE, currency="USD"))
    [finding] = check_usage(book=office.book, as_of=MID_JANUARY).findings
    assert finding.code == "usage-not-priced"
    row = {"w365_fromcurrency": "USD", "w365_tocurrency": "EUR", "w365_ratedate": MID_JANUARY, "w365_rate": Decimal("0.9")}
    office.desk.api.create("w365_exchangerate", {"w365_name": "USD/EUR", "w365_source": "ECB", **row})
    assert office.command("show", "azure-1")["confirmed"] == "108.00"


@pytest.mark.parametrize("arguments", [("show", "nobody"), ("show", "azure-1", "--by", "colour")])
def test_what_cannot_be_shown_is_said(arguments: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        Office().command(*arguments)


@given(
    st.lists(
        st.tuples(st.decimals(-100, 1000, places=10), st.booleans(), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_revised_and_billed_in_between_the_bills_come_to_the_newest(
    versions: list[tuple[Decimal, bool, bool]],
) -> None:
    """In any order of estimates, invoices and runs: what was billed and what waits is the newest version that counts."""
    held: HeldUsage | None = None
    billed = Fraction()
    for cost, confirmed, run in versions:
        decision = decide(replace(LINE, cost=cost, confirmed=confirmed), held)
        if decision.step in (Step.ADD, Step.RESTATE):
            line, kept = decision.line, (decision.prior, decision.prior_invoice)
            state = (line.quantity, line.cost, "EUR", line.confirmed, decision.state, None, None)
            held = HeldUsage("u", decision.version, *state, *kept)
        elif decision.step is Step.CONFIRM and held is not None:
            held = replace(held, confirmed=True)
        if run and held is not None and held.confirmed and held.state == "Unbilled":
            billed += Fraction(held.cost) - Fraction(held.prior or 0)
            held = replace(held, state="Billed", billed=held.cost, invoice="INV")
    assert held is not None
    waiting = Fraction(held.cost) - Fraction(held.prior or 0) if held.state == "Unbilled" else Fraction()
    assert billed + waiting == Fraction(held.cost)
