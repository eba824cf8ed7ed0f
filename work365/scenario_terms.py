"""When a scenario's contract and subscriptions are billed: frequencies, amendments, schedules of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from work365.contracts.amendment import Amendment, Schedule, ScheduledBy
from work365.contracts.contract import Policy, Prorate
from work365.errors import BadInput
from work365.periods import FREQUENCIES, Frequency, Unit
from work365.strict_json import choice, day, distinct, each, members, needed, optional, refuse, shown, text, whole

if TYPE_CHECKING:
    from work365.contracts.contract import BillingContract

MOST_AMENDMENTS = 100
MOST_UNITS_IN_CYCLE = 1_000

_CONTRACTS_CYCLES = "contract"
"""The frequency of a schedule that goes back to the cycles of the contract."""


def amended(contract: BillingContract, row: dict[str, Any], path: str) -> BillingContract:
    """A contract with the amendments of its row. Errors: BadInput, also where the cycles change on a day on which they cannot."""
    amendments = optional(row, path, "amendments", each(MOST_AMENDMENTS, _amendment)) or ()
    distinct([one.id for one in amendments], f"{path}.amendments")
    try:
        return replace(contract, amendments=amendments)
    except BadInput as error:
        refuse(f"{path}.amendments", error.message)


def _amendment(value: object, path: str) -> Amendment:
    row = members(value, path, "id effective recorded frequency bill_day anchor policy prorate scheduled_by")
    effective = needed(row, path, "effective", day)
    return Amendment(
        id=needed(row, path, "id", text),
        effective=effective,
        recorded=optional(row, path, "recorded", day) or effective,
        frequency=optional(row, path, "frequency", frequency),
        bill_day=optional(row, path, "bill_day", whole(1, 31)),
        anchor=optional(row, path, "anchor", day),
        policy=optional(row, path, "policy", choice(Policy)),
        prorate=optional(row, path, "prorate", choice(Prorate)),
        scheduled_by=optional(row, path, "scheduled_by", choice(ScheduledBy)),
    )


def schedule(value: object, path: str) -> Schedule:
    """Cycles of a subscription's own from a day on; frequency `contract` goes back to the contract's."""
    row = members(value, path, "frequency since anchor recorded")
    every = None if row.get("frequency") == _CONTRACTS_CYCLES else needed(row, path, "frequency", frequency)
    since = optional(row, path, "since", day)
    return Schedule(every, since, optional(row, path, "anchor", day), optional(row, path, "recorded", day) or since)


def frequency(value: object, path: str) -> Frequency:
    """How long a cycle is: a name, or every so many weeks or months."""
    if isinstance(value, dict):
        return _counted(value, path)
    if not isinstance(value, str) or value not in FREQUENCIES:
        refuse(
            path,
            f'{shown(value)} is not a frequency; use {", ".join(FREQUENCIES)}, or {{"every": 2, "unit": "week"}} (or "month")',
        )
    return FREQUENCIES[value]


def _counted(value: dict[str, Any], path: str) -> Frequency:
    row = members(value, path, "every unit")
    unit = needed(row, path, "unit", text)
    if unit not in (Unit.WEEK.value, Unit.MONTH.value):
        refuse(f"{path}.unit", f"{shown(unit)} is not possible here; use week or month")
    return Frequency(needed(row, path, "every", whole(1, MOST_UNITS_IN_CYCLE)), Unit(unit))
