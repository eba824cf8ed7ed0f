"""A desk that changes subscriptions and closes contracts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.rows import choice_value, status_label
from dataverse.stores.closing import Closing
from dataverse.stores.unbilled import UnbilledRows
from local.desks.changes import ChangeDesk
from work365.closing.planning import Bound, Plan, plan
from work365.handlers import closing
from work365.handlers.jobs import run_job
from work365.jobs import JobKind, JobState
from work365.subscriptions.wishes import refund_said

if TYPE_CHECKING:
    from datetime import date

    from work365.jobs import Job, JobResult

LOOKS_MAX = 8


class ClosingDesk(ChangeDesk):
    """Every request of its workers passes the fuse."""

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self.closing = Closing(self.tenant.webapi(self.fuse.guard(self.tenant.app)), self.tenant.currencies)

    def planned_closing(self, number: str, on: date, bound: Bound = Bound.STOP, *, refund: str = "") -> Plan:
        """What closing would do."""
        subject = Closing(self.api, self.tenant.currencies).load(number)
        today = self.clock.today(subject.place.zone)
        return plan(subject, on, bound, self.clock.now(), today, refund=refund_said(refund))

    def closing_job(self, number: str, on: date, bound: Bound = Bound.STOP, *, hash_: str | None = None, refund: str = "") -> str:
        """A job that applies the plan as it is now, or the one of a hash; its id."""
        given = self.planned_closing(number, on, bound, refund=refund).hash if hash_ is None else hash_
        arguments = {"contract": number, "on": on.isoformat(), "terms": bound.value, "plan": given, "refund": refund}
        row = {
            "w365_name": f"Close {number}",
            "w365_key": f"close {number} {on} {self.tenant.count('w365_job')}",
            "w365_kind": choice_value("w365_job", "w365_kind", JobKind.CLOSE.value),
            "w365_arguments": json.dumps(arguments),
            "w365_attempts": 0,
        }
        return self.api.create("w365_job", row)

    def deliver(self, job: str) -> JobResult | None:
        """One delivery of a job."""
        return run_job(job, book=self.jobs, doers={JobKind.CLOSE: self._close}, now=self.clock.now())

    def _close(self, job: Job) -> JobResult:
        return closing.close(job, book=self.closing, billing=self.book, queue=self.queue, clock=self.clock)

    def close(self, number: str, on: date, bound: Bound = Bound.STOP, *, refund: str = "") -> str:
        """Look, close, and let the workers work until the job has ended; what it says."""
        job = self.closing_job(number, on, bound, refund=refund)
        for _ in range(LOOKS_MAX):
            result = self.deliver(job)
            if result is None or result.state is not JobState.WAITING:
                break
            self.work()
        if result is None:
            raise AssertionError(job)
        return f"{result.state.value}: {result.message}"

    def night(self, day: date) -> None:
        """The whole timer of a day, and every message that follows."""
        self.timer(day)
        self.renew(day)
        closing.carry_on(book=self.closing, clock=self.clock)
        self.run(day)

    def status_of(self, number: str) -> str:
        """Whether a contract is active or has ended."""
        row = self.api.first(Query("w365_billingcontract", ("statuscode",), filter=eq("w365_number", number)))
        if row is None:
            raise LookupError(number)
        return status_label("w365_billingcontract", row)

    def unbilled(self) -> list[str]:
        """What no document has billed."""
        return [f"{one.what} {one.named}" for one in UnbilledRows(self.api).waiting()]
