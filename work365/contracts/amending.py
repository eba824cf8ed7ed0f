"""From amendments and schedules to the course of cycles: which terms hold from which day on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.contracts.amendment import ScheduledBy, in_order
from work365.contracts.course import Course, refuse_cut

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from work365.contracts.amendment import Amendment, Schedule
    from work365.contracts.contract import BillingContract


def course_of(contract: BillingContract) -> Course:
    """The cycles of a contract with amendments, or of a subscription with schedules of its own.

    Errors: BadInput when the cycles change on a day on which they cannot, or terms contradict each other.
    """
    stretches: list[BillingContract] = []
    for terms in _standing(contract):
        if stretches and contract.end is not None and terms.start >= contract.end:
            continue
        while stretches and stretches[-1].start >= terms.start:
            stretches.pop()
        if stretches and not stretches[-1].runs_into(terms):
            refuse_cut(stretches[-1], terms)
        stretches.append(terms)
    ends = [*(after.start for after in stretches[1:]), contract.end]
    parts = tuple(replace(terms, end=end) for terms, end in zip(stretches, ends, strict=True))
    return Course(parts)


def _standing(contract: BillingContract) -> Iterator[BillingContract]:
    """The terms that the contract begins with, and those that each change leads to, from the day on which they begin to hold.

    Shape: no amendments, no end; in the order of the days on which they change, so one may begin before the one before it.
    """
    amendments = in_order(contract.amendments)
    schedules = sorted(contract.schedules, key=lambda one: _schedule_order(one, contract.start))
    agreed = _first_terms(contract)
    own: Schedule | None = None
    running = agreed
    yield agreed
    for day in sorted({*(one.effective for one in amendments), *(one.since or contract.start for one in schedules)}):
        for amendment in amendments:
            agreed = _amended(agreed, amendment) if amendment.effective == day else agreed
        for schedule in schedules:
            own = schedule if (schedule.since or contract.start) == day else own
        terms = agreed if own is None or agreed.scheduled_by is ScheduledBy.CONTRACT else _own(agreed, own, contract.start)
        if not running.runs_into(terms) or day <= contract.start:
            yield replace(terms, start=max(day, contract.start))
        elif (running.policy, running.prorate) != (terms.policy, terms.prorate):
            cycle = running.cadence.containing(day)
            yield replace(terms, start=day if cycle.start == day else cycle.end)
        running = terms


def _schedule_order(one: Schedule, start: date) -> tuple[date, date]:
    since = one.since or start
    return since, one.recorded or since


def _first_terms(contract: BillingContract) -> BillingContract:
    """What the contract began with, its anchor and bill day spelled out."""
    anchor = contract.anchor or contract.start
    bill_day = contract.bill_day or anchor.day
    return replace(contract, end=None, anchor=anchor, bill_day=bill_day, amendments=(), schedules=())


def _amended(terms: BillingContract, one: Amendment) -> BillingContract:
    """The terms after an amendment. Another bill day alone keeps the months in which cycles begin."""
    moved = one.anchor or (one.effective if one.frequency not in (None, terms.frequency) else terms.anchor)
    return replace(
        terms,
        frequency=one.frequency or terms.frequency,
        anchor=moved,
        bill_day=one.bill_day or (one.anchor.day if one.anchor else terms.bill_day),
        policy=one.policy or terms.policy,
        prorate=one.prorate or terms.prorate,
        scheduled_by=one.scheduled_by or terms.scheduled_by,
        payer=terms.payer if one.payer is None else one.payer,
    )


def _own(agreed: BillingContract, own: Schedule, start: date) -> BillingContract:
    """The contract's terms in a subscription's own cycles."""
    if own.frequency is None:
        return agreed
    return replace(agreed, frequency=own.frequency, anchor=own.anchor or own.since or start, bill_day=None)
