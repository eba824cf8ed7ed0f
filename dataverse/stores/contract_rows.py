"""A billing contract's row as its terms: cadence, policy and end; and what was decided about missed cycles."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from dataverse.rows import choice_label, choice_value, day, maybe
from work365.contracts.amendment import ScheduledBy
from work365.contracts.as_json import amendment_said, amendments, began, began_said
from work365.contracts.contract import BillingContract
from work365.contracts.policy import ChangesBilled, Policy, Prorate
from work365.errors import BadInput
from work365.invoicing.decision import CatchUp, Decision
from work365.periods import ANNUAL, MONTHLY, QUARTERLY, SEMIANNUAL, TRIENNIAL, Frequency, Unit
from work365.strict_json import document, members, needed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dataverse.webapi import Row
    from work365.money import Currency

T = TypeVar("T")
CONTRACT_TABLE = "w365_billingcontract"
FREQUENCY = {"Monthly": MONTHLY, "Quarterly": QUARTERLY, "Semi-annual": SEMIANNUAL, "Annual": ANNUAL, "Triennial": TRIENNIAL}
COUNTED = {"Every n months": Unit.MONTH, "Every n weeks": Unit.WEEK}
SCHEDULED_BY = {"Contract": ScheduledBy.CONTRACT, "Item": ScheduledBy.ITEM}
POLICY = {"Advance": Policy.ADVANCE, "Arrears": Policy.ARREARS}
PRORATE = {"Days": Prorate.DAYS, "Months": Prorate.MONTHS, "30-day months": Prorate.DAYS30, "None": Prorate.NONE}
CHANGES_BILLED = {"Now": ChangesBilled.NOW, "Next cycle": ChangesBilled.NEXT_CYCLE}
CONTRACT = {
    "w365_startdate": "start date",
    "w365_billday": "bill day",
    "w365_frequency": "frequency",
    "w365_policy": "policy (advance or arrears)",
    "w365_prorate": "way of proration",
    "w365_changesbilled": "choice of when changes are billed",
    "_transactioncurrencyid_value": "currency",
    "_w365_account_value": "customer",
}
"""Columns that billing cannot do without, in words. The platform's forms ask for them; its Web API does not."""


def contract_of(row: Row, code: Currency) -> BillingContract:
    """A contract's terms. Errors: BadInput when they contradict each other.

    Shape: the columns of a contract that was amended say what holds now; what it began with stands with its amendments.
    """

    def label(column: str) -> str:
        return choice_label(CONTRACT_TABLE, column, row[column])

    terms = BillingContract(
        id=row["w365_billingcontractid"],
        currency=code,
        start=day(row["w365_startdate"]),
        frequency=frequency_of(row, CONTRACT_TABLE) or MONTHLY,
        bill_day=row["w365_billday"],
        policy=POLICY[label("w365_policy")],
        prorate=PRORATE[label("w365_prorate")],
        changes_billed=CHANGES_BILLED[label("w365_changesbilled")],
        end=end_of_contract(row),
        discount_percent=Decimal(row.get("w365_discountpercent") or 0),
        offset_days=row.get("w365_offsetdays") or 0,
        anchor=maybe(day, row["w365_cycleanchor"]),
        scheduled_by=ScheduledBy.CONTRACT if row["w365_scheduledby"] is None else SCHEDULED_BY[label("w365_scheduledby")],
    )
    return _amended(terms, row["w365_amendments"]) if row["w365_amendments"] else terms


def _amended(terms: BillingContract, kept: str) -> BillingContract:
    """A contract with the terms that it began with, and its amendments."""
    written = members(document(kept.encode()), "amendments", "began amendments price_lists payers")
    found = needed(written, "amendments", "amendments", amendments)
    return replace(terms, **needed(written, "amendments", "began", began), amendments=found)


def amended_columns(contract: BillingContract, beside: Mapping[str, Any]) -> Row:
    """What is kept of an amended contract: the terms that it began with, its amendments, and `beside`: price lists and payers."""
    kept = {**beside, "began": began_said(contract), "amendments": [amendment_said(one) for one in contract.amendments]}
    return {"w365_amendments": json.dumps(kept)}


def standing_columns(contract: BillingContract, on: date) -> Row:
    """What the columns of an amended contract say on a day: its terms then."""
    held = contract.on(on)
    label, count = _frequency_words(held.frequency)
    labels = {
        "w365_frequency": label,
        "w365_policy": _label(POLICY, held.policy),
        "w365_prorate": _label(PRORATE, held.prorate),
        "w365_scheduledby": _label(SCHEDULED_BY, contract.scheduled_on(on)),
    }
    return {
        **{column: choice_value(CONTRACT_TABLE, column, label) for column, label in labels.items()},
        "w365_frequencycount": count,
        "w365_billday": held.cadence.bill_day,
        "w365_cycleanchor": held.anchor,
    }


def _frequency_words(every: Frequency) -> tuple[str, int | None]:
    """The label of a frequency, and the count where the label leaves it open."""
    named = next((label for label, one in FREQUENCY.items() if one == every), None)
    return (named, None) if named else (_label(COUNTED, every.unit), every.every)


def _label(labels: Mapping[str, T], value: T) -> str:
    return next(label for label, one in labels.items() if one == value)


def frequency_of(row: Row, table: str) -> Frequency | None:
    """How long a cycle is; None where the row says nothing. Errors: BadInput for a count that is missing."""
    if row["w365_frequency"] is None:
        return None
    label = choice_label(table, "w365_frequency", row["w365_frequency"])
    if label in FREQUENCY:
        return FREQUENCY[label]
    if row["w365_frequencycount"] is None:
        message = f"the frequency '{label}' needs a frequency count; enter how many"
        raise BadInput(message)
    return Frequency(row["w365_frequencycount"], COUNTED[label])


def end_of_contract(row: Row) -> date | None:
    """The first day after a contract, as far as that is known."""
    return first_of(row.get("w365_enddate"), None if row.get("w365_autorenew") else row.get("w365_termend"))


def first_of(*days: str | None) -> date | None:
    """The earliest of some ends; None when there is none."""
    return min((day(text) for text in days if text is not None), default=None)


def decision_of(row: Row) -> Decision | None:
    """What a person decided about cycles that were missed; None before that."""
    chosen = row["w365_catchup"]
    if chosen is None:
        return None
    choice = CatchUp(choice_label(CONTRACT_TABLE, "w365_catchup", chosen))
    return Decision(choice, row["w365_catchupreason"] or "", maybe(day, row["w365_catchupuntil"]))
