"""A desk of changes whose customers pay before seats come: what tests arrange, do and look at.

desk = PrepayingDesk(); desk.wants(15); desk.run(date(2026, 3, 17)); desk.pays(); desk.sweep()
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.query import Query
from dataverse.rows import status
from dataverse.stores.crediting import Crediting
from dataverse.stores.issuing import Issuing
from dataverse.webapi import Ref
from local.desks.changes import PLANNED, ChangeDesk
from work365.handlers import crediting
from work365.handlers.holding import look_at_waiting
from work365.handlers.jobs import run_job
from work365.handlers.scheduling import apply_due
from work365.jobs import JobKind

if TYPE_CHECKING:
    from work365.handlers.prepaying import Looked
    from work365.jobs import Job, JobResult

FEBRUARY, MARCH, TODAY = date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 16)
INVOICE, ITEM = "w365_invoice", "w365_nonrecurringitem"


class PrepayingDesk(ChangeDesk):
    """Ten seats at 31.00 since February, billed for March; it is noon of 16 March, and changes are billed at once."""

    def __init__(self, **columns: Any) -> None:  # noqa: ANN401  values of columns
        super().__init__(FEBRUARY)
        self.one = self.deal("C-1", **columns)
        self.month(FEBRUARY)
        self.month(MARCH)
        self.at(TODAY)

    def deal(self, number: str, *, start: date = FEBRUARY, **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A contract with ten seats under a term of a year; `columns` are the contract's."""
        contract, until = (
            self.contract(number, start=start, **{"changesbilled": "Now", **columns}),
            start.replace(year=start.year + 1),
        )
        return self.bought(contract, start=start, term="P1Y", until=until, printedname="E3", atend="Renew")

    def wants(self, seats: int, *, on: date = TODAY, subscription: str = "", **more: object) -> tuple[str, str]:
        """More seats once they are paid; what the job answers."""
        return self.ask(subscription or self.one, "Quantity", quantity=seats, on=on, when="paid", **more)

    def pays(self, *, all_of_it: bool = True) -> str:
        """The newest document is paid, or a part of it; its number."""
        invoice = self.invoices()[-1]
        paid = invoice.total if all_of_it else Decimal(1)
        row = {"w365_amountcharged": paid, "w365_balance": invoice.total - paid}
        self.api.update(Ref(INVOICE, invoice.id), {**row, **status(INVOICE, "Paid" if all_of_it else "Partial")})
        return invoice.number

    def look(self) -> Looked:
        """The sweeper looks for payments, and applies what they release."""
        found = look_at_waiting(book=self.changing, clock=self.clock).payments
        apply_due(book=self.changing, clock=self.clock)
        return found

    def credits(self) -> list[str]:
        """Run the jobs that credit; what they answer."""
        api = self.tenant.api
        doer = Crediting(api, self.tenant.currencies)

        def credit(job: Job) -> JobResult:
            return crediting.credit(job, book=doer, issuing=Issuing(api), clock=self.clock)

        query = Query("w365_job", ("w365_jobid", "w365_key"), order="createdon")
        jobs = [row["w365_jobid"] for row in self.api.find(query) if str(row["w365_key"]).startswith("auto:credit")]
        results = [run_job(job, book=self.jobs, doers={JobKind.CREDIT: credit}, now=self.clock.now()) for job in jobs]
        return [result.message for result in results if result is not None]

    def open_amounts(self) -> list[Decimal]:
        """What is left to pay of every invoice, oldest first."""
        found = self.api.find(Query(INVOICE, ("w365_balance",), order="createdon"))
        return [row["w365_balance"] for row in found]

    def said_of_each(self) -> list[str]:
        """What each planned change says."""
        return [row["w365_message"] or "" for row in self.api.find(Query(PLANNED, ("w365_message",), order="createdon"))]
