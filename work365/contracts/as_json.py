"""Frequencies, amendments and schedules as JSON: as a scenario writes them, and as a contract's row keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from work365.contracts.amendment import Amendment, Schedule, ScheduledBy
from work365.contracts.policy import Policy, Prorate
from work365.periods import FREQUENCIES, Frequency, Unit
from work365.strict_json import choice, day, distinct, each, members, needed, optional, refuse, shown, text, whole

if TYPE_CHECKING:
    from datetime import date
    from enum import Enum

    from work365.contracts.contract import BillingContract

Json = dict[str, Any]
MOST_AMENDMENTS = 100
MOST_UNITS_IN_CYCLE = 1_000

_CONTRACTS_CYCLES = "contract"
"""The frequency of a schedule that goes back to the cycles of the contract."""
_NAMES = {every: name for name, every in FREQUENCIES.items()}


def amendments(value: object, path: str) -> tuple[Amendment, ...]:
    """The amendments of a contract. Errors: BadInput, with the path of what is wrong."""
    found = each(MOST_AMENDMENTS, _amendment)(value, path)
    distinct([one.id for one in found], path)
    return found


def began(value: object, path: str) -> Json:
    """The terms that an amended contract began with, by the names of `BillingContract`. Errors: BadInput."""
    row = members(value, path, "frequency bill_day anchor policy prorate scheduled_by")
    return {
        "frequency": needed(row, path, "frequency", frequency),
        "bill_day": needed(row, path, "bill_day", whole(1, 31)),
        "anchor": needed(row, path, "anchor", day),
        "policy": needed(row, path, "policy", choice(Policy)),
        "prorate": needed(row, path, "prorate", choice(Prorate)),
        "scheduled_by": needed(row, path, "scheduled_by", choice(ScheduledBy)),
    }


def began_said(contract: BillingContract) -> Json:
    """The terms that a contract began with, in the words that `began` reads."""
    return {
        "frequency": frequency_said(contract.frequency),
        "bill_day": contract.cadence.bill_day,
        "anchor": (contract.anchor or contract.start).isoformat(),
        "policy": contract.policy.value,
        "prorate": contract.prorate.value,
        "scheduled_by": contract.scheduled_by.value,
    }


def schedules(value: object, path: str) -> tuple[Schedule, ...]:
    """The schedules of a subscription. Errors: BadInput, with the path of what is wrong."""
    return each(MOST_AMENDMENTS, _schedule)(value, path)


def _amendment(value: object, path: str) -> Amendment:
    row = members(value, path, "id effective recorded frequency bill_day anchor policy prorate scheduled_by payer")
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
        payer=optional(row, path, "payer", text),
    )


def _schedule(value: object, path: str) -> Schedule:
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


def amendment_said(one: Amendment) -> Json:
    """An amendment in the words that `amendments` reads."""
    return without_nones(
        id=one.id,
        effective=one.effective.isoformat(),
        recorded=_day(one.recorded),
        frequency=None if one.frequency is None else frequency_said(one.frequency),
        bill_day=one.bill_day,
        anchor=_day(one.anchor),
        policy=_value(one.policy),
        prorate=_value(one.prorate),
        scheduled_by=_value(one.scheduled_by),
        payer=one.payer,
    )


def schedule_said(one: Schedule) -> Json:
    """A schedule in the words that `schedules` reads."""
    every = _CONTRACTS_CYCLES if one.frequency is None else frequency_said(one.frequency)
    return without_nones(frequency=every, since=_day(one.since), anchor=_day(one.anchor), recorded=_day(one.recorded))


def frequency_said(every: Frequency) -> str | Json:
    """A frequency in the words that `frequency` reads."""
    return _NAMES.get(every) or {"every": every.every, "unit": every.unit.value}


def without_nones(**members: Any) -> Json:  # noqa: ANN401  whatever JSON holds
    """An object without the members that say nothing."""
    return {name: value for name, value in members.items() if value is not None}


def _day(one: date | None) -> str | None:
    return None if one is None else one.isoformat()


def _value(one: Enum | None) -> str | None:
    return None if one is None else str(one.value)
