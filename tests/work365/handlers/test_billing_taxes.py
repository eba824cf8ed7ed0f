"""Taxes in a run: what is chosen, what stands on the lines for good, what holds a contract, and what a move leaves alone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.query import Query
from dataverse.rows import bind, choice_value
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.sample.generated import ENTITY

if TYPE_CHECKING:
    from dataverse.rows import Row

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
SNAPSHOT = ("w365_taxpercent", "w365_tax", "w365_taxcode", "w365_taxcategorycode", "w365_taxnote", "w365_taxregistration")


@pytest.fixture
def desk() -> BillingDesk:
    """A company in Germany with 19 % for `standard`."""
    return BillingDesk(JANUARY)


def snapshot(desk: BillingDesk) -> list[tuple[str, ...]]:
    """What the lines say about their tax, in the order of their documents."""
    found = desk.api.find(Query("w365_invoiceline", SNAPSHOT, order="createdon,w365_key"))
    return [tuple("" if row[name] is None else str(row[name]) for name in SNAPSHOT) for row in found]


def customer(desk: BillingDesk, contract: str) -> Ref:
    """Whoever the contract bills."""
    row = desk.api.read(Ref("w365_billingcontract", contract), select=("_w365_account_value",))
    return Ref("account", row["_w365_account_value"])


def rounding(desk: BillingDesk, label: str) -> None:
    """Where the company rounds."""
    row = {"w365_taxrounding": choice_value("w365_legalentity", "w365_taxrounding", label)}
    desk.api.update(Ref("w365_legalentity", ENTITY), row)


def rate(desk: BillingDesk, place: str, percent: str, **columns: object) -> None:
    """A rate of the company with more than its percentage."""
    row: Row = {"w365_place": place, "w365_category": "standard", "w365_percent": Decimal(percent), "w365_validfrom": JANUARY}
    row |= {f"w365_{name}": value for name, value in columns.items()}
    desk.api.create("w365_taxrate", {**row, **bind("w365_LegalEntity", "w365_legalentity", ENTITY)})


def three_subscriptions(desk: BillingDesk, **columns: Any) -> str:  # noqa: ANN401  values of columns
    """33.33 + 33.33 + 33.34."""
    contract = desk.contract("C-1", **columns)
    for price in ("33.33", "33.33", "33.34"):
        desk.subscription(contract, seats=1, price=Decimal(price))
    return contract


@pytest.mark.parametrize(("label", "tax"), [("Line", "18.99"), ("Document", "19.00")])
def test_rounding_is_the_companys_choice(desk: BillingDesk, label: str, tax: str) -> None:
    """33.33 + 33.33 + 33.34 at 19 %; either way the lines sum to the document."""
    rounding(desk, label)
    three_subscriptions(desk)
    desk.run(JANUARY)
    (invoice,) = desk.invoices()
    assert (str(invoice.net), f"{invoice.tax:.2f}", invoice.total) == ("100.0000", tax, invoice.net + invoice.tax)
    assert sum(line["w365_tax"] for line in invoice.lines) == invoice.tax


@pytest.mark.parametrize("label", ["Line", "Document"])
def test_prices_that_include_tax(desk: BillingDesk, label: str) -> None:
    """The customer pays the price; a later change gives back and charges what the prices say; a second run adds nothing."""
    rounding(desk, label)
    contract = desk.contract("C-1", pricesincludetax=True)
    subscription = desk.subscription(contract, seats=10, price=Decimal("9.99"))
    desk.run(JANUARY)
    desk.change(contract, subscription, date(2026, 1, 17), 4, price=Decimal("9.99"))
    desk.run(FEBRUARY)
    desk.run(FEBRUARY)
    first, second = desk.invoices()
    assert (f"{first.net:.2f}", f"{first.tax:.2f}", f"{first.total:.2f}") == ("83.95", "15.95", "99.90")
    given_back, kept = (
        (Decimal("-99.90") * 15 / 31).quantize(Decimal("0.01")),
        (Decimal("39.96") * 15 / 31).quantize(Decimal("0.01")),
    )
    assert second.total == given_back + kept + Decimal("39.96")


def test_an_old_invoice_keeps_its_tax_when_the_rate_changes(desk: BillingDesk) -> None:
    """The day of the document decides; what is posted is not touched."""
    contract = desk.standing("C-1")
    desk.run(JANUARY)
    rate(desk, "DE", "21", validfrom=FEBRUARY, code="S21", registration="DE-OSS-1")
    desk.run(FEBRUARY)
    desk.api.update(customer(desk, contract), {"w365_taxcountry": "FR"})
    assert snapshot(desk) == [
        ("19.0000", "58.9000", "", "S", "", ""),
        ("21.0000", "65.1000", "S21", "S", "", "DE-OSS-1"),
    ]


def test_a_region_has_its_own_rate(desk: BillingDesk) -> None:
    """A customer in California; its country's rate is not taken for the region's."""
    rate(desk, "US", "0", vatcategory="O")
    rate(desk, "US-CA", "7.25", code="CA")
    account = customer(desk, desk.standing("C-1"))
    desk.api.update(account, {"w365_taxcountry": "US", "w365_taxregion": "CA"})
    desk.run(JANUARY)
    assert snapshot(desk) == [("7.2500", "22.4800", "CA", "S", "", "")]


def test_a_certificate_holds_until_its_expiry(desk: BillingDesk) -> None:
    """January is exempt and says so; February is taxed again."""
    account = customer(desk, desk.standing("C-1"))
    row = {"w365_certificate": "C-9", "w365_validfrom": date(2025, 1, 1), "w365_validto": FEBRUARY, "w365_reason": "Charity"}
    desk.api.create("w365_taxexemption", {**row, **bind("w365_Account", "account", account.id or "")})
    desk.run(JANUARY)
    desk.run(FEBRUARY)
    assert snapshot(desk) == [
        ("0.0000", "0.0000", "", "E", "Charity, exemption certificate C-9", ""),
        ("19.0000", "58.9000", "", "S", "", ""),
    ]


def test_a_reverse_charge_waits_for_the_customers_tax_number(desk: BillingDesk) -> None:
    """Without it nobody may leave the tax out; with it the invoice prints its note."""
    rate(desk, "AT", "0", vatcategory="AE", code="RC")
    account = customer(desk, desk.standing("C-1"))
    desk.api.update(account, {"w365_taxcountry": "AT"})
    desk.standing("C-2")
    desk.run(JANUARY)
    assert [invoice.contract for invoice in desk.invoices()] == ["C-2"]
    assert desk.findings() == {"C-1 AT standard": ("no-tax-number", "Open")}
    desk.api.update(account, {"w365_taxnumber": "ATU12345678"})
    desk.run(JANUARY + timedelta(days=1))
    assert snapshot(desk)[-1] == ("0.0000", "0.0000", "RC", "AE", "Reverse charge", "")
    assert desk.findings() == {"C-1 AT standard": ("no-tax-number", "Resolved")}


def test_a_rate_that_contradicts_itself_taxes_nobody(desk: BillingDesk) -> None:
    """Reverse charge at 20 % is a mistake of the table."""
    rate(desk, "AT", "20", vatcategory="AE")
    desk.api.update(customer(desk, desk.standing("C-1")), {"w365_taxcountry": "AT", "w365_taxnumber": "ATU12345678"})
    desk.run(JANUARY)
    assert desk.findings() == {"C-1 AT standard": ("tax-rate-unclear", "Open")}
    assert desk.invoices() == []


def test_a_contract_that_moves_leaves_its_documents_where_they_are(desk: BillingDesk) -> None:
    """Issued documents keep company, number and tax; the next one is the new company's, from its own series."""
    contract = desk.standing("C-1")
    desk.run(JANUARY)
    other = desk.second_company("AB")
    desk.api.update(Ref("w365_billingcontract", contract), bind("w365_LegalEntity", "w365_legalentity", other))
    desk.run(FEBRUARY)
    columns = ("w365_number", "_w365_legalentity_value", "w365_tax")
    found = desk.api.find(Query("w365_invoice", columns, order="w365_invoicedate"))
    assert [(row["w365_number"], row["_w365_legalentity_value"]) for row in found] == [
        ("INV-CO-2026-00001", ENTITY),
        ("INV-AB-2026-00001", other),
    ]
