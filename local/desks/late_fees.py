"""A work place for late fees: a reminder desk whose invoices are on contracts, with runs and one-off jobs behind the fuse.

desk = LateFeeDesk(); desk.charges("STD", {10: {"fee": "40"}}); contract = desk.reachable("C-1")
desk.late(contract, "INV-1", "100.00"); desk.day(date(2026, 3, 20)); desk.run(date(2026, 4, 1)); desk.fees()
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.crediting import Crediting
from dataverse.stores.issuing import Issuing
from dataverse.stores.jobs import Jobs
from dataverse.stores.late_fees import LateFees
from dataverse.stores.one_off import OneOffs
from dataverse.webapi import Ref
from local.desks.reminding import PLAN, ReminderDesk
from local.sample.generated import PRODUCT
from work365.handlers import crediting, jobs, one_off
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from work365.reminding.late_fee import LateFee

CONTRACT, LINE, JOB = "w365_billingcontract", "w365_invoiceline", "w365_job"
DUE, APRIL = date(2026, 3, 10), date(2026, 4, 1)


class LateFeeDesk(ReminderDesk):
    """The desk."""

    def __init__(self) -> None:
        super().__init__()
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.one_offs = OneOffs(guarded, self.tenant.currencies)
        self.issuing = Issuing(guarded)
        self.crediting = Crediting(guarded, self.tenant.currencies)
        self.jobs = Jobs(guarded, self.tenant.currencies)
        self.late_fees = LateFees(self.api)

    def charges(self, code: str, steps: Mapping[int, Mapping[str, str]], **terms: object) -> str:
        """A plan that everybody has, in euros, with what its steps cost."""
        plan = self.reminder_plan(code)
        self.mend(plan, **terms)
        for day, costs in steps.items():
            columns: dict[str, Any] = {name: Decimal(value) for name, value in costs.items()}
            self.step(plan, day, **columns)
        self.say("reminder-plan", code)
        return plan

    def mend(self, plan: str, **terms: object) -> None:
        """Say what the fees of a plan are billed as, and in which currency."""
        self.api.update(Ref(PLAN, plan), {**bind("w365_FeeProduct", "w365_product", PRODUCT), **self._money("EUR"), **terms})

    def on_time(self, number: str, **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A contract whose cycles are billed up to April."""
        return self.reachable(number, nextinvoicedate=APRIL, billedthrough=APRIL, **columns)

    def late(self, contract: str, number: str, total: str, *, due: date = DUE, **columns: object) -> str:
        """An invoice of a contract's customer."""
        account = self.api.read(Ref(CONTRACT, contract), select=("_w365_account_value",))["_w365_account_value"]
        return self.open(account, number, total, due=due, **bind("w365_Contract", CONTRACT, contract), **columns)

    def work_on_jobs(self) -> list[str]:
        """What workers do with the jobs that are there; what each says."""
        ids = [row["w365_jobid"] for row in self.api.find(Query(JOB, ("w365_jobid",), order="createdon"))]
        for job in ids:
            self.work_on(job)
        return [self.api.read(Ref(JOB, job), select=("w365_message",))["w365_message"] or "" for job in ids]

    def work_on(self, job: str) -> None:
        """What a worker does with one job."""
        numbering: dict[str, Any] = {"issuing": self.issuing, "clock": self.clock}
        doers: dict[JobKind, Any] = {
            JobKind.ONE_OFF: partial(one_off.bill_once, book=self.one_offs, **numbering),
            JobKind.CREDIT: partial(crediting.credit, book=self.crediting, **numbering),
        }
        jobs.run_job(job, book=self.jobs, doers=doers, now=self.clock.now())

    def fees(self) -> list[LateFee]:
        """Every fee, by invoice and step."""
        found = self.late_fees.since(self.clock.now().replace(year=2000))
        return sorted(found, key=lambda one: (one.invoice, one.day))

    def lines(self, kind: str) -> list[tuple[str, str]]:
        """Description and amount of every line of a kind."""
        query = Query(LINE, ("w365_description", "w365_amount"), eq("w365_kind", choice_value(LINE, "w365_kind", kind)))
        return [(row["w365_description"], f"{row['w365_amount']:.2f}") for row in self.api.find(query)]

    def said(self) -> list[tuple[str, str, str]]:
        """Invoice and step, amount, and where each fee stands."""
        return [(f"{one.invoice} {one.day:+d}", str(one.amount), one.standing) for one in self.fees()]
