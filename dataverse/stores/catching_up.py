"""Decisions about missed cycles: for all of them on the contract's row, for each in a row of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Update, Upsert, raise_failed
from dataverse.query import Query, any_of, both, eq
from dataverse.rows import bind, choice_label, choice_value, day
from dataverse.webapi import Ref
from work365.ids import derived
from work365.invoicing.decision import CatchUp, CycleDecision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from dataverse.webapi import Row, WebApi
    from work365.invoicing.decision import DecidedCycle, Decision
    from work365.ports.catching_up import Subject

CONTRACT, TABLE, SUBSCRIPTION = "w365_billingcontract", "w365_missedcycle", "w365_subscription"
REASON_MAX = 300
LABELS = {CatchUp.BILL_EACH: "Bill", CatchUp.COMBINE: "Combine", CatchUp.SKIP: "Skip"}
CHOICES = {label: choice for choice, label in LABELS.items()}
COLUMNS = ("_w365_contract_value", "_w365_subscription_value", "w365_cyclestart", "w365_choice", "w365_reason")


class CatchUps:
    """The catch-up book over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def decide(self, subject: Subject, decision: Decision | None, cycles: Sequence[DecidedCycle]) -> None:
        """Write the decisions in one change set, only on the version that was shown."""
        row = {"w365_number": subject.number} if decision is None else _for_all(decision)  # its number again: a new version
        contract = Update(Ref(CONTRACT, subject.contract), row, subject.version)
        raise_failed(self._api.batch([ChangeSet([contract, *(_keep(subject, one) for one in cycles)])])[0])


def _for_all(decision: Decision) -> Row:
    return {
        "w365_catchup": choice_value(CONTRACT, "w365_catchup", decision.choice.value),
        "w365_catchupreason": decision.reason[:REASON_MAX] or None,
        "w365_catchupuntil": decision.until,
    }


def _keep(subject: Subject, one: DecidedCycle) -> Upsert:
    """The row of a cycle; its id is derived, so a later decision takes the place of an earlier one."""
    start, decision = one.cycle.start.isoformat(), one.decision
    row = {
        "w365_name": f"{subject.number} {start} {LABELS[decision.choice].lower()}",
        "w365_cyclestart": one.cycle.start,
        "w365_cycleend": one.cycle.end,
        "w365_choice": choice_value(TABLE, "w365_choice", LABELS[decision.choice]),
        "w365_reason": decision.reason[:REASON_MAX] or None,
        **bind("w365_Contract", CONTRACT, subject.contract),
        **(bind("w365_Subscription", SUBSCRIPTION, one.subscription) if one.subscription else {}),
    }
    return Upsert(Ref(TABLE, derived("missed cycle", subject.contract, one.subscription, start)), row)


def decided_of(contracts: Sequence[str]) -> Query:
    """Every decision about single cycles of these contracts: a skipped one counts for good."""
    return Query(TABLE, COLUMNS, filter=both(any_of("_w365_contract_value", contracts), eq("statecode", 0)))


def decided_cycles(rows: Iterable[Row]) -> Mapping[tuple[str, date], CycleDecision]:
    """The decisions of one contract, by subscription ("" for the whole contract) and first day."""
    return {(row["_w365_subscription_value"] or "", day(row["w365_cyclestart"])): _decision(row) for row in rows}


def _decision(row: Row) -> CycleDecision:
    return CycleDecision(CHOICES[choice_label(TABLE, "w365_choice", row["w365_choice"])], row["w365_reason"] or "")
