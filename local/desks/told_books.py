"""The desk of money that comes, goes and is given up, whose documents are in a QuickBooks company that is checked every night."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, both, eq, not_null
from dataverse.rows import bind, choice_value, status_label
from dataverse.stores.booked import BookedRows
from dataverse.stores.books import Books
from dataverse.stores.crediting import Crediting
from dataverse.stores.currencies import Currencies
from dataverse.stores.issuing import Issuing
from dataverse.stores.reconciling import MoneyRows
from local.clock import FixedClock
from local.dataverse import seed
from local.desks.writing_off import WritingOffDesk
from local.gocardless.enrolling import collect
from local.quickbooks.app import QuickBooks
from local.quickbooks.company import CompanySetup
from local.quickbooks.connect import REFRESH_TOKEN, ledger_for, system_for, vault_for
from local.quickbooks.posting import Posting
from work365.handlers import applying_credit, crediting, prepaid, receiving
from work365.handlers.checking_books import check_all
from work365.handlers.jobs import run_job
from work365.handlers.reading_back import read_back
from work365.handlers.syncing import sync
from work365.ids import derived
from work365.jobs import Job, JobKind, JobState
from work365.money import Currency, Money
from work365.receivables.payments import InvoiceId
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.webapi import Row
    from work365.accounting.deciding import BooksSystem
    from work365.ports.books import Ledger

BAD_DEBTS = "Bad Debts"
FINDING = ("w365_code", "w365_amount", "w365_nextstep", "statuscode")


class ToldBooksDesk(WritingOffDesk):
    """Contoso, K-1; its contract sends every document to a company in euro by itself."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = 0
        self.company = CompanySetup(home="EUR", expenses=(BAD_DEBTS,))
        self.quickbooks = QuickBooks(lambda: self.now, companies=(self.company,), limits=None)
        self.system = system_for(self.company.realm, id=derived("desk", "system"))
        self.vault = vault_for(self.quickbooks, self.company.realm)
        self.contract = self._connected()
        self.listen()

    def _connected(self) -> str:
        row: Row = {
            "w365_name": "QuickBooks",
            "w365_code": self.system.code,
            "w365_kind": choice_value("w365_accountingsystem", "w365_kind", self.system.kind),
            "w365_companyreference": self.company.realm,
            "w365_tokensecretname": REFRESH_TOKEN,
            "w365_incomeaccount": self.system.income_account,
            "w365_baddebtaccount": BAD_DEBTS,
        }
        self.quiet.create("w365_accountingsystem", row, id=self.system.id)
        contract: Row = {
            "w365_number": "C-1",
            "w365_autosync": choice_value("w365_billingcontract", "w365_autosync", "Yes"),
            **bind("w365_Account", "account", self.account),
            **bind("w365_AccountingSystem", "w365_accountingsystem", self.system.id),
        }
        return self._make("w365_billingcontract", contract)

    def invoice(self, total: str = "150.00", label: str = "Issued", **more: Any) -> InvoiceId:  # noqa: ANN401  columns
        """A document of the contract, with one line; the books are asked to have it."""
        made = super().invoice(total, label, **more, **bind("w365_Contract", "w365_billingcontract", self.contract))
        line: Row = {
            "w365_name": "Line",
            "w365_key": f"{made}:1",
            "w365_ordinal": 0,
            "w365_kind": choice_value("w365_invoiceline", "w365_kind", "Charge"),
            "w365_description": "Seats",
            "w365_quantity": 1,
            "w365_unitprice": Decimal(total),
            "w365_amount": Decimal(total),
            "w365_tax": Decimal(0),
            **bind("w365_Invoice", "w365_invoice", made),
            **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id("EUR")),
        }
        self._make("w365_invoiceline", line)
        self.presses_sync(made)
        return made

    def presses_sync(self, invoice: InvoiceId) -> None:
        """A person asks for a sync."""
        self._asked += 1
        kind = choice_value("w365_job", "w365_kind", JobKind.SYNC.value)
        row = {"w365_key": f"sync-{self._asked}", "w365_kind": kind, **bind("w365_Invoice", "w365_invoice", invoice)}
        self.quiet.create("w365_job", row)

    def books(self, system: BooksSystem | None = None) -> Ledger:
        """The company."""
        return ledger_for(self.quickbooks, system or self.system, self.vault, lambda: self.now)

    def syncs(self, *, newest_first: bool = False) -> list[str]:
        """Do every sync that was asked for, and those that follow; what they say."""
        said: list[str] = []
        kind = choice_value("w365_job", "w365_kind", JobKind.SYNC.value)
        doers = {JobKind.SYNC: lambda job: sync(job, book=Books(self.guarded), ledger_for=self.books, now=self.now)}
        waiting = Query(
            "w365_job",
            ("w365_jobid",),
            both(eq("w365_kind", kind), eq("statecode", 0)),
            "createdon desc" if newest_first else "createdon",
        )
        while rows := list(self.quiet.find(waiting)):
            for row in rows:
                run_job(row["w365_jobid"], book=self.jobs, doers=doers, now=self.now)
                said.append(": ".join(self.state_of(row["w365_jobid"])))
        return said

    def night(self, days: int = 3) -> list[str]:
        """Days pass, what was paid in the books is read, and the money is checked; what stands as findings."""
        self.later(days=days)
        read_back(self.system.id, book=Books(self.guarded), ledger=self.books(), now=self.now)
        findings = MoneyRows(self.guarded, Currencies(self.guarded))
        list(check_all(book=BookedRows(self.guarded), findings=findings, ledger_for=self.books, now=self.now))
        rows = self.quiet.find(Query("w365_finding", FINDING, not_null("w365_code"), "w365_code,w365_amount"))
        return [_short(row) for row in rows if status_label("w365_finding", row) == "Open"]

    def pays_there(self, invoice: InvoiceId, amount: str) -> None:
        """The bookkeeper enters cash."""
        self.quickbooks.pay(self.company.realm, self.number(invoice), Decimal(amount))

    def applies_there(self, note: InvoiceId, invoice: InvoiceId, amount: str) -> None:
        """The bookkeeper sets so much of a credit note off against an invoice, by a payment without money."""
        books, realm = self.quickbooks.books, self.company.realm
        named = {"CreditMemo": self.number(note), "Invoice": self.number(invoice)}
        found = {
            kind: next(row for row in books.all(realm, kind) if row["DocNumber"] == number) for kind, number in named.items()
        }
        lines = [{"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]} for kind, row in found.items()]
        body = {"TotalAmt": Decimal(0), "CustomerRef": found["Invoice"]["CustomerRef"], "Line": lines}
        Posting(self.company, books).post("Payment", body)

    def collects(self, invoice: InvoiceId) -> None:
        """The bank does its part in the debits of an invoice."""
        for one in self.debits(invoice):
            collect(self.gocardless, one["id"])
        self.told(2)

    def credits_line(self, invoice: InvoiceId, amount: str) -> None:
        """Finance credits an invoice by so much; the note is taken off what is open of it."""
        self._note(JobKind.CREDIT, invoice, f"1={amount}")

    def cancels(self, invoice: InvoiceId) -> None:
        """Finance cancels an invoice: a note gives all of it back."""
        self._note(JobKind.CANCEL, invoice, "")

    def _note(self, kind: JobKind, invoice: InvoiceId, lines: str) -> None:
        self._asked += 1
        said = {"lines": lines, "reason": "Outage"}
        id_ = derived("desk", "note", str(self._asked))
        job = Job(id_, id_, kind, JobState.RUNNING, invoice=invoice, arguments=said, person=seed.ADMIN_USER_ID)
        book = Crediting(self.quiet, Currencies(self.quiet))
        act = crediting.credit if kind is JobKind.CREDIT else crediting.cancel
        act(job, book=book, issuing=Issuing(self.quiet), clock=FixedClock(self.now))

    def newest_note(self) -> InvoiceId:
        """The credit note that finance made last."""
        notes = eq("w365_kind", choice_value("w365_invoice", "w365_kind", "Credit note"))
        rows = self.quiet.find(Query("w365_invoice", ("w365_invoiceid",), notes, "w365_number desc"))
        return InvoiceId(next(iter(rows))["w365_invoiceid"])

    def puts_ahead(self, note: InvoiceId) -> None:
        """What is left of a credit note goes to the prepaid balance."""
        prepaid.credit(self.number(note), reason="Agreed", expires=None, today=self._today(), book=self.prepaid)

    def changes_there(self, kind: str, which: Callable[[Row], bool], **members: object) -> None:
        """The bookkeeper changes one of a kind, or only looks at it and saves."""
        books, realm = self.quickbooks.books, self.company.realm
        [found] = [row for row in books.all(realm, kind) if which(row)]
        books.change(realm, kind, {**found, **members})

    def deletes_there(self, kind: str, which: Callable[[Row], bool]) -> None:
        """The bookkeeper deletes one of a kind; what it paid is open again."""
        books, realm = self.quickbooks.books, self.company.realm
        [found] = [row for row in books.all(realm, kind) if which(row)]
        Posting(self.company, books).post(kind, {"Id": found["Id"], "SyncToken": found["SyncToken"]}, "delete")

    def applies(self, note: InvoiceId, invoice: InvoiceId, amount: str) -> None:
        """A credit note pays so much of an invoice."""
        wish = Wish(self.number(invoice), Money(int(Decimal(amount) * 100), Currency("EUR")))
        applying_credit.apply(self.number(note), [wish], book=self.credits, now=self.now)

    def unapplies(self, note: InvoiceId, invoice: InvoiceId) -> None:
        """That is undone."""
        applying_credit.take_back(self.number(note), self.number(invoice), "Meant otherwise", book=self.credits)

    def takes_back(self, invoice: InvoiceId, reference: str) -> None:
        """What a transfer pays of an invoice is undone."""
        receiving.take_back(self.receipts.find("K-1", reference), self.number(invoice), "Another one", book=self.receipts)


def _short(row: Row) -> str:
    return f"{row['w365_code']} {row['w365_amount'] or 0:.2f} {row['w365_nextstep']}"
