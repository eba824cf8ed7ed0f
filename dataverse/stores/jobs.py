"""Job rows: what people, flows and timers asked for."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Failed, Get, Rows, Update
from dataverse.query import Query, any_of, both, either, eq, gt, is_null, lt, ne
from dataverse.rows import choice_label, instant, maybe, status, status_label
from dataverse.webapi import Ref
from work365.errors import BadInput, InvariantBroken, Unavailable
from work365.jobs import Job, JobKind, JobResult, JobState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi

TABLE = "w365_job"
COLUMNS = (
    "w365_key",
    "w365_kind",
    "_w365_invoice_value",
    "_w365_payment_value",
    "_w365_profile_value",
    "w365_amount",
    "_transactioncurrencyid_value",
    "w365_arguments",
    "w365_attempts",
    "w365_askedon",
    "w365_startedon",
    "statuscode",
)
ASKED_KEPT = timedelta(days=1)
"""How long a sweep looks for jobs that a person asked for and whose event was lost."""
NO_CURRENCY = "XXX"
"""ISO 4217's own code for no currency."""

CREATOR = "createdby($select=azureactivedirectoryobjectid,applicationid)"
NOBODY = "00000000-0000-0000-0000-000000000000"
"""For whom a job is done whose creator is unknown to the directory: Dataverse then refuses what it would do in his name."""


class Jobs:
    """The job book over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def load(self, job: str) -> Job:
        """Read one job afresh."""
        return self._value(self._api.read(Ref(TABLE, job), select=COLUMNS, expand=CREATOR))

    def begin(self, job: Job, now: datetime) -> Job:
        """Mark a job as running and read it again in the same request, for its new version."""
        row = {**status(TABLE, JobState.RUNNING.value), "w365_attempts": job.attempts + 1, "w365_startedon": now}
        marked, found = self._api.batch(
            [ChangeSet([Update(Ref(TABLE, job.id), row, job.etag)]), Get(Ref(TABLE, job.id), COLUMNS, CREATOR)]
        )
        if isinstance(marked, Failed):
            raise marked.error
        if not isinstance(found, Rows):
            message = f"job {job.id} was marked as running and could not be read again; it runs at the next attempt"
            raise Unavailable(message, system="dataverse")
        return self._value(found.rows[0])

    def finish(self, job: Job, result: JobResult, now: datetime) -> None:
        """Record what became of a job."""
        row: Row = {**status(TABLE, result.state.value), "w365_message": result.message[:4000]}
        if result.arguments is not None:
            row["w365_arguments"] = json.dumps(dict(result.arguments))
        if result.state.final:
            row["w365_finishedon"] = now
        elif result.again_in_s is not None:
            row["w365_notbefore"] = now + timedelta(seconds=result.again_in_s)
        self._api.update(Ref(TABLE, job.id), row, etag=job.etag)

    def due(self, now: datetime, *, untouched_s: int) -> Iterable[str]:
        """Ids of open jobs that nobody has touched for a while, and of those at rest that a person has asked for."""
        untouched = lt("modifiedon", now - timedelta(seconds=untouched_s))
        resting = [status(TABLE, state.value)["statuscode"] for state in JobState if state.resting]
        open_ = both(
            eq("statecode", 0),
            *(
                ne("statuscode", status(TABLE, state.value)["statuscode"])
                for state in JobState
                if state.resting and not state.final
            ),
            either(is_null("w365_notbefore"), lt("w365_notbefore", now)),
        )
        asked = both(any_of("statuscode", resting), gt("w365_askedon", now - ASKED_KEPT), "w365_askedon gt w365_startedon")
        wanted = both(untouched, either(open_, asked))
        for row in self._api.find(Query(TABLE, ("w365_jobid",), filter=wanted, order="createdon")):
            yield row["w365_jobid"]

    @cached_property
    def _me(self) -> str:
        """Our own user."""
        return str(self._api.who_am_i()["UserId"])

    def _person(self, creator: Row) -> str | None:
        """For whom a job is done: None only for our own user; other applications have rights of their own, as people have."""
        if creator.get("applicationid") and creator.get("systemuserid") == self._me:
            return None
        return creator.get("azureactivedirectoryobjectid") or NOBODY

    def _value(self, row: Row) -> Job:
        code = row.get("_transactioncurrencyid_value")
        amount = row.get("w365_amount")
        said = arguments_of(row.get("w365_arguments"))
        return Job(
            id=row["w365_jobid"],
            key=row["w365_key"],
            kind=JobKind(choice_label(TABLE, "w365_kind", row["w365_kind"])),
            state=JobState(status_label(TABLE, row)),
            invoice=row.get("_w365_invoice_value"),
            payment=row.get("_w365_payment_value"),
            profile=row.get("_w365_profile_value"),
            amount=None if amount is None else Decimal(amount),
            currency=self._currency(code) if code else "",
            arguments=said or {},
            unread="" if said is not None else row["w365_arguments"],
            attempts=row.get("w365_attempts") or 0,
            asked=_asked(row),
            person=(row.get("createdby") or {}).get("systemuserid") or "",
            on_behalf_of=self._person(row.get("createdby") or {}),
            etag=row["@odata.etag"],
        )

    def _currency(self, row_id: str) -> str:
        """A job's currency. One that we do not know is no reason not to load the job: its handler refuses it with a sentence."""
        try:
            return self._currencies.code(row_id)
        except (BadInput, InvariantBroken):
            return NO_CURRENCY


def _asked(row: Row) -> bool:
    asked, started = (maybe(instant, row.get(name)) for name in ("w365_askedon", "w365_startedon"))
    return asked is not None and (started is None or asked > started)


def arguments_of(text: str | None) -> dict[str, str] | None:
    """The job's arguments, none where nothing is written; None for what is no JSON object, whose meaning nobody knows."""
    if text is None or not text.strip():
        return {}
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return {str(key): str(value) for key, value in read.items()} if isinstance(read, dict) else None
