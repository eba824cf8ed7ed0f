"""What a price list prices, from its term's end on: kept, the list's of that day, or a percentage more, as a price of its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.explaining import Explanations
from dataverse.webapi import Ref
from local.desks.billing import CHANGE, CONTRACT, SUBSCRIPTION
from local.desks.changes import ChangeDesk
from local.sample.generated import PRODUCT
from work365.explaining.rerun import scenario_of
from work365.explaining.words import explain
from work365.scenario import scenario
from work365.simulation import simulate

MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))
END = date(2026, 6, 16)
TERM: dict[str, Any] = {"term": "P1Y", "until": END, "termstart": date(2025, 6, 16), "start": MAY}


class Listing(ChangeDesk):
    """A company whose list says 31.00 for a year that is paid monthly, 33.00 from June on, and 40.00 for a month."""

    def __init__(self) -> None:
        super().__init__(MAY)
        self.listed("31.00")
        self.listed("33.00", since=JUNE)
        self.list = self.listed("40.00", term="P1M")

    def sold(self, number: str = "C-1", **columns: Any) -> str:  # noqa: ANN401  values of columns
        """Ten seats at the list's price, under a year that ends with 15 June."""
        contract = self.contract(number, start=MAY)
        self.api.update(Ref(CONTRACT, contract), bind("w365_PriceList", "w365_pricelist", self.list))
        plan = choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")
        return self.bought(contract, price=None, billingplan=plan, **TERM, **columns)

    def prices(self, subscription: str) -> list[tuple[str, str | None]]:
        """The day and the price of each row of a log."""
        columns = ("w365_effective", "w365_unitprice")
        found = self.api.find(Query(CHANGE, columns, eq("_w365_subscription_value", subscription), "w365_sequence"))
        return [(row[columns[0]], None if row[columns[1]] is None else f"{Decimal(row[columns[1]]):.2f}") for row in found]

    def made_again(self) -> list[str]:
        """Every sentence behind every document, each of which its explanation makes again."""
        explanations, words = Explanations(self.api), list[str]()
        for invoice in self.invoices():
            explained = explanations.document(invoice.number)
            assert explained is not None
            assert explained.history is not None
            again = simulate(scenario(scenario_of(explained.history))).invoices[-1]
            assert sorted(f"{line.amount.major:.2f}" for line in again.lines) == sorted(invoice.amounts)
            words += [sentence for line in explained.lines for sentence in explain(line)]
        return words


@pytest.fixture
def desk() -> Listing:
    """A tenant in May."""
    return Listing()


@pytest.mark.parametrize(
    ("policy", "rule", "more", "july", "price"),
    [
        ("Renew", "Keep", {}, ["310.00"], "31.00"),
        ("Renew", "New list price", {}, ["-155.00", "165.00", "330.00"], "33.00"),
        ("Renew", "Percentage", {"renewalpercent": 10}, ["-155.00", "170.50", "341.00"], "34.10"),
        ("Extended service term", "Keep", {}, ["-155.00", "206.00", "412.00"], "41.20"),
    ],
    ids=["keep", "new list price", "10 percent more", "extended: monthly price + 3 %"],
)
def test_the_new_term_records_its_price_as_the_subscriptions_own(
    desk: Listing, policy: str, rule: str, more: dict[str, Any], july: list[str], price: str
) -> None:
    """F30: one row with the term's first day and its price. F11: the list's 33.00 of June moves nothing inside the commitment."""
    one = desk.sold(atend=policy, renewalprice=rule, **more)
    assert (desk.month(MAY), desk.month(JUNE)) == (["310.00"], ["310.00"])
    assert desk.renew(END).subscriptions == 1
    assert desk.agreed(one) == ("2026-06-16", "2027-06-16" if policy == "Renew" else "2026-07-16", price)
    assert desk.log(one)[1:] == [("Renewal", "2026-06-16", 10, 0)]
    assert desk.prices(one) == [("2026-05-01", None), ("2026-06-16", price)]
    assert desk.month(JULY) == july
    again = desk.month(AUGUST)
    assert again if policy != "Renew" else again == [f"{Decimal(price) * 10:.2f}"]
    words = desk.made_again()
    assert rule == "Keep" or any("From 16 June 2026 on, a new term began with 10" in sentence for sentence in words)


def test_the_next_term_goes_by_the_rule_again_from_its_own_price_or_from_the_list(desk: Listing) -> None:
    """A year later 31.00 + 10 % + 10 %, and the list's price of that day."""
    percent = desk.sold(atend="Renew", renewalprice="Percentage", renewalpercent=10)
    listed = desk.sold("C-2", atend="Renew", renewalprice="New list price")
    desk.listed("35.00", since=date(2027, 1, 1))
    desk.renew(END)
    desk.renew(date(2027, 6, 16))
    assert (desk.agreed(percent)[2], desk.agreed(listed)[2]) == ("37.51", "35.00")


def test_what_is_learned_late_about_days_before_the_new_price_stays_at_the_list(desk: Listing) -> None:
    """Two seats more from 1 June, said in August: 31.00 each in June's first half, 34.10 afterwards."""
    one = desk.sold(atend="Renew", renewalprice="Percentage", renewalpercent=10)
    desk.month(MAY)
    desk.month(JUNE)
    desk.month(JULY)
    desk.at(date(2026, 7, 20))
    assert desk.ask(one, "Quantity", quantity=12, on="2026-06-01")[0] == "Succeeded"
    desk.month(AUGUST)
    assert desk.prices(one)[2:] == [("2026-06-01", None), ("2026-06-16", "34.10")]
    late = Decimal("31.00") * 2 / 2 + Decimal("34.10") * 2 / 2 + Decimal("34.10") * 2
    assert sum(invoice.net for invoice in desk.invoices()) == 310 + Decimal("325.50") + 341 + late + Decimal("34.10") * 12


def test_a_price_that_its_list_does_not_say_is_a_finding_and_nothing_is_renewed(desk: Listing) -> None:
    """The sentence says what is missing."""
    one = desk.sold(atend="Renew", renewalprice="Keep")
    desk.api.update(Ref(SUBSCRIPTION, one), {"w365_pricedon": date(2019, 1, 1)})
    (finding,) = desk.renew(END).findings
    assert "there is no price from quantity 1 on for" in finding.message
    term = desk.api.read(Ref(SUBSCRIPTION, one), select=("w365_commitmentend",))
    assert (term["w365_commitmentend"], desk.prices(one)) == ("2026-06-16", [("2026-05-01", None)])


@pytest.mark.parametrize(
    ("rule", "says"),
    [("Keep", []), ("Percentage", ["can have no price of its own: its product is priced by tiers or packages"])],
)
def test_tiers_go_on_pricing_what_they_price_and_can_only_be_kept(desk: Listing, rule: str, says: list[str]) -> None:
    """Their log keeps having no price."""
    tiers = choice_value("w365_product", "w365_tiermodel", "Volume")
    desk.api.update(Ref("w365_product", PRODUCT), {"w365_tiermodel": tiers})
    one = desk.sold(atend="Renew", renewalprice=rule, renewalpercent=5)
    done = desk.renew(END)
    assert [words in finding.message for finding, words in zip(done.findings, says, strict=True)] == [True] * len(says)
    assert desk.prices(one) == [("2026-05-01", None), *([] if says else [("2026-06-16", None)])]


def test_a_price_of_its_own_is_given_to_it_by_a_change_of_the_price_alone(desk: Listing) -> None:
    """From 11 June on: 10 days at 31.00 and 20 at 28.00; before that day its list goes on pricing it."""
    one = desk.sold()
    desk.month(MAY)
    desk.month(JUNE)
    state, words = desk.ask(one, "Quantity", quantity=12, price="28.00", on="2026-05-01")
    assert (state, "by a change of the price alone" in words) == ("Refused", True)
    assert "Planned for 2026-06-11" in desk.ask(one, "Price", price="28.00", on="2026-06-11")[1]
    desk.timer(date(2026, 6, 11))
    assert desk.prices(one) == [("2026-05-01", None), ("2026-06-11", "28.00")]
    desk.at(date(2026, 6, 12))
    state, words = desk.ask(one, "Price", price="27.00", on="2026-06-01")
    assert (state, "is priced by its price list before 2026-06-11" in words) == ("Refused", True)
    assert desk.month(JULY) == ["-206.67", "186.67", "280.00"]
    desk.made_again()


@pytest.mark.parametrize("more", [{}, {"atend": "Renew", "renewalprice": "Keep"}], ids=["listed", "renewed"])
def test_what_was_cancelled_gives_back_what_its_list_priced(desk: Listing, more: dict[str, Any]) -> None:
    """It is not active any more; its list, and the price of its renewal, say what it cost: ten seats for 10 of 30 days."""
    one = desk.sold(**more)
    desk.month(MAY)
    desk.month(JUNE)
    desk.renew(END)
    desk.at(date(2026, 6, 21))
    assert desk.ask(one, "Cancel", on="2026-06-21", refund="yes")[0] == "Succeeded"
    assert (desk.month(JULY), desk.findings()) == (["-103.33"], {})


@settings(max_examples=8, deadline=None)
@given(
    percent=st.integers(-50, 100),
    seats=st.lists(st.tuples(st.integers(0, 75), st.integers(1, 30)), max_size=3, unique_by=lambda one: one[0]),
)
def test_a_listed_one_is_billed_like_one_that_has_the_lists_price_as_its_own(percent: int, seats: list[tuple[int, int]]) -> None:
    """Whatever seats came or went on whatever days, and however late: the same documents to the cent."""
    totals = []
    for price in (None, Decimal("31.00")):
        desk = Listing()
        contract = desk.contract("C-1", start=MAY)
        desk.api.update(Ref(CONTRACT, contract), bind("w365_PriceList", "w365_pricelist", desk.list))
        plan = choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")
        rule: dict[str, Any] = {"atend": "Renew", "renewalprice": "Percentage", "renewalpercent": percent}
        one = desk.bought(contract, price=price, billingplan=plan, seats=1, **{**TERM, **rule})
        for month in (MAY, JUNE, JULY):
            desk.month(month)
        desk.at(date(2026, 7, 20))
        for days, count in seats:
            desk.ask(one, "Quantity", quantity=count, on=date.fromordinal(MAY.toordinal() + days))
        desk.month(AUGUST)
        totals.append([invoice.net for invoice in desk.invoices()])
    assert totals[0] == totals[1]
