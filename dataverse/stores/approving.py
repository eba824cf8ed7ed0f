"""The book of approvals over Dataverse: one request before a job is done, one to write what is asked or answered.

Whether a user may answer is asked of Dataverse itself, which knows roles, teams and shares: whoever has the right to append to
the approval's row.

Source: Microsoft Learn, "RetrievePrincipalAccess Function": the rights that a user has to a row, whatever they come from.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from dataverse.batch import Get, Op, Update
from dataverse.names import set_of
from dataverse.query import Query, any_of, both, either, eq, le, ne
from dataverse.rows import etag, instant, maybe, status, status_label
from dataverse.stores import approving_rows as rows
from dataverse.stores.approving_rows import DELEGATION, JOB, TABLE
from dataverse.stores.exchange_rates import exchange_rate, rate_terms, rates_of
from dataverse.stores.inheriting import SETTINGS, Above, Inherited
from dataverse.webapi import Ref
from work365.approving.approval import ApprovalState
from work365.approving.matters import Matter
from work365.approving.thresholds import DAYS_SETTING, Thresholds, read_percent
from work365.currencies.rates import EXACT, ExchangeRates, converted
from work365.errors import Conflict, NotFound
from work365.holding.limits import read_amount
from work365.jobs import JobState
from work365.ports.approvals import Known
from work365.settings.catalogue import BY_NAME
from work365.settings.resolving import resolve, usable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from decimal import Decimal

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.approving.answering import Delegation
    from work365.approving.approval import Approval
    from work365.approving.request import Whose
    from work365.money import Currency, Money
    from work365.ports.approvals import Answered, Asking

ENTITY, USER = "w365_legalentity", "systemuser"
RATE_TERMS = ("w365_rateagedays", "w365_inverserates", "w365_crossrates")
MAY_ANSWER = "AppendToAccess"
ACCESS = "Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@target)"
ANSWERED = (ApprovalState.APPROVED, ApprovalState.REFUSED)


class Approvals:
    """Approvals and delegations."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def known(self, job: str, whose: Whose) -> Known:
        """Settings and the approvals of the job."""
        mine = [Get(Query(TABLE, rows.COLUMNS, eq("_w365_job_value", job), "w365_number", expand=rows.EXPAND))] if job else []
        said, *answers = self._api.rows(SETTINGS, *mine)
        found = answers[0] if answers else []
        above = Above(whose.account or None, whose.entity or None)
        return Known(thresholds_of(Inherited(said), above), tuple(map(rows.approval, found)))

    def converter(self, entity: str, on: date) -> Callable[[Money, Currency], Money | None]:
        """Two requests for each pair of currencies; without a legal entity only a rate of the very day counts."""

        @cache
        def quoted(code: Currency, to: Currency) -> Decimal | None:
            terms = rate_terms(self._api.read(Ref(ENTITY, entity), select=RATE_TERMS)) if entity else EXACT
            found = self._api.find(rates_of(on, terms, {code, to}))
            rate = ExchangeRates(map(exchange_rate, found)).quoted(code, to, on, terms)
            return None if rate is None else rate.rate

        def convert(amount: Money, to: Currency) -> Money | None:
            rate = quoted(amount.currency, to)
            return None if rate is None else converted(amount, to, rate)

        return convert

    def ask(self, asking: Asking, overtaken: Approval | None, reason: str) -> None:
        """Both rows in one change set; the new one's key is that of the job's next approval, so that two workers meet in it."""
        amount = asking.size.amount
        ops: list[Op] = [rows.asked(asking, {} if amount is None else self._currencies.bind(amount.currency))]
        if overtaken is not None:
            ops.append(Update(Ref(TABLE, overtaken.id), rows.overtaken(reason), overtaken.etag))
        self._api.change(ops)

    def overtake(self, one: Approval, reason: str) -> None:
        """Under its version."""
        self._api.update(Ref(TABLE, one.id), rows.overtaken(reason), etag=one.etag)

    def expire(self, one: Approval) -> None:
        """Under its version."""
        self._api.update(Ref(TABLE, one.id), status(TABLE, ApprovalState.EXPIRED.value), etag=one.etag)

    def load(self, approval: str) -> Approval:
        """Read it afresh."""
        return rows.approval(self._api.read(Ref(TABLE, approval), select=rows.COLUMNS, expand=rows.EXPAND))

    def answer(self, one: Approval, answered: Answered) -> None:
        """The answer and the wish that the job be run, in one change set under the versions of both."""
        answer = Update(Ref(TABLE, one.id), rows.answered(answered), one.etag)
        self._api.change([answer, _woken(one, self._job(one), answered.now)])

    def wake(self, one: Approval, now: datetime) -> None:
        """Under the job's version: one that was cancelled meanwhile stays so, and one that is awake already is left alone.

        Whoever wakes it again and again would keep it from ever being found untouched by the sweep.
        """
        job = self._job(one)
        begun, asked = (maybe(instant, job[name]) for name in ("w365_startedon", "w365_askedon"))
        if asked is None or (begun is not None and asked <= begun):
            self._api.change([_woken(one, job, now)])

    def _job(self, one: Approval) -> Row:
        """The job of an approval. Errors: Conflict where it has ended."""
        row = self._api.read(Ref(JOB, one.job), select=("statuscode", "w365_startedon", "w365_askedon"))
        if JobState(status_label(JOB, row)).final:
            message = f"job {one.job} has ended meanwhile"
            raise Conflict(message)
        return row

    def delegations(self, person: str) -> list[Delegation]:
        """Two requests; the application, which has every right, lets nobody answer in its place."""
        between = both(
            either(eq("_w365_delegate_value", person), eq("_ownerid_value", person)),
            ne("_ownerid_value", str(self._api.who_am_i()["UserId"])),
            rows.WHOLE_DELEGATION,
        )
        query = Query(DELEGATION, rows.DELEGATED, between, "w365_startdate", expand=rows.DELEGATED_EXPAND, annotations=True)
        return [rows.delegation(row) for row in self._api.find(query)]

    def may_answer(self, approval: str, person: str) -> bool:
        """One request."""
        target = json.dumps({"@odata.id": f"{set_of(TABLE)}({approval})"})
        try:
            said = self._api.function(f"{Ref(USER, person).path}/{ACCESS}", target=target)
        except NotFound:  # a team that owns a delegation is no user
            return False
        return MAY_ANSWER in said["AccessRights"].split(", ")

    def to_follow(self, now: datetime) -> list[Approval]:
        """One request."""
        over = both(_in(ApprovalState.WAITING), either(le("w365_answerby", now), eq("w365_Job/statecode", 1)))
        waits = eq("w365_Job/statuscode", status(JOB, JobState.AWAITING_APPROVAL.value)["statuscode"])
        which = either(over, both(_in(*ANSWERED, ApprovalState.EXPIRED), waits))
        return [
            rows.approval(row) for row in self._api.find(Query(TABLE, rows.COLUMNS, which, "w365_askedon", expand=rows.EXPAND))
        ]

    def listed(self, *, answered: bool = False) -> list[Approval]:
        """Those that wait, the oldest first; or all that there are, the newest first."""
        which, order = ("", "w365_askedon desc") if answered else (_in(ApprovalState.WAITING), "w365_askedon")
        return [rows.approval(row) for row in self._api.find(Query(TABLE, rows.COLUMNS, which, order, expand=rows.EXPAND))]


def thresholds_of(inherited: Inherited, above: Above) -> Thresholds:
    """What holds for a customer. Errors: BadInput when a value that counts cannot be used."""

    def said(name: str) -> str:
        return usable(resolve(BY_NAME[name], inherited.said_above(name, above))) or ""

    amounts = {matter: read_amount(said(matter.setting)) for matter in Matter if not matter.in_percent}
    percents = {matter: read_percent(said(matter.setting)) for matter in Matter if matter.in_percent}
    return Thresholds(
        {matter: amount for matter, amount in amounts.items() if amount is not None},
        {matter: percent for matter, percent in percents.items() if percent is not None},
        int(said(DAYS_SETTING)),
    )


def _woken(one: Approval, job: Row, now: datetime) -> Update:
    """What wakes a job, under its version.

    Shape: a job counts as asked for after it was begun last, also when both happen within a second.
    """
    begun = maybe(instant, job["w365_startedon"])
    asked = now if begun is None else max(now, begun + timedelta(seconds=1))
    return Update(Ref(JOB, one.job), {"w365_askedon": asked}, etag(job))


def _in(*states: ApprovalState) -> str:
    return any_of("statuscode", [status(TABLE, state.value)["statuscode"] for state in states])
