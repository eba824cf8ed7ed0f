"""A legal entity whose taxes an engine computes: what a run keeps, what silence holds, what the engine hears later."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dataverse.query import Query, eq
from dataverse.rows import choice_value
from dataverse.stores.tax_rows import TaxRows
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.fakes.tax_engine import FakeTaxEngine
from local.sample.generated import ENTITY
from work365.errors import External, NotFound, OutcomeUnknown, Refused, Rejected, Throttled, Unavailable
from work365.handlers.assessing import CHUNK_S, Engines
from work365.handlers.billing import preview
from work365.handlers.settling_tax import settle_tax
from work365.jobs import Job, JobKind, JobResult, JobState
from work365.ports.taxing import EngineChoice, EngineState
from work365.taxing.assessing import TableTax
from work365.taxing.rates import TaxRate, TaxTable

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
NEXT_DAY = JANUARY + timedelta(days=1)
RATES = TaxTable([TaxRate("DE", "standard", date(2020, 1, 1), Decimal(7))])


class Company:
    """A company that uses the fake engine, which taxes at 7 %; its own table says 19 %."""

    def __init__(self) -> None:
        self.desk = BillingDesk(JANUARY)
        self.engine = FakeTaxEngine(TableTax(RATES))
        self.chosen: list[EngineChoice] = []
        self.desk.engines = Engines(self.reach, lambda: 0.0)
        chosen = {"w365_taxengine": choice_value("w365_legalentity", "w365_taxengine", "Avalara"), "w365_taxcompany": "CONTOSO"}
        self.desk.api.update(Ref("w365_legalentity", ENTITY), {**chosen, "w365_taxsecretname": "avalara-key"})

    def reach(self, choice: EngineChoice) -> FakeTaxEngine:
        """The engine."""
        self.chosen.append(choice)
        return self.engine

    def billed(self) -> list[tuple[str, str]]:
        """Contract and tax of each invoice."""
        return [(one.contract, f"{one.tax:.2f}") for one in self.desk.invoices()]

    def reference(self, invoice: str) -> str:
        """What the engine knows an invoice as."""
        return str(self.desk.api.read(Ref("w365_invoice", invoice), select=("w365_taxreference",))["w365_taxreference"])

    def settle(self) -> JobResult:
        """The job that followed the only invoice."""
        columns = ("w365_jobid", "w365_key", "_w365_invoice_value")
        wanted = eq("w365_kind", choice_value("w365_job", "w365_kind", "Settle tax"))
        (row,) = self.desk.api.find(Query("w365_job", columns, filter=wanted))
        job = Job(row["w365_jobid"], row["w365_key"], JobKind.SETTLE_TAX, JobState.RUNNING, row["_w365_invoice_value"])
        return settle_tax(job, book=TaxRows(self.desk.api), engine_for=self.reach)


@pytest.fixture
def company() -> Company:
    """A company with an engine."""
    return Company()


def test_the_engines_taxes_stand_on_the_lines_and_are_never_asked_again(company: Company) -> None:
    """One call per document, under the document's id; a second run, and a run after the rates moved, ask for nothing old."""
    company.desk.standing("C-1")
    company.desk.run(JANUARY)
    company.desk.run(JANUARY)
    assert (company.billed(), company.engine.asked) == ([("C-1", "21.70")], 1)
    (invoice,) = company.desk.invoices()
    assert company.reference(invoice.id) == f"fake/{invoice.id}"
    assert [(one.company, one.secret, one.country) for one in company.chosen] == [("CONTOSO", "avalara-key", "DE")]
    company.engine.computes = TableTax(TaxTable([TaxRate("DE", "standard", date(2020, 1, 1), Decimal(10))]))
    company.desk.run(FEBRUARY)
    assert company.billed() == [("C-1", "21.70"), ("C-1", "31.00")]


@pytest.mark.parametrize("silence", [Unavailable("down"), Throttled("busy", after_s=9)])
def test_a_silent_engine_holds_its_company_and_the_next_run_bills(company: Company, silence: External) -> None:
    """After the first silence it is not asked again in this chunk; no contract is billed with another tax."""
    for number in ("C-1", "C-2", "C-3"):
        company.desk.standing(number)
    company.engine.faults = [silence]
    company.desk.run(JANUARY)
    assert (company.billed(), company.engine.asked) == ([], 1)
    assert {code for code, _ in company.desk.findings().values()} == {"tax-engine-silent"}
    company.desk.run(NEXT_DAY)
    assert company.billed() == [("C-1", "21.70"), ("C-2", "21.70"), ("C-3", "21.70")]
    assert {state for _, state in company.desk.findings().values()} == {"Resolved"}


def test_a_slow_engine_has_only_so_long(company: Company) -> None:
    """What it did in time is billed; the rest is held for the next run."""
    for number in ("C-1", "C-2"):
        company.desk.standing(number)
    ticks = iter([0.0, CHUNK_S + 1])
    company.desk.engines = Engines(company.reach, lambda: next(ticks))
    company.desk.run(JANUARY)
    assert company.billed() == [("C-1", "21.70")]
    assert company.desk.findings() == {"C-2": ("tax-engine-silent", "Open")}


def test_what_the_engine_refuses_holds_that_contract_alone(company: Company) -> None:
    """In the engine's words."""
    for number in ("C-1", "C-2"):
        company.desk.standing(number)
    company.engine.faults = [Rejected("the address does not exist")]
    company.desk.run(JANUARY)
    assert company.billed() == [("C-2", "21.70")]
    assert company.desk.findings() == {"C-1": ("tax-engine-refuses", "Open")}


def test_a_company_with_a_table_never_meets_an_engine(company: Company) -> None:
    """Beside one that uses an engine which is down."""
    other = company.desk.second_company("AB")
    contract = company.desk.standing("C-1")
    bound = {"w365_LegalEntity@odata.bind": f"/w365_legalentities({other})"}
    company.desk.api.update(Ref("w365_billingcontract", contract), bound)
    company.engine.faults = [Unavailable("down")]
    company.desk.run(JANUARY)
    assert (company.billed(), company.engine.asked) == ([("C-1", "58.90")], 0)


def test_a_preview_leaves_nothing_at_the_engine(company: Company) -> None:
    """It asks for an estimate."""
    company.desk.standing("C-1")
    desk = company.desk
    (seen,) = preview(book=desk.book, clock=desk.clock, as_of=JANUARY, engines=desk.engines)
    assert [draft.tax.minor for draft in seen.decided.drafts] == [2170]
    assert company.engine.states == {}


def test_an_engine_that_cannot_be_reached_from_here_stops_the_chunk(company: Company) -> None:
    """A worker without the way to an engine must not fall back to the table."""
    company.desk.standing("C-1")
    company.desk.engines = None
    with pytest.raises(Refused, match="is not reached from here"):
        company.desk.run(JANUARY)
    assert company.billed() == []


# ---- what the engine hears afterwards


def test_an_issued_document_is_committed_once(company: Company) -> None:
    """By the job that follows its issue; running it again asks nobody."""
    company.desk.standing("C-1")
    company.desk.run(JANUARY)
    result = company.settle()
    assert (result.state, result.message) == (JobState.SUCCEEDED, "The tax engine has INV-CO-2026-00001 as committed.")
    assert list(company.engine.states.values()) == [EngineState.COMMITTED]
    asked = company.engine.asked
    assert company.settle().state is JobState.SUCCEEDED
    assert company.engine.asked == asked


@pytest.mark.parametrize(("at", "error"), [("faults", Unavailable("down")), ("eats", OutcomeUnknown("lost"))])
def test_a_failed_commit_is_asked_for_first(company: Company, at: str, error: External) -> None:
    """Whether it happened or not, running the job again leaves one committed document."""
    company.desk.standing("C-1")
    company.desk.run(JANUARY)
    setattr(company.engine, at, [error])
    with pytest.raises(type(error)):
        company.settle()
    assert company.settle().state is JobState.SUCCEEDED
    assert list(company.engine.states.values()) == [EngineState.COMMITTED]


@pytest.mark.parametrize("gone", [EngineState.ABSENT, EngineState.VOIDED])
def test_a_document_that_the_engine_has_lost_is_for_a_person(company: Company, gone: EngineState) -> None:
    """It is never computed again behind a printed invoice."""
    company.desk.standing("C-1")
    company.desk.run(JANUARY)
    (invoice,) = company.desk.invoices()
    company.engine.states[company.reference(invoice.id)] = gone
    with pytest.raises(Refused, match=f"has INV-CO-2026-00001 as {gone.value.lower()}"):
        company.settle()


def job(invoice: str | None) -> Job:
    """A job that a person created."""
    return Job("j", "j", JobKind.SETTLE_TAX, JobState.RUNNING, invoice)


def test_what_there_is_nothing_to_settle_for_says_so(company: Company) -> None:
    """A draft, a document taxed by the table, a company that has left its engine, no document, and one that does not exist."""
    desk = company.desk
    book = TaxRows(desk.api)
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": 1})
    desk.standing("C-1")
    desk.run(JANUARY)
    (draft,) = desk.api.find(Query("w365_invoice", ("w365_invoiceid",)))
    with pytest.raises(Refused, match="has no number yet"):
        settle_tax(job(draft["w365_invoiceid"]), book=book, engine_for=company.reach)
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": None, "w365_taxengine": None})
    desk.run(NEXT_DAY)
    with pytest.raises(Refused, match="its legal entity has no more"):
        settle_tax(job(draft["w365_invoiceid"]), book=book, engine_for=company.reach)
    desk.standing("C-2", start=FEBRUARY)
    desk.run(FEBRUARY)
    by_table = next(one for one in desk.invoices() if one.contract == "C-2")
    assert "own table" in settle_tax(job(by_table.id), book=book, engine_for=company.reach).message
    with pytest.raises(Refused, match="Choose the document"):
        settle_tax(job(None), book=book, engine_for=company.reach)
    with pytest.raises(NotFound):
        settle_tax(job(ENTITY), book=book, engine_for=company.reach)
