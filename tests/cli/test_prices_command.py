"""`w365 import prices` and `w365 prices …`: a list from a file, its approval by a second person, and changes of many prices."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import pricing
from cli.pricing import Ports
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_label, choice_value
from dataverse.stores.changing import Changing
from dataverse.stores.pricing import Pricing
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.catalogue import CatalogueDesk
from local.faults import CRASHES, Died, Fault
from local.sample.generated import ENTITY
from work365.errors import BadInput, External, NotAuthorised, Refused
from work365.handlers.scheduling import apply_due

SHEET = Path(__file__).parent.parent / "providers" / "partner_center" / "data" / "price_sheet.csv"
TODAY = date(2026, 2, 1)
NOW = datetime(2026, 2, 1, 9, tzinfo=UTC)
HEADER = "Product,Term,BillingPlan,TierFrom,ValidFrom,UnitPrice,UnitCost\n"


class Office:
    """A company with a list in dollars, and two people who may be at the keyboard."""

    def __init__(self, folder: Path, currency: str = "USD") -> None:
        self.desk = BillingDesk(TODAY)
        self.folder = folder
        self.catalogue = CatalogueDesk(self.desk.api, self.desk.tenant.currencies)
        self.currency = currency
        self.list = self.catalogue.price_list("US", currency, market="US", segment="Commercial")
        self.ada, self.ben = (self._person(name) for name in ("ada", "ben"))

    def _person(self, name: str) -> str:
        return self.desk.api.create("systemuser", {"fullname": name, "internalemailaddress": f"{name}@example.com"})

    def run(self, *arguments: str, person: str = "", api: Any = None) -> Any:  # noqa: ANN401  JSON
        """A command's answer. Errors: what the command raised."""
        app = typer.Typer()
        book = Pricing(api or self.desk.api, self.desk.tenant.currencies)
        ports = Ports(book, NOW, TODAY, person or self.ada)
        group = typer.Typer()
        group.callback()(lambda: None)
        pricing.add_import(group, lambda: ports)
        app.add_typer(group, name="import")
        pricing.register(app, lambda: ports)
        result = CliRunner().invoke(app, [*arguments, "--output", "json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return json.loads(result.stdout)

    def changing(self) -> Changing:
        """The book of the daily timer."""
        return Changing(self.desk.api, self.desk.tenant.currencies)

    def file(self, *rows: str) -> str:
        """A CSV of our own."""
        path = self.folder / "own.csv"
        path.write_text(HEADER + "\n".join(rows) + "\n")
        return str(path)

    def load(self, file: str, *more: str) -> Any:  # noqa: ANN401  JSON
        """`import prices`."""
        return self.run("import", "prices", file, "--list", "US", *more)

    def sold(self, product: str, price: str | None, *, seats: int = 10, end: date | None = None, number: str = "C-1") -> str:
        """A subscription on a contract with the list, which prices it where it has no price of its own."""
        contract = self.desk.contract(number)
        own = bind("w365_PriceList", "w365_pricelist", self.list)
        self.desk.api.update(Ref("w365_billingcontract", contract), {**own, **self.desk.tenant.currencies.bind(self.currency)})
        plan = choice_value("w365_subscription", "w365_billingplan", "Monthly")
        return self.desk.subscription(
            contract,
            seats=seats,
            price=None if price is None else Decimal(price),
            product=product,
            term="P1Y",
            billingplan=plan,
            commitmentend=end,
            lastsequence=1,
        )


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """As it is before anything was imported."""
    return Office(tmp_path)


def test_a_price_sheet_is_compared_staged_approved_and_then_unchanged(office: Office) -> None:
    """F10: counts and lists, effective dates after approval, and zero changes the second time."""
    office.catalogue.product("CFQ7TTC0HDK0:0001")
    office.catalogue.product("CFQ7TTC0HD32:0003")
    shown = office.load(str(SHEET))
    assert (shown["added"], shown["changed"], shown["removed"], shown["unchanged"]) == (3, 0, 0, 0)
    assert (shown["not_in_catalogue"], shown["left_out"]) == (["CFQ7TTC0AAAA:0009"], 1)
    assert [finding["code"] for finding in shown["findings"]] == ["broken-row"]
    assert office.catalogue.prices() == []
    assert office.run("prices", "approve", shown["plan"][:16], person=office.ben)["approved"] == 3
    assert office.catalogue.prices() == [
        ("P1M", 1, "2026-01-01", Decimal(18), Decimal("14.4"), "2026-07-01"),
        ("P1Y", 1, "2019-02-01", Decimal(144), Decimal("115.2"), None),
        ("P1Y", 1, "2025-04-01", Decimal("12.6"), Decimal("10.08"), None),
    ]
    again = office.load(str(SHEET))
    assert (again["added"], again["changed"], again["removed"], again["unchanged"], again["plan"]) == (0, 0, 0, 3, "")


def test_changes_show_percent_subscriptions_and_margin(office: Office) -> None:
    """F108: 10 seats at 20.00 with cost 16.00 go to 21.00 and 16.50: 5.0 %, and 5.00 more margin a month."""
    product, gone = office.catalogue.product("A"), office.catalogue.product("B")
    office.catalogue.price(product, office.list, "20", cost="16", term="P1Y")
    office.catalogue.price(product, office.list, "25", term="P1M")
    office.catalogue.price(gone, office.list, "1")
    office.sold(product, "20")
    shown = office.load(office.file("A,P1Y,Monthly,1,2026-03-01,21,16.50", "A,P3Y,Annual,1,2026-02-01,200,"))
    changes = {change["kind"]: change for change in shown["changes"]}
    assert (changes["Changed"]["percent"], changes["Changed"]["seats"], changes["Changed"]["margin"]) == ("5.0", 10, "5.00")
    assert (changes["Added"]["term"], changes["Removed"]["term"], changes["Removed"]["from"]) == ("P3Y", "P1M", "2026-02-01")
    assert len(shown["changes"]) == 3  # B is in no row of this file, so nothing is said of it
    office.run("prices", "approve", shown["plan"])
    assert ("P1M", 1, "2020-01-01", Decimal(25), None, "2026-02-01") in office.catalogue.prices()
    assert ("P1Y", 1, "2026-03-01", Decimal(21), Decimal("16.5"), None) in office.catalogue.prices()


def test_a_part_is_approved_and_the_rest_rejected_leaves_no_price_behind(office: Office) -> None:
    """What was rejected can be imported and approved later."""
    for number in ("A", "B"):
        office.catalogue.product(number)
    file = office.file("A,P1Y,Monthly,1,2026-03-01,21,", "B,P1Y,Monthly,1,2026-03-01,31,")
    plan = office.load(file)["plan"]
    assert office.run("prices", "approve", plan, "--product", "a") == {"approved": 1, "waiting": 1, "refused": []}
    assert office.run("prices", "reject", plan)["rejected"] == 1
    assert [price[3] for price in office.catalogue.prices()] == [Decimal(21)]
    with pytest.raises(BadInput, match="nothing waits"):
        office.run("prices", "approve", plan)
    later = office.load(file)
    assert (later["added"], later["unchanged"]) == (1, 1)
    office.run("prices", "approve", later["plan"])
    assert sorted(price[3] for price in office.catalogue.prices()) == [Decimal(21), Decimal(31)]


def test_whoever_staged_may_not_approve_where_two_people_are_wanted(office: Office) -> None:
    """The second person may."""
    office.catalogue.product("A")
    office.desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_twopeople": True})
    plan = office.load(office.file("A,P1Y,Monthly,1,2026-03-01,21,"))["plan"]
    with pytest.raises(NotAuthorised, match="somebody else"):
        office.run("prices", "approve", plan, person=office.ada)
    assert office.catalogue.prices() == []
    assert office.run("prices", "approve", plan, person=office.ben)["approved"] == 1


def test_a_dry_run_stages_nothing_and_a_wrong_cell_costs_one_row(office: Office) -> None:
    """The other rows are compared."""
    office.catalogue.product("A")
    file = office.file("A,P1Y,Monthly,1,2026-03-01,21,", "A,P2Y,Monthly,1,2026-03-01,21,", "A,P1M,Monthly,1.5,2026-03-01,-1,")
    shown = office.load(file, "--dry-run")
    assert (shown["added"], len(shown["findings"]), shown["staged"]) == (1, 2, False)
    assert office.desk.tenant.count("w365_pricechange") == 0


def test_files_for_other_lists_are_refused(office: Office, tmp_path: Path) -> None:
    """An unknown list, another currency, several segments, no price at all, and a file that is none."""
    office.catalogue.product("CFQ7TTC0HDK0:0001")
    cases = (("NOPE", SHEET, "no price list"), ("EU", SHEET, "the file is in USD"), ("ALL", SHEET, "several segments"))
    office.catalogue.price_list("EU", "EUR", market="US", segment="Commercial")
    office.catalogue.price_list("ALL", "USD")
    office.catalogue.price_list("DE", "USD", market="DE")
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    for code, file, says in (*cases, ("DE", SHEET, "no price for price list DE"), ("US", other, "lacks the column")):
        with pytest.raises(BadInput, match=says):
            office.run("import", "prices", str(file), "--list", code)


CHANGE = ("prices", "change", "--list", "US", "--product", "A", "--percent", "5", "--from", "2026-02-01")


def test_a_percentage_changes_each_subscription_once_none_inside_its_commitment(office: Office) -> None:
    """F11: one row per subscription; a protected one is scheduled for the day after its commitment."""
    product = office.catalogue.product("A")
    free = office.sold(product, "20.00")
    held = office.sold(product, "19.99", end=date(2026, 9, 1), number="C-2")
    plan = office.run(*CHANGE)
    assert [(one["price"], one["new_price"], one["difference"], one["from"]) for one in plan["prices"]] == [
        ("20.00", "21.00", "1.00", "2026-02-01"),
        ("19.99", "20.99", "1.00", "2026-09-01"),
    ]
    assert office.desk.tenant.count("w365_scheduledchange") == 0
    for _ in range(2):
        assert office.run(*CHANGE, "--plan", plan["plan"])["written"]
    found = office.desk.api.find(Query("w365_changelog", ("_w365_subscription_value", "w365_event", "w365_unitprice")))
    prices = [row for row in found if choice_label("w365_changelog", "w365_event", row["w365_event"]) == "Price"]
    assert [(row["_w365_subscription_value"], row["w365_unitprice"]) for row in prices] == [(free, Decimal(21))]
    columns = ("_w365_subscription_value", "w365_dueon", "w365_unitprice")
    planned = [tuple(row[name] for name in columns) for row in office.desk.api.find(Query("w365_scheduledchange", columns))]
    assert planned == [(held, "2026-09-01", Decimal("20.99"))]


def test_the_new_price_is_on_the_next_invoice(office: Office) -> None:
    """In euros, as the desk's company bills: January at 20.00, February at 21.00."""
    office = Office(office.folder, "EUR")
    product = office.catalogue.product("A")
    office.sold(product, "20.00")
    office.desk.run(date(2026, 1, 1))
    office.run(*CHANGE, "--plan", office.run(*CHANGE)["plan"])
    office.desk.run(TODAY)
    assert [invoice.net for invoice in office.desk.invoices()] == [Decimal("200.00"), Decimal("210.00")]


def test_a_price_that_was_typed_over_is_no_price_to_start_from(office: Office) -> None:
    """Nobody has agreed to it, and its contract is not billed by it; 5 % more would make it one that stands in the log."""
    product = office.catalogue.product("A")
    typed = office.sold(product, "20.00")
    office.sold(product, "30.00", number="C-2")
    office.desk.api.update(Ref("w365_subscription", typed), {"w365_unitprice": Decimal("2.00")})
    assert [(one["contract"], one["price"]) for one in office.run(*CHANGE)["prices"]] == [("C-2", "30.00")]


def test_a_plan_that_is_not_what_was_shown_is_refused(office: Office) -> None:
    """Somebody sold one more meanwhile."""
    product = office.catalogue.product("A")
    office.sold(product, "20.00")
    plan = office.run(*CHANGE)["plan"]
    office.sold(product, "22.00", number="C-2")
    with pytest.raises(Refused, match="not as the plan showed"):
        office.run(*CHANGE, "--plan", plan)
    assert office.desk.tenant.count("w365_changelog", eq("w365_sequence", 2)) == 0


@pytest.mark.parametrize("fault", CRASHES)
@pytest.mark.parametrize("at", range(1, 8))
def test_a_change_that_was_cut_off_goes_on_with_the_same_plan(office: Office, at: int, fault: Fault) -> None:
    """List, products, what the plan did, settings, subscriptions, logs, writes: then each subscription has one row more, once."""
    product = office.catalogue.product("A")
    for index in range(3):
        office.sold(product, "20.00", number=f"C-{index}")
    plan = office.run(*CHANGE)["plan"]
    fuse = office.desk.fuse
    guarded = office.desk.tenant.webapi(fuse.guard(office.desk.tenant.app))
    fuse.arm(at=at, fault=fault)
    with pytest.raises((Died, External)):
        office.run(*CHANGE, "--plan", plan, api=guarded)
    fuse.reset()
    done = [office.run(*CHANGE, "--plan", plan)["done_before"] for _ in range(2)]
    assert done == [3 if at == 7 and fault is not Fault.DIE_BEFORE else 0, 3]
    assert office.desk.tenant.count("w365_changelog", eq("w365_sequence", 2)) == 3
    assert office.desk.tenant.count("w365_changelog", eq("w365_sequence", 3)) == 0


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (("--percent", "many"), "not a percentage"),
        (("--percent", "-101"), "less than nothing"),
        (("--product", "Z"), "no product Z"),
    ],
)
def test_nonsense_is_refused(office: Office, option: tuple[str, str], says: str) -> None:
    """With what to do."""
    office.sold(office.catalogue.product("A"), "20.00")
    with pytest.raises(BadInput, match=says):
        office.run(*CHANGE, *option)


def test_each_subscription_has_a_current_price_a_next_one_and_a_day(office: Office) -> None:
    """F11: a new list does not move a subscription inside its commitment."""
    product = office.catalogue.product("A")
    office.catalogue.price(product, office.list, "23", term="P1Y", since=date(2026, 1, 15))
    office.sold(product, "20.00", end=date(2026, 9, 1))
    office.sold(office.catalogue.product("B"), "5.00", number="C-2")
    rows = office.run("prices", "next", "--list", "US")["subscriptions"]
    assert [(row["contract"], row["price"], row["new_price"], row["difference"], row["from"]) for row in rows] == [
        ("C-2", "5.00", None, None, "2026-02-01"),
        ("C-1", "20.00", "23.00", "3.00", "2026-09-01"),
    ]


def test_what_the_list_prices_is_shown_and_changed_like_what_has_a_price_of_its_own(office: Office) -> None:
    """F11: the price that its own day has, 20.00, and not that of a newer list; one row each, inside a commitment a plan."""
    office = Office(office.folder, "EUR")
    product = office.catalogue.product("A")
    office.catalogue.price(product, office.list, "20", term="P1Y")
    office.catalogue.price(product, office.list, "23", term="P1Y", since=date(2026, 1, 15))
    free = office.sold(product, None)
    held = office.sold(product, None, end=date(2026, 3, 1), number="C-2")
    rows = office.run("prices", "next", "--list", "US")["subscriptions"]
    assert [(row["contract"], row["price"], row["new_price"], row["difference"], row["from"]) for row in rows] == [
        ("C-1", "20.00", "23.00", "3.00", "2026-02-01"),
        ("C-2", "20.00", "23.00", "3.00", "2026-03-01"),
    ]
    office.desk.run(date(2026, 1, 1))
    plan = office.run(*CHANGE)["plan"]
    assert [office.run(*CHANGE, "--plan", plan)["done_before"] for _ in range(2)] == [0, 2]
    office.desk.run(TODAY)
    assert apply_due(book=office.changing(), clock=office.desk.clock).done == 0
    office.desk.clock.moment = datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert apply_due(book=office.changing(), clock=office.desk.clock).done == 1
    office.desk.run(date(2026, 3, 1))
    nets = {number: [one.net for one in office.desk.invoices() if one.contract == number] for number in ("C-1", "C-2")}
    assert nets == {"C-1": [200, 210, 210], "C-2": [200, 200, 210]}
    log = office.desk.api.find(Query("w365_changelog", ("_w365_subscription_value", "w365_unitprice"), order="w365_sequence"))
    rows = [(row["_w365_subscription_value"], row["w365_unitprice"]) for row in log]
    assert sorted(rows, key=str) == sorted([(free, None), (free, 21), (held, None), (held, 21)], key=str)


def test_a_log_that_is_still_empty_begins_with_the_seats_from_the_start(office: Office) -> None:
    """Entered on the form: what was billed before the new price stays, and one without a log is no new subscription."""
    office = Office(office.folder, "EUR")
    product = office.catalogue.product("A")
    office.catalogue.price(product, office.list, "20", term="P1Y")
    for number, price in (("C-1", "20.00"), ("C-2", None)):
        made = office.sold(product, price, number=number)
        office.desk.api.update(Ref("w365_subscription", made), {"w365_lastsequence": 0})
    for row in list(office.desk.api.find(Query("w365_changelog", ("w365_changelogid",)))):
        office.desk.api.delete(Ref("w365_changelog", row["w365_changelogid"]))
    office.desk.run(date(2026, 1, 1))
    office.run(*CHANGE, "--plan", office.run(*CHANGE)["plan"])
    office.desk.run(TODAY)
    assert [invoice.net for invoice in office.desk.invoices()] == [200, 200, 210, 210]
    assert office.desk.tenant.count("w365_changelog") == 4


def test_the_rows_that_are_chosen_go_to_what_the_list_says_for_each(office: Office) -> None:
    """F11: of three, those of C-1 and one by its id; the one inside its commitment is planned for the day after it."""
    product = office.catalogue.product("A")
    office.catalogue.price(product, office.list, "20", term="P1Y")
    office.catalogue.price(product, office.list, "23", term="P1Y", since=date(2026, 1, 15))
    own, held = office.sold(product, "19.00"), office.sold(product, None, end=date(2026, 9, 1), number="C-2")
    office.sold(product, None, number="C-3")
    all_of_them = ("prices", "change", "--list", "US", "--product", "A", "--to-list", "--from", "2026-02-01")
    chosen = (*all_of_them, "--only", "c-1", "--only", held)
    plan = office.run(*chosen)
    assert [(one["id"], one["price"], one["new_price"], one["difference"], one["from"]) for one in plan["prices"]] == [
        (own, "19.00", "23.00", "4.00", "2026-02-01"),
        (held, "20.00", "23.00", "3.00", "2026-09-01"),
    ]
    assert office.run(*chosen, "--plan", plan["plan"])["refused"] == []
    assert office.desk.tenant.count("w365_changelog", eq("w365_sequence", 2)) == 1
    assert office.desk.tenant.count("w365_scheduledchange") == 1
    for more, says in (
        (("--only", "C-9"), "nothing that these products and this list price is 'c-9'"),
        (("--percent", "5"), "one of the two"),
    ):
        with pytest.raises(BadInput, match=says):
            office.run(*chosen, *more)
