"""Verify and Issue, from the run that leaves a draft to the number; every job crash-safe by answering what it finds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.query import Query
from dataverse.rows import status_label
from dataverse.stores.issuing import Issuing
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.billing import BillingDesk
from local.sample.generated import ENTITY
from work365.errors import Conflict, Refused
from work365.handlers.issuing import issue, verify
from work365.jobs import Job, JobKind, JobState

if TYPE_CHECKING:
    from dataverse.rows import Row

JANUARY = date(2026, 1, 1)
ANN, BOB = seed.ADMIN_USER_ID, seed.APPLICATION_USER_ID


@pytest.fixture
def desk() -> BillingDesk:
    """A company whose documents of 300.00 or more wait, and two contracts: one over it, one under."""
    made = BillingDesk(JANUARY)
    made.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(300), "w365_twopeople": True})
    made.standing("C-1")
    small = made.contract("C-2")
    made.subscription(small, seats=1)
    made.run(JANUARY)
    return made


def document(desk: BillingDesk, number: str | None = None) -> Row:
    """The first document with this number."""
    columns = ("w365_invoiceid", "w365_number", "statuscode", "_w365_verifiedby_value", "w365_duedate")
    return next(row for row in desk.api.find(Query("w365_invoice", columns)) if row["w365_number"] == number)


def do(desk: BillingDesk, kind: JobKind, invoice: str, person: str) -> str:
    """What the job of a person answers."""
    act: Any = verify if kind is JobKind.VERIFY else issue
    result = act(Job("j", "k", kind, JobState.RUNNING, invoice=invoice, person=person), book=Issuing(desk.api), clock=desk.clock)
    assert result.state is JobState.SUCCEEDED
    return str(result.message)


def test_a_run_numbers_only_what_needs_nobody(desk: BillingDesk) -> None:
    """The small one is issued, the big one waits; running again changes nothing."""
    assert [(invoice.number, invoice.contract) for invoice in desk.invoices()] == [("", "C-1"), ("INV-CO-2026-00001", "C-2")]
    desk.run(JANUARY)
    desk.run(date(2026, 1, 2))
    assert [invoice.number for invoice in desk.invoices()] == ["", "INV-CO-2026-00001"]


def test_one_person_verifies_and_another_issues(desk: BillingDesk) -> None:
    """The number follows the run's; jobs that are delivered twice answer what they find."""
    invoice = document(desk)["w365_invoiceid"]
    with pytest.raises(Refused, match=r"must be verified first"):
        do(desk, JobKind.ISSUE, invoice, BOB)
    for _ in range(2):
        assert "Verified: 368.90 EUR" in do(desk, JobKind.VERIFY, invoice, ANN)
    assert document(desk)["_w365_verifiedby_value"] == ANN
    with pytest.raises(Refused, match=r"somebody else has to issue it"):
        do(desk, JobKind.ISSUE, invoice, ANN)
    assert "Issued as INV-CO-2026-00002" in do(desk, JobKind.ISSUE, invoice, BOB)
    assert do(desk, JobKind.ISSUE, invoice, BOB) == "It is issued as INV-CO-2026-00002."
    assert [invoice.number for invoice in desk.invoices()] == ["INV-CO-2026-00001", "INV-CO-2026-00002"]


def test_what_was_changed_after_verification_is_a_draft_again(desk: BillingDesk) -> None:
    """F122: somebody edits a line of a verified document."""
    invoice = document(desk)["w365_invoiceid"]
    do(desk, JobKind.VERIFY, invoice, ANN)
    line = desk.api.first(Query("w365_invoiceline", ("w365_invoicelineid",), filter=f"_w365_invoice_value eq {invoice}"))
    assert line is not None
    desk.api.update(Ref("w365_invoiceline", line["w365_invoicelineid"]), {"w365_description": "Something else"})
    with pytest.raises(Refused, match="is a draft again"):
        do(desk, JobKind.ISSUE, invoice, BOB)
    assert status_label("w365_invoice", document(desk)) == "Draft"
    assert document(desk)["_w365_verifiedby_value"] is None
    do(desk, JobKind.VERIFY, invoice, ANN)
    assert "Issued as" in do(desk, JobKind.ISSUE, invoice, BOB)


def test_a_number_that_somebody_else_takes_meanwhile_is_not_given_twice(desk: BillingDesk) -> None:
    """The series moved between the look and the write: nothing is written, and the job is run again."""
    book = Issuing(desk.api)
    invoice = document(desk)["w365_invoiceid"]
    do(desk, JobKind.VERIFY, invoice, ANN)

    class Raced(Issuing):
        def issue(self, series: Any, numbered: Any, moved: Any) -> None:  # noqa: ANN401  passed on
            desk.api.update(Ref("w365_numberseries", series.id), {"w365_nextnumber": 7})
            super().issue(series, numbered, moved)

    job = Job("j", "k", JobKind.ISSUE, JobState.RUNNING, invoice=invoice, person=BOB)
    with pytest.raises(Conflict):
        issue(job, book=Raced(desk.api), clock=desk.clock)
    assert document(desk)["w365_number"] is None
    assert "INV-CO-2026-00007" in issue(job, book=book, clock=desk.clock).message
