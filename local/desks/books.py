"""A tenant with one issued invoice and a QuickBooks company, behind one fuse: where sync and read-back are tried out."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx2

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status, status_label
from dataverse.stores.books import Books
from dataverse.stores.jobs import Jobs
from dataverse.webapi import Ref
from local.clock import FixedClock
from local.desks.issued import Issued, issued
from local.desks.tenants import Tenant
from local.faults import Fuse
from local.http import Request, Response
from local.quickbooks.app import QuickBooks
from local.quickbooks.company import CompanySetup
from local.quickbooks.connect import REFRESH_TOKEN, MemoryVault, ledger_for, system_for, vault_for
from work365.errors import OutcomeUnknown
from work365.handlers.jobs import run_job
from work365.handlers.reading_back import ReadBack, read_back
from work365.handlers.syncing import sync
from work365.ids import derived
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.rows import Row
    from work365.accounting.deciding import BooksSystem
    from work365.jobs import JobResult
    from work365.ports.books import Ledger

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
NUMBER = "INV-2026-00012"
JOB = derived("job", "sync-1")
CHARGED = Decimal("100.00")
TOTAL = Decimal("352.62")


class GuardedVault:
    """A vault whose every call is a request that may fail, as it is over the wire."""

    def __init__(self, vault: MemoryVault, fuse: Fuse) -> None:
        self._vault, self._fuse = vault, fuse

    def read(self, name: str) -> str:
        """The current value."""
        return self._call("GET", name, lambda: self._vault.read(name)) or ""

    def write(self, name: str, value: str) -> None:
        """A new version."""
        self._call("PUT", name, lambda: self._vault.write(name, value))

    def _call(self, method: str, name: str, work: Callable[[], str | None]) -> str | None:
        said: list[str | None] = []

        def app(_: Request) -> Response:
            said.append(work())
            return Response()

        try:
            self._fuse.guard(app)(Request(method, f"/secrets/{name}"))
        except httpx2.HTTPError as error:
            message = "the vault did not answer"
            raise OutcomeUnknown(message, system="vault") from error
        return said[0]


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything outside of a worker, as it was at one time."""

    at: datetime
    rows: sqlite3.Connection
    books: sqlite3.Connection
    secrets: dict[str, str]


class BooksDesk:
    """One invoice of 352.62 USD for three lines, one of a product; a job to sync it; a connection that is two days old.

    Shape: every worker is built afresh, as after a crash; `fuse` counts what all of them send. The company takes a number
           twice and forgets request ids, so that nothing but asking first prevents a second copy.
    """

    def __init__(self, setup: CompanySetup | None = None) -> None:
        self.setup = setup or CompanySetup(unique_numbers=False)
        self.clock, self.fuse = FixedClock(MORNING - timedelta(days=2)), Fuse()
        self.quickbooks = QuickBooks(self.clock, companies=(self.setup,), limits=None, replays=False)
        self.vault = vault_for(self.quickbooks, self.setup.realm)
        self.clock.moment = MORNING
        self.tenant = Tenant(self.clock)
        self.api = self.tenant.api
        self.money = self.tenant.currencies.bind("USD")
        self.made: Issued = issued(self.api, self.tenant.currencies.id("USD"), number=NUMBER)
        self.system = system_for(self.setup.realm, id=derived("sample", "system"))
        self._connect()
        self.job(JOB)

    def _connect(self) -> None:
        system: Row = {
            "w365_name": "QuickBooks",
            "w365_code": self.system.code,
            "w365_kind": choice_value("w365_accountingsystem", "w365_kind", self.system.kind),
            "w365_companyreference": self.setup.realm,
            "w365_tokensecretname": REFRESH_TOKEN,
            "w365_incomeaccount": self.system.income_account,
        }
        self.api.create("w365_accountingsystem", system, id=self.system.id)
        named = bind("w365_AccountingSystem", "w365_accountingsystem", self.system.id)
        self.api.update(Ref("w365_billingcontract", self.made.contract), named)
        kind = choice_value("w365_product", "w365_billingtype", "License")
        product = {"w365_name": "BP", "w365_number": "CFQ7TTC0LCHC:0002", "w365_printedname": "Business Premium"}
        sold = {"w365_billingtype": kind, "w365_taxcategory": "standard"}
        product_id = self.api.create("w365_product", {**product, **sold})
        line = self.api.first(Query("w365_invoiceline", ("w365_invoicelineid",), eq("w365_key", f"{NUMBER}:2")))
        if line is not None:
            self.api.update(Ref("w365_invoiceline", line["w365_invoicelineid"]), bind("w365_Product", "w365_product", product_id))

    def remember(self) -> Moment:
        """Keep how things stand, so that a crash suite can come back here instead of preparing everything again."""
        rows = sqlite3.connect(":memory:", check_same_thread=False)
        self.tenant.app.storage.db.backup(rows)
        return Moment(self.clock.now(), rows, self.quickbooks.books.copy(), self.vault.copy())

    def return_to(self, moment: Moment) -> None:
        """Make everything as it was."""
        self.clock.moment = moment.at
        moment.rows.backup(self.tenant.app.storage.db)
        self.quickbooks.books.restore(moment.books)
        self.vault.restore(moment.secrets)
        self.fuse.reset()

    def job(self, job: str) -> str:
        """A wish to sync the invoice."""
        row = {"w365_name": "Sync", "w365_key": job, "w365_kind": choice_value("w365_job", "w365_kind", "Sync")}
        return self.api.create("w365_job", {**row, **bind("w365_Invoice", "w365_invoice", self.made.invoice)}, id=job)

    def charge(self) -> str:
        """A charge of 100.00 that succeeded before the sync, as the charge handler leaves it."""
        invoice = bind("w365_Invoice", "w365_invoice", self.made.invoice)
        payment = {
            "w365_name": "charge",
            "w365_attempt": 1,
            "w365_source": choice_value("w365_payment", "w365_source", "Charge"),
            "w365_amount": CHARGED,
            "w365_gatewayreference": "pi_3Q",
            "w365_receivedon": date(2026, 3, 1),
            "w365_spare": Decimal(0),
            **status("w365_payment", "Succeeded"),
        }
        made = self.api.create(
            "w365_payment", {**payment, **invoice, **self.money}, id=derived("payment", self.made.invoice, "1")
        )
        paid = bind("w365_Payment", "w365_payment", made)
        part = {"w365_name": "charge", "w365_amount": CHARGED, **paid, **invoice, **self.money}
        self.api.create("w365_allocation", part, id=derived("allocation", made, self.made.invoice))
        left = {"w365_amountcharged": CHARGED, "w365_balance": TOTAL - CHARGED, **status("w365_invoice", "Partial")}
        self.api.update(Ref("w365_invoice", self.made.invoice), left)
        return made

    def book(self) -> Books:
        """The rows, as a fresh worker reaches them."""
        return Books(self.tenant.webapi(self.fuse.guard(self.tenant.app)))

    def ledger(self, system: BooksSystem | None = None) -> Ledger:
        """The books, as a fresh worker reaches them."""
        vault = GuardedVault(self.vault, self.fuse)
        return ledger_for(self.fuse.guard(self.quickbooks), system or self.system, vault, self.clock)

    def sync(self, job: str = JOB) -> JobResult | None:
        """One delivery of the job's message to a worker."""
        api = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        now = self.clock.now()
        doers = {JobKind.SYNC: lambda job: sync(job, book=Books(api), ledger_for=self.ledger, now=now)}
        return run_job(job, book=Jobs(api, self.tenant.currencies), doers=doers, now=now)

    def read_back(self) -> ReadBack:
        """One tick of the timer."""
        return read_back(self.system.id, book=self.book(), ledger=self.ledger(), now=self.clock.now())

    def entities(self, kind: str) -> list[Row]:
        """What the books hold."""
        return self.quickbooks.books.all(self.setup.realm, kind)

    def invoice(self) -> Row:
        """The invoice as it is, its status in words."""
        columns = (
            "w365_balance",
            "w365_amountcharged",
            "w365_writtenoff",
            "w365_paidon",
            "w365_accountingreference",
            "statuscode",
        )
        row = self.api.read(Ref("w365_invoice", self.made.invoice), select=columns)
        return {**row, "status": status_label("w365_invoice", row)}

    def rows(self, table: str, *columns: str) -> list[Row]:
        """Rows of a table, with their status in words."""
        found = self.api.find(Query(table, (*columns, "statuscode"), order="createdon"))
        return [{**row, "status": status_label(table, row)} for row in found]
