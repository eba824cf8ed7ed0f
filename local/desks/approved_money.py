"""A till whose refunds and write-offs wait for an approver above 100.00 EUR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.rows import choice_value
from dataverse.stores.approving import Approvals
from dataverse.stores.currencies import Currencies
from local.azure.memory_queue import MemoryQueue
from local.clock import FixedClock
from local.desks.approvals import APPROVERS, company_says, hired
from local.desks.writing_off import WritingOffDesk
from work365.approving.request import Whose
from work365.handlers import approving, refunding, writing_off
from work365.handlers.approving import Gate
from work365.handlers.jobs import run_job
from work365.jobs import JobKind

if TYPE_CHECKING:
    from work365.approving.approval import Approval
    from work365.jobs import Job, JobResult


class Till(WritingOffDesk):
    """A cashier asks, an approver answers."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock(self.now)
        self.queue = MemoryQueue(self.clock)
        self.approvals = Approvals(self.guarded, Currencies(self.quiet))
        self.gate = Gate(self.approvals, self.clock)
        self.cashier = hired(self.quiet, "Cass Cashier", "Work365 Billing")
        self.approver = hired(self.quiet, "Ann Approver", "Work365 Billing", *APPROVERS)
        for name in ("approve-refunds", "approve-write-offs"):
            company_says(self.quiet, name, "100.00 EUR")

    def run(self, job: str) -> JobResult | None:
        """One delivery of a job's message."""
        doers = {JobKind.REFUND: self._refund, JobKind.WRITE_OFF: self._write_off, JobKind.ANSWER: self._answer}
        doers |= {JobKind.CHARGE: self._charge, JobKind.TAKE_BACK_WRITE_OFF: self._move}
        return run_job(job, book=self.jobs, doers=doers, now=self.now)

    def _refund(self, job: Job) -> JobResult:
        return refunding.refund(job, book=self.refunding, gateway_for=self.gateway_for, now=self.now, gate=self.gate)

    def _write_off(self, job: Job) -> JobResult:
        return writing_off.write_off(job, book=self.write_offs, today=self.now.date(), gate=self.gate)

    def _answer(self, job: Job) -> JobResult:
        return approving.answer(job, book=self.approvals, queue=self.queue, clock=self.clock)

    def approves(self, job: str) -> tuple[str, str]:
        """The approver says yes to a request, and a worker does what follows; where it stands then."""
        self.run(self.answer(job))
        self.goes_on(job)
        return self.state_of(job)

    def answer(self, job: str) -> str:
        """The approver's yes to the last approval of a request: a job that no worker has taken."""
        one = self.asked(job)[-1]
        row = {"w365_key": one.id, "w365_kind": choice_value("w365_job", "w365_kind", JobKind.ANSWER.value), "w365_attempts": 0}
        arguments = f'{{"approval": "{one.id}", "answer": "approve"}}'
        return self.approver.api.create("w365_job", {**row, "w365_arguments": arguments})

    def asked(self, job: str) -> list[Approval]:
        """The approvals of a request."""
        return list(Approvals(self.quiet, Currencies(self.quiet)).known(job, Whose()).approvals)

    def goes_on(self, job: str) -> None:
        """A worker takes what the answer woke."""
        self.later(seconds=2)
        self.clock.moment = self.now
        self.run(job)
