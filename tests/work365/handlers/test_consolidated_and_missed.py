"""Consolidation and catching up beside taxes, currencies, commitments and credits: what each does, the others must not undo."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dataverse.query import Query
from dataverse.rows import bind, choice_value
from dataverse.stores.catching_up import CatchUps
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.crediting import CreditingDesk
from local.sample.generated import ENTITY, PRODUCT
from work365.crediting.asking import wishes
from work365.crediting.noting import note
from work365.errors import Conflict
from work365.handlers.catching_up import Wish, decide, look
from work365.invoicing.decision import CatchUp
from work365.ports.crediting import Writing

NOVEMBER, JANUARY, FEBRUARY, DAY = date(2025, 11, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 1, 15)
CONTRACT = "w365_billingcontract"


def rounding(desk: BillingDesk, label: str) -> None:
    """Where the company rounds."""
    row = {"w365_taxrounding": choice_value("w365_legalentity", "w365_taxrounding", label)}
    desk.api.update(Ref("w365_legalentity", ENTITY), row)


def grouped(desk: BillingDesk, prices: tuple[str, ...], *inclusive: bool) -> list[str]:
    """Contracts of one customer with a seat each, on one document."""
    account = desk.api.create("account", {"name": "Fabrikam", "w365_taxcountry": "DE"})
    made = []
    for index, price in enumerate(prices):
        with_tax = bool(inclusive) and inclusive[index]
        how = choice_value(CONTRACT, "w365_consolidate", "Customer")
        contract = desk.contract(f"C-{index + 1}", consolidate=how, pricesincludetax=with_tax)
        desk.api.update(Ref(CONTRACT, contract), bind("w365_Account", "account", account))
        desk.subscription(contract, seats=1, price=Decimal(price))
        made.append(contract)
    return made


@pytest.mark.parametrize(("label", "tax"), [("Line", "18.99"), ("Document", "19.00")])
def test_the_tax_of_a_group_is_that_of_its_document(label: str, tax: str) -> None:
    """33.33 + 33.33 + 33.34 at 19 %, as on one contract; the lines sum to the document."""
    desk = BillingDesk(JANUARY)
    rounding(desk, label)
    grouped(desk, ("33.33", "33.33", "33.34"))
    desk.run(JANUARY)
    (invoice,) = desk.invoices()
    assert (f"{invoice.net:.2f}", f"{invoice.tax:.2f}", invoice.total) == ("100.00", tax, invoice.net + invoice.tax)
    assert sum(line["w365_tax"] for line in invoice.lines) == invoice.tax


def test_prices_with_and_without_tax_do_not_meet() -> None:
    """A document's prices say one or the other; those that include tax are 99.90 to pay for each."""
    desk = BillingDesk(JANUARY)
    grouped(desk, ("99.90", "99.90", "99.90"), True, True, False)
    desk.run(JANUARY)
    assert sorted(f"{invoice.total:.2f}" for invoice in desk.invoices()) == ["118.88", "199.80"]


def test_a_group_without_a_rate_is_held_back_contract_by_contract() -> None:
    """Each contract has its own finding, and nothing is written."""
    desk = BillingDesk(JANUARY)
    for contract in grouped(desk, ("10.00", "20.00")):
        row = desk.api.read(Ref(CONTRACT, contract), select=("_w365_account_value",))
        desk.api.update(Ref("account", row["_w365_account_value"]), {"w365_taxcountry": "JP"})
    desk.run(JANUARY)
    assert desk.invoices() == []
    assert sorted(desk.findings()) == ["C-1 JP standard", "C-2 JP standard"]


def test_a_group_is_credited_on_the_lines_own_contracts() -> None:
    """A credited line counts for the contract that it belongs to."""
    desk = CreditingDesk(JANUARY)
    _, second = grouped(desk, ("100.00", "200.00"))
    desk.run(JANUARY)
    (invoice,) = desk.invoices()
    desk.credit(str(invoice.number), "2=50.00")
    found = desk.api.find(Query("w365_invoiceline", ("w365_amount", "_w365_contract_value")))
    credited = [row["_w365_contract_value"] for row in found if row["w365_amount"] < 0]
    assert credited == [second]


def test_a_credit_of_a_group_does_not_overtake_a_run() -> None:
    """The line's contract was written between our look and our write: the credit is refused as a conflict, and tried again."""
    desk = CreditingDesk(JANUARY)
    first, second = grouped(desk, ("100.00", "200.00"))
    desk.run(JANUARY)
    number = str(desk.invoices()[0].number)
    subject = desk.crediting.load(desk.id_of(number))
    assert [one.contract for one in subject.contracts] == [first, second]
    desk.api.update(Ref(CONTRACT, second), {"w365_discountpercent": Decimal(10)})
    made = note(subject, wishes("2=50.00"))
    with pytest.raises(Conflict):
        desk.crediting.credit(subject, made, Writing("0a0a0a0a-0000-4000-8000-000000000001", "credit/1", "A reason", JANUARY))


def caught_up(desk: BillingDesk, choice: CatchUp) -> list[list[str]]:
    """What the documents say once the choice is made."""
    desk.run(DAY)
    decide(look("C-1", book=desk.book, clock=desk.clock), Wish(choice, reason="agreed"), book=CatchUps(desk.api))
    desk.run(DAY)
    desk.run(DAY)
    return [invoice.amounts for invoice in desk.invoices()]


def test_missed_cycles_with_prices_that_include_tax_are_billed_once_each() -> None:
    """The second document compares with the first in terms of the price, not of its net."""
    desk = BillingDesk(DAY)
    desk.subscription(desk.contract("C-1", start=NOVEMBER, pricesincludetax=True), start=NOVEMBER, price=Decimal("9.99"))
    caught_up(desk, CatchUp.BILL_EACH)
    assert [f"{invoice.total:.2f}" for invoice in desk.invoices()] == ["99.90", "99.90", "99.90"]


@pytest.mark.parametrize("choice", [CatchUp.BILL_EACH, CatchUp.COMBINE])
def test_missed_cycles_come_to_the_minimum_once(choice: CatchUp) -> None:
    """310.00 a month of 500.00: November and December lack 190.00 each, however they are billed."""
    desk = BillingDesk(DAY)
    contract = desk.contract("C-1", start=NOVEMBER, minimumamount=Decimal(500))
    desk.api.update(Ref(CONTRACT, contract), bind("w365_CommitmentProduct", "w365_product", PRODUCT))
    desk.subscription(contract, start=NOVEMBER)
    amounts = sorted(amount for document in caught_up(desk, choice) for amount in document)
    assert amounts == ["190.00", "190.00", "310.00", "310.00", "310.00"]


def test_skipped_cycles_are_out_of_the_minimum_for_good() -> None:
    """500.00 a month over three: November and December are skipped, so January alone asks, for 190.00, once it is over."""
    desk = BillingDesk(DAY)
    contract = desk.contract("C-1", start=NOVEMBER, minimumamount=Decimal(1500), minimumcycles=3)
    desk.api.update(Ref(CONTRACT, contract), bind("w365_CommitmentProduct", "w365_product", PRODUCT))
    desk.subscription(contract, start=NOVEMBER)
    assert caught_up(desk, CatchUp.SKIP) == [["310.00"]]
    for day in (FEBRUARY, date(2026, 3, 1)):
        desk.run(day)
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"], ["310.00", "190.00"], ["310.00"]]


@pytest.mark.parametrize("choice", [CatchUp.BILL_EACH, CatchUp.SKIP])
def test_a_cancelled_document_is_billed_again_after_a_catch_up(choice: CatchUp) -> None:
    """The last document is cancelled: its cycle alone is billed again; skipped cycles stay skipped."""
    desk = CreditingDesk(DAY)
    desk.standing("C-1", start=NOVEMBER)
    before = caught_up(desk, choice)
    desk.cancel(str(desk.invoices()[-1].number))
    desk.run(DAY)
    desk.run(DAY)
    sums = sorted(amount for invoice in desk.invoices() for amount in invoice.amounts)
    assert sums == sorted([amount for document in before for amount in document] + ["-310.00", "310.00"])
