"""Rows about the books: what is read from them and written into them, over a local Dataverse."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dataverse.batch import Update
from dataverse.rows import bind, choice_value, status
from dataverse.stores.books import _requests
from dataverse.stores.books_rows import iso
from dataverse.webapi import Ref
from local.desks.books import NUMBER, TOTAL, BooksDesk
from local.quickbooks.company import CompanySetup
from work365.accounting.documents import OTHER_ITEM
from work365.accounting.rules import sendable
from work365.errors import BadInput, Refused
from work365.handlers.syncing import sync
from work365.ids import derived
from work365.jobs import Job, JobKind, JobState


@pytest.fixture
def desk() -> BooksDesk:
    """One issued invoice and a connected company."""
    return BooksDesk()


def test_an_invoice_is_read_as_the_books_want_it(desk: BooksDesk) -> None:
    """Three lines, two items, totals, dates, the customer with the contract's billing address."""
    case = desk.book().load(desk.made.invoice)
    document = case.document
    assert (document.number, document.total.major, document.issued_on, document.due_on) == (
        NUMBER,
        TOTAL,
        date(2026, 3, 1),
        date(2026, 3, 15),
    )
    assert [item.number for item in document.items] == [OTHER_ITEM, "CFQ7TTC0LCHC:0002"]
    assert document.lines[0].description == "Business Premium, 2026-02-10 to 2026-02-28, 19/28 of 22"
    assert [sendable(line) for line in document.lines] == [
        (Decimal(10), Decimal("-14.929")),
        (Decimal(12), Decimal("14.9283333")),
        (Decimal(12), Decimal(22)),
    ]
    assert (document.customer.name, document.customer.email, document.customer.city) == (
        "Fabrikam GmbH",
        "ap@fabrikam.example",
        "Stuttgart",
    )


def test_receipts_are_what_we_collected_and_counted(desk: BooksDesk) -> None:
    """A charge that succeeded, with what it pays; not one that failed, and not what the books told us."""
    charge = desk.charge()
    failed = {
        "w365_name": "failed",
        "w365_attempt": 2,
        "w365_source": choice_value("w365_payment", "w365_source", "Charge"),
        "w365_amount": Decimal(1),
        **bind("w365_Invoice", "w365_invoice", desk.made.invoice),
        **status("w365_payment", "Failed"),
        **desk.money,
    }
    desk.api.create("w365_payment", failed)
    [receipt] = desk.book().load(desk.made.invoice).receipts
    assert (receipt.id, receipt.applied.major, receipt.gateway_reference) == (charge, Decimal("100.00"), "pi_3Q")


def test_a_payment_read_back_names_where_it_came_from(desk: BooksDesk) -> None:
    """Source, reference, day and words; a deleted one is withdrawn and its allocation gone."""
    desk.sync()
    desk.clock.moment += timedelta(hours=1)
    paid = desk.quickbooks.pay(desk.setup.realm, NUMBER, Decimal("52.62"), reference="cheque 7")
    desk.read_back()
    columns = ("w365_source", "w365_gatewayreference", "w365_receivedon", "w365_message", "w365_amount")
    [row] = desk.rows("w365_payment", *columns)
    assert row["w365_source"] == choice_value("w365_payment", "w365_source", "Books")
    assert (row["w365_gatewayreference"], row["w365_receivedon"]) == (paid["Id"], "2026-03-02")
    assert (row["w365_message"], row["status"]) == (f"Received in QuickBooks Online, payment {paid['Id']}", "Succeeded")
    assert desk.invoice()["status"] == "Partial"
    desk.quickbooks.unpay(desk.setup.realm, paid["Id"])
    desk.read_back()
    [row] = desk.rows("w365_payment", *columns)
    assert (row["status"], row["w365_amount"], desk.rows("w365_allocation", "w365_amount")) == ("Failed", 0, [])
    assert (desk.invoice()["status"], desk.invoice()["w365_balance"]) == ("Issued", TOTAL)


def test_cash_that_is_entered_twice_becomes_a_finding(desk: BooksDesk) -> None:
    """Charged here in full and entered there again: the balance stays zero, and people see one sentence."""
    desk.sync()
    desk.clock.moment += timedelta(hours=1)
    desk.quickbooks.pay(desk.setup.realm, NUMBER)
    paid = {"w365_amountcharged": TOTAL, "w365_balance": Decimal(0), **status("w365_invoice", "Paid")}
    desk.api.update(Ref("w365_invoice", desk.made.invoice), paid)
    for _ in range(2):
        [finding] = desk.read_back().findings
        assert finding.code == "books-overpaid"
    [row] = desk.rows("w365_finding", "w365_message", "w365_source")
    assert "Look whether the same money was entered twice" in row["w365_message"]
    assert (row["w365_source"], desk.invoice()["w365_balance"]) == ("QuickBooks Online", 0)


def test_the_job_tells_what_to_do() -> None:
    """A tax code that the books do not have is a refused job and a failed export with the same sentence; nothing is posted."""
    british = BooksDesk(CompanySetup(country="GB"))
    result = british.sync()
    assert result is not None
    assert (result.state, "QuickBooks has no tax code 'S'" in result.message) == (JobState.REFUSED, True)
    [export] = british.rows("w365_accountingexport", "w365_message", "w365_externalid")
    assert (export["status"], export["w365_message"], export["w365_externalid"]) == ("Failed", result.message, None)
    assert len(british.entities("Customer")) == 1
    assert british.entities("Invoice") == []


def test_only_systems_that_can_be_read_are_listed(desk: BooksDesk) -> None:
    """Active ones, and not those that are kept by hand."""
    by_hand = {"w365_code": "HAND", "w365_kind": choice_value("w365_accountingsystem", "w365_kind", "Manual")}
    desk.api.create("w365_accountingsystem", {"w365_name": "by hand", **by_hand})
    assert [system.code for system in desk.book().systems()] == ["QBO"]


def test_what_may_not_be_synced_is_refused(desk: BooksDesk) -> None:
    """A contract without books, a draft without number and date: words, no export row, and one request each."""
    wish = Job("j", "j", JobKind.SYNC, JobState.RUNNING, desk.made.invoice)

    def refused(kind: type[Exception], words: str) -> None:
        with pytest.raises(kind, match=words):
            sync(wish, book=desk.book(), ledger_for=desk.ledger, now=desk.clock.now())

    invoice = Ref("w365_invoice", desk.made.invoice)
    desk.api.update(Ref("w365_billingcontract", desk.made.contract), bind("w365_AccountingSystem", "w365_accountingsystem", None))
    refused(Refused, "names no accounting system")
    desk.api.update(invoice, {"w365_number": None, "w365_invoicedate": None, **status("w365_invoice", "Draft")})
    refused(Refused, "still a draft")
    assert desk.rows("w365_accountingexport", "w365_version") == []
    assert desk.fuse.count == 2


def test_an_invoice_without_currency_is_refused() -> None:
    """There is no default currency."""
    with pytest.raises(BadInput, match="invoice INV-1 has no currency"):
        iso({"w365_number": "INV-1", "transactioncurrencyid": None})


def test_change_sets_are_packed_into_requests() -> None:
    """As many as fit into a thousand operations, in order."""
    op = Update(Ref("account", derived("sample", "account")), {})
    assert list(_requests([[op] * 600, [op] * 400, [op], [op] * 999, [op] * 2])) == [[0, 1], [2, 3], [4]]
    assert list(_requests([])) == []
