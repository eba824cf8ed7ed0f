"""The seats that a bill counts: those of the log, and beside them what a reduction keeps or gives back otherwise than by days.

A reduction says what it gives back of the cycle that it falls into (`GivenBack`), as the refund policy decided when it was made:

    none    its seats are kept, unused, to the end of what was paid for when it was asked for; seats that are added meanwhile use
            them first
    days    nothing is said: the days that are left, which is what a bill gives back by itself
    hours   the hours that are left (work365/invoicing/desired.py)
    full    the cycle is billed as if they had never been there, the newest first, as the supplier's windows take them back too

Only what is billed in advance is paid before it is used; in arrears every seat counts for its own days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from work365.contracts.policy import Policy
from work365.crediting.policy import RefundRule
from work365.subscriptions.change_log import Change, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from work365.contracts.contract import BillingContract
    from work365.subscriptions.change_log import GivenBack


@dataclass(slots=True)
class _Kept:
    """Seats that nobody uses and that are paid for until a day, and the reduction that left them."""

    until: date
    seats: int
    by: Change


def counted(changes: Sequence[Change], terms: BillingContract) -> list[Change]:
    """The changes with the seats that are billed, in the order of their days; what is given back by the hour still says so.

    Shape: those that a run knows, of one subscription; `terms` in the cycles that it is billed in. Changes that are added bear
           the id of the reduction behind them, and only the last one of each id is not settled.
    """
    log, result, kept, seats = in_order(changes), list[Change](), list[_Kept](), 0
    for change in log:
        result += _released(kept, seats, change.effective)
        gone, seats, given = seats - change.quantity, change.quantity, change.given
        rule = given.rule if given and gone > 0 and terms.on(change.effective).policy is Policy.ADVANCE else None
        until = kept_until(change.effective, given.asked.date(), terms) if given and rule is RefundRule.NONE else None
        if until is not None:
            kept.append(_Kept(until, gone, change))
        elif gone < 0:
            _use(kept, -gone)
        hours = _from_its_hour(change, given, terms) if given and rule is RefundRule.HOURS else None
        settled = change.settled or until is not None
        result.append(replace(change, quantity=seats + _sum(kept), given=hours, settled=settled))
        if rule is RefundRule.FULL:
            result = _never_there(result, terms)
    return [*result, *_released(kept, seats, date.max)]


def kept_until(effective: date, asked: date, terms: BillingContract) -> date | None:
    """The day up to which a reduction without refund keeps what is paid; None where nothing was paid when it was asked for."""
    if terms.on(effective).policy is not Policy.ADVANCE:
        return None
    cycle = terms.cadence.containing(max(effective, asked))
    return None if asked < effective == cycle.start else cycle.end


def _from_its_hour(change: Change, given: GivenBack, terms: BillingContract) -> GivenBack | None:
    """From when on hours are given back; None where parts of a cycle are not measured, or on its first day all of it is."""
    day, asked = change.effective, given.asked
    if day == terms.cadence.containing(day).start or terms.indivisible(day) is not None:
        return None
    return given if asked.date() == day else replace(given, asked=datetime.combine(day, time(), asked.tzinfo))


def _released(kept: list[_Kept], seats: int, day: date) -> Iterator[Change]:
    """The changes by which kept seats go, up to a day; a real change of the same day comes after them."""
    for one in sorted(kept, key=lambda one: one.until):
        if one.until <= day:
            kept.remove(one)
            yield Change(one.by.id, one.until, seats + _sum(kept), recorded=date.min, settled=one.by.settled)


def _use(kept: list[_Kept], seats: int) -> None:
    """Added seats take the place of kept ones, those first that are kept longest."""
    for one in sorted(kept, key=lambda one: one.until, reverse=True):
        used = min(one.seats, seats)
        one.seats, seats = one.seats - used, seats - used


def _sum(kept: Sequence[_Kept]) -> int:
    return sum(one.seats for one in kept)


def _never_there(result: list[Change], terms: BillingContract) -> list[Change]:
    """The changes up to a reduction that is given back in full: in its cycle no more seats count than there are after it."""
    *earlier, reduction = result
    cycle = terms.cadence.containing(reduction.effective)
    if reduction.effective == cycle.start:
        return result
    there = [change for change in earlier if change.effective < cycle.start]
    inside = earlier[len(there) :]
    if there and there[-1].quantity > reduction.quantity and not (inside and inside[0].effective == cycle.start):
        there.append(_fewer(reduction, Change(reduction.id, cycle.start, 0)))
    for change in inside:
        there.append(change)
        if change.quantity > reduction.quantity and change.effective < reduction.effective:
            there.append(_fewer(reduction, change))
    return [*there, reduction]


def _fewer(reduction: Change, instead: Change) -> Change:
    """The seats of a reduction on an earlier day, at the price of that day."""
    return replace(instead, id=reduction.id, quantity=reduction.quantity, settled=True, given=None)
