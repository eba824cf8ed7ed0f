"""Contracts on one document at AvaTax: one request for the document that is issued, and nothing left there that never was one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dataverse.rows import bind, choice_value
from dataverse.webapi import Ref
from local.desks.taxed import TaxedDesk
from local.sample.generated import ENTITY, PRODUCT
from work365.handlers.billing import preview

JANUARY, NEXT_DAY = date(2026, 1, 1), date(2026, 1, 2)
CONTRACT = "w365_billingcontract"


@pytest.fixture
def desk() -> TaxedDesk:
    """A company that AvaTax taxes."""
    return TaxedDesk(JANUARY)


def group(desk: TaxedDesk, *numbers: str, product: str | None = None) -> list[str]:
    """Contracts of one customer on one document, ten seats each; the last of another product if one is named."""
    account = desk.api.create("account", {"name": "Fabrikam", "w365_taxcountry": "DE"})
    how = choice_value(CONTRACT, "w365_consolidate", "Customer")
    made = []
    for number in numbers:
        contract = desk.contract(number, consolidate=how)
        desk.api.update(Ref(CONTRACT, contract), bind("w365_Account", "account", account))
        desk.subscription(contract, product=product if product and number == numbers[-1] else PRODUCT)
        made.append(contract)
    return made


def product_of(desk: TaxedDesk, category: str) -> str:
    """A product of a tax category."""
    kind = choice_value("w365_product", "w365_billingtype", "License")
    row = {"w365_name": category, "w365_number": category, "w365_printedname": category, "w365_taxcategory": category}
    return desk.api.create("w365_product", {**row, "w365_billingtype": kind})


def test_a_group_is_asked_once_and_leaves_one_transaction(desk: TaxedDesk) -> None:
    """Five contracts on one document: one request, one transaction under the document's id, committed by its job."""
    group(desk, "C-1", "C-2", "C-3", "C-4", "C-5")
    desk.run(JANUARY)
    (invoice,) = desk.invoices()
    assert (invoice.net, invoice.tax) == (Decimal("1550.00"), Decimal("294.50"))
    assert desk.requests == ["create"]
    assert desk.statuses() == {invoice.id: "Saved"}
    desk.settle_all()
    assert desk.statuses() == {invoice.id: "Committed"}


def test_contracts_that_stand_alone_are_asked_one_by_one(desk: TaxedDesk) -> None:
    """As before: a request for each document."""
    for number in ("C-1", "C-2", "C-3"):
        desk.standing(number)
    desk.run(JANUARY)
    assert desk.requests == ["create"] * 3
    assert desk.statuses() == {invoice.id: "Saved" for invoice in desk.invoices()}


def test_a_preview_of_a_group_asks_once_and_leaves_nothing(desk: TaxedDesk) -> None:
    """One estimate."""
    group(desk, "C-1", "C-2")
    (seen,) = preview(book=desk.book, clock=desk.clock, as_of=JANUARY, engines=desk.engines)
    assert [draft.tax.minor for draft in seen.decided.drafts] == [11780]
    assert (desk.requests, desk.statuses()) == (["create"], {})


def test_only_the_contract_at_fault_is_held_and_the_trial_leaves_nothing(desk: TaxedDesk) -> None:
    """AvaTax refuses a code of the third contract: the other two are issued, and only their document is known there."""
    group(desk, "C-1", "C-2", "C-3", product=product_of(desk, "cars"))
    desk.run(JANUARY)
    (invoice,) = desk.invoices()
    assert (invoice.net, invoice.tax) == (Decimal("620.00"), Decimal("117.80"))
    assert desk.findings() == {"C-3": ("tax-engine-refuses", "Open")}
    assert desk.statuses() == {invoice.id: "Saved"}
    desk.avatax.rates["DE", "", "cars"] = Decimal(7)
    desk.run(NEXT_DAY)
    assert [invoice.tax for invoice in desk.invoices()] == [Decimal("117.80"), Decimal("21.70")]
    assert set(desk.statuses()) == {invoice.id for invoice in desk.invoices()}


def test_a_silent_engine_holds_each_contract_of_a_group_after_one_request(desk: TaxedDesk) -> None:
    """Nobody asks again in this chunk; the next run bills the group as one document."""
    group(desk, "C-1", "C-2", "C-3")
    desk.avatax.throttled = 1
    desk.run(JANUARY)
    assert (desk.invoices(), desk.requests) == ([], ["create"])
    assert desk.findings() == dict.fromkeys(("C-1", "C-2", "C-3"), ("tax-engine-silent", "Open"))
    desk.run(NEXT_DAY)
    assert [invoice.net for invoice in desk.invoices()] == [Decimal("930.00")]
    assert {state for _, state in desk.findings().values()} == {"Resolved"}


def test_a_table_holds_only_the_contract_without_a_rate(desk: TaxedDesk) -> None:
    """The same with the legal entity's own table."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_taxengine": None})
    group(desk, "C-1", "C-2", "C-3", product=product_of(desk, "cars"))
    desk.run(JANUARY)
    assert [invoice.net for invoice in desk.invoices()] == [Decimal("620.00")]
    assert desk.findings() == {"C-3 DE cars": ("no-tax-rate", "Open")}
    assert desk.requests == []
