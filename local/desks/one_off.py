"""A crediting desk with a person who writes invoices outside the cycle."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from dataverse.stores.one_off import OneOffs
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.crediting import CreditingDesk
from local.sample.generated import PRODUCT
from work365.handlers import crediting, issuing, jobs, one_off
from work365.ids import derived
from work365.jobs import Job, JobKind, JobState

if TYPE_CHECKING:
    from work365.jobs import JobResult

ITEM_NUMBER = "GEN-1"


class OneOffDesk(CreditingDesk):
    """What finance does between runs. The product of the sample has the number GEN-1 here."""

    def __init__(self, today: date = date(2026, 1, 1)) -> None:
        super().__init__(today)
        self.one_offs = OneOffs(self.tenant.webapi(self.fuse.guard(self.tenant.app)), self.tenant.currencies)
        self.api.update(Ref("w365_product", PRODUCT), {"w365_number": ITEM_NUMBER})

    def asked(self, contract: str, *lines: str, name: str = "1", **more: str) -> Job:
        """A job as its row says it."""
        id_ = derived("desk", "one-off", name)
        arguments = {"contract": contract, "lines": "\n".join(lines), **more}
        return Job(id_, id_, JobKind.ONE_OFF, JobState.RUNNING, arguments=arguments, person=seed.ADMIN_USER_ID)

    def does(self, job: Job) -> JobResult:
        """Run the job, for the first time or once more."""
        return one_off.bill_once(job, book=self.one_offs, issuing=self.issuing, clock=self.clock, engines=self.engines)

    def work_on(self, job: str) -> None:
        """What a worker does with the row of a job."""
        given: dict[str, Any] = {"issuing": self.issuing, "clock": self.clock}
        steps: dict[str, Any] = {"book": self.issuing, "clock": self.clock}
        doers: dict[JobKind, Any] = {
            JobKind.ONE_OFF: partial(one_off.bill_once, book=self.one_offs, engines=self.engines, **given),
            JobKind.CANCEL: partial(crediting.cancel, book=self.crediting, **given),
            JobKind.VERIFY: partial(issuing.verify, **steps),
            JobKind.ISSUE: partial(issuing.issue, **steps),
        }
        jobs.run_job(job, book=self.tenant.jobs(), doers=doers, now=self.clock.now())
