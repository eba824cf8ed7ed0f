"""Rows of suspensions and of what they are about into values, and moves into rows. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create, Op, Update
from dataverse.rows import Row, bind, choice_label, choice_value, day, decimal, instant, maybe, status, status_label
from dataverse.stores import job_rows
from dataverse.stores.changing_rows import called
from dataverse.webapi import Ref
from work365.jobs import JobState
from work365.money import currency
from work365.ports.suspending import Listed, Standing, Subject
from work365.subscriptions.held import Status
from work365.suspending.causes import Cause
from work365.suspending.running_cost import by_hand
from work365.suspending.suspension import State, Suspension, row_id

if TYPE_CHECKING:
    from datetime import date

    from work365.money import Money
    from work365.ports.suspending import Move
    from work365.suspending.running_cost import Running

TABLE, SUBSCRIPTION, CONTRACT, INVOICE = "w365_suspension", "w365_subscription", "w365_billingcontract", "w365_invoice"
CURRENCY = "transactioncurrencyid($select=isocurrencycode)"
PRODUCT = "w365_Product($select=w365_printedname)"
OF_SUBSCRIPTION = (
    *("w365_subscriptionid", "w365_name", "w365_printedname", "w365_externalid", "w365_quantity", "w365_unitcost", "statuscode"),
    "_w365_contract_value",
)
ENTITY = "w365_LegalEntity($select=w365_timezone)"
SUBSCRIPTION_EXPAND = (
    f"{PRODUCT},{CURRENCY},w365_Contract($select=w365_billingcontractid,_w365_account_value;"
    f"$expand=w365_Account($select=name),{ENTITY})"
)
STATE = (
    "w365_suspensionid",
    "w365_cause",
    "w365_warnings",
    "w365_warnedon",
    "w365_since",
    "statuscode",
    "_w365_subscription_value",
)
JOBS = ",".join(f"{lookup}($select=statuscode,w365_message)" for lookup in ("w365_PauseJob", "w365_ResumeJob"))
OPEN_EXPAND = f"w365_Subscription($select={','.join(OF_SUBSCRIPTION)};$expand={SUBSCRIPTION_EXPAND}),{JOBS}"
NAMED = f"w365_Subscription($select=w365_name,w365_printedname,w365_externalid;$expand={PRODUCT})"
DONE_EXPAND = f"{NAMED},w365_Contract($select=w365_billingcontractid;$expand={ENTITY})"
TOLD = (*STATE, "w365_decidedon", "w365_reason", "w365_costwords", "_w365_contract_value")
TOLD_EXPAND = f"{NAMED},w365_Invoice($select=w365_number,w365_duedate)"
LISTED = (
    *("w365_suspensionid", "w365_cause", "w365_reason", "w365_runningcost", "w365_costcurrency", "w365_costwords"),
    *("w365_atsupplier", "w365_warnings", "w365_decisionreason", "w365_message", "statuscode"),
)
LISTED_EXPAND = f"{NAMED},w365_Account($select=name),w365_DecidedBy($select=fullname)"
UNDECIDED: Row = {
    "w365_decidedon": None,
    "w365_decisionreason": None,
    **bind("w365_DecidedBy", "systemuser", None),
    **bind("w365_PauseJob", "w365_job", None),
    **bind("w365_ResumeJob", "w365_job", None),
}
"""What an earlier episode may have left on a row that is opened again."""
NOT_DONE = tuple(one for one in JobState if one.final and one is not JobState.SUCCEEDED)


def subject(row: Row, usage: Money | None = None) -> Subject:
    """A subscription."""
    contract = row.get("w365_Contract") or {}
    money = row.get("transactioncurrencyid") or {}
    return Subject(
        id=row["w365_subscriptionid"],
        name=called(row),
        contract=row["_w365_contract_value"] or "",
        account=contract.get("_w365_account_value") or "",
        customer=(contract.get("w365_Account") or {}).get("name") or "",
        running=status_label(SUBSCRIPTION, row) != Status.SUSPENDED.value,
        external_id=row["w365_externalid"] or "",
        quantity=row["w365_quantity"],
        unit_cost=maybe(decimal, row["w365_unitcost"]),
        currency=currency(money["isocurrencycode"]) if money else None,
        usage=usage,
        zone=zone_of(contract),
    )


def zone_of(contract: Row) -> str:
    """The time zone of the legal entity that bills a contract, read with `ENTITY`."""
    return (contract.get("w365_LegalEntity") or {}).get("w365_timezone") or "UTC"


def suspension(row: Row) -> Suspension:
    """A row, read with `STATE`; whether its job has ended, and how, is known where `JOBS` was read, too."""
    job, state = row.get("w365_PauseJob"), State(status_label(TABLE, row))
    return Suspension(
        id=row["w365_suspensionid"],
        state=state,
        warnings=row["w365_warnings"] or 0,
        warned_on=maybe(day, row["w365_warnedon"]),
        since=maybe(day, row["w365_since"]),
        pausing=job is not None and not JobState(status_label(job_rows.TABLE, job)).final,
        undone=_undone(job if state is State.CONFIRMED else row.get("w365_ResumeJob") if state is State.RESUMED else None),
        version=str(row["@odata.etag"]),
    )


def _undone(job: Row | None) -> str:
    """Why a job has ended without doing what it was asked for."""
    ended = None if job is None else JobState(status_label(job_rows.TABLE, job))
    return "" if job is None or ended not in NOT_DONE else job["w365_message"] or f"its job is {ended.value.lower()}"


def stands(row: Row) -> bool:
    """It is not over; or was to be, and still keeps its subscription from running. Read with `OPEN_EXPAND`."""
    read = suspension(row)
    return not read.state.over or bool(read.undone and not subject(row["w365_Subscription"]).running)


def cause_of(row: Row) -> Cause:
    """What asks for it."""
    return Cause(choice_label(TABLE, "w365_cause", row["w365_cause"]))


def write(move: Move, today: date, cost: Running | None) -> Op:
    """A move: a new row at an id that its episode gives, or the row that stands, under its version.

    Shape: `cost` where it was looked up: when the move warns or proposes.
    """
    case, change, before = move.case, move.change, move.case.before
    row: Row = {
        "w365_since": today,
        "w365_message": change.message,
        "w365_warnings": change.warnings,
        "w365_warnedon": change.warned_on,
        **status(TABLE, change.state.value),
    }
    if cost is not None:
        row |= _cost(cost) | {"w365_reason": change.message[:500], "w365_atsupplier": _by_hand(case.subject, active=False)}
    if change.state is State.RESUMABLE:
        row["w365_atsupplier"] = _by_hand(case.subject, active=True)
    if before is None:
        return Create(TABLE, row | _new(move), _id(move))
    if change.state is State.PROPOSED and before.state is State.CONFIRMED:
        row |= bind("w365_PauseJob", job_rows.TABLE, None)
    elif before.state is State.RESUMED and not change.asks:
        row |= bind("w365_ResumeJob", job_rows.TABLE, None)
    elif before.state.over:
        row |= UNDECIDED
    return Update(Ref(TABLE, before.id), row, before.version)


def _id(move: Move) -> str:
    trigger = move.case.trigger
    return row_id(move.case.subject.id, move.case.cause, "" if trigger is None else trigger.episode)


def _new(move: Move) -> Row:
    case, trigger = move.case, move.case.trigger
    episode, invoice = ("", "") if trigger is None else (trigger.episode, trigger.invoice)
    return {
        "w365_name": f"{case.subject.name}: {case.cause.value}"[:200],
        "w365_key": f"{case.subject.id}:{case.cause.value}:{episode}"[:160],
        "w365_cause": choice_value(TABLE, "w365_cause", case.cause.value),
        **bind("w365_Subscription", SUBSCRIPTION, case.subject.id),
        **bind("w365_Contract", CONTRACT, case.subject.contract),
        **bind("w365_Account", "account", case.subject.account),
        **(bind("w365_Invoice", INVOICE, invoice) if invoice else {}),
    }


def _cost(cost: Running) -> Row:
    amount = cost.amount
    return {
        "w365_runningcost": None if amount is None else amount.major,
        "w365_costcurrency": None if amount is None else amount.currency,
        "w365_costwords": cost.words[:500],
    }


def _by_hand(one: Subject, *, active: bool) -> str:
    return by_hand(one.name, at_supplier=bool(one.external_id), active=active)


def standing(row: Row) -> Standing:
    """A row of which somebody is told, read with `TOLD`."""
    invoice = row.get("w365_Invoice") or {}
    return Standing(
        suspension=suspension(row),
        cause=cause_of(row),
        contract=row["_w365_contract_value"] or "",
        subscription=row["_w365_subscription_value"],
        name=called(row["w365_Subscription"]),
        reason=row["w365_reason"],
        number=invoice.get("w365_number") or "",
        due=maybe(day, invoice.get("w365_duedate")),
        cost=row["w365_costwords"] or "",
        decided_on=maybe(instant, row["w365_decidedon"]),
    )


def listed(row: Row) -> Listed:
    """A row as people read it, read with `LISTED`."""
    cost, code = maybe(decimal, row["w365_runningcost"]), row["w365_costcurrency"] or ""
    return Listed(
        id=row["w365_suspensionid"],
        subscription=called(row["w365_Subscription"]),
        customer=(row.get("w365_Account") or {}).get("name") or "",
        cause=cause_of(row).value,
        state=State(status_label(TABLE, row)),
        reason=row["w365_reason"],
        cost="" if cost is None else f"{cost.normalize():f} {code}",
        cost_words=row["w365_costwords"] or "",
        at_supplier=row["w365_atsupplier"] or "",
        warnings=row["w365_warnings"] or 0,
        decided_by=(row.get("w365_DecidedBy") or {}).get("fullname") or "",
        decision=row["w365_decisionreason"] or "",
        message=row["w365_message"] or "",
        supplied=bool(row["w365_Subscription"]["w365_externalid"]),
        version=str(row["@odata.etag"]),
    )
