"""`w365 contract amend --price-list`: another list from a day on, for what has no price of its own."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli import amending, contracts
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.amending import AmendingStore
from dataverse.stores.explaining import Explanations
from dataverse.stores.ledgers import Ledgers
from dataverse.stores.one_off import OneOffs
from dataverse.stores.recurring import Recurring
from dataverse.stores.supply import Supply
from dataverse.webapi import Ref
from local.desks.catalogue import CatalogueDesk
from local.desks.changes import ChangeDesk
from work365.errors import Refused
from work365.explaining.rerun import scenario_of
from work365.explaining.words import explain
from work365.oneoff.asking import LineWish
from work365.oneoff.items import items_of
from work365.provisioning.terms import Plan, Terms
from work365.scenario import scenario
from work365.simulation import answer, simulate
from work365.subscriptions.ledger import breaks

MARCH, MID, TODAY, APRIL, MAY = date(2026, 3, 1), date(2026, 3, 15), date(2026, 3, 20), date(2026, 4, 1), date(2026, 5, 1)
CONTRACT, SUBSCRIPTION, LIST = "w365_billingcontract", "w365_subscription", "w365_pricelist"

NEXT = ("620.00", "2026-04-01", "2026-05-01")


class Shop:
    """A monthly contract by list OLD with ten seats at 31.00 that the list prices; March is billed, today is 20 March.

    List NEW has the seat at 62.00.
    """

    def __init__(self, *, old: str = "31.00", new: str = "62.00", seats: int = 10, **sold: Any) -> None:  # noqa: ANN401  values of columns
        self.desk = ChangeDesk(MARCH)
        self.catalogue = CatalogueDesk(self.desk.api, self.desk.tenant.currencies)
        self.lists = {code: self.catalogue.price_list(code) for code in ("OLD", "NEW")}
        self.product = self.catalogue.product("SEAT")
        for code, amount in (("OLD", old), ("NEW", new)):
            self.catalogue.price(self.product, self.lists[code], amount)
            self.catalogue.price(self.product, self.lists[code], amount, term="P1Y")
        self.contract = self.desk.contract("C-1", start=MARCH, changesbilled="Now")
        self.desk.api.update(Ref(CONTRACT, self.contract), bind("w365_PriceList", LIST, self.lists["OLD"]))
        self.seat = self.sells(seats=seats, **sold)
        self.desk.run(MARCH)
        self.desk.at(TODAY)
        self.book = AmendingStore(self.desk.api, self.desk.tenant.currencies)
        self.app = typer.Typer()
        contracts.register(self.app, lambda: amending.Ports(self.book, self.desk.changing, self.desk.clock))

    def sells(self, *, seats: int = 10, price: Decimal | None = None, **columns: Any) -> str:  # noqa: ANN401  values of columns
        plan = choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")
        sold = {"product": self.product, "start": MARCH, "term": "P1M", "printedname": "Seat", "billingplan": plan, **columns}
        return self.desk.subscription(self.contract, seats=seats, price=price, **sold)

    def types(self, *arguments: str) -> str:
        result = CliRunner().invoke(self.app, ["contract", *arguments], catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    def amends(self, on: date, *arguments: str, code: str = "NEW") -> Any:  # noqa: ANN401  a JSON document
        typed = ("--price-list", code, "--on", on.isoformat(), "--reason", "agreed", *arguments, "--output", "json")
        return json.loads(self.types("amend", "C-1", *typed))

    def bills(self, day: date) -> list[str]:
        """The lines of what a run of a day makes."""
        before = {one.number for one in self.desk.invoices()}
        self.desk.at(day)
        self.desk.run(day)
        return [amount for one in self.desk.invoices() if one.number not in before for amount in one.amounts]

    def list_of_the_contract(self) -> str:
        row = self.desk.api.read(Ref(CONTRACT, self.contract), select=("_w365_pricelist_value",))
        return next(code for code, identity in self.lists.items() if identity == row["_w365_pricelist_value"])


def test_from_the_day_on_the_new_list_prices_what_has_no_price_of_its_own() -> None:
    """F110: 17 of 31 days are credited at 31.00 and charged at 62.00; the days before stay; own prices stay."""
    shop = Shop()
    shop.sells(seats=1, price=Decimal("7.00"), printedname="Own")
    assert shop.bills(TODAY) == ["7.00"]
    before = shop.desk.tenant.shape()
    said = shop.amends(MID, "--dry-run")
    assert shop.desk.tenant.shape() == before
    assert said["change"] == "price list NEW instead of OLD"
    assert said["prices"] == [{"subscription": "Seat", "from": "2026-03-15", "unit_price": "62"}]
    lines = [(one["amount"], one["start"], one["end"]) for one in said["next_invoice"]["lines"]]
    assert lines == [("-170.00", "2026-03-15", "2026-04-01"), ("340.00", "2026-03-15", "2026-04-01"), NEXT]
    shop.amends(MID)
    assert shop.list_of_the_contract() == "NEW"
    assert shop.bills(TODAY) == ["-170.00", "340.00"]
    assert shop.bills(date(2026, 3, 21)) == []
    assert [sorted(shop.bills(day)) for day in (APRIL, MAY)] == [["620.00", "7.00"]] * 2


def test_the_history_prints_the_list() -> None:
    shop = Shop()
    shop.amends(MID)
    [row] = json.loads(shop.types("history", "C-1", "--output", "json"))
    assert (row["number"], row["from"], row["change"], row["reason"]) == (
        1,
        "2026-03-15",
        "price list NEW instead of OLD",
        "agreed",
    )
    assert "price list NEW instead of OLD" in shop.types("history", "C-1")


def test_a_day_to_come_waits_with_the_list() -> None:
    """Until 1 May the contract buys by the old list, what it sells meanwhile as well; the run of 1 May changes to the new one."""
    shop = Shop()
    shop.amends(MAY)
    assert shop.list_of_the_contract() == "OLD"
    shop.sells(seats=1, start=date(2026, 3, 20), printedname="Later")
    assert shop.bills(TODAY) == ["12.00"]  # 12 of 31 days
    assert sorted(shop.bills(APRIL)) == ["31.00", "310.00"]
    assert shop.list_of_the_contract() == "OLD"
    assert "620.00" in shop.bills(MAY)
    assert shop.list_of_the_contract() == "NEW"


def test_inside_its_commitment_a_subscription_keeps_its_price() -> None:
    """Price protection: the new list counts from the first day after the commitment, in the middle of its cycle."""
    shop = Shop(term="P1Y", commitmentend=date(2026, 5, 16))
    said = shop.amends(MID)
    assert said["prices"] == [{"subscription": "Seat", "from": "2026-05-16", "unit_price": "62"}]
    assert said["next_invoice"]["lines"] == []
    assert [shop.bills(day) for day in (TODAY, APRIL)] == [[], ["310.00"]]
    assert shop.bills(MAY) == ["310.00", "-160.00", "320.00"]  # 16 of 31 days
    assert shop.bills(date(2026, 6, 1)) == ["620.00"]


def test_the_list_that_counts_after_the_commitment_may_change_again() -> None:
    """Two amendments inside the commitment: after it the last one's list counts."""
    shop = Shop(term="P1Y", commitmentend=date(2026, 6, 1))
    shop.catalogue.price(shop.product, shop.catalogue.price_list("THIRD"), "5.00", term="P1Y")
    shop.amends(MID)
    assert shop.amends(APRIL, code="THIRD")["prices"] == [{"subscription": "Seat", "from": "2026-06-01", "unit_price": "5"}]
    assert [shop.bills(day) for day in (APRIL, MAY, date(2026, 6, 1))] == [["310.00"], ["310.00"], ["50.00"]]


def test_tiers_of_the_new_list() -> None:
    """Up to 50 seats at 10.00, then at 8.00; the new list has one tier at 4.00: 17 of 31 days are 318.06 back and 131.61 due."""
    shop = Shop()
    product = shop.catalogue.product("TIERS", tiers="Graduated")
    shop.catalogue.price(product, shop.lists["OLD"], "10.00")
    shop.catalogue.price(product, shop.lists["OLD"], "8.00", tier=51)
    shop.catalogue.price(product, shop.lists["NEW"], "4.00")
    assert shop.desk.ask(shop.seat, "Price", price="31.00", on=MARCH)[0] == "Succeeded"
    shop.sells(seats=60, product=product, printedname="Tiers")
    assert shop.bills(TODAY) == ["580.00"]
    shop.amends(MID)
    assert shop.bills(date(2026, 3, 21)) == []  # less than nothing waits for the next cycle
    assert shop.bills(APRIL) == ["-318.06", "131.61", "310.00", "240.00"]
    assert shop.bills(MAY) == ["310.00", "240.00"]


def test_it_is_undone_by_another_one_and_counts_on_with_other_amendments() -> None:
    """The lists are kept through an amendment of other terms, and the old list from May on is priced again by it."""
    shop = Shop()
    shop.amends(MID)
    shop.types("amend", "C-1", "--policy", "arrears", "--reason", "agreed", "--on", "2026-06-01")
    shop.amends(MAY, code="OLD")
    assert shop.bills(TODAY) == ["-170.00", "340.00"]
    assert [shop.bills(day) for day in (APRIL, MAY)] == [["620.00"], ["310.00"]]
    assert shop.list_of_the_contract() == "OLD"


def test_the_lines_are_explained_and_can_be_redone() -> None:
    """The change names the list and the amendment; the simulator gives the same lines, also once the list is another one."""
    shop = Shop()
    shop.amends(MID)
    assert shop.bills(TODAY) == ["-170.00", "340.00"]
    for invoice, amounts in zip(shop.desk.invoices(), (["310.00"], ["-170.00", "340.00"]), strict=True):
        explained = Explanations(shop.desk.api).document(invoice.number)
        assert explained is not None
        assert explained.history is not None
        redone = answer(simulate(scenario(scenario_of(explained.history))))["invoices"][-1]
        assert [line["amount"] for line in redone["lines"]] == amounts
        words = " ".join(sentence for line in explained.lines for sentence in explain(line))
        named = "From 15 March 2026 on, the price changed, at 10: change 2 of the log" in words
        assert named is (amounts != ["310.00"])
        assert ("price list NEW, amendment 1" in words) is named


def test_recurring_revenue_knows_both_lists() -> None:
    shop = Shop()
    shop.amends(MAY)
    [running] = Recurring(shop.desk.api).portfolio().running
    assert [running.subscription.unit_price, running.subscription.changes[-1].unit_price] == [Decimal(31), Decimal(62)]


def test_a_term_that_is_renewed_on_the_day_takes_the_new_list() -> None:
    """A price of its own that is renewed by the list: on 1 May by the new one, though the form still shows the old one."""
    shop = Shop()
    agreed: dict[str, Any] = {"term": "P1M", "until": MAY, "atend": "Renew", "renewalprice": "New list price"}
    plan = choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")
    own = shop.desk.bought(shop.contract, start=MARCH, product=shop.product, price=Decimal(30), billingplan=plan, **agreed)
    shop.amends(MAY)
    shop.desk.renew(MAY)
    assert shop.list_of_the_contract() == "OLD"
    assert shop.desk.agreed(own)[2] == "62.00"


@pytest.mark.parametrize(("on", "price"), [(MID, "31"), (MAY, "62")])
def test_what_is_sold_is_priced_by_the_list_of_its_day(on: date, price: str) -> None:
    """New subscriptions of an import, by the first day of their charge; one-off invoices likewise."""
    shop = Shop()
    shop.amends(MAY)
    row = shop.desk.api.read(Ref(CONTRACT, shop.contract), select=("_w365_account_value",))
    supply = Supply(shop.desk.api)
    [contract] = supply.contracts([row["_w365_account_value"]])
    catalogue = supply.catalogue(["SEAT"], contract.lists)
    found = catalogue.price(shop.product, contract.list_on(on), Terms("P1M", Plan.MONTHLY), seats=1, on=on)
    assert found is not None
    assert f"{found.amount.normalize():f}" == price
    once = shop.catalogue.product("ONCE")
    for code, amount in (("OLD", "31.00"), ("NEW", "62.00")):
        shop.catalogue.price(once, shop.lists[code], amount)
    buying = OneOffs(shop.desk.api, shop.desk.tenant.currencies).load("C-1", ["ONCE"]).buying
    [item] = items_of([LineWish("ONCE", Decimal(1))], buying, wish="w", on=on)
    assert f"{item.unit_price.normalize():f}" == price


def test_a_subscription_without_a_log_begins_one() -> None:
    """Entered on the form and billed by its columns: what was billed before the day stays."""
    shop = Shop()
    for row in shop.desk.api.find(Query("w365_changelog", ("w365_changelogid",), eq("_w365_subscription_value", shop.seat))):
        shop.desk.api.delete(Ref("w365_changelog", row["w365_changelogid"]))
    said = shop.amends(MID, "--dry-run")["next_invoice"]["lines"]
    assert [one["amount"] for one in said] == ["-170.00", "340.00", "620.00"]
    shop.amends(MID)
    assert shop.desk.log(shop.seat) == [("Create", "2026-03-01", 10, 10), ("Price", "2026-03-15", 10, 0)]
    assert shop.bills(TODAY) == ["-170.00", "340.00"]
    assert shop.bills(APRIL) == ["620.00"]


def test_seats_change_on_the_day_and_go_on_through_it() -> None:
    """A change of the day itself, and one of before that is learned of later: from 15 March on all seats cost 62.00."""
    shop = Shop()
    shop.amends(MID)
    assert shop.bills(TODAY) == ["-170.00", "340.00"]
    assert shop.desk.ask(shop.seat, "Quantity", quantity=12, on=MID)[0] == "Succeeded"
    assert sum(map(Decimal, shop.bills(date(2026, 3, 21)))) == 2 * 34
    assert shop.desk.ask(shop.seat, "Quantity", quantity=11, on=date(2026, 3, 10))[0] == "Succeeded"
    assert sum(map(Decimal, shop.bills(date(2026, 3, 22)))) == 5
    assert shop.bills(APRIL) == ["744.00"]
    assert [breaks(book.rows, book.shown.quantity, book.last_sequence) for book in Ledgers(shop.desk.api).all()] == [[]]


def test_a_day_that_only_keeps_its_seats_asks_no_list() -> None:
    """The old list got dearer in April: seats that are learned of later and go on through a pause that bills on move no price."""
    shop = Shop()
    shop.catalogue.price(shop.product, shop.lists["OLD"], "99.00", since=date(2026, 3, 5))
    assert shop.desk.ask(shop.seat, "Pause", on=date(2026, 3, 18))[0] == "Succeeded"
    assert shop.desk.ask(shop.seat, "Resume", on=date(2026, 3, 19))[0] == "Succeeded"
    assert shop.desk.api.read(Ref(SUBSCRIPTION, shop.seat), select=("w365_unitprice",))["w365_unitprice"] is None
    assert shop.desk.ask(shop.seat, "Quantity", quantity=11, on=date(2026, 3, 16))[0] == "Succeeded"
    assert sum(map(Decimal, shop.bills(TODAY))) == 16
    assert shop.bills(APRIL) == ["341.00"]


def a_list_in_dollars(shop: Shop) -> tuple[str, date]:
    shop.catalogue.price_list("USD", "USD")
    return "USD", MID


def a_list_without_the_price(shop: Shop) -> tuple[str, date]:
    shop.catalogue.price_list("EMPTY")
    return "EMPTY", MID


def a_price_that_ends_before(shop: Shop) -> tuple[str, date]:
    shop.catalogue.price(shop.product, shop.catalogue.price_list("SHORT"), "5.00", until=date(2026, 3, 14))
    return "SHORT", MID


def another_rule_from_a_day_to_come(shop: Shop) -> tuple[str, date]:
    rule = shop.desk.api.create("w365_paymentrule", {"w365_name": "R", "w365_paidmonthlypercent": Decimal(5)})
    shop.desk.api.update(Ref(LIST, shop.lists["NEW"]), bind("w365_PaymentRule", "w365_paymentrule", rule))
    return "NEW", MAY


def sold_for_a_commitment_since(shop: Shop) -> tuple[str, date]:
    shop.sells(start=date(2026, 3, 18), term="P1Y", commitmentend=date(2027, 3, 18), printedname="Bound")
    return "NEW", MID


REFUSED = [
    (lambda _: ("NOWHERE", MID), "no price list with the code 'NOWHERE'"),
    (lambda _: ("OLD", MID), "nothing of that changes"),
    (a_list_in_dollars, "is in USD, the contract is billed in EUR"),
    (a_list_without_the_price, "Seat has no price of its own, and there is no price .* in price list EMPTY"),
    (a_price_that_ends_before, "Seat has no price of its own, and there is no price .* on 2026-03-15"),
    (another_rule_from_a_day_to_come, "the payment rule of price list NEW is another one"),
    (sold_for_a_commitment_since, "Bound is priced by the list of 2026-03-18"),
]


@pytest.mark.parametrize(("arranged", "why"), REFUSED, ids=[why for _, why in REFUSED])
@pytest.mark.parametrize("more", [("--dry-run",), ()], ids=["dry run", "for good"])
def test_what_would_be_a_guess_is_refused_and_nothing_is_written(arranged: Any, why: str, more: tuple[str, ...]) -> None:  # noqa: ANN401  a function
    shop = Shop()
    code, on = arranged(shop)
    before = shop.desk.tenant.shape()
    with pytest.raises(Refused, match=why):
        shop.amends(on, *more, code=code)
    assert shop.desk.tenant.shape() == before


def test_a_price_that_is_missing_later_holds_the_contract() -> None:
    """The list lost its price between the amendment and the bill: a finding, and no guess."""
    shop = Shop()
    shop.amends(MAY)
    for row in shop.desk.api.find(Query("w365_price", ("w365_priceid",), eq("_w365_pricelist_value", shop.lists["NEW"]))):
        shop.desk.api.update(Ref("w365_price", row["w365_priceid"]), {"w365_validto": APRIL})
    assert shop.bills(MAY) == []


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    on=st.dates(date(2026, 3, 2), date(2026, 4, 30)),
    prices=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    seats=st.integers(1, 40),
    seen=st.sampled_from((TODAY, date(2026, 4, 12))),
)
def test_each_day_is_billed_once_at_the_price_of_its_list(on: date, prices: tuple[int, int], seats: int, seen: date) -> None:
    """Whenever it is recorded: what stands on all documents is the sum of the days by their lists, within a cent a line."""
    shop = Shop(old=f"{prices[0]}.00", new=f"{prices[1]}.00", seats=seats)
    billed = [f"{seats * prices[0]}.00"]
    if seen > APRIL:
        billed += shop.bills(APRIL)
    shop.desk.at(seen)
    if prices[0] != prices[1]:
        shop.amends(on)
    for day in (seen, APRIL, MAY):
        billed += shop.bills(day) if day >= seen else []
    due = Decimal(0)
    for first, days in ((MARCH, 31), (APRIL, 30), (MAY, 31)):
        old = min(max((on - first).days, 0), days)
        due += Decimal(seats * (prices[0] * old + prices[1] * (days - old))) / days
    assert abs(sum(map(Decimal, billed)) - due) <= Decimal("0.01") * len(billed)
