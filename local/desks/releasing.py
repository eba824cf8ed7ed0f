"""The checklist desk with people who press Release: each press is a job, which a worker runs with the rights of who pressed.

desk = ReleaseDesk(); desk.follows(); desk.completes(ACCOUNT); desk.run_job(desk.presses(desk.biller, desk.account))
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

from dataverse.rows import choice_value, status_label
from dataverse.webapi import Ref
from local.desks.approvals import Member, hired
from local.desks.checklists import AGREEMENT, FORM, PROFILE, ChecklistDesk
from work365.handlers import lifting
from work365.handlers.jobs import run_job
from work365.jobs import JobKind

if TYPE_CHECKING:
    from work365.handlers.jobs import Doer
    from work365.jobs import Job, JobResult

REASON = "All there"


class ReleaseDesk(ChecklistDesk):
    """Bea of billing may add to the hold log, Sam of sales may not."""

    def __init__(self) -> None:
        super().__init__()
        self.biller: Member = hired(self.api, "Bea Biller", "Work365 Billing")
        self.seller: Member = hired(self.api, "Sam Seller", "Work365 Sales")
        self._presses = count(1)

    def completes(self, number: str) -> None:
        """Somebody has seen everything that is needed."""
        for code in (AGREEMENT, PROFILE, FORM):
            self.ticks_item(number, code)

    def presses(self, who: Member, account: str, reason: str = REASON) -> str:
        """Somebody presses Release on the form of an account; the job's id."""
        row = {
            "w365_name": "Release",
            "w365_key": f"release:{account}:{next(self._presses)}",
            "w365_kind": choice_value("w365_job", "w365_kind", JobKind.RELEASE.value),
            "w365_arguments": json.dumps({"account": account, "reason": reason}),
            "w365_attempts": 0,
        }
        return who.api.create("w365_job", row)

    def run_job(self, job: str) -> JobResult | None:
        """One delivery, also of a change."""
        return run_job(job, book=self.jobs, doers=self.doers(), now=self.clock.now())

    def doers(self) -> dict[JobKind, Doer]:
        """What is done here."""
        return {JobKind.RELEASE: self.does, JobKind.CHANGE: self._do}

    def does(self, job: Job) -> JobResult:
        """What the handler answers to a job that was read."""
        return lifting.release(job, book=self.holds, changes=self.changing, clock=self.clock)

    def says_of(self, job: str) -> tuple[str, str]:
        """A job's state and message."""
        row = self.api.read(Ref("w365_job", job), select=("statuscode", "w365_message"))
        return status_label("w365_job", row), row["w365_message"] or ""

    def released(self, who: Member, account: str, reason: str = REASON) -> tuple[str, str]:
        """Somebody presses Release, and a worker does it; what the job says."""
        job = self.presses(who, account, reason)
        self.run_job(job)
        return self.says_of(job)
