"""The release desk with people who tick: each press is a job, which a worker runs with the rights of who pressed.

desk = TickDesk(); desk.follows(); desk.marked(desk.seller, FORM, note="W-8BEN of 3 March"); desk.entry(FORM)
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

from dataverse.rows import choice_value
from local.desks.approvals import Member, hired
from local.desks.holds import ACCOUNT
from local.desks.releasing import ReleaseDesk
from work365.handlers import ticking
from work365.jobs import JobKind

if TYPE_CHECKING:
    from work365.handlers.jobs import Doer
    from work365.holding.checklist import Entry
    from work365.jobs import Job, JobResult

SEEN = "W-8BEN of 3 March"


class TickDesk(ReleaseDesk):
    """Cora of customer service may tick and not release; Pat keeps the catalogue and may do neither."""

    def __init__(self) -> None:
        super().__init__()
        self.helper: Member = hired(self.api, "Cora Care", "Work365 Customer Service")
        self.keeper: Member = hired(self.api, "Pat Provider", "Work365 Provisioning")
        self._marks = count(1)

    def doers(self) -> dict[JobKind, Doer]:
        """Also ticks."""
        return super().doers() | {JobKind.TICK: self.does_tick}

    def does_tick(self, job: Job) -> JobResult:
        """What the handler answers to a job that was read."""
        return ticking.tick(job, book=self.checklists, now=self.clock.now())

    def entry(self, code: str, number: str = ACCOUNT) -> Entry:
        """One entry, as it stands."""
        entries = self.checklists.checklist(self.checklists.customer(number).customer).entries
        return next(one for one in entries if one.code == code)

    def wish(self, code: str, do: str, note: str, number: str = ACCOUNT) -> dict[str, str]:
        """The arguments of somebody who looks at an entry as it stands."""
        account, version = self.checklists.customer(number).customer.id, self.entry(code, number).etag
        return {"account": account, "item": code, "do": do, "note": note, "version": version}

    def asks_mark(self, who: Member, said: dict[str, str]) -> str:
        """Somebody asks for a tick; the job's id."""
        row = {
            "w365_name": "Tick",
            "w365_key": f"tick:{said.get('account')}:{next(self._marks)}",
            "w365_kind": choice_value("w365_job", "w365_kind", JobKind.TICK.value),
            "w365_arguments": json.dumps(said),
            "w365_attempts": 0,
        }
        return who.api.create("w365_job", row)

    def marked(self, who: Member, code: str, *, do: str = ticking.TICK, note: str = SEEN) -> tuple[str, str]:
        """Somebody ticks or opens an entry of K-1, and a worker does it; what the job says."""
        job = self.asks_mark(who, self.wish(code, do, note))
        self.run_job(job)
        return self.says_of(job)
