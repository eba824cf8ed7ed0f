"""Rows of approvals and delegations into values, and requests into rows. Pure: calls nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dataverse.batch import Create, Op, Update
from dataverse.query import both, not_null
from dataverse.rows import bind, choice_label, choice_value, day, decimal, etag, formatted, instant, maybe, status, status_label
from dataverse.webapi import Ref
from work365.approving.answering import Delegation
from work365.approving.approval import Approval, ApprovalState, Person
from work365.approving.matters import BY_LABEL
from work365.approving.thresholds import Size
from work365.ids import derived
from work365.jobs import JobState
from work365.money import Currency, exactly

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dataverse.rows import Row
    from work365.approving.request import Request, Whose
    from work365.ports.approvals import Answered, Asking
    from work365.ports.reviewing import Stands

TABLE, JOB, DELEGATION = "w365_approval", "w365_job", "w365_delegation"
COLUMNS = (
    *("w365_approvalid", "w365_number", "w365_matter", "w365_what", "w365_why", "w365_facts", "w365_fingerprint", "w365_wish"),
    *("w365_amount", "w365_percent", "w365_askedon", "w365_answerby", "w365_answeredon", "w365_reason", "statuscode"),
    *("_w365_job_value", "_w365_answer_value", "_w365_askedby_value", "w365_subject"),
)
EXPAND = (
    "w365_Job($select=w365_jobid,statuscode),w365_AskedBy($select=systemuserid,fullname),"
    "w365_AnsweredBy($select=systemuserid,fullname),w365_InPlaceOf($select=systemuserid,fullname),"
    "w365_Account($select=name),transactioncurrencyid($select=isocurrencycode)"
)
WHOLE_DELEGATION = both(not_null("w365_startdate"), not_null("_w365_delegate_value"))
"""One that says from when on, and who: forms ask for both, the table does not, and half a delegation lets nobody answer."""
DELEGATED = ("w365_startdate", "w365_enddate", "statecode", "_ownerid_value")
DELEGATED_EXPAND = "w365_Delegate($select=systemuserid,fullname)"
STOOD = "It stood before the threshold was set."
FACTS_MAX, WHY_MAX, WHAT_MAX, NAME_MAX = 20_000, 4000, 2000, 200


def approval(row: Row) -> Approval:
    """One approval with its job."""
    job = row["w365_Job"] or {}
    return Approval(
        id=row["w365_approvalid"],
        job=row["_w365_job_value"] or "",
        number=row["w365_number"],
        state=ApprovalState(status_label(TABLE, row)),
        what=row["w365_what"] or "",
        why=row["w365_why"] or "",
        fingerprint=row["w365_fingerprint"],
        wish=row["w365_wish"],
        asked_by=_person(row["w365_AskedBy"]) or Person(row["_w365_askedby_value"] or ""),
        asked_on=instant(row["w365_askedon"]),
        answer_by=instant(row["w365_answerby"]),
        matter=choice_label(TABLE, "w365_matter", row["w365_matter"]),
        size=_size(row),
        customer=(row["w365_Account"] or {}).get("name") or "",
        facts=_facts(row["w365_facts"]),
        job_state=JobState(status_label(JOB, job)) if job else None,
        answered_by=_person(row["w365_AnsweredBy"]),
        in_place_of=_person(row["w365_InPlaceOf"]),
        answered_on=maybe(instant, row["w365_answeredon"]),
        answer=row["_w365_answer_value"] or "",
        reason=row["w365_reason"] or "",
        subject=row["w365_subject"] or "",
        etag=etag(row),
    )


def asked(asking: Asking, currency: Row) -> Create:
    """A new approval. Shape: `currency` binds that of its amount, and is empty where it has none."""
    job, request = asking.job, asking.request
    key = f"{job.id}:{asking.number}"
    row: Row = {
        "w365_key": key,
        "w365_number": asking.number,
        "w365_why": asking.why[:WHY_MAX],
        "w365_wish": asking.wish,
        "w365_askedon": asking.now,
        "w365_answerby": asking.answer_by,
        **_request(request, asking.size, asking.whose),
        **currency,
        **bind("w365_Job", JOB, job.id),
        **bind("w365_AskedBy", "systemuser", request.author or job.person),
    }
    return Create(TABLE, row, derived("approval", key))


def stood(one: Stands, now: datetime, currency: Row) -> list[Op]:
    """An approval that nobody was asked for or answers, and that it counts. Shape: a row begins active, whatever it is to be."""
    request = one.entry.request
    key = f"{request.subject}:{request.fingerprint}"
    row: Row = {
        "w365_key": key,
        "w365_number": 1,
        "w365_why": one.why[:WHY_MAX],
        "w365_wish": request.fingerprint,
        "w365_askedon": now,
        "w365_answerby": now,
        **_request(request, one.size, one.entry.whose),
        **currency,
        **bind("w365_AskedBy", "systemuser", one.author),
    }
    identity = derived("approval", key)
    approved = {**status(TABLE, ApprovalState.APPROVED.value), "w365_reason": STOOD}
    return [Create(TABLE, row, identity), Update(Ref(TABLE, identity), approved)]


def _request(request: Request, size: Size, whose: Whose) -> Row:
    """What is asked, whose it is, and the size that was caught."""
    return {
        "w365_name": f"{size.matter.label}: {request.what}"[:NAME_MAX],
        "w365_subject": request.subject or None,
        "w365_matter": choice_value(TABLE, "w365_matter", size.matter.label),
        "w365_what": request.what[:WHAT_MAX],
        "w365_facts": json.dumps(dict(request.facts), ensure_ascii=False)[:FACTS_MAX],
        "w365_fingerprint": request.fingerprint,
        "w365_amount": None if size.amount is None else size.amount.major,
        "w365_percent": None if size.percent is None else round(size.percent, 4),
        **(bind("w365_Account", "account", whose.account) if whose.account else {}),
        **(bind("w365_LegalEntity", "w365_legalentity", whose.entity) if whose.entity else {}),
    }


def overtaken(reason: str) -> Row:
    """It is over without an answer that counts."""
    return {**status(TABLE, ApprovalState.OVERTAKEN.value), "w365_reason": reason[:WHY_MAX]}


def answered(said: Answered) -> Row:
    """The answer, by whom, in whose place, by which job."""
    place = said.in_place_of
    return {
        **status(TABLE, said.state.value),
        "w365_reason": said.reason or None,
        "w365_answeredon": said.now,
        **bind("w365_AnsweredBy", "systemuser", said.person),
        **bind("w365_Answer", JOB, said.job),
        **(bind("w365_InPlaceOf", "systemuser", place.id) if place is not None else {}),
    }


def delegation(row: Row) -> Delegation:
    """One delegation, read with annotations; its owner is the approver."""
    return Delegation(
        approver=Person(row["_ownerid_value"], formatted(row, "_ownerid_value")),
        delegate=_person(row["w365_Delegate"]) or Person(""),
        start=day(row["w365_startdate"]),
        end=maybe(day, row["w365_enddate"]),
        active=row["statecode"] == 0,
    )


def _size(row: Row) -> str:
    matter = BY_LABEL[choice_label(TABLE, "w365_matter", row["w365_matter"])]
    if row["w365_percent"] is not None:
        return str(Size(matter, percent=decimal(row["w365_percent"])))
    code = (row["transactioncurrencyid"] or {}).get("isocurrencycode")
    if row["w365_amount"] is None or not code:
        return str(Size(matter))
    return str(Size(matter, exactly(decimal(row["w365_amount"]), Currency(code))))


def _person(row: Row | None) -> Person | None:
    return None if row is None else Person(row["systemuserid"], row["fullname"] or "")


def _facts(text: str | None) -> Mapping[str, str]:
    """The facts; none where the text was cut, as the fingerprint is what counts."""
    try:
        read = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in read.items()} if isinstance(read, dict) else {}
