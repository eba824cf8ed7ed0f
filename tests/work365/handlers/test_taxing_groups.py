"""Contracts on one document at AvaTax: one request for the document that is issued, and nothing left there that never was one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.tax_rows import TaxRows
from dataverse.webapi import Ref
from local.avalara.app import AvaTax
from local.desks.billing import BillingDesk
from local.http import httpx_transport
from local.sample.generated import ENTITY, PRODUCT
from providers.avalara.engine import AvalaraTax
from transport.client import NO_RETRIES, Http
from work365.handlers.assessing import Engines
from work365.handlers.billing import preview
from work365.handlers.settling_tax import settle_tax
from work365.jobs import Job, JobKind, JobState

if TYPE_CHECKING:
    from local.http import Request, Response
    from work365.ports.taxing import EngineChoice

JANUARY, NEXT_DAY = date(2026, 1, 1), date(2026, 1, 2)
CONTRACT = "w365_billingcontract"


class Company:
    """A company whose taxes AvaTax computes, with a list of the requests that it sent there."""

    def __init__(self) -> None:
        self.avatax = AvaTax("1:key")
        self.avatax.rates["DE", "", "standard"] = Decimal(19)
        self.requests: list[str] = []
        self.desk = BillingDesk(JANUARY)
        self.desk.engines = Engines(self.reach, lambda: 0.0)
        chosen = {"w365_taxengine": choice_value("w365_legalentity", "w365_taxengine", "Avalara"), "w365_taxcompany": "CONTOSO"}
        self.desk.api.update(Ref("w365_legalentity", ENTITY), {**chosen, "w365_taxsecretname": "avalara-key"})

    def reach(self, choice: EngineChoice) -> AvalaraTax:
        """AvaTax over HTTP."""
        http = Http("Avalara", "https://avatax.example", transport=httpx_transport(self._counted), retries=NO_RETRIES)
        return AvalaraTax(http, choice, "1:key")

    def _counted(self, request: Request) -> Response:
        self.requests.append(request.path.rsplit("/", 1)[-1])
        return self.avatax(request)

    def group(self, *numbers: str, product: str | None = None) -> list[str]:
        """Contracts of one customer on one document, ten seats each; the last of another product if one is named."""
        account = self.desk.api.create("account", {"name": "Fabrikam", "w365_taxcountry": "DE"})
        how = choice_value(CONTRACT, "w365_consolidate", "Customer")
        made = []
        for number in numbers:
            contract = self.desk.contract(number, consolidate=how)
            self.desk.api.update(Ref(CONTRACT, contract), bind("w365_Account", "account", account))
            self.desk.subscription(contract, product=product if product and number == numbers[-1] else PRODUCT)
            made.append(contract)
        return made

    def statuses(self) -> dict[str, str]:
        """Where each transaction at AvaTax stands, by its code."""
        return {code: str(one["status"]) for (_, _, code), one in self.avatax.transactions.items()}

    def settle_all(self) -> None:
        """The jobs that followed the issued documents."""
        wanted = eq("w365_kind", choice_value("w365_job", "w365_kind", "Settle tax"))
        for row in self.desk.api.find(Query("w365_job", ("w365_jobid", "_w365_invoice_value"), filter=wanted)):
            job = Job(row["w365_jobid"], "j", JobKind.SETTLE_TAX, JobState.RUNNING, row["_w365_invoice_value"])
            settle_tax(job, book=TaxRows(self.desk.api), engine_for=self.reach)


@pytest.fixture
def company() -> Company:
    """A company that AvaTax taxes."""
    return Company()


def product_of(company: Company, category: str) -> str:
    """A product of a tax category."""
    kind = choice_value("w365_product", "w365_billingtype", "License")
    row = {"w365_name": category, "w365_number": category, "w365_printedname": category, "w365_taxcategory": category}
    return company.desk.api.create("w365_product", {**row, "w365_billingtype": kind})


def test_a_group_is_asked_once_and_leaves_one_transaction(company: Company) -> None:
    """Five contracts on one document: one request, one transaction under the document's id, committed by its job."""
    company.group("C-1", "C-2", "C-3", "C-4", "C-5")
    company.desk.run(JANUARY)
    (invoice,) = company.desk.invoices()
    assert (invoice.net, invoice.tax) == (Decimal("1550.00"), Decimal("294.50"))
    assert company.requests == ["create"]
    assert company.statuses() == {invoice.id: "Saved"}
    company.settle_all()
    assert company.statuses() == {invoice.id: "Committed"}


def test_contracts_that_stand_alone_are_asked_one_by_one(company: Company) -> None:
    """As before: a request for each document."""
    for number in ("C-1", "C-2", "C-3"):
        company.desk.standing(number)
    company.desk.run(JANUARY)
    assert company.requests == ["create"] * 3
    assert company.statuses() == {invoice.id: "Saved" for invoice in company.desk.invoices()}


def test_a_preview_of_a_group_asks_once_and_leaves_nothing(company: Company) -> None:
    """One estimate."""
    company.group("C-1", "C-2")
    (seen,) = preview(book=company.desk.book, clock=company.desk.clock, as_of=JANUARY, engines=company.desk.engines)
    assert [draft.tax.minor for draft in seen.decided.drafts] == [11780]
    assert (company.requests, company.statuses()) == (["create"], {})


def test_only_the_contract_at_fault_is_held_and_the_trial_leaves_nothing(company: Company) -> None:
    """AvaTax refuses a code of the third contract: the other two are issued, and only their document is known there."""
    company.group("C-1", "C-2", "C-3", product=product_of(company, "cars"))
    company.desk.run(JANUARY)
    (invoice,) = company.desk.invoices()
    assert (invoice.net, invoice.tax) == (Decimal("620.00"), Decimal("117.80"))
    assert company.desk.findings() == {"C-3": ("tax-engine-refuses", "Open")}
    assert company.statuses() == {invoice.id: "Saved"}
    company.avatax.rates["DE", "", "cars"] = Decimal(7)
    company.desk.run(NEXT_DAY)
    assert [invoice.tax for invoice in company.desk.invoices()] == [Decimal("117.80"), Decimal("21.70")]
    assert set(company.statuses()) == {invoice.id for invoice in company.desk.invoices()}


def test_a_silent_engine_holds_each_contract_of_a_group_after_one_request(company: Company) -> None:
    """Nobody asks again in this chunk; the next run bills the group as one document."""
    company.group("C-1", "C-2", "C-3")
    company.avatax.throttled = 1
    company.desk.run(JANUARY)
    assert (company.desk.invoices(), company.requests) == ([], ["create"])
    assert company.desk.findings() == dict.fromkeys(("C-1", "C-2", "C-3"), ("tax-engine-silent", "Open"))
    company.desk.run(NEXT_DAY)
    assert [invoice.net for invoice in company.desk.invoices()] == [Decimal("930.00")]
    assert {state for _, state in company.desk.findings().values()} == {"Resolved"}


def test_a_table_holds_only_the_contract_without_a_rate(company: Company) -> None:
    """The same with the legal entity's own table."""
    company.desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_taxengine": None})
    company.group("C-1", "C-2", "C-3", product=product_of(company, "cars"))
    company.desk.run(JANUARY)
    assert [invoice.net for invoice in company.desk.invoices()] == [Decimal("620.00")]
    assert company.desk.findings() == {"C-3 DE cars": ("no-tax-rate", "Open")}
    assert company.requests == []
