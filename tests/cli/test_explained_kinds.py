"""F129: whatever stands on an invoice, its scenario goes through the simulator and comes to the same amount and the same tax."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli.explaining import register
from dataverse.names import table_of
from dataverse.rows import bind, choice_value
from dataverse.stores.billing_items import ONE_TIME, SOURCES
from dataverse.stores.exchange_rates import ExchangeRateRows
from dataverse.stores.explained_rows import ONCE_KEYS
from dataverse.stores.explained_rows import SOURCES as ITEM_SOURCES
from dataverse.stores.explaining import Explanations
from dataverse.webapi import Ref
from local.desks.billing import CONTRACT, SUBSCRIPTION, BillingDesk
from local.desks.crediting import CreditingDesk
from local.desks.one_off import OneOffDesk
from local.desks.supplier import SupplierDesk
from local.desks.usage import add_price, add_time, add_usage
from local.sample.generated import ENTITY, PRODUCT
from work365.currencies.rates import ExchangeRate
from work365.invoicing.lines import Kind
from work365.money import currency
from work365.scenario import read
from work365.simulation import answer, simulate

if TYPE_CHECKING:
    from collections.abc import Callable

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
MID_JANUARY = date(2026, 1, 16)
FIRST = "INV-CO-2026-00001"


def seats_and_what_comes_once() -> BillingDesk:
    """Every source of items, an own discount and the contract's, a change, a part of a month."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1", discountpercent=Decimal("7.5"), usagemarkuppercent=Decimal(20))
    seats = desk.subscription(contract, seats=7, price=Decimal("7.99"))
    azure = desk.subscription(contract, seats=0, price=Decimal(0), printedname="Azure plan")
    desk.subscription(contract, seats=3, start=date(2026, 1, 10))
    desk.run(JANUARY)
    desk.change(contract, seats, MID_JANUARY, 9, price=Decimal("7.99"), recorded=date(2026, 1, 20))
    add_price(desk, "packages", meter="Packed", unitprice=Decimal("12.50"), packagesize=Decimal(100))
    for used, cost, meter, units in (
        ("03", "11.1111111111", "Compute", "3"),
        ("05", "1", "Packed", "70"),
        ("09", "7.77", "Disk", "1"),
    ):
        add_usage(desk, contract, azure, date.fromisoformat(f"2026-01-{used}"), cost, meter=meter, units=units)
    add_time(desk, contract, date(2026, 1, 12), "1.75", price="95.50")
    add_time(desk, contract, date(2026, 1, 14), "2.25", price="95.50", who="Bob")
    desk.item(contract, date(2026, 1, 25), "100.05", units="3", discountpercent=Decimal(10))
    desk.item(contract, date(2026, 1, 26), "20.00", units="-1")
    desk.run(FEBRUARY)
    return desk


def learned_out_of_order() -> BillingDesk:
    """The change of the 20th is billed before that of the 10th is known, so the credit of the 20th is corrected."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1", changesbilled="Now")
    sold = desk.subscription(contract, price=Decimal("7.99"))
    desk.run(JANUARY)
    desk.change(contract, sold, date(2026, 1, 20), 15, price=Decimal("7.99"))
    desk.run(date(2026, 1, 20))
    desk.change(contract, sold, date(2026, 1, 10), 18, price=Decimal("7.99"), recorded=date(2026, 1, 25))
    desk.run(date(2026, 1, 25))
    return desk


def a_commitment() -> BillingDesk:
    """A minimum over two months, a maximum in each, with usage that comes late."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract(
        "C-1", usagemarkuppercent=Decimal(0), minimumamount=Decimal(900), minimumcycles=2, maximumamount=Decimal(500)
    )
    desk.api.update(Ref(CONTRACT, contract), bind("w365_CommitmentProduct", "w365_product", PRODUCT))
    plan = desk.subscription(contract)
    desk.run(JANUARY)
    add_usage(desk, contract, plan, MID_JANUARY, "250.00")
    desk.run(FEBRUARY)
    desk.run(MARCH)
    add_usage(desk, contract, plan, date(2026, 2, 9), "40.00")
    desk.run(APRIL)
    return desk


def by_the_supplier() -> BillingDesk:
    """The supplier's charges with 15 %, and seats of our own beside them."""
    desk = SupplierDesk(JANUARY, supplierlinesfrom=JANUARY, suppliermarkuppercent=Decimal(15))
    desk.subscription(desk.terms, seats=2)
    desk.imports("new 2026-01-05..2026-02-04 +10 @12 r-1\naddQuantity 2026-01-20..2026-02-04 -10 @6.1935 r-2")
    desk.run(FEBRUARY)
    return desk


def paid_by_card() -> BillingDesk:
    """1.5 % for paying by card."""
    desk = BillingDesk(JANUARY)
    contract = desk.standing(changesbilled="Now", autocharge=True)
    account = desk.api.read(Ref(CONTRACT, contract), select=("_w365_account_value",))["_w365_account_value"]
    stripe = {"w365_name": "S", "w365_code": "S", "w365_kind": choice_value("w365_paymentprocessor", "w365_kind", "Stripe")}
    row = {
        "w365_name": "Visa",
        "w365_kind": choice_value("w365_paymentprofile", "w365_kind", "Card"),
        "w365_customerreference": "cus_1",
        "w365_methodreference": "pm_1",
        **bind("w365_Account", "account", account),
        **bind("w365_Processor", "w365_paymentprocessor", desk.api.create("w365_paymentprocessor", stripe)),
    }
    profile = desk.api.create("w365_paymentprofile", row)
    rule = {"w365_name": "R", "w365_cardsurcharge": Decimal("1.5"), **bind("w365_SurchargeProduct", "w365_product", PRODUCT)}
    desk.api.update(
        Ref("account", account), bind("w365_PaymentRule", "w365_paymentrule", desk.api.create("w365_paymentrule", rule))
    )
    desk.api.update(Ref(CONTRACT, contract), bind("w365_PaymentProfile", "w365_paymentprofile", profile))
    desk.item(contract, JANUARY, "33.33")
    desk.run(JANUARY)
    return desk


def prices_with_tax() -> BillingDesk:
    """310.00 with its tax, five seats more, and a one-time item."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1", pricesincludetax=True, changesbilled="Now")
    sold = desk.subscription(contract)
    desk.item(contract, JANUARY, "99.99")
    desk.run(JANUARY)
    desk.change(contract, sold, MID_JANUARY, 15)
    desk.run(MID_JANUARY)
    return desk


def rounded_as_a_whole() -> BillingDesk:
    """The tax of the document is rounded once, and its cents are spread over three lines."""
    desk = BillingDesk(JANUARY)
    line = choice_value("w365_legalentity", "w365_taxrounding", "Document")
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_taxrounding": line})
    contract = desk.contract("C-1")
    for price in ("0.13", "0.13", "0.13"):
        desk.subscription(contract, seats=1, price=Decimal(price))
    desk.run(JANUARY)
    return desk


def in_dollars() -> BillingDesk:
    """Each month at the rate of its day, and a change that takes back what the rate of its month made."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1")
    sold = desk.subscription(contract, price=Decimal("20.00"))
    dollars = desk.tenant.currencies.id("USD")
    desk.api.update(Ref(SUBSCRIPTION, sold), bind("transactioncurrencyid", "transactioncurrency", dollars))
    rates = [(JANUARY, "0.9000"), (FEBRUARY, "0.8765"), (MARCH, "0.8512")]
    ExchangeRateRows(desk.api).add(
        [ExchangeRate(currency("USD"), currency("EUR"), day, Decimal(rate), "ECB") for day, rate in rates]
    )
    desk.run(JANUARY)
    desk.run(FEBRUARY)
    desk.change(contract, sold, MID_JANUARY, 12, price=Decimal("20.00"), recorded=date(2026, 2, 10))
    desk.run(MARCH)
    return desk


def on_one_document() -> BillingDesk:
    """Two contracts of a customer, one of them with a discount and an item."""
    desk = BillingDesk(JANUARY)
    account = desk.api.create("account", {"name": "Fabrikam", "w365_taxcountry": "DE"})
    for number, off in (("C-1", "0"), ("C-2", "12.5")):
        contract = desk.contract(
            number, consolidate=choice_value(CONTRACT, "w365_consolidate", "Customer"), discountpercent=Decimal(off)
        )
        desk.api.update(Ref(CONTRACT, contract), bind("w365_Account", "account", account))
        desk.subscription(contract, seats=3, price=Decimal("7.77"))
        desk.item(contract, JANUARY, "10.01")
    desk.run(JANUARY)
    desk.run(FEBRUARY)
    return desk


def given_back_and_cancelled() -> BillingDesk:
    """Two seats given back; then seats go from an earlier day on; a later invoice is cancelled and billed again."""
    desk = CreditingDesk(JANUARY)
    contract = desk.contract("C-1", changesbilled="Now")
    sold = desk.subscription(contract)
    desk.run(JANUARY)
    desk.credit(FIRST, "1:2", "Outage")
    desk.clock.moment = desk.clock.moment.replace(day=20)
    desk.change(contract, sold, date(2026, 1, 2), 0, recorded=date(2026, 1, 20))
    desk.change(contract, sold, date(2026, 2, 1), 4, recorded=date(2026, 1, 20))
    desk.run(FEBRUARY)
    desk.clock.moment = desk.clock.moment.replace(day=5)
    desk.cancel(next(one.number for one in desk.invoices() if one.issued == "2026-02-01"))
    desk.run(date(2026, 2, 6))
    desk.run(MARCH)
    return desk


def outside_the_cycle() -> BillingDesk:
    """What a person asked for between two runs."""
    desk = OneOffDesk(JANUARY)
    desk.standing()
    desk.run(JANUARY)
    desk.does(desk.asked("C-1", "2 x GEN-1 at 120.05 less 10 % - Workshop", "GEN-1 at 9.99 - Cable"))
    return desk


def paid_late() -> BillingDesk:
    """A late fee beside seats, on a contract with a discount that takes nothing off it."""
    desk = BillingDesk(JANUARY)
    contract = desk.standing(discountpercent=Decimal(10))
    desk.item(contract, JANUARY, "42.47", source=choice_value(ONE_TIME, "w365_source", "Fee"), note=FEE_WORDS)
    desk.run(JANUARY)
    return desk


FEE_WORDS = "Reminder +10 of INV-1: 40.00 EUR, 9 % a year on 1,000.00 EUR for 10 of 365 days."
DESKS: dict[Callable[[], BillingDesk], tuple[str, ...]] = {
    seats_and_what_comes_once: (),
    learned_out_of_order: (),
    a_commitment: (),
    by_the_supplier: (),
    paid_by_card: (),
    prices_with_tax: (),
    rounded_as_a_whole: (),
    in_dollars: (),
    on_one_document: (),
    given_back_and_cancelled: ("credit", "correction"),
    outside_the_cycle: ("one-time", "discount"),
    paid_late: (),
}
"""Kinds of lines that no run makes, so that they are written out by themselves."""
STARTS = {ONE_TIME: "item/", "w365_usage": "usage/", "w365_timelog": "time/", "w365_providerinvoiceline": "supplied/"}


@pytest.fixture(scope="module")
def explained() -> dict[str, list[dict[str, Any]]]:
    """What the command says of every document of every desk."""
    return {arrange.__name__: _documents(arrange()) for arrange in DESKS}


def _documents(desk: BillingDesk) -> list[dict[str, Any]]:
    app = typer.Typer()
    register(app, lambda: Explanations(desk.api))
    said = []
    for invoice in desk.invoices():
        result = CliRunner().invoke(app, ["explain", "invoice", invoice.number, "--output", "json"])
        assert result.exit_code == 0, result.output
        said.append(json.loads(result.stdout))
    return said


@pytest.mark.parametrize("arrange", DESKS, ids=lambda arrange: arrange.__name__)
def test_every_line_is_made_again(arrange: Callable[[], BillingDesk], explained: dict[str, list[dict[str, Any]]]) -> None:
    """Fed to the simulator, the scenario of a line comes to its amount and its tax; a run's lines come from the history."""
    for shown in explained[arrange.__name__]:
        for place, one in enumerate(shown["scenarios"]):
            mine = [line for line in shown["lines"] if line["scenario"] == place]
            made = answer(simulate(read(json.dumps(one).encode())))["invoices"][-1]["lines"]
            assert Counter(map(_facts, made)) == Counter(map(_facts, mine))
        written_out = {line["kind"] for line in shown["lines"] if not line["from_history"]}
        assert written_out <= set(DESKS[arrange])


def _facts(line: dict[str, Any]) -> tuple[str, ...]:
    return tuple(line[name] for name in ("kind", "start", "end", "amount", "tax", "gross"))


def test_no_kind_of_line_and_no_source_is_left_out(explained: dict[str, list[dict[str, Any]]]) -> None:
    """A new kind, or a new table whose rows are billed once, must get its scenario here."""
    lines = [line for documents in explained.values() for shown in documents for line in shown["lines"]]
    assert {line["kind"] for line in lines} == {kind.value for kind in Kind}
    assert {source.table for source in SOURCES} == set(STARTS)
    assert set(STARTS.values()) == set(ONCE_KEYS)


def test_a_late_fee_says_how_it_was_made(explained: dict[str, list[dict[str, Any]]]) -> None:
    """F140: the sentence that the step was charged with, so that it can be redone by hand."""
    (fee,) = [line for shown in explained["paid_late"] for line in shown["lines"] if line["kind"] == "fee"]
    assert any(FEE_WORDS in sentence for sentence in fee["words"])


def test_every_source_of_a_one_time_item_is_said() -> None:
    """Whoever adds a source to the table says what a person reads of it."""
    labels = {option.label for option in table_of(ONE_TIME).choice("w365_source").options}
    assert set(ITEM_SOURCES) == labels
