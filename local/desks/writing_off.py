"""The giving desk with a person who gives up what invoices still owe, and uses credit notes for them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_label, choice_value
from dataverse.stores.applying_credit import Credits
from dataverse.stores.currencies import Currencies
from dataverse.stores.prepaid import Prepaid
from dataverse.stores.writing_off import WritingOff
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.charge import PERSON
from local.desks.giving_back import GivingDesk
from work365.handlers import writing_off
from work365.handlers.jobs import run_job
from work365.ids import derived
from work365.jobs import JobKind

if TYPE_CHECKING:
    from dataverse.webapi import Row
    from work365.jobs import Job, JobResult
    from work365.receivables.payments import InvoiceId

KINDS = {JobKind.WRITE_OFF: writing_off.write_off, JobKind.TAKE_BACK_WRITE_OFF: writing_off.take_back}


class WritingOffDesk(GivingDesk):
    """Contoso, K-1, some of whose money never comes."""

    def __init__(self) -> None:
        super().__init__()
        currencies = Currencies(self.quiet)
        self.write_offs = WritingOff(self.guarded, currencies)
        self.credits = Credits(self.guarded, currencies, self._today)
        self.prepaid = Prepaid(self.guarded, currencies)

    def run(self, job: str) -> JobResult | None:
        """One delivery of a job's message, of every kind that this desk knows."""
        doers = {
            JobKind.CHARGE: self._charge,
            JobKind.CONFIRM_PAYMENT: self._confirm,
            JobKind.REFUND: self._refund,
            **dict.fromkeys(KINDS, self._move),
        }
        return run_job(job, book=self.jobs, doers=doers, now=self.now)

    def _move(self, job: Job) -> JobResult:
        return KINDS[job.kind](job, book=self.write_offs, today=self._today())

    def asks(
        self,
        kind: JobKind,
        invoice: InvoiceId,
        amount: str | None = None,
        *,
        reason: str = "Insolvent",
        disputed: bool = False,
        by: str = PERSON,
    ) -> str:
        """A person asks for a write-off, or for taking one back."""
        number = next(self._wishes)
        said = f'{{"reason": "{reason}"' + (', "disputed": "yes"}' if disputed else "}")
        row: Row = {
            "w365_key": f"write-off-{number}",
            "w365_kind": choice_value("w365_job", "w365_kind", kind.value),
            "w365_arguments": said,
            **bind("w365_Invoice", "w365_invoice", invoice),
            **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id("EUR")),
        }
        row |= {"w365_amount": Decimal(amount)} if amount else {}
        return self.quiet.as_user(by).create("w365_job", row, id=derived("desk", "write-off", str(number)))

    def gives_up(self, invoice: InvoiceId, amount: str | None = None, *, disputed: bool = False) -> tuple[str, str]:
        """Write it off; the job's state and message."""
        return self._done(self.asks(JobKind.WRITE_OFF, invoice, amount, disputed=disputed))

    def claims(self, invoice: InvoiceId, amount: str | None = None) -> tuple[str, str]:
        """Take a write-off back; the job's state and message."""
        return self._done(self.asks(JobKind.TAKE_BACK_WRITE_OFF, invoice, amount, reason="Paid by the administrator"))

    def _done(self, job: str) -> tuple[str, str]:
        self.run(job)
        return self.state_of(job)

    def account_of(self, invoice: InvoiceId) -> tuple[str, str, str, str]:
        """What came in of an invoice, what is written off, what is open, its status."""
        bill = self.bill(invoice)
        row = self.quiet.read(Ref("w365_invoice", invoice), select=("w365_writtenoff",))
        return bill.charged, f"{row['w365_writtenoff'] or Decimal(0):.2f}", bill.balance, bill.status

    def ledger(self, invoice: InvoiceId) -> list[tuple[str, str]]:
        """Kind and amount of each movement, in order."""
        columns = ("w365_kind", "w365_amount")
        found = self.quiet.find(Query("w365_writeoff", columns, eq("_w365_invoice_value", invoice), "versionnumber"))
        return [(choice_label("w365_writeoff", "w365_kind", row["w365_kind"]), f"{row['w365_amount']:.2f}") for row in found]
