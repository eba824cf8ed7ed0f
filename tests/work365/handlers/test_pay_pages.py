"""Whoever changes what is owed closes the customer's page first: receipts, credits, cancellations, write-offs."""

from __future__ import annotations

import contextlib
import logging
from itertools import count
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.schema.tables import CUSTOM
from dataverse.stores.currencies import Currencies
from dataverse.stores.receipts import Receipts
from local.clock import FixedClock
from local.desks.pay_links import PayLinkDesk
from local.fakes.receivables import money
from local.faults import Died, Fault
from work365.errors import External, Refused, Unavailable
from work365.handlers import pay_pages, receiving
from work365.jobs import Job, JobKind, JobResult, JobState
from work365.receivables.links import hashed
from work365.receivables.pay_pages import attempt
from work365.receivables.payments import PayPage
from work365.receivables.receipts import Method, posted
from work365.receivables.retry_plan import Plan
from work365.receivables.retrying import next_try
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from local.desks.pay_links import Linked
    from work365.handlers.receiving import Posted
    from work365.receivables.payments import InvoiceId


class Cashier:
    """Posts bank transfers of Contoso at the desk."""

    def __init__(self, desk: PayLinkDesk) -> None:
        self.desk = desk
        self.receipts = Receipts(desk.guarded, Currencies(desk.guarded), self._today)
        self._numbers = count(1)

    def _today(self) -> date:
        return self.desk.now.date()

    def close(self, invoice: InvoiceId) -> None:
        """As the command line does it."""
        pay_pages.clear(invoice, book=self.desk.payments, gateway_for=self.desk.gateway_for, now=self.desk.now)

    def post(self, amount: str, *numbers: str, reference: str = "", closing: bool = True) -> Posted:
        """Money for invoices, or for the oldest first."""
        desk, said = self.desk, reference or f"T-{next(self._numbers)}"
        day = desk.now.date()
        made = posted(desk.account, desk.entity, Method.BANK_TRANSFER, said, day, money(amount), today=day)
        wishes = [Wish(number) for number in numbers] or None
        return receiving.post(made, wishes, book=self.receipts, now=desk.now, close_page=self.close if closing else None)

    def number(self, linked: Linked) -> str:
        """What the invoice is called."""
        [row] = self.desk.quiet.find(Query("w365_invoice", ("w365_number",), eq("w365_invoiceid", linked.invoice)))
        return str(row["w365_number"])

    def came(self, reference: str) -> float:
        """What a receipt brought; 0 where it was not posted."""
        return self._of_receipt(reference, "w365_amount")

    def unapplied(self, reference: str) -> float:
        """What is left of it."""
        return self._of_receipt(reference, "w365_unapplied")

    def _of_receipt(self, reference: str, column: str) -> float:
        rows = self.desk.quiet.find(Query("w365_receipt", (column,), eq("w365_reference", reference)))
        return sum(float(row[column]) for row in rows)

    def spare(self, invoice: InvoiceId) -> float:
        """What of its payments no invoice uses."""
        rows = self.desk.quiet.find(Query("w365_payment", ("w365_spare",), eq("_w365_invoice_value", invoice)))
        return sum(float(row["w365_spare"] or 0) for row in rows)


@pytest.fixture(scope="module")
def cashier() -> Iterator[Cashier]:
    """One tenant for this file."""
    desk = PayLinkDesk()
    desk.listen()
    yield Cashier(desk)
    desk.close()


@pytest.mark.parametrize("named", [True, False])
def test_a_receipt_closes_the_page_first(cashier: Cashier, named: bool) -> None:
    """Of the invoice that it is for, or of those that it reaches; then it pays."""
    desk, linked = cashier.desk, cashier.desk.linked()
    page = desk.open(linked.token)
    made = cashier.post("100.00 EUR", *([cashier.number(linked)] if named else []))
    assert [one.debt.id for one in made.applied.payments] == [linked.invoice]
    assert desk.sessions(linked.invoice) == ["expired"]
    assert desk.bill(linked.invoice).balance == "50.00"
    with pytest.raises(AssertionError, match="nobody can finish it"):
        desk.pay(page)
    desk.pay(desk.open(linked.token))
    desk.show(linked.token)
    assert desk.bill(linked.invoice).status == "Paid"


def test_a_receipt_that_comes_too_late_pays_nothing(cashier: Cashier) -> None:
    """The customer was faster: refused, and nothing is posted."""
    desk, linked = cashier.desk, cashier.desk.linked()
    number = cashier.number(linked)
    desk.pay(desk.open(linked.token))
    with pytest.raises(Refused, match="is no open invoice"):
        cashier.post("100.00 EUR", number, reference="LATE-1")
    assert (desk.bill(linked.invoice).status, cashier.unapplied("LATE-1")) == ("Paid", 0.0)


def test_a_page_that_nobody_closes_keeps_a_receipt_away(cashier: Cashier) -> None:
    """Whoever cannot reach the gateway pays nothing twice."""
    desk, linked = cashier.desk, cashier.desk.linked()
    desk.open(linked.token)
    with pytest.raises(Refused, match="is being charged at this moment"):
        cashier.post("100.00 EUR", cashier.number(linked), closing=False)
    cashier.close(linked.invoice)


@pytest.mark.parametrize("fault", [Fault.DIE_AFTER, Fault.LOSE_ANSWER, Fault.MEANWHILE], ids=lambda one: one.name.lower())
def test_money_of_a_receipt_and_of_a_page_counts_once(cashier: Cashier, fault: Fault) -> None:
    """Killed at any request, or paid on the page just before it: what came in = what invoices use + what is kept as credit."""
    desk = cashier.desk
    first = desk.linked()
    desk.open(first.token)
    desk.fuse.reset()
    cashier.post("100.00 EUR", cashier.number(first))
    for at in range(1, desk.fuse.count + 1):
        linked, reference = desk.linked(), f"{fault.value} {at}"
        number, page = cashier.number(linked), desk.open(linked.token)

        def pay(page: str | None = page) -> None:
            """The customer, if the page is still there."""
            with contextlib.suppress(AssertionError):
                desk.pay(page)

        desk.fuse.arm(at=at, fault=fault, meanwhile=pay)
        with contextlib.suppress(Died, External, Refused):
            cashier.post("100.00 EUR", number, reference=reference)
        desk.fuse.reset()
        pay()
        desk.sweep_pages(linked.invoice)
        bill = desk.bill(linked.invoice)
        posted_here = float(
            len(list(desk.quiet.find(Query("w365_receipt", ("w365_receiptid",), eq("w365_reference", reference)))))
        )
        came = 150.0 * bill.taken + 100.0 * posted_here
        used = sum(map(float, bill.allocated)) + cashier.spare(linked.invoice) + cashier.unapplied(reference)
        assert came == used, f"{fault.value}, request {at}: {bill}"
        assert float(bill.balance) == 150.0 - sum(map(float, bill.allocated)) >= 0.0, bill


def test_a_job_that_changes_what_is_owed_begins_once_the_page_is_closed(cashier: Cashier) -> None:
    """Its doer sees no page; one that may still come lets the job wait; a job without an invoice has none."""
    desk, linked = cashier.desk, cashier.desk.linked()
    desk.open(linked.token)
    seen: list[list[str]] = []

    def doer(job: Job) -> JobResult:
        seen.append(desk.sessions(linked.invoice) if job.invoice else [])
        return JobResult(JobState.SUCCEEDED, "done")

    cleared = pay_pages.cleared_before(doer, book=desk.payments, gateway_for=desk.gateway_for, clock=FixedClock(desk.now))
    job = Job("j1", "k1", JobKind.CREDIT, JobState.RUNNING, linked.invoice)
    assert cleared(job).message == "done"
    assert cleared(Job("j2", "k2", JobKind.CREDIT, JobState.RUNNING)).message == "done"
    assert seen == [["expired"], []]
    case = desk.links.case(linked.invoice)
    desk.links.open(
        attempt(case.debt, case.payments, PayPage(case.processors[0], "cus_00000000000001"), desk.now),
        case.debt,
        note="The customer opens it",
    )
    with pytest.raises(Unavailable):
        cleared(job)
    assert len(seen) == 2


def test_what_a_customer_left_on_a_page_delays_no_retry(cashier: Cashier) -> None:
    """A decline is tried again on its day, also when the customer opened the link in between and paid nothing."""
    desk, linked = cashier.desk, cashier.desk.linked()
    bad = desk.enrol("pm_card_chargeCustomerFail")
    desk.run(desk.job(linked.invoice, profile=bad))
    before = next_try(desk.payments.case(linked.invoice, bad), Plan((3, 5)), desk.now.date())
    desk.open(linked.token)
    cashier.close(linked.invoice)
    assert desk.payments_of(linked.invoice) == [("150.00", "Failed"), ("150.00", "Failed")]
    assert before is not None
    assert next_try(desk.payments.case(linked.invoice, bad), Plan((3, 5)), desk.now.date()) == before


def test_the_token_is_in_no_row_no_log_and_no_address(cashier: Cashier, caplog: pytest.LogCaptureFixture) -> None:
    """Planted, then everything is done with it, also what fails; and searched for here and at the gateway."""
    caplog.set_level(logging.DEBUG)
    desk, linked = cashier.desk, cashier.desk.linked()
    desk.show(linked.token)
    desk.fuse.arm(at=6, fault=Fault.LOSE_ANSWER)
    with pytest.raises(External) as lost:
        desk.open(linked.token)
    sent = [str(one) for one in desk.fuse.sent]
    assert str(desk.fuse.blown) == "POST /v1/checkout/sessions"
    desk.fuse.reset()
    desk.pay(desk.open(linked.token))
    desk.show(linked.token)
    desk.later(days=31)
    with pytest.raises(Refused) as refused:
        desk.show(linked.token)
    rows = [str(desk.dataverse.rows(table.name)) for table in CUSTOM]
    kept = [*rows, str(desk.stripe_sessions()), caplog.text, str(lost.value), str(refused.value), *sent]
    assert [text for text in kept if linked.token in text or linked.token[8:] in text] == []
    assert any(hashed(linked.token) in text for text in rows)
