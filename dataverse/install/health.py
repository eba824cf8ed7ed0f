"""What an examination reads in the tenant. Implements work365.ports.examining.Tenant."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.install import drift
from dataverse.install.admission import privileges
from dataverse.install.identities import DataverseIdentities
from dataverse.names import table_of
from dataverse.query import Query, any_of, both, either, eq, ge, is_null, le, lt, ne
from dataverse.rows import choice_label, choice_value, day, instant, maybe
from dataverse.security.model import Depth, privilege
from dataverse.security.roles import APPLICATION
from dataverse.webapi import Ref
from work365.examining.seen import BillingSeen, Drift, EntitySeen, FailedCalls, JobsSeen, RatesSeen, RightsSeen
from work365.jobs import JobState
from work365.receivables.payments import Processor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from dataverse.webapi import WebApi

FAILED = 31
PROCESSOR = "w365_paymentprocessor"
WORDS_MAX = 200
PRINTED = {
    "w365_taxregistration": "tax registration",
    "w365_address": "address",
    "w365_email": "e-mail address",
    "w365_bankdetails": "bank details",
}
"""What an invoice prints of its legal entity beside name and country, which cannot be empty."""


class DataverseHealth:
    """One environment, looked at."""

    tables = len(drift.OURS)

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def server_time(self) -> datetime | None:
        """The date of an answer."""
        return self._api.server_time()

    def drifts(self) -> list[Drift]:
        """Tables against the model."""
        return drift.drifts(drift.definitions(self._api))

    def rights(self, application: str) -> RightsSeen:
        """The application user, its role, and what of the role's privileges it lacks or has at less depth."""
        named = application or self._own_application()
        user = DataverseIdentities(self._api).user(named) if named else None
        if user is None:
            return RightsSeen(named, there=False)
        held = privileges(self._api, user.id)
        missing = tuple(name for name, depth in _needed() if reach(held.get(name.lower())) < depth)
        return RightsSeen(named, there=True, disabled=user.disabled, has_role=APPLICATION.name in user.roles, missing=missing)

    def failed_calls(self, steps: Sequence[str], since: datetime) -> FailedCalls:
        """System jobs that belong to our steps."""
        ours = self._api.find(Query("sdkmessageprocessingstep", ("sdkmessageprocessingstepid",), filter=any_of("name", steps)))
        ids = [str(row["sdkmessageprocessingstepid"]) for row in ours]
        failed = both(any_of("_owningextensionid_value", ids), eq("statuscode", FAILED), ge("completedon", since))
        columns = ("friendlymessage", "message", "completedon")
        rows = list(self._api.find(Query("asyncoperation", columns, filter=failed, order="completedon desc")))
        words = str(rows[0]["friendlymessage"] or rows[0]["message"] or "").split("\n")[0] if rows else ""
        return FailedCalls(len(rows), words[:WORDS_MAX])

    def jobs(self, now: datetime) -> JobsSeen:
        """Open jobs whose time has come; a job that waits for its time, or for a person, is not late."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        resting = [choice_value("w365_job", "statuscode", state.value) for state in JobState if state.resting and not state.final]
        at_work = both(eq("statecode", 0), *(ne("statuscode", value) for value in resting))
        due = both(at_work, either(is_null("w365_notbefore"), le("w365_notbefore", now)))
        rows = list(self._api.find(Query("w365_job", ("createdon", "w365_notbefore", "w365_startedon"), filter=due)))
        since = [instant(row["w365_startedon"] or row["w365_notbefore"] or row["createdon"]) for row in rows]
        gone = both(eq("statuscode", choice_value("w365_job", "statuscode", "Failed")), ge("w365_finishedon", midnight))
        failed = sum(1 for _ in self._api.find(Query("w365_job", ("w365_jobid",), filter=gone)))
        return JobsSeen(len(rows), min(since, default=None), failed)

    def billing(self, today: date) -> BillingSeen:
        """The newest run, and what should have been billed before yesterday."""
        yesterday = today - timedelta(days=1)
        never_billed = both(is_null("w365_nextinvoicedate"), lt("w365_startdate", yesterday))
        late = both(eq("statecode", 0), either(lt("w365_nextinvoicedate", yesterday), never_billed))
        overdue = sum(1 for _ in self._api.find(Query("w365_billingcontract", ("w365_billingcontractid",), filter=late)))
        last = self._api.first(Query("w365_billingrun", ("w365_asof",), order="w365_asof desc"))
        open_ones = both(eq("statecode", 0), lt("w365_Run/w365_asof", yesterday))
        chunks = sum(1 for _ in self._api.find(Query("w365_billingchunk", ("w365_billingchunkid",), filter=open_ones)))
        return BillingSeen(overdue, maybe(day, last["w365_asof"]) if last else None, chunks)

    def entities(self) -> list[EntitySeen]:
        """Active legal entities."""
        columns = ("w365_code", "w365_timezone", *PRINTED)
        rows = self._api.find(Query("w365_legalentity", columns, filter=eq("statecode", 0), order="w365_code"))
        return [
            EntitySeen(row["w365_code"], row["w365_timezone"], tuple(word for name, word in PRINTED.items() if not row[name]))
            for row in rows
        ]

    def rates(self, source: str) -> RatesSeen:
        """The newest day of a source, "" for any, and the active legal entities without an age for rates."""
        of_it = both(eq("statecode", 0), eq("w365_source", source) if source else "")
        newest = self._api.first(Query("w365_exchangerate", ("w365_ratedate",), filter=of_it, order="w365_ratedate desc"))
        strict = both(eq("statecode", 0), either(is_null("w365_rateagedays"), eq("w365_rateagedays", 0)))
        entities = self._api.find(Query("w365_legalentity", ("w365_code",), filter=strict, order="w365_code"))
        return RatesSeen(day(newest["w365_ratedate"]) if newest else None, tuple(row["w365_code"] for row in entities))

    def processors(self) -> list[Processor]:
        """Active payment processors that take charges."""
        by_hand = choice_value(PROCESSOR, "w365_kind", "Manual")
        active = both(eq("statecode", 0), ne("w365_kind", by_hand))
        columns = ("w365_paymentprocessorid", "w365_code", "w365_kind", "w365_secretname")
        rows = self._api.find(Query(PROCESSOR, columns, filter=active, order="w365_code"))
        return [
            Processor(
                row["w365_paymentprocessorid"],
                row["w365_code"],
                choice_label(PROCESSOR, "w365_kind", row["w365_kind"]),
                row["w365_secretname"] or "",
            )
            for row in rows
        ]

    def _own_application(self) -> str:
        who = self._api.who_am_i()["UserId"]
        row = self._api.read(Ref("systemuser", who), select=("applicationid",))
        return str(row["applicationid"] or "")


def _needed() -> Iterator[tuple[str, Depth]]:
    """Privileges of the application user's role, with their depths."""
    for (table, right), depth in APPLICATION.grants.items():
        yield privilege(table_of(table), right), depth
    for name in APPLICATION.more:
        yield name, Depth.ORGANIZATION


def reach(level: str | None) -> int:
    """How far a privilege reaches, by its name in RolePrivilege; 0 when it is not held."""
    return next((int(depth) for depth in Depth if depth.level == level), 0)
