"""A desk of requests whose people plan changes by hand, on forms, and look what becomes of them on their day.

desk = PlanDesk.that_says("approve-purchases", "100.00 EUR")
desk.plans_by_hand(desk.seller, "Quantity", quantity=15); desk.timer(LATER); desk.takes_reviews()
desk.answers(desk.approver, "approve"); desk.sweep()
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status_label
from dataverse.webapi import Ref
from local.desks.approvals import LATER, START, TODAY, ApprovalDesk, Member
from local.desks.changes import PLANNED
from work365.handlers import scheduling
from work365.jobs import JobKind
from work365.subscriptions.scheduling import ScheduleState

if TYPE_CHECKING:
    from datetime import date

    from dataverse.webapi import WebApi
    from work365.approving.approval import Approval
    from work365.handlers.scheduling import Applied
    from work365.subscriptions.scheduling import Scheduled

JOB, SUBSCRIPTION = "w365_job", "w365_subscription"


class PlanDesk(ApprovalDesk):
    """Ten seats at 31.00, whose March is billed; changes are planned for 20 March."""

    def __init__(self) -> None:
        super().__init__()
        self._typed = count(1)
        self.run(START)
        self.at(TODAY)

    def plans_by_hand(
        self,
        who: Member | WebApi,
        event: str,
        *,
        on: date = LATER,
        subscription: str = "",
        **columns: Any,  # noqa: ANN401  values of columns
    ) -> str:
        """A person, or a program, writes a planned change as on its form; its id."""
        api = self.form(who) if isinstance(who, Member) else who
        row = {
            "w365_name": f"{event} {on}",
            "w365_key": f"typed {next(self._typed)}",
            "w365_event": choice_value(PLANNED, "w365_event", event),
            "w365_source": choice_value(PLANNED, "w365_source", "Staff"),
            "w365_dueon": on,
            **{f"w365_{name}": value for name, value in columns.items()},
            **bind("w365_Subscription", SUBSCRIPTION, subscription or self.one),
        }
        return api.create(PLANNED, row)

    def edits(self, who: Member, planned: str, **columns: Any) -> None:  # noqa: ANN401  values of columns
        """A person edits a planned change on its form."""
        self.form(who).update(Ref(PLANNED, planned), {f"w365_{name}": value for name, value in columns.items()})

    def read(self, planned: str) -> Scheduled:
        """A planned change."""
        found = self.changing.one_planned(planned)
        if found is None:
            raise AssertionError(planned)
        return found

    def latest(self) -> str:
        """The planned change that was written last; its id."""
        (row,) = list(self.api.find(Query(PLANNED, ("w365_scheduledchangeid",), order="createdon desc", top=1)))
        return str(row["w365_scheduledchangeid"])

    def plan_says(self, planned: str) -> tuple[str, str]:
        """A planned change's state and message."""
        row = self.api.read(Ref(PLANNED, planned), select=("statuscode", "w365_message"))
        return status_label(PLANNED, row), row["w365_message"] or ""

    def retry(self, planned: str) -> None:
        """Somebody tries one again that has failed."""
        self.changing.retry(self.read(planned))

    def cancels(self, planned: str) -> None:
        """Somebody cancels one."""
        self.changing.withdraw(self.read(planned), ScheduleState.CANCELLED, "Cancelled.")

    def night(self) -> Applied:
        """The daily timer, at this moment."""
        return scheduling.apply_due(book=self.changing, clock=self.clock, reviewer=self.plans)

    def review_jobs(self, planned: str = "") -> list[str]:
        """The jobs that ask about what was planned, or about one of it, the oldest first."""
        kind = eq("w365_kind", choice_value(JOB, "w365_kind", JobKind.REVIEW_ENTRY.value))
        found = self.api.find(Query(JOB, ("w365_jobid", "w365_key"), kind, "createdon"))
        return [row["w365_jobid"] for row in found if planned in row["w365_key"]]

    def takes_reviews(self) -> Approval:
        """The workers take the jobs that ask; the request that waits then."""
        for job in self.review_jobs():
            self.run_job(job)
        (one,) = self.waiting()
        return one
