"""A billing desk with a person who credits and cancels."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.rows import choice_label, status_label
from dataverse.stores.crediting import Crediting
from dataverse.stores.issuing import Issuing
from local.dataverse import seed
from local.desks.billing import BillingDesk
from work365.handlers import crediting
from work365.ids import derived
from work365.jobs import Job, JobKind, JobState

if TYPE_CHECKING:
    from decimal import Decimal

    from dataverse.rows import Row
    from work365.jobs import JobResult

STATE = ("w365_number", "w365_kind", "w365_total", "w365_balance", "w365_amountcharged", "statuscode")


class CreditingDesk(BillingDesk):
    """What finance does after the run."""

    def __init__(self, today: date = date(2026, 1, 1)) -> None:
        super().__init__(today)
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.crediting = Crediting(guarded, self.tenant.currencies)
        self.issuing = Issuing(guarded)
        self._wishes = 0

    def credit(self, number: str, lines: str = "", reason: str = "Outage on 4 March") -> str:
        """Credit a document; what the job answers."""
        return self.again(self.wish(JobKind.CREDIT, number, lines, reason)).message

    def cancel(self, number: str, reason: str = "Wrong customer") -> str:
        """Cancel a document; what the job answers."""
        return self.again(self.wish(JobKind.CANCEL, number, "", reason)).message

    def wish(self, kind: JobKind, number: str, lines: str = "", reason: str = "A reason") -> Job:
        """A job as its row says it."""
        self._wishes += 1
        name = derived("desk", "wish", str(self._wishes))
        arguments = {"lines": lines, "reason": reason}
        invoice = self.id_of(number)
        return Job(name, name, kind, JobState.RUNNING, invoice=invoice, arguments=arguments, person=seed.ADMIN_USER_ID)

    def again(self, job: Job) -> JobResult:
        """Run a job, for the first time or once more."""
        act = crediting.credit if job.kind is JobKind.CREDIT else crediting.cancel
        return act(job, book=self.crediting, issuing=self.issuing, clock=self.clock)

    def id_of(self, number: str) -> str:
        """The id of a document; "" names the one that has no number."""
        found = self.api.find(Query("w365_invoice", ("w365_invoiceid", "w365_number")))
        return next(str(row["w365_invoiceid"]) for row in found if (row["w365_number"] or "") == number)

    def standing_of(self, number: str) -> tuple[str, str, Decimal, Decimal]:
        """A document's kind, status, total and what is open of it."""
        row = self.api.first(Query("w365_invoice", STATE, filter=eq("w365_number", number)))
        if row is None:
            raise LookupError(number)
        kind = choice_label("w365_invoice", "w365_kind", row["w365_kind"])
        return kind, status_label("w365_invoice", row), row["w365_total"], row["w365_balance"]

    def all_lines(self) -> list[Row]:
        """Every line of every document that has a number, oldest first."""
        columns = ("w365_key", "w365_amount", "w365_tax", "w365_origin", "_w365_invoice_value", "w365_description")
        found = self.api.find(Query("w365_invoiceline", columns, expand="w365_Invoice($select=w365_number)", order="createdon"))
        return [row for row in found if row["w365_Invoice"]["w365_number"]]

    def only(self) -> tuple[str, str]:
        """The first contract and its first subscription."""
        row = self.api.first(Query("w365_subscription", ("w365_subscriptionid",), order="createdon"))
        if row is None:
            raise LookupError
        return next(iter(self.numbers)), row["w365_subscriptionid"]

    def seats_end(self, day: date) -> None:
        """The first subscription goes to no seats."""
        self.change(*self.only(), day, 0)


def billed(month: date = date(2026, 3, 1)) -> CreditingDesk:
    """Ten seats of 31.00, billed for a month as the first invoice."""
    made = CreditingDesk(month)
    made.standing("C-1", start=month)
    made.run(month)
    return made
