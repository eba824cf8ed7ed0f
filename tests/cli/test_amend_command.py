"""`w365 contract amend` and `history`: what the next invoice credits and charges, then the amendment, then that invoice."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import amending, contracts
from dataverse.query import Query
from dataverse.rows import bind, choice_label, choice_value
from dataverse.stores.amending import AmendingStore
from dataverse.stores.explaining import Explanations
from dataverse.webapi import Ref
from local.desks.catalogue import CatalogueDesk
from local.desks.changes import ChangeDesk
from work365.amending.amended import Wish
from work365.errors import BadInput, Conflict, Refused
from work365.explaining.rerun import scenario_of
from work365.explaining.words import explain
from work365.handlers.amending import prepare
from work365.periods import ANNUAL, QUARTERLY
from work365.scenario import scenario
from work365.simulation import answer, simulate

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
CONTRACT = "w365_billingcontract"


class Person:
    """Somebody at the keyboard on 20 March: ten seats at 31.00 on a monthly contract, March is billed."""

    def __init__(self, **terms: Any) -> None:  # noqa: ANN401  values of columns
        self.desk = ChangeDesk(MARCH)
        self.contract = self.desk.contract("C-1", start=MARCH, **{"changesbilled": "Now", **terms})
        self.one = self.desk.bought(self.contract, start=MARCH, printedname="Premium")
        self.desk.month(MARCH)
        self.desk.at(date(2026, 3, 20))
        self.book = AmendingStore(self.desk.api, self.desk.tenant.currencies)
        self.app = typer.Typer()
        contracts.register(self.app, lambda: amending.Ports(self.book, self.desk.changing, self.desk.clock))

    def types(self, *arguments: str) -> str:
        result = CliRunner().invoke(self.app, ["contract", *arguments], catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0
        return result.stdout

    def amends(self, *arguments: str) -> Any:  # noqa: ANN401  a JSON document
        return json.loads(self.types("amend", "C-1", "--reason", "agreed", *arguments, "--output", "json"))

    def bills(self, day: date) -> list[str]:
        """The lines of what a run of a day makes."""
        before = {one.number for one in self.desk.invoices()}
        self.desk.at(day)
        self.desk.run(day)
        return [amount for one in self.desk.invoices() if one.number not in before for amount in one.amounts]

    def row(self, *columns: str) -> Any:  # noqa: ANN401  a row
        return self.desk.api.read(Ref(CONTRACT, self.contract), select=columns)


def test_monthly_becomes_annual(person: Person) -> None:
    """F110, F111: from 15 March annual. March is credited from the 15th, the year is charged, and each day is billed once."""
    typed = ("--on", "2026-03-15", "--frequency", "annual", "--bill-day", "15")
    before = person.desk.tenant.shape()
    said = person.amends(*typed, "--dry-run")
    assert person.desk.tenant.shape() == before
    assert said["change"] == "annual instead of monthly, bill day 15 instead of 1"
    assert said["prices"] == [{"subscription": "Premium", "from": "2026-03-15", "unit_price": "372"}]
    shown = said["next_invoice"]
    assert [(one["amount"], one["start"], one["end"]) for one in shown["lines"]] == [
        ("-170.00", "2026-03-15", "2026-04-01"),
        ("3720.00", "2026-03-15", "2027-03-15"),
    ]
    person.amends(*typed)
    assert person.bills(date(2026, 3, 20)) == ["-170.00", "3720.00"]
    assert person.bills(date(2026, 3, 21)) == []
    assert person.bills(APRIL) == []
    left = person.row("w365_nextinvoicedate", "w365_amendedfrom")
    assert (left["w365_nextinvoicedate"], left["w365_amendedfrom"]) == ("2027-03-15", None)
    assert person.bills(date(2027, 3, 15)) == ["3720.00"]


def test_the_history_is_printed(person: Person) -> None:
    """F110: every amendment with its day, what it changed and why; undone by another one, and nothing is edited."""
    person.amends("--on", "2026-04-01", "--frequency", "annual")
    person.amends("--on", "2026-04-01", "--frequency", "monthly")
    rows = json.loads(person.types("history", "C-1", "--output", "json"))
    assert [(row["number"], row["from"], row["change"], row["reason"], row["recorded"]) for row in rows] == [
        (1, "2026-04-01", "annual instead of monthly", "agreed", "2026-03-20"),
        (2, "2026-04-01", "monthly instead of annual", "agreed", "2026-03-20"),
    ]
    assert "annual instead of monthly" in person.types("history", "C-1")
    assert person.bills(APRIL) == ["310.00"]


def test_advance_becomes_arrears() -> None:
    """F25: what is billed stays billed; April is billed once, when it is over."""
    person = Person()
    said = person.amends("--policy", "arrears")
    assert said["from"] == "2026-04-01"
    assert [person.bills(day) for day in (APRIL, MAY, date(2026, 6, 1))] == [[], ["310.00"], ["310.00"]]


def test_the_bill_day_moves(person: Person) -> None:
    """A stub until the new bill day: 14 days of the cycle of 31 that begins on 15 March."""
    person.amends("--bill-day", "15")
    assert person.bills(APRIL) == ["140.00"]
    assert person.bills(date(2026, 4, 15)) == ["310.00"]


def test_a_subscription_gets_cycles_of_its_own(person: Person) -> None:
    """F111: by item, then one of two subscriptions moves to years from 11 March; the other one stays as it was."""
    other = person.desk.bought(person.contract, start=date(2026, 3, 11), printedname="Basic", price=Decimal("7.00"), seats=1)
    assert other
    person.amends("--on", "2026-03-11", "--by", "item")
    said = person.amends("--on", "2026-03-11", "--subscription", "Premium", "--frequency", "annual", "--price", "Premium=365.00")
    assert said["change"] == "Premium: annual instead of monthly"
    assert person.bills(date(2026, 3, 20)) == ["4.74", "-210.00", "3650.00"]
    assert person.bills(APRIL) == ["7.00"]
    assert person.bills(date(2027, 3, 11)).count("3650.00") == 1


def test_it_joins_a_common_end(person: Person) -> None:
    """F111: years that are counted to 31 August, with a stub until then."""
    person.amends("--on", "2026-04-01", "--by", "item")
    typed = ("--subscription", "Premium", "--frequency", "annual", "--anchor", "2026-09-01", "--price", "Premium=365.00")
    said = person.amends("--on", "2026-04-01", *typed)
    assert "counted from 2026-09-01" in said["change"]
    assert person.bills(APRIL) == ["1530.00"]  # 153 of 365 days
    assert person.bills(date(2026, 9, 1)) == ["3650.00"]


def test_the_invoice_by_new_terms_is_explained_and_can_be_redone(person: Person) -> None:
    """The credit says that other terms were agreed, not that seats changed; the simulator gives the same lines."""
    person.amends("--on", "2026-03-11", "--bill-day", "11")
    assert person.bills(date(2026, 3, 20)) == ["-210.00", "310.00"]
    number = person.desk.invoices()[-1].number
    explained = Explanations(person.desk.api).document(number)
    assert explained is not None
    assert explained.history is not None
    credit, charge = (" ".join(explain(line)) for line in explained.lines)
    assert "From 11 March 2026 on other terms were agreed (`w365 contract history C-1`)" in credit
    assert "the subscription began with" not in credit
    assert "21/31 = -210.00 EUR" in credit
    assert "it is billed monthly, in advance" in charge
    redone = answer(simulate(scenario(scenario_of(explained.history))))["invoices"][-1]
    assert [line["amount"] for line in redone["lines"]] == ["-210.00", "310.00"]


def test_the_columns_say_what_holds_now(person: Person) -> None:
    """Whoever sells or prices by the contract's columns sees the terms of the day: from April annual, until then monthly."""
    person.amends("--on", "2026-04-01", "--frequency", "annual", "--policy", "advance")
    assert choice_label(CONTRACT, "w365_frequency", person.row("w365_frequency")["w365_frequency"]) == "Monthly"
    assert person.bills(APRIL) == ["3720.00"]
    assert choice_label(CONTRACT, "w365_frequency", person.row("w365_frequency")["w365_frequency"]) == "Annual"
    person.desk.at(date(2026, 4, 20))
    person.amends("--on", "2026-04-15", "--frequency", "5 months", "--bill-day", "15", "--price", "Premium=150.00")
    row = person.row("w365_frequency", "w365_frequencycount", "w365_billday")
    assert choice_label(CONTRACT, "w365_frequency", row["w365_frequency"]) == "Every n months"
    assert (row["w365_frequencycount"], row["w365_billday"]) == (5, 15)
    assert person.bills(date(2026, 4, 20)) == ["-3577.32", "1500.00"]  # 351 of 365 days; five months


def test_annual_becomes_monthly() -> None:
    """F111: the rest of the year is credited, and the months are billed one by one, not as far ahead as the year was."""
    person = Person(frequency="Annual")
    person.amends("--on", "2026-04-01", "--frequency", "monthly", "--price", "Premium=3.00")
    assert person.bills(date(2026, 3, 20)) == []
    assert person.bills(APRIL) == ["-283.67", "30.00"]  # 334 of 365 days at 31.00
    assert [person.bills(day) for day in (MAY, date(2026, 5, 2))] == [["30.00"], []]


def test_new_terms_may_begin_on_a_day_that_is_billed(person: Person) -> None:
    """The cycle of 1 April is billed when it is amended to begin a year: two documents, whose cycles begin on one day."""
    assert person.bills(APRIL) == ["310.00"]
    person.amends("--on", "2026-04-01", "--frequency", "annual", "--price", "Premium=360.00")
    assert person.bills(date(2026, 4, 10)) == ["-310.00", "3600.00"]
    person.amends("--on", "2026-04-01", "--frequency", "monthly", "--price", "Premium=31.00")
    assert person.bills(date(2026, 4, 11)) == ["-3600.00", "310.00"]
    assert person.bills(MAY) == ["310.00"]


def test_what_the_list_prices_needs_a_price_of_its_own_first(person: Person) -> None:
    """The list's price holds for the cycles in which it was sold; nobody guesses another. Then it is twelve times that."""
    catalogue = CatalogueDesk(person.desk.api, person.desk.tenant.currencies)
    listed = catalogue.price_list("RETAIL", "EUR")
    product = catalogue.product("LISTED")
    catalogue.price(product, listed, "12.00")
    person.desk.api.update(Ref(CONTRACT, person.contract), bind("w365_PriceList", "w365_pricelist", listed))
    plan = choice_value("w365_subscription", "w365_billingplan", "Monthly")
    sold = {"product": product, "start": MARCH, "term": "P1M", "billingplan": plan}
    listed_one = person.desk.subscription(person.contract, seats=1, price=None, **sold)
    with pytest.raises(Refused, match="give it a price of its own per seat and cycle with `w365 subscription change --price`"):
        person.amends("--frequency", "annual")
    assert person.desk.ask(listed_one, "Price", price="12.00", on=MARCH)[0] == "Succeeded"
    assert [one["unit_price"] for one in person.amends("--frequency", "annual")["prices"]] == ["372", "144"]


@pytest.mark.parametrize("typed", [("--on", "2026-03-15", "--frequency", "annual"), ("--policy", "arrears")])
def test_a_contract_with_a_price_that_was_typed_over_is_not_amended(person: Person, typed: tuple[str, ...]) -> None:
    """Nothing that a typed price says gets into the log."""
    person.desk.api.update(Ref("w365_subscription", person.one), {"w365_unitprice": Decimal("20.00")})
    with pytest.raises(Refused, match="Premium shows a price of 20, and it is 31 by its change log"):
        person.amends(*typed)


REFUSED = [
    ([], "say why"),
    (["--reason", "x", "--on", "2026-03-01", "--policy", "arrears"], "begins on 2026-03-01"),
    (["--reason", "x", "--frequency", "monthly"], "nothing of that changes"),
    (["--reason", "x", "--frequency", "2 weeks"], "say what a new cycle costs"),
    (["--reason", "x", "--subscription", "Premium", "--frequency", "annual"], "--by item"),
]


@pytest.mark.parametrize(("typed", "why"), REFUSED, ids=[case[1] for case in REFUSED])
def test_what_cannot_be_amended_is_said_in_words(person: Person, typed: list[str], why: str) -> None:
    with pytest.raises(Refused, match=why):
        person.types("amend", "C-1", *typed)


@pytest.mark.parametrize(
    "typed",
    [
        ["--frequency", "often"],
        ["--price", "Premium"],
        ["--policy", "later"],
        ["--subscription", "Premium", "--policy", "arrears"],
    ],
)
def test_what_is_typed_wrongly_is_said_in_words(person: Person, typed: list[str]) -> None:
    with pytest.raises(BadInput):
        person.types("amend", "C-1", "--reason", "x", *typed)


def test_what_is_agreed_per_cycle_has_to_be_decided_first() -> None:
    """A minimum is counted in cycles of the contract."""
    person = Person(minimumamount=Decimal(100))
    with pytest.raises(Refused, match="minimum"):
        person.amends("--frequency", "annual")
    assert list(person.desk.api.find(Query("w365_amendment", ("w365_sequence",)))) == []


def test_two_people_cannot_amend_at_once(person: Person) -> None:
    """Both were shown the same contract: the second one's amendment and prices are not written."""
    changes = [
        prepare(
            "C-1", Wish("agreed", MAY, frequency=every), book=person.book, changing=person.desk.changing, clock=person.desk.clock
        )
        for every in (ANNUAL, QUARTERLY)
    ]
    person.book.record(changes[0])
    before = person.desk.tenant.shape()
    with pytest.raises(Conflict):
        person.book.record(changes[1])
    assert person.desk.tenant.shape() == before


@pytest.fixture
def person() -> Person:
    return Person()
