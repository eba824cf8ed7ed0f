"""One document for several contracts of a customer: what stands together, what never does, and that keys stay each contract's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from dataverse.query import Query
from dataverse.rows import bind, choice_value
from dataverse.stores.explaining import Explanations
from dataverse.stores.sending import Sending
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.catalogue import CatalogueDesk
from local.faults import Fault
from local.sample.generated import ENTITY
from providers.catalogues.languages import Languages
from work365.documents.view import view_of
from work365.handlers import billing
from work365.invoicing.consolidating import consolidated
from work365.invoicing.taxes import assessed

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
CONTRACT = "w365_billingcontract"


@pytest.fixture
def desk() -> BillingDesk:
    return BillingDesk(JANUARY)


def grouped(desk: BillingDesk, numbers: tuple[str, ...], how: str = "Customer", *, subscriptions: int = 1) -> list[str]:
    """Contracts of one customer that stand on one document."""
    made = []
    account = desk.api.create("account", {"name": "Fabrikam", "w365_taxcountry": "DE"})
    for number in numbers:
        contract = desk.contract(number, consolidate=choice_value(CONTRACT, "w365_consolidate", how))
        desk.api.update(Ref(CONTRACT, contract), bind("w365_Account", "account", account))
        for _ in range(subscriptions):
            desk.subscription(contract)
        made.append(contract)
    return made


def nets(desk: BillingDesk) -> list[str]:
    return [f"{invoice.contract} {invoice.net:.2f}" for invoice in desk.invoices()]


def test_twenty_subscriptions_on_five_contracts_are_one_document_with_subtotals(desk: BillingDesk) -> None:
    """6200.00 in all, 1240.00 per contract; each contract has its own schedule, and its own next date."""
    numbers = ("C-1", "C-2", "C-3", "C-4", "C-5")
    made = grouped(desk, numbers, subscriptions=4)
    desk.run(JANUARY)
    (invoice,) = desk.invoices()
    assert (len(invoice.lines), invoice.net, invoice.tax) == (20, Decimal("6200.00"), Decimal("1178.00"))
    document = Sending(desk.api).load(invoice.id).document
    assert document is not None
    assert document.contract_number == ""
    printed = view_of(document, Languages().formats("en"))
    assert [(block.title, block.subtotal) for block in printed.blocks] == [(f"Contract {one}", "1,240.00") for one in numbers]
    schedules = desk.api.find(Query("w365_billingschedule", ("_w365_contract_value", "_w365_invoice_value")))
    assert {row["_w365_contract_value"]: row["_w365_invoice_value"] for row in schedules} == dict.fromkeys(made, invoice.id)
    assert {desk.contract_row(one)["w365_nextinvoicedate"] for one in made} == {"2026-02-01"}
    assert desk.run(JANUARY) == []


@pytest.mark.parametrize(
    ("how", "columns", "documents"),
    [
        ("Customer", {"purchaseorder": "P-2"}, 1),
        ("Purchase order", {"purchaseorder": "P-2"}, 2),
        ("Purchase order", {}, 1),
        ("Customer", {"currency": "USD"}, 2),
        ("Customer", {"entity": "AT"}, 2),
        ("Customer", {"account": "another"}, 2),
        ("Customer", {"paymenttermsdays": 60}, 2),
        ("Customer", {"billingemail": "else@example.com"}, 2),
        ("Payment method", {}, 1),
        ("Alone", {}, 2),
    ],
)
def test_what_stands_together(desk: BillingDesk, how: str, columns: dict[str, Any], documents: int) -> None:
    """Never another customer, currency or legal entity; purchase orders as the contract asks."""
    _, second = grouped(desk, ("C-1", "C-2"), how)
    row: dict[str, Any] = {f"w365_{name}": value for name, value in columns.items()}
    if row.pop("w365_currency", None):
        row |= bind("transactioncurrencyid", "transactioncurrency", desk.tenant.currencies.id("USD"))
    if row.pop("w365_entity", None):
        row |= bind("w365_LegalEntity", "w365_legalentity", desk.second_company("AT"))
    if row.pop("w365_account", None):
        account = desk.api.create("account", {"name": "Other", "w365_taxcountry": "DE"})
        row |= bind("w365_Account", "account", account)
    if row:
        desk.api.update(Ref(CONTRACT, second), row)
    desk.run(JANUARY)
    assert len(desk.invoices()) == documents
    assert sum(invoice.net for invoice in desk.invoices()) == Decimal("620.00")


def test_several_providers_on_one_invoice(desk: BillingDesk) -> None:
    """Two of Microsoft's subscriptions, one of a distributor's, and an own service: three blocks, as the template says."""
    template = '{"group_by": "provider"}'
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_template": template})
    contract = desk.contract("C-1")
    kind = choice_value("w365_provider", "w365_kind", "Manual")
    for name, count in (("Microsoft", 2), ("Distributor", 1), ("", 1)):
        provider = desk.api.create("w365_provider", {"w365_name": name, "w365_code": name, "w365_kind": kind}) if name else None
        for _ in range(count):
            made = desk.subscription(contract)
            desk.api.update(Ref("w365_subscription", made), bind("w365_Provider", "w365_provider", provider))
    desk.run(JANUARY)
    document = Sending(desk.api).load(desk.invoices()[0].id).document
    assert document is not None
    blocks = view_of(document, Languages().formats("en")).blocks
    assert {(block.title, block.subtotal) for block in blocks} == {
        ("Microsoft", "620.00"),
        ("Distributor", "310.00"),
        ("Contoso Cloud", "310.00"),
    }


def test_each_line_is_explained_by_its_own_contract(desk: BillingDesk) -> None:
    """The second contract bills with the same policy but has another discount; each line names the terms of its own."""
    made = grouped(desk, ("C-1", "C-2"))
    desk.api.update(Ref(CONTRACT, made[1]), {"w365_discountpercent": Decimal(10)})
    desk.run(JANUARY)
    explained = Explanations(desk.api).document(desk.invoices()[0].number)
    assert explained is not None
    assert [(line.terms.number, line.terms.discount_percent) for line in explained.lines if line.terms] == [
        ("C-1", Decimal(0)),
        ("C-2", Decimal(10)),
        ("C-2", Decimal(10)),
    ]
    assert explained.history is None


def test_product_classes_on_one_invoice(desk: BillingDesk) -> None:
    """F31: the same by what is sold, where the template says so; a product without a class is something else."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_template": '{"group_by": "class"}'})
    catalogue, contract = CatalogueDesk(desk.api, desk.tenant.currencies), desk.contract("C-1")
    for number, label in (("A", "Resale"), ("B", "Service"), ("C", "Resale")):
        chosen = choice_value("w365_product", "w365_productclass", label)
        desk.subscription(contract, product=catalogue.product(number, productclass=chosen))
    desk.subscription(contract, product=catalogue.product("D"))
    desk.run(JANUARY)
    document = Sending(desk.api).load(desk.invoices()[0].id).document
    assert document is not None
    blocks = view_of(document, Languages().formats("en")).blocks
    assert {(block.title, block.subtotal) for block in blocks} == {
        ("Resold products", "620.00"),
        ("Services", "310.00"),
        ("Other", "310.00"),
    }


def test_purchase_orders_that_differ_are_not_printed_as_one(desk: BillingDesk) -> None:
    """Grouped by customer alone, the head names no order rather than the first contract's."""
    for contract, order in zip(grouped(desk, ("C-1", "C-2")), ("P-1", "P-2"), strict=True):
        desk.api.update(Ref(CONTRACT, contract), {"w365_purchaseorder": order})
    desk.run(JANUARY)
    assert [row["w365_purchaseorder"] for row in desk.api.find(Query("w365_invoice", ("w365_purchaseorder",)))] == [None]


def test_a_contract_that_cannot_be_billed_holds_up_nobody(desk: BillingDesk) -> None:
    """Two of three stand together; the third, mended, comes later by itself, once."""
    made = grouped(desk, ("C-1", "C-2", "C-3"))
    desk.api.update(Ref(CONTRACT, made[1]), {"w365_discountpercent": Decimal(120)})
    desk.run(JANUARY)
    assert nets(desk) == ["C-1 620.00"]
    desk.api.update(Ref(CONTRACT, made[1]), {"w365_discountpercent": None})
    desk.run(JANUARY)
    assert nets(desk) == ["C-1 620.00", "C-2 310.00"]
    desk.run(FEBRUARY)
    assert nets(desk)[2:] == ["C-1 930.00"]


def test_late_changes_of_each_contract_ride_on_the_common_document(desk: BillingDesk) -> None:
    """Five seats more on the second since 16 January: 80.00 for 16 of 31 days, and 465.00 for February; settled by it."""
    (first,) = grouped(desk, ("C-1",))
    account = desk.api.read(Ref(CONTRACT, first), select=("_w365_account_value",))["_w365_account_value"]
    one = choice_value(CONTRACT, "w365_consolidate", "Customer")
    second = desk.contract("C-2", consolidate=one)
    desk.api.update(Ref(CONTRACT, second), bind("w365_Account", "account", account))
    subscription = desk.subscription(second)
    desk.run(JANUARY)
    desk.change(second, subscription, date(2026, 1, 16), 15)
    desk.run(FEBRUARY)
    assert nets(desk) == ["C-1 620.00", "C-1 855.00"]
    assert [state for state, _ in desk.change_rows(second)] == ["Billed", "Billed"]


def test_a_contract_that_changes_meanwhile_is_decided_again_with_its_group(desk: BillingDesk) -> None:
    """Its version moved on between reading and writing: nothing of the group is written from the old one."""
    made = grouped(desk, ("C-1", "C-2"))
    desk.plan(JANUARY)
    discounted = {"w365_discountpercent": Decimal(10)}
    desk.fuse.arm(at=3, fault=Fault.MEANWHILE, meanwhile=lambda: desk.api.update(Ref(CONTRACT, made[1]), discounted))
    desk.work()
    assert nets(desk) == ["C-1 589.00"]


def test_the_order_of_reading_does_not_matter(desk: BillingDesk) -> None:
    """The same key, lines and sums whatever came first; and together twice is together once."""
    grouped(desk, ("C-1", "C-2", "C-3"))
    (preview,) = billing.preview(book=desk.book, clock=desk.clock, as_of=JANUARY)
    (whole,) = preview.decided.drafts
    taxes = desk.book.entities()[0].taxes
    for order in permutations(whole.parts):
        (made,) = consolidated(order, JANUARY)
        assert assessed(made, taxes, JANUARY) == ([whole], [])
        assert consolidated([made], JANUARY) == [made]
    alone = [replace(part, work=replace(part.work, together="")) for part in whole.parts]
    assert consolidated(alone, JANUARY) == alone
