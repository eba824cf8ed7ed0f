"""A desk of changes with people: who asks, who approves, who stands in for whom.

desk = ApprovalDesk.that_says("approve-purchases", "100.00 EUR")
job = desk.wants(desk.seller, "Quantity", quantity=15); desk.answers(desk.approver, "approve"); desk.stands(desk.one)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from dataverse.rows import bind, choice_value, status_label
from dataverse.stores.approving import Approvals
from dataverse.stores.changing import Changing
from dataverse.stores.closing import Closing
from dataverse.stores.crediting import Crediting
from dataverse.stores.issuing import Issuing
from dataverse.stores.jobs import Jobs
from dataverse.stores.reviewing import Reviews
from dataverse.stores.settings import SettingRows
from dataverse.webapi import Ref
from local.dataverse.rights_seed import role_id
from local.desks.changes import ChangeDesk
from work365.approving.plans import TABLE as PLANS
from work365.approving.request import Whose
from work365.handlers import approving, changing, closing, crediting, holding, reviewing, scheduling
from work365.handlers.approving import Gate
from work365.handlers.jobs import run_job
from work365.handlers.reviewing import Reviewer
from work365.handlers.reviewing_plans import PlanReviewer
from work365.handlers.settings import say
from work365.ids import derived
from work365.jobs import JobKind
from work365.ports.platform import JOBS
from work365.settings.catalogue import Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.webapi import WebApi
    from work365.approving.approval import Approval
    from work365.handlers.jobs import Doer
    from work365.jobs import JobResult

START, TODAY, LATER = date(2026, 3, 1), date(2026, 3, 16), date(2026, 3, 20)
APPROVERS = ("Work365 Customer Service", "Work365 Approver")
ENDLESS = 50


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff: their user's id and Entra object id, and a client with their own rights."""

    id: str
    entra: str
    name: str
    api: WebApi


def hired(api: WebApi, name: str, *roles: str) -> Member:
    """Somebody with some roles."""
    entra = derived("desk member", name)
    user = api.create("systemuser", {"fullname": name, "azureactivedirectoryobjectid": entra})
    for role in roles:
        api.associate(Ref("systemuser", user), "systemuserroles_association", Ref("role", role_id(role)))
    return Member(user, entra, name, api.as_user(entra))


def company_says(api: WebApi, name: str, text: str) -> None:
    """The company says a setting."""
    book = SettingRows(api)
    say(book.subject(Level.COMPANY, ""), name, text, reason="", book=book)


class ApprovalDesk(ChangeDesk):
    """C-1 has ten seats at 31.00 since 1 March; a seller asks, an approver and a second one may answer."""

    def __init__(self) -> None:
        super().__init__(TODAY)
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        currencies = self.tenant.currencies
        self.changing, self.jobs = Changing(guarded, currencies), Jobs(guarded, currencies)
        self.approvals = Approvals(guarded, currencies)
        self.crediting, self.issuing = Crediting(guarded, currencies), Issuing(guarded)
        self.closing = Closing(guarded, currencies)
        self.gate, self.reviews = Gate(self.approvals, self.clock), Reviews(guarded, currencies)
        plans = PlanReviewer(Reviewer(self.reviews, self.approvals, self.clock), self.changing)
        self.plans, self.plan_entry = plans, partial(scheduling.load_entry, book=self.changing, clock=self.clock, reviewer=plans)
        self.contract_id = self.contract("C-1", start=START)
        self.one = self.bought(self.contract_id, start=START)
        self.seller = self.member("Sam Seller", "Work365 Customer Service")
        self.approver = self.member("Ann Approver", *APPROVERS)
        self.second = self.member("Bo Approver", *APPROVERS)
        self._keys = count(1)
        self.at(TODAY)

    @classmethod
    def that_says(cls, name: str, text: str) -> Self:
        """A desk whose company says a setting."""
        desk = cls()
        desk.says(name, text)
        return desk

    def member(self, name: str, *roles: str) -> Member:
        """Somebody with some roles."""
        return hired(self.api, name, *roles)

    def form(self, who: Member) -> WebApi:
        """What somebody who has signed in to the app writes by."""
        return self.tenant.webapi(self.tenant.app, user=who.entra)

    def says(self, name: str, text: str) -> None:
        """The company says a setting."""
        company_says(self.api, name, text)

    def rate(self, base: str, quote: str, on: date, rate: str) -> None:
        """An exchange rate of a day."""
        row = {"w365_name": f"{base}/{quote}", "w365_fromcurrency": base, "w365_tocurrency": quote, "w365_ratedate": on}
        self.api.create("w365_exchangerate", {**row, "w365_rate": Decimal(rate), "w365_source": "test"})

    def stands_in(self, delegate: Member, owner: Member, start: date = TODAY, end: date | None = None) -> str:
        """An approver makes somebody a delegate, under the own rights."""
        row = {"w365_name": delegate.name, "w365_startdate": start, "w365_enddate": end}
        return owner.api.create("w365_delegation", row | bind("w365_Delegate", "systemuser", delegate.id))

    def asks(self, who: Member, kind: JobKind, arguments: Mapping[str, object], invoice: str = "") -> str:
        """A person creates a job; its id."""
        row = {
            "w365_name": kind.value,
            "w365_key": f"approvals-{next(self._keys)}",
            "w365_kind": choice_value("w365_job", "w365_kind", kind.value),
            "w365_arguments": json.dumps({name: str(value) for name, value in arguments.items()}),
            "w365_attempts": 0,
            **(bind("w365_Invoice", "w365_invoice", invoice) if invoice else {}),
        }
        return who.api.create("w365_job", row)

    def wants(self, who: Member, event: str, *, subscription: str = "", on: date = TODAY, **arguments: object) -> str:
        """A person asks for a change, and a worker takes it; the job's id."""
        said = {"subscription": subscription or self.one, "event": event, "on": on, **arguments}
        job = self.asks(who, JobKind.CHANGE, said)
        self.deliver(job)
        return job

    def answer(self, who: Member, answer: str, approval: str = "", reason: str = "") -> str:
        """A person answers the request that waits, or this one; the job's id, which no worker has taken."""
        one = approval or self.waiting()[0].id
        return self.asks(who, JobKind.ANSWER, {"approval": one, "answer": answer, "reason": reason})

    def answers(self, who: Member, answer: str, approval: str = "", reason: str = "") -> tuple[str, str]:
        """A person answers, and the workers do what follows; what the answer's job says."""
        job = self.answer(who, answer, approval, reason)
        self.deliver(job)
        return self.said(job)

    def deliver(self, job: str = "") -> None:
        """The workers take a job, then all that is on the queue."""
        if job:
            self.run_job(job)
        for _ in range(ENDLESS):
            message = self.queue.take(JOBS)
            if message is None:
                return
            self.run_job(message["job"])

    def run_job(self, job: str) -> JobResult | None:
        """One delivery of a job."""
        return run_job(job, book=self.jobs, doers=self.doers(), now=self.clock.now())

    def doers(self) -> dict[JobKind, Doer]:
        """What the workers of this desk do."""
        noting: dict[str, Any] = {"book": self.crediting, "issuing": self.issuing, "clock": self.clock, "gate": self.gate}
        return {
            JobKind.CREDIT: partial(crediting.credit, **noting),
            JobKind.CANCEL: partial(crediting.cancel, **noting),
            JobKind.CLOSE: partial(
                closing.close, book=self.closing, billing=self.book, queue=self.queue, clock=self.clock, gate=self.gate
            ),
            JobKind.CHANGE: partial(changing.change, book=self.changing, clock=self.clock, gate=self.gate),
            JobKind.REVIEW_ENTRY: partial(
                reviewing.review_entry, loaders={PLANS: self.plan_entry}, book=self.reviews, gate=self.gate
            ),
            JobKind.ANSWER: partial(approving.answer, book=self.approvals, queue=self.queue, clock=self.clock),
        }

    def sweep(self) -> int:
        """What the sweeper does about what is planned and waits, about approvals and jobs."""
        holding.look_at_waiting(book=self.changing, clock=self.clock, reviewer=self.plans)
        found = approving.follow(book=self.approvals, queue=self.queue, clock=self.clock)
        for job in list(self.jobs.due(self.clock.now(), untouched_s=0)):
            self.run_job(job)
        self.deliver()
        return found

    def passes(self, **time: float) -> None:
        """Time passes: days=7, minutes=1."""
        self.clock.moment += timedelta(**time)

    def said(self, job: str) -> tuple[str, str]:
        """A job's state and message."""
        row = self.api.read(Ref("w365_job", job), select=("statuscode", "w365_message"))
        return status_label("w365_job", row), row["w365_message"] or ""

    def waiting(self) -> list[Approval]:
        """What waits."""
        return Approvals(self.api, self.tenant.currencies).listed()

    def of_job(self, job: str) -> list[Approval]:
        """The approvals of a job, the oldest first."""
        return list(Approvals(self.api, self.tenant.currencies).known(job, Whose()).approvals)

    def all_approvals(self) -> list[Approval]:
        """Every approval, the oldest first."""
        found = Approvals(self.api, self.tenant.currencies).listed(answered=True)
        return sorted(found, key=lambda one: (one.asked_on, one.number))

    def asked(self) -> list[tuple[str, str]]:
        """Every approval's state and request, the oldest first."""
        return [(one.state.value, one.what) for one in self.all_approvals()]
