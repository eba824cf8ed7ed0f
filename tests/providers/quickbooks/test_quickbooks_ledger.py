"""The adapter against the stand-in: bodies, names, currencies, tax, payments."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.fakes.books_samples import document_of, sample_customer, sample_document, sample_line, sample_receipt, usd
from local.http import Request, Response, Server
from local.quickbooks.app import QuickBooks
from local.quickbooks.company import CompanySetup, TaxCode
from local.quickbooks.connect import CLIENT_SECRET, REFRESH_TOKEN, client_for, ledger_for, system_for, vault_for
from local.quickbooks.faults import stale
from local.quickbooks.oauth import TOKEN_PATH
from providers.quickbooks.client import TIMEOUTS, Client, one_of
from providers.quickbooks.tokens import Credentials, Tokens
from transport.client import Http
from transport.exact import dumps, loads
from transport.sessions import session
from work365.accounting.comparing import difference
from work365.accounting.documents import Document, DocumentKind, Item, Posted
from work365.errors import Conflict, NotFound, Refused, Rejected, Unavailable
from work365.money import Currency, Money
from work365.ports.books import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from providers.quickbooks.ledger import QuickBooksLedger

US = CompanySetup()
UK = CompanySetup(
    "4620816365212346", "Northwind UK", "GB", "GBP", tax_codes=(TaxCode("20.0% S", Decimal(20)), TaxCode("No VAT", Decimal(0)))
)
ONE = CompanySetup("4620816365299999", "Northwind One", multicurrency=False)
GBP = Currency("GBP")
STALE = stale()
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Office:
    """A company, its ledger and what went over the wire."""

    def __init__(self, setup: CompanySetup = US, **system: str) -> None:
        self.moment = NOW
        self.setup = setup
        self.quickbooks = QuickBooks(lambda: self.moment, companies=(setup,), limits=None)
        self.sent: list[Request] = []
        vault = vault_for(self.quickbooks, setup.realm)
        self.client = client_for(self.app, setup.realm, vault, lambda: self.moment)
        self.ledger: QuickBooksLedger = ledger_for(self.app, system_for(setup.realm, **system), vault, lambda: self.moment)

    def app(self, request: Request) -> Response:
        """The stand-in, overheard."""
        self.sent.append(request)
        return self.quickbooks(request)

    def post(self, document: Document) -> Posted:
        """Everything that a document needs, then the document."""
        customer = self.ledger.find_customer(document.customer) or self.ledger.create_customer(document.customer)
        found = self.ledger.find_items(document.items)
        items = {item.reference: found.get(item.reference) or self.ledger.create_item(item) for item in document.items}
        return self.ledger.create_document(
            document, Names(customer.external_id, {key: entry.external_id for key, entry in items.items()})
        )

    def body(self, kind: str) -> bytes:
        """The last body that was written for a kind."""
        return next(request.body for request in reversed(self.sent) if request.path.endswith(f"/{kind}"))


def british(number: str = "INV-1", tax_code: str = "20.0% S") -> Document:
    """A document in pounds."""
    line = sample_line("e3", "10", "31.68", Money(31680, GBP), "63.36", tax_code=tax_code, percent="20")
    return document_of(
        (line, sample_line("p1", "1", "5.00", Money(500, GBP))), number=number, customer=sample_customer(currency="GBP")
    )


def test_only_what_we_mean_is_sent() -> None:
    """No default of the library leaves, amounts are numbers with their own digits, and the address is complete."""
    office = Office()
    office.post(sample_document())
    body = loads(office.body("invoice"))
    assert set(body) == {"DocNumber", "TxnDate", "DueDate", "CustomerRef", "PrivateNote", "Line", "TxnTaxDetail"}
    assert b'"Amount":316.80' in office.body("invoice")
    assert b'"UnitPrice":31.68' in office.body("invoice")
    assert [line["SalesItemLineDetail"]["TaxCodeRef"]["value"] for line in body["Line"]] == ["TAX", "NON"]
    assert body["TxnTaxDetail"] == {"TotalTax": Decimal("25.34")}
    last = office.sent[-1]
    assert last.path == f"/v3/company/{US.realm}/invoice"
    assert "minorversion=75" in last.query
    assert "requestid=" in last.query
    assert set(loads(office.body("customer"))) == {"DisplayName", "CompanyName", "PrimaryEmailAddr", "BillAddr", "Notes"}
    assert set(loads(office.body("item"))) == {"Name", "Sku", "Type", "IncomeAccountRef"}


def test_the_same_wish_has_the_same_request_id() -> None:
    """After a crash too: the id is made from the body."""
    office = Office()
    first = office.client.write("Customer", {"DisplayName": "Contoso"})
    assert office.client.write("Customer", {"DisplayName": "Contoso"}) == first
    ids = {request.query for request in office.sent if request.path.endswith("/customer")}
    assert len(ids) == 1


def test_a_credit_note_becomes_a_credit_memo() -> None:
    """With positive amounts and no due date."""
    office = Office()
    note = document_of((sample_line("e3", "10", "7.99", usd("-56.70"), "-4.54"),), number="CN-1")
    posted = office.post(replace(note, kind=DocumentKind.CREDIT_NOTE))
    assert posted.total == usd("61.24")
    body = loads(office.body("creditmemo"))
    assert "DueDate" not in body
    assert body["Line"][0]["Amount"] == Decimal("56.70")


def test_names_in_use_are_worked_around() -> None:
    """A customer of another account or currency, and an item without our number, keep their names; ours get longer ones."""
    office = Office()
    other = office.ledger.create_customer(sample_customer(account="99999999-1111-4111-8111-111111111111"))
    mine = sample_customer(name="Contoso: Ltd")
    assert office.ledger.find_customer(mine) is None
    made = office.ledger.create_customer(mine)
    assert made.external_id != other.external_id
    assert office.ledger.find_customer(mine) == made
    euro = office.ledger.create_customer(sample_customer(currency="EUR"))
    names = {row["Id"]: row["DisplayName"] for row in office.quickbooks.books.all(US.realm, "Customer")}
    assert names[made.external_id] == "Contoso Ltd (USD)"
    assert names[euro.external_id] == "Contoso Ltd (EUR)"
    item = Item("p1", "CFQ7:0001", "E3")
    account = office.quickbooks.books.all(US.realm, "Account")[0]["Id"]
    office.client.write("Item", {"Name": "E3", "Type": "Service", "IncomeAccountRef": {"value": account}})
    assert office.ledger.find_items([item]) == {}
    made = office.ledger.create_item(item)
    assert office.ledger.find_items([item]) == {"p1": made}
    assert [row["Name"] for row in office.quickbooks.books.all(US.realm, "Item")] == ["E3", "E3 (CFQ7 0001)"]


def test_a_bookkeepers_customer_is_adopted_and_marked() -> None:
    """One of the same name and currency without a mark is ours to use; the next write marks it and keeps the notes."""
    office = Office()
    made = office.client.write("Customer", {"DisplayName": "contoso ltd", "Notes": "pays late"})
    found = office.ledger.find_customer(sample_customer())
    assert found is not None
    assert (found.external_id, found.ours) == (made["Id"], False)
    office.ledger.update_customer(found.external_id, sample_customer())
    office.ledger.update_customer(found.external_id, sample_customer())
    row = office.quickbooks.books.all(US.realm, "Customer")[0]
    assert (row["DisplayName"], row["BillAddr"]["City"]) == ("contoso ltd", "Seattle")
    assert row["Notes"] == f"pays late\nWork365 customer {sample_customer().reference}"
    again = office.ledger.find_customer(sample_customer())
    assert again is not None
    assert again.ours


class Racing(Office):
    """Another worker adds the same entity just before ours."""

    def app(self, request: Request) -> Response:
        """The same body under another request id arrives first."""
        if request.path.endswith(("/customer", "/item")) and b'"Id"' not in request.body:
            self.quickbooks(replace(request, query=f"minorversion=75&requestid=other-{len(self.sent)}"))
        return super().app(request)


def test_two_workers_make_every_entity_once() -> None:
    """The name was taken meanwhile, by the same customer: it is used."""
    office = Racing()
    office.post(sample_document())
    assert len(office.quickbooks.books.all(US.realm, "Customer")) == 1
    assert len(office.quickbooks.books.all(US.realm, "Item")) == 2


def test_when_every_name_is_taken_a_person_is_asked() -> None:
    """Inactive entities keep their names and are not found: the sentence names them."""
    office = Office()
    for name in ("Contoso Ltd", "Contoso Ltd (USD)", "Contoso Ltd (C-100 USD)"):
        made = office.client.write("Customer", {"DisplayName": name})
        office.client.write("Customer", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Active": False})
    with pytest.raises(Refused, match=r"already uses the names Contoso Ltd and Contoso Ltd \(USD\) and"):
        office.ledger.create_customer(sample_customer())


class Saving(Office):
    """A bookkeeper saves something just before each of our writes."""

    def app(self, request: Request) -> Response:
        """The write meets a newer version."""
        if request.path.endswith(("/customer", "/invoice")):
            return STALE.answer(NOW)
        return super().app(request)


def test_other_conflicts_are_the_callers_business() -> None:
    """Only a taken name is worked around."""
    with pytest.raises(Conflict):
        Saving().ledger.create_customer(sample_customer())


def test_ground_rules_are_asked_for_again_after_a_while() -> None:
    """A person may add a tax code or switch on a currency: ten minutes later it is known."""
    office = Office()
    for number, minutes in (("INV-1", 0), ("INV-2", 5), ("INV-3", 6)):
        office.moment += timedelta(minutes=minutes)
        office.post(replace(sample_document(number), id=number))
    assert sum(b"from Preferences" in request.body for request in office.sent) == 2


def test_stale_versions_are_conflicts() -> None:
    """A bookkeeper saved in between: nothing is overwritten."""
    office = Office()
    made = office.client.write("Customer", {"DisplayName": "Contoso"})
    office.client.write("Customer", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "x"})
    with pytest.raises(Conflict) as caught:
        office.client.write("Customer", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "y"})
    assert caught.value.code == "5010"
    with pytest.raises(NotFound):
        office.ledger.update_customer("999", sample_customer())


def test_documents_are_updated_in_place() -> None:
    """The same id, the new content, and what a bookkeeper added stays."""
    office = Office()
    document = sample_document()
    posted = office.post(document)
    office.client.write("Invoice", {"Id": posted.external_id, "SyncToken": "0", "sparse": True, "ShipDate": "2026-11-05"})
    names = Names("4", {"e3": "5", "p1": "6"})
    updated = office.ledger.update_document(posted.external_id, replace(document, due_on=date(2026, 12, 15)), names)
    assert updated.external_id == posted.external_id
    row = office.quickbooks.books.all(US.realm, "Invoice")[0]
    assert (row["DueDate"], row["ShipDate"]) == ("2026-12-15", "2026-11-05")


def test_a_number_twice_prefers_ours() -> None:
    """Where a company allows a number twice, the one with our note is found."""
    office = Office(replace(US, unique_numbers=False))
    document = sample_document()
    theirs = office.post(replace(document, id="other"))
    mine = office.post(document)
    assert theirs.external_id != mine.external_id
    assert office.ledger.find_document(document) == mine


def test_foreign_documents_name_their_currency_and_rate() -> None:
    """Only where the company's home currency differs; the books' own rate counts unless the document has one."""
    office = Office()
    assert office.post(sample_document(currency="EUR")).total == Money(35915, Currency("EUR"))
    body = loads(office.body("invoice"))
    assert (body["CurrencyRef"], "ExchangeRate" in body) == ({"value": "EUR"}, False)
    office.post(replace(sample_document("INV-2", currency="EUR"), id="2", exchange_rate=Decimal("1.0951")))
    assert loads(office.body("invoice"))["ExchangeRate"] == Decimal("1.0951")
    office.post(replace(sample_document("INV-3"), id="3", exchange_rate=Decimal(1)))
    assert "ExchangeRate" not in loads(office.body("invoice"))


def test_a_company_with_one_currency_refuses_others_in_words() -> None:
    """Before anything is sent."""
    office = Office(ONE)
    with pytest.raises(Refused, match="keeps its books in USD only, and the invoice is in EUR"):
        office.post(sample_document(currency="EUR"))


def test_tax_codes_elsewhere() -> None:
    """Each taxed line names a code of the company, by name, by id or by default; an unknown one is refused in words."""
    office = Office(UK, default_tax_code="20.0% s")
    assert office.post(british()).total == Money(38516, GBP)
    body = loads(office.body("invoice"))
    assert body["GlobalTaxCalculation"] == "TaxExcluded"
    assert "TaxCodeRef" not in body["Line"][1]["SalesItemLineDetail"]
    code = body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"]["value"]
    office.post(replace(british("INV-2", code), id="2"))
    office.post(replace(british("INV-3", ""), id="3"))
    assert len(office.quickbooks.books.all(UK.realm, "Invoice")) == 3
    with pytest.raises(Refused, match="has no tax code 'VAT25'"):
        office.post(replace(british("INV-4", "VAT25"), id="4"))
    with pytest.raises(Refused, match="needs a tax code on every taxed line"):
        Office(UK).post(british("INV-5", ""))


def test_books_that_compute_another_tax_are_noticed() -> None:
    """QuickBooks computes 63.36 from the code; a document that says 63.40 differs by a sentence."""
    office = Office(UK)
    document = british()
    line = replace(document.lines[0], tax=Money(6340, GBP))
    ours = replace(document, lines=(line, document.lines[1]), tax=Money(6340, GBP), total=document.net + Money(6340, GBP))
    posted = office.post(ours)
    assert "so theirs is 0.04 GBP less" in difference(ours, posted, "QuickBooks")


@pytest.mark.parametrize("account", ["Sales of Product Income", "3"])
def test_the_income_account_is_found_by_name_or_id(account: str) -> None:
    """As the accounting system's row names it."""
    office = Office(income_account=account)
    assert office.ledger.create_item(Item("p1", "A", "E3"))


@pytest.mark.parametrize("account", ["", "Sales", "99"])
def test_a_missing_income_account_is_refused_in_words(account: str) -> None:
    """New items need one."""
    with pytest.raises(Refused, match="has no account"):
        Office(income_account=account).ledger.create_item(Item("p1", "A", "E3"))


def test_receipts_are_applied_as_far_as_the_document_is_open() -> None:
    """The rest stays on the customer's account; the reference finds it again."""
    office = Office()
    posted = office.post(sample_document())
    receipt = sample_receipt("400.00")
    assert office.ledger.find_receipt(receipt) is None
    made = office.ledger.create_receipt(receipt, customer="4", posted=posted)
    assert office.ledger.find_receipt(receipt) == made
    row = office.quickbooks.books.all(US.realm, "Payment")[0]
    assert (row["UnappliedAmt"], row["PaymentRefNum"]) == (Decimal("40.85"), receipt.reference)
    paid = office.ledger.find_document(sample_document())
    assert paid is not None
    assert paid.balance == usd("0")
    spare = sample_receipt("10.00", "dddddddd-1111-4111-8111-111111111111")
    office.ledger.create_receipt(spare, customer="4", posted=paid)
    assert "Line" not in office.quickbooks.books.all(US.realm, "Payment")[1]


def test_what_a_bookkeeper_paid_with_the_rest_stays() -> None:
    """A payment of which a bookkeeper used 40.00 for another invoice is changed: only our line moves."""
    office = Office()
    posted = office.post(sample_document())
    other = office.post(replace(sample_document("INV-2"), id="other"))
    receipt = sample_receipt("100.00")
    made = office.ledger.create_receipt(replace(receipt, applied=usd("60.00")), customer="4", posted=posted)
    row = office.client.read("Payment", made)
    theirs = {"Amount": Decimal("40.00"), "LinkedTxn": [{"TxnId": other.external_id, "TxnType": "Invoice"}]}
    office.client.write("Payment", {**row, "Line": [*row["Line"], theirs], "PrivateNote": f"{row['PrivateNote']}, see INV-2"})
    shown = office.ledger.change_receipt(made, replace(receipt, amount=usd("90.00"), applied=usd("50.00")), posted=posted)
    assert shown.applied == {posted.external_id: usd("50.00"), other.external_id: usd("40.00")}
    with pytest.raises(Rejected, match="more than the payment"):
        office.ledger.change_receipt(made, replace(receipt, amount=usd("60.00"), applied=usd("50.00")), posted=posted)
    unlinked = office.ledger.change_receipt(made, replace(receipt, amount=usd("40.00"), applied=usd("0.00")), posted=posted)
    assert unlinked.applied == {other.external_id: usd("40.00")}


def test_payments_of_any_age_are_read_once_per_change() -> None:
    """Within a month by change data capture with deletions; from before that by query too."""
    office = Office()
    office.post(sample_document())
    first = office.quickbooks.pay(US.realm, "INV-2026-00001", Decimal("100.00"), reference="cheque 7")
    second = office.quickbooks.pay(US.realm, "INV-2026-00001", Decimal("50.00"))
    office.quickbooks.unpay(US.realm, second["Id"])
    read = list(office.ledger.payments_since(NOW - timedelta(days=1)))
    assert [(payment.external_id, payment.reference, payment.deleted) for payment in read] == [
        (first["Id"], "cheque 7", False),
        (second["Id"], "", True),
    ]
    assert (read[0].applied, read[0].received_on) == ({"7": usd("100.00")}, date(2026, 11, 2))
    office.moment += timedelta(days=60)
    office.quickbooks.pay(US.realm, "INV-2026-00001", Decimal("1.00"))
    old = {payment.external_id for payment in office.ledger.payments_since(NOW - timedelta(days=1))}
    assert old == {first["Id"], "10"}
    assert list(office.ledger.payments_since(office.moment + timedelta(days=1))) == []


def paged(rows: Callable[[], int]) -> Client:
    """A client of a company whose queries find so many rows, page by page."""
    quickbooks = QuickBooks(lambda: NOW, limits=None)

    def app(request: Request) -> Response:
        if not request.path.endswith("/query"):
            return quickbooks(request)
        return Response(200, (), dumps({"QueryResponse": {"Customer": [{"Id": "1"}] * rows()}}))

    return client_for(app, US.realm, vault_for(quickbooks, US.realm), lambda: NOW)


def test_pages_are_followed_and_bounded() -> None:
    """A thousand at a time; a query without end is given up."""
    pages = iter((1000, 3))
    assert len(paged(lambda: next(pages)).query("Customer", order="Id")) == 1003
    with pytest.raises(Unavailable, match="narrow the question"):
        paged(lambda: 1000).query("Customer")


def test_over_a_real_socket() -> None:
    """The vendor's library, its session and the stand-in meet over HTTP as they do in production; names keep their letters."""
    quickbooks = QuickBooks(lambda: NOW, limits=None)
    with Server(quickbooks) as server:
        http = Http("QuickBooks", server.url)
        credentials = Credentials("local-app", CLIENT_SECRET, REFRESH_TOKEN)
        tokens = Tokens(http, TOKEN_PATH, credentials, vault_for(quickbooks, US.realm), lambda: NOW)
        client = Client(session(TIMEOUTS), server.url, US.realm, tokens)
        made = client.write("Customer", {"DisplayName": "Müller & Söhne's 'Cloud'"})
        assert client.query("Customer", one_of("DisplayName", ["Müller & Söhne's 'Cloud'", "\\"])) == [made]
        assert client.read("Customer", made["Id"]) == made
        assert client.changes("Customer", NOW) == [made]
        http.close()
