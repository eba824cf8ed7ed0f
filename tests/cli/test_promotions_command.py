"""`w365 promotions …`: give one to a sale by its name, refuse with the reason, and list who has which until when."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import promotions
from cli.promotions import Ports
from dataverse.query import Query
from dataverse.rows import bind, choice_label, choice_value
from dataverse.stores.changing import Changing
from dataverse.stores.explaining import Explanations
from dataverse.stores.giving import Giving
from dataverse.webapi import Ref
from local.desks.catalogue import CatalogueDesk
from local.desks.changes import ChangeDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External, Refused
from work365.explaining.rerun import scenario_of
from work365.scenario import scenario
from work365.simulation import simulate

MONTHLY = choice_value("w365_subscription", "w365_billingplan", "Monthly")
JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))


class Store:
    """A company that sells seats, and whoever gives promotions at its desk."""

    def __init__(self) -> None:
        self.desk = ChangeDesk(JANUARY)
        self.catalogue = CatalogueDesk(self.desk.api, self.desk.tenant.currencies)
        self.product = self.catalogue.product("SEAT")
        self.contract = self.desk.contract("C-1")

    def sold(self, **columns: Any) -> str:  # noqa: ANN401  values of columns
        """Ten seats at 10.00."""
        return self.desk.bought(self.contract, price=Decimal(10), product=self.product, **columns)

    def run(self, *arguments: str, guarded: bool = False) -> Any:  # noqa: ANN401  JSON
        """A command's answer; `guarded`: every request passes the fuse. Errors: what it raised."""
        currencies = self.desk.tenant.currencies
        api = self.desk.tenant.webapi(self.desk.fuse.guard(self.desk.tenant.app)) if guarded else self.desk.api
        ports = Ports(Giving(api, currencies), Changing(api, currencies), datetime(2026, 2, 10, 9, tzinfo=UTC))
        app = typer.Typer()
        promotions.register(app, lambda: ports)
        result = CliRunner().invoke(app, ["promotions", *arguments, "--output", "json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return json.loads(result.stdout)

    def nets(self) -> list[str]:
        """What each invoice comes to, without tax."""
        return [f"{invoice.net:.2f}" for invoice in self.desk.invoices()]

    def log(self) -> list[tuple[str, str, int, str | None]]:
        """Every row of every log: event, day, what it adds, and its note."""
        columns = ("w365_event", "w365_effective", "w365_quantitydelta", "w365_note")
        return [
            (choice_label("w365_changelog", "w365_event", row["w365_event"]), *(row[name] for name in columns[1:]))
            for row in self.desk.api.find(Query("w365_changelog", columns, order="w365_sequence"))
        ]


@pytest.fixture
def store() -> Store:
    """As it is before anything was sold."""
    return Store()


def test_the_offered_promotion_is_given_instead_of_the_best_one_with_one_row_of_the_log(store: Store) -> None:
    """F4: by the offered name; the first cycle from its end date on is billed at the normal price with no action."""
    store.catalogue.promotion(store.product, "50", code="BEST")
    store.catalogue.promotion(store.product, "20", code="OFFERED", enddate=MARCH)
    sold = store.sold()
    assert store.run("give", sold, "--code", "offered", "--dry-run")["written"] is False
    assert store.catalogue.discounts() == []
    given = store.run("give", sold, "--code", "offered")
    assert (given["name"], given["percent"], given["from"], given["until"]) == (
        "Promotion OFFERED", "20", "2026-01-01", "2026-03-01",
    )  # fmt: skip
    note = "Promotion OFFERED 20 %: from 2026-01-01 until 2026-03-01, then the normal price."
    assert store.log() == [("Create", "2026-01-01", 10, None), ("Promotion", "2026-01-01", 0, note)]
    for month in (JANUARY, FEBRUARY, MARCH):
        store.desk.month(month)
    assert store.nets() == ["80.00", "80.00", "100.00"]
    assert store.catalogue.discounts() == [("Promotion OFFERED", "Percentage", Decimal(20), "2026-01-01", "2026-03-01")]


def test_what_was_billed_without_it_is_corrected_by_the_next_invoice(store: Store) -> None:
    """Two months billed at 100.00 get 25 % back, and the third is billed with it; a second time is refused."""
    sold = store.sold()
    store.desk.month(JANUARY)
    store.desk.month(FEBRUARY)
    store.catalogue.promotion(store.product, "25", code="SPRING")
    store.run("give", sold)
    store.desk.month(MARCH)
    store.desk.month(APRIL)
    assert store.nets() == ["100.00", "100.00", "25.00", "75.00"]
    explanations = Explanations(store.desk.api)
    for invoice in store.desk.invoices():
        explained = explanations.document(invoice.number)
        assert explained is not None
        assert explained.history is not None
        again = simulate(scenario(scenario_of(explained.history))).invoices[-1]
        assert sorted(f"{line.amount.major:.2f}" for line in again.lines) == sorted(invoice.amounts)
    with pytest.raises(Refused, match="has a promotion already: Promotion SPRING"):
        store.run("give", sold, "--code", "SPRING")
    assert len(store.log()) == 2


def test_a_promotion_that_is_not_for_the_sale_is_refused_with_the_reason(store: Store) -> None:
    """F4: an ineligible product or term. Nothing is written."""
    other = store.catalogue.product("OTHER")
    store.catalogue.promotion(other, "10", code="THINGS")
    store.catalogue.promotion(store.product, "10", code="LONG", term="P3Y")
    store.catalogue.promotion(other, "10", code="LONG", term="P1Y")
    store.catalogue.promotion(store.product, "10", code="OVER", state="Draft")
    sold = store.sold(term="P1Y", until=date(2027, 1, 1), billingplan=MONTHLY)
    for code, why in (
        ("THINGS", "promotion THINGS does not apply: it is for another product"),
        ("LONG", "promotion LONG does not apply: it is for the term P3Y, not for P1Y"),
        ("OVER", "no active promotion with the code 'OVER'"),
        ("", "LONG does not apply: it is for the term P3Y, not for P1Y; .*THINGS does not apply: it is for another product"),
    ):
        with pytest.raises(Refused, match=why):
            store.run("give", sold, "--code", code)
    assert (store.catalogue.discounts(), len(store.log())) == ([], 1)


def test_a_sale_at_its_lists_price_gets_one_too_and_goes_on_at_its_list(store: Store) -> None:
    """A price instead is taken from the list's price: 12.00 becomes 9.00."""
    listed = store.catalogue.price_list("RETAIL")
    store.catalogue.price(store.product, listed, "12.00")
    store.desk.api.update(Ref("w365_billingcontract", store.contract), bind("w365_PriceList", "w365_pricelist", listed))
    sold = store.desk.subscription(store.contract, price=None, product=store.product, term="P1M", billingplan=MONTHLY)
    store.catalogue.promotion(store.product, "9", kind="Price", code="NINE", cyclesmax=1)
    assert store.run("give", sold)["amount"] == "3"
    store.desk.month(JANUARY)
    store.desk.month(FEBRUARY)
    assert store.nets() == ["90.00", "120.00"]


def test_the_list_says_who_has_a_promotion_and_when_it_ends_for_them(store: Store) -> None:
    """One that a sale got by itself, and one that nobody has."""
    store.catalogue.promotion(store.product, "25", code="SPRING", enddate=MARCH)
    store.catalogue.promotion(store.product, "5", code="AUTUMN", since=date(2026, 9, 1))
    store.sold(printedname="Seats of C-1")
    store.desk.month(JANUARY)
    autumn, spring = store.run("list")
    assert (autumn["code"], autumn["uses"], spring["gives"], spring["status"]) == ("AUTUMN", [], "Percentage 25", "Active")
    assert [(use["contract"], use["customer"], use["subscription"], use["until"]) for use in spring["uses"]] == [
        ("C-1", "Customer of C-1", "Seats of C-1", "2026-03-01")
    ]
    assert [one["code"] for one in store.run("list", "--code", "spring")] == ["SPRING"]


@pytest.mark.parametrize("fault", CRASHES)
@pytest.mark.parametrize("at", range(1, 5))
def test_what_was_cut_off_is_given_once_when_it_is_asked_for_again(store: Store, at: int, fault: Fault) -> None:
    """The name, the sale as it is changed, the sale as it is billed, the change set: one discount and one row, or the refusal."""
    store.catalogue.promotion(store.product, "25", code="SPRING")
    sold = store.sold()
    store.desk.fuse.arm(at=at, fault=fault)
    with pytest.raises((Died, External)):
        store.run("give", sold, guarded=True)
    store.desk.fuse.reset()
    written = at == 4 and fault is not Fault.DIE_BEFORE
    assert len(store.catalogue.discounts()) == written
    if written:
        with pytest.raises(Refused, match="a sale gets one"):
            store.run("give", sold)
    else:
        store.run("give", sold)
    assert (len(store.catalogue.discounts()), [row[0] for row in store.log()]) == (1, ["Create", "Promotion"])
