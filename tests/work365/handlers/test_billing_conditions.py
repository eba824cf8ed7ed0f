"""The run with price lists, tiers, discounts and promotions: what a customer is billed, and why somebody is not."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataverse.query import Query
from dataverse.rows import bind, choice_value, status
from dataverse.stores.explaining import Explanations
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.catalogue import CatalogueDesk
from local.sample.generated import ENTITY
from work365.explaining.rerun import scenario_of
from work365.explaining.words import explain
from work365.scenario import read
from work365.simulation import simulate

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
STEPS = ((1, "10.00"), (51, "9.00"), (101, "8.00"))


class Shop:
    """A company with one price list and one contract on it."""

    def __init__(self, *, currency: str = "EUR", **terms: Any) -> None:  # noqa: ANN401  values of columns
        self.desk = BillingDesk(JANUARY)
        self.catalogue = CatalogueDesk(self.desk.api, self.desk.tenant.currencies)
        self.list = self.catalogue.price_list("RETAIL", currency)
        self.contract = self.on_list("C-1", **terms)

    def on_list(self, number: str, **terms: Any) -> str:  # noqa: ANN401  values of columns
        """A contract with the price list."""
        made = self.desk.contract(number, **terms)
        self.desk.api.update(Ref("w365_billingcontract", made), bind("w365_PriceList", "w365_pricelist", self.list))
        return made

    def sell(self, product: str, seats: int, *, price: str | None = None, term: str | None = "P1M", **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A subscription; without a price of its own the list prices it. The ledger knows no price then either."""
        plan = choice_value("w365_subscription", "w365_billingplan", "Monthly")
        own = None if price is None else Decimal(price)
        return self.desk.subscription(
            self.contract, seats=seats, price=own, product=product, term=term, billingplan=plan, **columns
        )

    def tiered(self, reading: str, **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A product with three tiers in the list."""
        product = self.catalogue.product("TIERED", tiers=reading, **columns)
        for tier, amount in STEPS:
            self.catalogue.price(product, self.list, amount, tier=tier)
        return product

    def printed(self) -> list[tuple[str, str]]:
        """Every line of every invoice: what it is called and its amount."""
        found = self.desk.api.find(Query("w365_invoiceline", ("w365_description", "w365_amount"), order="createdon,w365_ordinal"))
        return [(row["w365_description"], f"{row['w365_amount']:.2f}") for row in found]


@pytest.mark.parametrize(
    ("reading", "seats", "net", "how"),
    [
        ("Graduated", 120, "1110.00", "50 x 10.00 + 50 x 9.00 + 20 x 8.00"),
        ("Volume", 120, "960.00", "120 x 8.00"),
        ("Graduated", 50, "500.00", "50 x 10.00"),
        ("Volume", 51, "459.00", "51 x 9.00"),
        ("Flat", 60, "9.00", "9.00"),
    ],
)
def test_a_tiered_product_is_billed_by_its_tiers_and_shows_each_tier_used(reading: str, seats: int, net: str, how: str) -> None:
    """F5: 1-50 at 10.00, 51-100 at 9.00, 101+ at 8.00."""
    shop = Shop()
    shop.sell(shop.tiered(reading), seats)
    shop.desk.run(JANUARY)
    assert shop.printed() == [(f"The TIERED ({how})", net)]


def test_packages_are_billed_begun_and_whole() -> None:
    """Packages of 25 at 40.00, the first 10 free: 61 seats are 51 billed, three packages."""
    shop = Shop()
    product = shop.catalogue.product("PACK", tiers="Package", packagesize=25, freeunits=10)
    shop.catalogue.price(product, shop.list, "40.00")
    shop.sell(product, 61)
    shop.desk.run(JANUARY)
    assert shop.printed() == [("The PACK (3 packages of 25 x 40.00, 10 free)", "120.00")]


def test_a_change_in_the_month_is_rated_on_the_same_tiers_before_and_after() -> None:
    """A new list in between moves neither side."""
    shop = Shop(changesbilled="Now")
    product = shop.tiered("Graduated")
    subscription = shop.sell(product, 120)
    shop.desk.run(JANUARY)
    shop.catalogue.price(product, shop.list, "1.00", since=date(2026, 1, 10))
    shop.desk.change(shop.contract, subscription, date(2026, 1, 16), 180, price=None)
    shop.desk.run(date(2026, 1, 16))
    half = "The TIERED (50 x 10.00 + 50 x 9.00 + {0} x 8.00)"
    assert shop.printed()[1:] == [(half.format(20), "-572.90"), (half.format(80), "820.65")]


def test_a_change_of_the_price_takes_the_tiers_of_its_day() -> None:
    """The ledger's Price row is what moves a subscription to a newer list; the months before stay."""
    shop = Shop()
    product = shop.tiered("Volume")
    subscription = shop.sell(product, 10)
    shop.desk.run(JANUARY)
    shop.catalogue.price(product, shop.list, "12.00", since=FEBRUARY)
    change = shop.desk.change(shop.contract, subscription, FEBRUARY, 10, price=None)
    price = choice_value("w365_changelog", "w365_event", "Price")
    shop.desk.api.update(Ref("w365_changelog", change), {"w365_event": price})
    shop.desk.api.update(Ref("w365_subscription", subscription), {"w365_pricedon": FEBRUARY})
    shop.desk.run(FEBRUARY)
    shop.desk.run(MARCH)
    assert [amount for _, amount in shop.printed()] == ["100.00", "120.00", "120.00"]


def test_a_subscription_without_a_price_gets_that_of_the_list_on_its_first_day() -> None:
    """A price of its own stays its own, whatever the list says (F2); a newer list moves nobody (F11)."""
    shop = Shop()
    product = shop.catalogue.product("SEAT")
    shop.catalogue.price(product, shop.list, "20.00")
    shop.catalogue.price(product, shop.list, "30.00", since=date(2026, 1, 2))
    shop.sell(product, 2)
    shop.sell(product, 2, price="7.50", listprice=Decimal("20.00"))
    shop.desk.run(JANUARY)
    shop.desk.run(FEBRUARY)
    assert sorted(amount for _, amount in shop.printed()) == ["15.00", "15.00", "40.00", "40.00"]
    lines = shop.desk.api.find(Query("w365_invoiceline", ("w365_unitprice", "w365_listprice")))
    assert {(row["w365_unitprice"], row["w365_listprice"]) for row in lines} == {
        (Decimal(20), None),
        (Decimal("7.5"), Decimal(20)),
    }


@pytest.mark.parametrize("tiers", [None, "Volume"])
@pytest.mark.parametrize("effective", [date(2026, 1, 16), date(2026, 2, 15)])
def test_what_is_billed_keeps_its_price_when_the_contract_gets_another_list(effective: date, tiers: str | None) -> None:
    """F110, F11: ten seats at 31.00 twice; by the new list five more would bill January and February again at 62.00."""
    shop = Shop()
    product = shop.catalogue.product("SEAT", tiers=tiers)
    shop.catalogue.price(product, shop.list, "31.00")
    subscription = shop.sell(product, 10)
    for month in (JANUARY, FEBRUARY):
        shop.desk.run(month)
    other, old = shop.catalogue.price_list("DEARER"), shop.list
    shop.catalogue.price(product, other, "62.00")
    contract = Ref("w365_billingcontract", shop.contract)
    shop.desk.api.update(contract, bind("w365_PriceList", "w365_pricelist", other))
    shop.desk.change(shop.contract, subscription, effective, 15, price=None, recorded=date(2026, 2, 20))
    shop.desk.run(MARCH)
    (said,) = [row["w365_message"] for row in shop.desk.api.find(Query("w365_finding", ("w365_message",)))]
    assert "were billed at 310.00 EUR, and are now priced at 620.00 EUR, though no change of the log says so" in said
    assert [invoice.net for invoice in shop.desk.invoices()] == [310, 310]
    shop.desk.api.update(contract, bind("w365_PriceList", "w365_pricelist", old))
    shop.desk.run(MARCH)
    assert {amount for _, amount in shop.printed()} >= {"465.00"}
    assert shop.desk.findings() == {"C-1": ("contract-not-billed", "Resolved")}


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("no row", "no price from quantity 1 on for The SEAT in price list RETAIL, term P1M, billing plan Monthly on 2026-01-01"),
        ("ended", "no price from quantity 1 on"),
        ("no term", "no term and billing plan"),
        ("currency", "price list RETAIL is in USD, the contract is billed in EUR"),
        ("several tiers", "say on the product how they are read"),
    ],
)
def test_what_has_no_price_is_held_and_said_and_the_others_are_billed(case: str, says: str) -> None:
    """Never a guess: the finding says what is missing and where to enter it."""
    shop = Shop(currency="USD" if case == "currency" else "EUR")
    product = shop.catalogue.product("SEAT")
    if case != "no row":
        shop.catalogue.price(product, shop.list, "20.00", until=JANUARY if case == "ended" else None)
    if case == "several tiers":
        shop.catalogue.price(product, shop.list, "19.00", tier=10)
    shop.sell(product, 2, term=None if case == "no term" else "P1M")
    shop.desk.standing("C-2")
    shop.desk.run(JANUARY)
    assert [invoice.contract for invoice in shop.desk.invoices()] == ["C-2"]
    (message,) = [row["w365_message"] for row in shop.desk.api.find(Query("w365_finding", ("w365_message",)))]
    assert says in message


def test_discounts_on_the_line_and_on_the_contract_are_lines_of_their_own() -> None:
    """F3: 310.00, -31.00, -5.00 = 274.00; five seats from 16 March add 80.00 and -8.00."""
    shop = Shop(start=MARCH, changesbilled="Now")
    product = shop.catalogue.product("M31")
    subscription = shop.sell(product, 10, price="31.00", start=MARCH)
    shop.catalogue.discount(shop.contract, "10", subscription=subscription, name="Ten per cent")
    shop.catalogue.discount(shop.contract, "5", kind="Amount", name="Welcome")
    shop.desk.run(MARCH)
    shop.desk.change(shop.contract, subscription, date(2026, 3, 16), 15, price=Decimal("31.00"))
    shop.desk.run(date(2026, 3, 16))
    assert shop.printed() == [
        ("The M31", "310.00"),
        ("Ten per cent 10 % on The M31", "-31.00"),
        ("Welcome on The M31", "-5.00"),
        ("The M31", "-160.00"),
        ("The M31", "240.00"),
        ("Ten per cent 10 % on The M31", "-8.00"),
    ]
    assert [invoice.net for invoice in shop.desk.invoices()] == [Decimal("274.00"), Decimal("72.00")]


def test_a_percentage_on_the_contract_for_some_days_is_taken_off_every_subscription_and_ends() -> None:
    """From its end on nothing is taken off."""
    shop = Shop()
    product = shop.catalogue.product("SEAT")
    shop.sell(product, 1, price="10.00")
    shop.sell(product, 1, price="20.00")
    shop.catalogue.discount(shop.contract, "50", until=FEBRUARY)
    shop.desk.run(JANUARY)
    shop.desk.run(FEBRUARY)
    assert [invoice.net for invoice in shop.desk.invoices()] == [Decimal("15.00"), Decimal("30.00")]


def test_a_promotion_applies_by_itself_is_printed_and_ends_by_itself() -> None:
    """F4: the first cycle that starts on its end date is billed at the normal price with no action."""
    shop = Shop()
    product = shop.catalogue.product("SEAT")
    promotion = shop.catalogue.promotion(product, "25", enddate=MARCH)
    shop.sell(product, 10, price="10.00")
    shop.desk.run(JANUARY)
    shop.desk.api.update(Ref("w365_promotion", promotion), status("w365_promotion", "Ended"))
    shop.desk.run(FEBRUARY)
    shop.desk.run(MARCH)
    assert shop.printed() == [
        *[("The SEAT", "100.00"), ("Promotion SPRING 25 % on The SEAT", "-25.00")] * 2,
        ("The SEAT", "100.00"),
    ]
    assert shop.catalogue.discounts() == [("Promotion SPRING", "Percentage", Decimal(25), "2026-01-01", "2026-03-01")]


def test_a_promotion_is_given_once_however_often_the_run_is_repeated_and_not_to_what_was_sold_before() -> None:
    """A subscription that a bill has seen is not new any more."""
    shop = Shop()
    product = shop.catalogue.product("SEAT")
    shop.sell(product, 1, price="10.00")
    shop.desk.run(JANUARY)
    shop.catalogue.promotion(product, "25")
    shop.desk.run(JANUARY)
    shop.desk.run(FEBRUARY)
    assert shop.catalogue.discounts() == []
    assert [invoice.net for invoice in shop.desk.invoices()] == [Decimal("10.00")] * 2


@pytest.mark.parametrize(
    ("value", "kind", "columns", "net"),
    [
        ("25", "Percentage", {"term": "P1Y"}, "100.00"),
        ("25", "Percentage", {"term": "P1M"}, "75.00"),
        ("2", "Amount", {"seatsmin": 5}, "80.00"),
        ("2", "Amount", {"seatsmin": 11}, "100.00"),
        ("2", "Amount", {"seatsmax": 9}, "100.00"),
        ("6", "Price", {}, "60.00"),
        ("25", "Percentage", {"eligibility": "New customers", "since": JANUARY}, "75.00"),
        ("25", "Percentage", {"eligibility": "Named customers", "accounts": "not a list"}, "100.00"),
        ("25", "Percentage", {"state": "Draft"}, "100.00"),
    ],
)
def test_only_a_sale_that_fits_gets_a_promotion(value: str, kind: str, columns: dict[str, Any], net: str) -> None:
    """Term, seats, customer and state of the promotion decide."""
    shop = Shop()
    product = shop.catalogue.product("SEAT")
    shop.catalogue.promotion(product, value, kind=kind, **columns)
    shop.sell(product, 10, price="10.00")
    shop.desk.run(JANUARY)
    assert [invoice.net for invoice in shop.desk.invoices()] == [Decimal(net)]


def test_a_customer_with_an_older_contract_is_not_new() -> None:
    """Who is new is asked of all contracts of the customer."""
    shop = Shop()
    product = shop.catalogue.product("SEAT")
    account = shop.desk.api.read(Ref("w365_billingcontract", shop.contract), select=("_w365_account_value",))
    older = shop.desk.contract("C-0", start=date(2025, 12, 1), billedthrough=APRIL, nextinvoicedate=APRIL)
    owner = bind("w365_Account", "account", account["_w365_account_value"])
    shop.desk.api.update(Ref("w365_billingcontract", older), owner)
    shop.catalogue.promotion(product, "25", eligibility="New customers", since=JANUARY)
    shop.sell(product, 10, price="10.00")
    shop.desk.run(JANUARY)
    assert [invoice.net for invoice in shop.desk.invoices()] == [Decimal("100.00")]


def test_a_run_without_open_questions_asks_nothing_more() -> None:
    """Conditions ride in the batch that reads the chunk: a missing price costs one request, tiers and discounts none."""
    counts = []
    for case in ("plain", "tiers and discounts", "missing"):
        shop = Shop()
        product = shop.tiered("Volume") if case == "tiers and discounts" else shop.catalogue.product("SEAT")
        shop.catalogue.price(product, shop.list, "5.00", since=date(2020, 1, 2))
        shop.sell(product, 10, price="5.00" if case == "plain" else None)
        if case == "tiers and discounts":
            shop.catalogue.discount(shop.contract, "10")
        before = shop.desk.fuse.count
        shop.desk.run(JANUARY)
        assert len(shop.desk.invoices()) == 1
        counts.append(shop.desk.fuse.count - before)
    assert counts[0] == counts[1] == counts[2] - 1


def test_a_part_of_a_bundle_that_is_not_billable_is_never_printed() -> None:
    """F1: four bundles with parts 1, 5 and 2, the last not billable; its changes settle nothing and charge nothing."""
    shop = Shop()
    parent = shop.sell(shop.catalogue.product("BUNDLE"), 4, price="20.00")
    of = bind("w365_Parent", "w365_subscription", parent)
    for number, seats, price, billable in (("ONE", 4, "1.00", True), ("FIVE", 20, "0.50", True), ("TWO", 8, "3.00", False)):
        part = shop.sell(shop.catalogue.product(number), seats, price=price, billable=billable)
        shop.desk.api.update(Ref("w365_subscription", part), of)
    shop.desk.run(JANUARY)
    assert shop.printed() == [("The BUNDLE", "80.00"), ("The ONE", "4.00"), ("The FIVE", "10.00")]


def test_an_invoice_with_tiers_discounts_and_a_promotion_can_be_made_again_from_its_explanation() -> None:
    """The simulator's lines of the explained run are those of the invoice."""
    shop = Shop(changesbilled="Now")
    product = shop.tiered("Graduated")
    shop.catalogue.promotion(product, "10", enddate=date(2026, 1, 20))
    subscription = shop.sell(product, 120)
    shop.catalogue.discount(shop.contract, "5", kind="Amount", name="Welcome")
    shop.sell(shop.catalogue.product("SEAT"), 2, price="12.50")
    shop.desk.run(JANUARY)
    shop.desk.change(shop.contract, subscription, date(2026, 1, 16), 60, price=None)
    shop.desk.run(date(2026, 1, 16))
    shop.desk.run(FEBRUARY)
    explanations, words = Explanations(shop.desk.api), list[str]()
    for invoice in shop.desk.invoices():
        explained = explanations.document(invoice.number)
        assert explained is not None
        assert explained.history is not None
        again = simulate(read(json.dumps(scenario_of(explained.history)).encode())).invoices[-1]
        assert sorted(f"{line.amount.major:.2f}" for line in again.lines) == sorted(invoice.amounts)
        words += [sentence for line in explained.lines for sentence in explain(line)]
    assert len(shop.desk.invoices()) >= 2
    says = "Promotion SPRING 10 %: from 2026-01-01 until 2026-01-20, then the normal price."
    assert sum(sentence.endswith(says) for sentence in words) >= 2


@pytest.mark.parametrize(
    ("template", "own", "typed", "since", "kept"),
    [
        ('{"columns": ["list_price"]}', "28.00", None, date(2020, 1, 1), "31.00"),
        ('{"columns": ["list_price"]}', None, None, date(2020, 1, 1), "31.00"),
        ('{"columns": ["list_price"]}', "28.00", "30.00", date(2020, 1, 1), "30.00"),
        ('{"columns": ["list_price"]}', "28.00", None, FEBRUARY, None),
        ('{"columns": ["discount"]}', "28.00", None, date(2020, 1, 1), None),
        ("{", "28.00", None, date(2020, 1, 1), None),
    ],
    ids=["the list's", "priced by the list", "typed", "no price on its day", "not printed", "unreadable template"],
)
def test_the_list_price_of_its_day_is_kept_on_the_line_where_the_template_prints_it(
    template: str, own: str | None, typed: str | None, since: date, kept: str | None
) -> None:
    """F37: what the list says from February on is not the list price of January; nothing is billed by it."""
    shop = Shop()
    shop.desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_template": template})
    product = shop.catalogue.product("M31")
    shop.catalogue.price(product, shop.list, "31.00", since=since)
    shop.sell(product, 10, price=own, listprice=None if typed is None else Decimal(typed))
    shop.desk.run(JANUARY)
    [line] = shop.desk.api.find(Query("w365_invoiceline", ("w365_listprice", "w365_amount")))
    assert (line["w365_listprice"], line["w365_amount"]) == (kept and Decimal(kept), Decimal(own or "31.00") * 10)


def test_days_before_the_list_price_have_none() -> None:
    """A subscription that was priced anew in February: a January that is billed late shows no list price."""
    shop = Shop()
    shop.desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_template": '{"columns": ["list_price"]}'})
    product = shop.catalogue.product("M31")
    shop.catalogue.price(product, shop.list, "31.00")
    shop.sell(product, 10, price="28.00", pricedon=FEBRUARY)
    shop.desk.run(JANUARY)
    shop.desk.run(FEBRUARY)
    lines = shop.desk.api.find(Query("w365_invoiceline", ("w365_listprice",), order="w365_periodstart"))
    assert [line["w365_listprice"] for line in lines] == [None, Decimal("31.00")]


@pytest.mark.parametrize(
    ("listed", "own", "net"), [(5, None, "1050.00"), (5, 2, "1020.00"), (5, 0, "1000.00"), (None, 2, "1020.00")]
)
def test_an_annual_term_that_is_paid_monthly_costs_what_is_agreed_on(listed: int | None, own: int | None, net: str) -> None:
    """F113: the list has the year at 1,200.00 and adds five per cent where it is paid monthly: 105.00 per seat and month."""
    shop = Shop()
    contract = shop.desk.api.read(Ref("w365_billingcontract", shop.contract), select=("_w365_account_value",))
    for table, row, percent in (("w365_pricelist", shop.list, listed), ("account", contract["_w365_account_value"], own)):
        if percent is not None:
            rule = shop.desk.api.create("w365_paymentrule", {"w365_name": "R", "w365_paidmonthlypercent": Decimal(percent)})
            shop.desk.api.update(Ref(table, row), bind("w365_PaymentRule", "w365_paymentrule", rule))
    product = shop.catalogue.product("YEAR")
    shop.catalogue.price(product, shop.list, "1200.00", term="P1Y", plan="Annual")
    shop.sell(product, 10, term="P1Y")
    shop.desk.run(JANUARY)
    assert shop.printed() == [("The YEAR", net)]
    explained = Explanations(shop.desk.api).document(shop.desk.invoices()[0].number)
    assert explained is not None
    assert explained.history is not None
    again = simulate(read(json.dumps(scenario_of(explained.history)).encode())).invoices[-1]
    assert f"{again.total.major:.2f}" == net
