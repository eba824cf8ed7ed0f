"""A second opinion on what a contract must be billed: slow, day by day, in exact fractions.

It is written from the simulator's published format and docs/adr/0001 to 0004 and shares no code with the engine. It asks no run
what it did: it lists, for what is known and due in the end, the lines that the history implies, by looking at every single day.
Boundaries are found by walking from cycle to cycle, months by walking from month to month, and each day has a weight of its own.

Shape: a scenario as the JSON document of `w365 simulate`, valid, with runs in order of their days.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = timedelta(days=1)
NAMED = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12, "triennial": 36}
PLACES = {"JPY": 0, "USD": 2, "KWD": 3}


@dataclass(frozen=True)
class State:
    """Seats and price on one day; a state that costs as much by other numbers is another state."""

    quantity: int
    price: str | None
    cost: Fraction

    @property
    def named(self) -> tuple[int, Fraction | None]:
        """What tells two states apart."""
        return self.quantity, None if self.price is None else Fraction(self.price)


NOTHING = State(0, None, Fraction(0))


@dataclass(frozen=True)
class Wanted:
    """A line that the history implies; `sign` is -1 for what is given back."""

    subscription: str
    cycle: date
    start: date
    end: date
    state: State
    fraction: Fraction
    sign: int
    amount: Fraction


@dataclass(frozen=True)
class Cycle:
    """A whole cycle, its months (empty when it is counted in weeks), and the days of it that the contract covers."""

    start: date
    end: date
    months: tuple[date, ...]
    first: date
    stop: date


def nets(scenario: dict[str, Any]) -> dict[tuple[str, date], Fraction]:
    """What each subscription is billed in the end for each cycle, without its discount; nothing that is zero."""
    sums: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for line in lines(scenario):
        sums[line.subscription, line.cycle] += line.amount
    return {key: value for key, value in sums.items() if value}


def discounts(scenario: dict[str, Any]) -> dict[tuple[str, date], Fraction]:
    """What is taken off for each subscription and cycle in the end."""
    percent = Fraction(scenario["contract"].get("discount_percent") or 0)
    places = PLACES[scenario["currency"]]
    off = {}
    cycles, seen_to = billed(scenario)
    charged = nets(scenario)
    for subscription in scenario["subscriptions"]:
        known = [change for change in subscription["changes"] if _recorded(change) <= seen_to]
        for cycle in cycles:
            key = subscription["id"], cycle.start
            net = charged.get(key, Fraction(0))
            own = sum(
                (
                    _own_discount(scenario["contract"], subscription, known, cycle, discount, net, places)
                    for discount in subscription.get("discounts") or ()
                ),
                Fraction(0),
            )
            own = min(own, max(net, Fraction(0)))  # never more than there is
            off[key] = _rounded(-(net - own) * percent / 100, places) - own
    return {key: value for key, value in off.items() if value}


def _own_discount(
    contract: dict[str, Any],
    subscription: dict[str, Any],
    known: list[dict[str, Any]],
    cycle: Cycle,
    discount: dict[str, Any],
    net: Fraction,
    places: int,
) -> Fraction:
    """What one discount of a subscription takes off: of the printed sum where it holds throughout, else piece by piece."""
    first, stop = _covered(subscription, cycle)
    begins = max(first, date.fromisoformat(discount["start"])) if discount.get("start") else first
    ends = min(stop, date.fromisoformat(discount["end"])) if discount.get("end") else stop
    if begins >= ends:
        return Fraction(0)
    if discount.get("percent") and (begins, ends) == (first, stop):
        return _rounded(net * Fraction(discount["percent"]) / 100, places)
    states = {day: _state(subscription, known, day) for day in _days(begins, ends)}
    off = Fraction(0)
    for start, end, share in _grains(contract, cycle, begins, ends):
        state = max((states[day] for day in reversed(_days(start, end))), key=lambda one: one.cost)
        if discount.get("percent"):
            off += state.cost * share * Fraction(discount["percent"]) / 100
        else:
            off += min(state.cost, Fraction(discount["amount"]) * state.quantity) * share
    return _rounded(off, places)


def _covered(subscription: dict[str, Any], cycle: Cycle) -> tuple[date, date]:
    first = max(cycle.first, date.fromisoformat(subscription["start"]))
    stop = min(cycle.stop, date.fromisoformat(subscription["end"])) if subscription.get("end") else cycle.stop
    return first, stop


def lines(scenario: dict[str, Any]) -> list[Wanted]:
    """Every line that the history implies, once the last run is over: a free cycle is shown, a free change is not."""
    places = PLACES[scenario["currency"]]
    found: list[Wanted] = []
    cycles, seen_to = billed(scenario)
    for cycle in cycles:
        for subscription in scenario["subscriptions"]:
            known = [change for change in subscription["changes"] if _recorded(change) <= seen_to]
            found += _cycle_lines(scenario["contract"], subscription, known, cycle, places)
    return found


def billed(scenario: dict[str, Any]) -> tuple[list[Cycle], date]:
    """The cycles that are billed after the last run, and the day up to which changes count on their invoices."""
    contract = scenario["contract"]
    now = contract.get("changes_billed") != "next_cycle"
    seen_to, done = date.min, 0
    for run in (date.fromisoformat(run) for run in scenario["runs"]):
        due = len(due_cycles(contract, run))
        ended = contract.get("end") is not None and due == len(due_cycles(contract, date.fromisoformat(contract["end"])))
        if now or due > done or ended:
            seen_to = run
        done = max(done, due)
    last = max((date.fromisoformat(run) for run in scenario["runs"]), default=date.min)
    return due_cycles(contract, last), seen_to


def due_cycles(contract: dict[str, Any], run: date) -> list[Cycle]:
    """The cycles that a run of this day or an earlier one bills."""
    start = date.fromisoformat(contract["start"])
    end = date.fromisoformat(contract["end"]) if contract.get("end") else date.max
    advance = contract.get("policy") != "arrears"
    found: list[Cycle] = []
    for whole_start, whole_end, months in _cycles(contract, start):
        if whole_start > run or whole_start >= end:
            return found
        first, stop = max(whole_start, start), min(whole_end, end)
        if whole_end > start and first < stop and (first if advance else stop) <= run:
            found.append(Cycle(whole_start, whole_end, months, first, stop))
    return found


def _cycles(contract: dict[str, Any], start: date) -> Iterator[tuple[date, date, tuple[date, ...]]]:
    """Cycles from well before the contract's start, one after the other, for ever."""
    frequency = contract.get("frequency") or "monthly"
    every, unit = (NAMED[frequency], "month") if isinstance(frequency, str) else (frequency["every"], frequency["unit"])
    bill_day = contract.get("bill_day") or start.day
    anchor = _in_month(start.year, start.month, bill_day)
    number = -1
    while unit == "week" and anchor + timedelta(weeks=number * every) > start:
        number -= 1
    while True:
        if unit == "week":
            yield anchor + timedelta(weeks=number * every), anchor + timedelta(weeks=(number + 1) * every), ()
        else:
            months = tuple(_later(anchor, number * every + index, bill_day) for index in range(every + 1))
            yield months[0], months[-1], months
        number += 1


def _later(anchor: date, months: int, bill_day: int) -> date:
    year, month = anchor.year, anchor.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month in (0, 13):
            year, month = (year - 1, 12) if month == 0 else (year + 1, 1)
    return _in_month(year, month, bill_day)


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _cycle_lines(
    contract: dict[str, Any], subscription: dict[str, Any], known: list[dict[str, Any]], cycle: Cycle, places: int
) -> list[Wanted]:
    first, stop = _covered(subscription, cycle)
    if first >= stop:
        return []
    states = {day: _state(subscription, known, day) for day in _days(first, stop)}
    grains = _grains(contract, cycle, first, stop)
    steps = _steps(states, grains)
    found = []
    for index, (opened, state) in enumerate(steps):
        closes = stop if contract.get("policy") != "arrears" or index + 1 == len(steps) else steps[index + 1][0]
        share = sum((weight for start, _, weight in grains if opened <= start < closes), Fraction(0))
        if contract.get("policy") != "arrears" and index:
            found.append((opened, closes, steps[index - 1][1], share, -1))
        found.append((opened, closes, state, share, 1))
    wanted = [
        Wanted(subscription["id"], cycle.start, begun, ends, state, share, sign, sign * _rounded(state.cost * share, places))
        for begun, ends, state, share, sign in found
    ]
    return [line for line in wanted if line.state.quantity and (line.amount or line.start == first)]


def _steps(states: dict[date, State], grains: list[tuple[date, date, Fraction]]) -> list[tuple[date, State]]:
    """The first day of each state that is billed, grain by grain; of several states in a grain the dearest is
    billed, and of several that cost the same the last one.
    """
    steps: list[tuple[date, State]] = []
    for start, end, _ in grains:
        state = max((states[day] for day in reversed(_days(start, end))), key=lambda one: one.cost)
        if not steps or steps[-1][1].named != state.named:
            steps.append((start, state))
    return steps


def _grains(contract: dict[str, Any], cycle: Cycle, first: date, stop: date) -> list[tuple[date, date, Fraction]]:
    """The pieces of the billed days that are never divided, each with its share of the whole cycle."""
    prorate = contract.get("prorate") or "days"
    bill_day = contract.get("bill_day") or date.fromisoformat(contract["start"]).day
    if prorate == "none":
        return [(first, stop, Fraction(1))]
    if prorate == "months":
        months = list(zip(cycle.months, cycle.months[1:], strict=False))
        return [
            (max(start, first), min(end, stop), Fraction(1, len(months))) for start, end in months if start < stop and end > first
        ]
    if prorate == "days30":
        marks, whole = _thirties(cycle, bill_day), 30 * (len(cycle.months) - 1)
        return [(day, day + DAY, Fraction(marks[day + DAY] - marks[day], whole)) for day in _days(first, stop)]
    return [(day, day + DAY, Fraction(1, (cycle.end - cycle.start).days)) for day in _days(first, stop)]


def _thirties(cycle: Cycle, bill_day: int) -> dict[date, int]:
    """Where each day stands among months of thirty days: the 31st with the 30th, a boundary of a month that is too short for the
    bill day where it would stand in a month that is long enough.
    """
    boundaries = {month: (month.year * 12 + month.month) * 30 + min(bill_day, 30) for month in cycle.months}
    marks, lowest, highest = {}, 0, 0
    for day in _days(cycle.start, cycle.end + DAY):
        if day in boundaries:
            lowest, highest = boundaries[day], boundaries[day] + 30
        marks[day] = boundaries.get(day, min(max((day.year * 12 + day.month) * 30 + min(day.day, 30), lowest), highest))
    return marks


def _state(subscription: dict[str, Any], known: list[dict[str, Any]], day: date) -> State:
    """What is in force on a day: the winner of the last day that has a change, and the last price that a winner named."""
    winners: dict[str, dict[str, Any]] = {}
    for change in known:
        standing = winners.get(change["effective"])
        if standing is None or _recorded(change) >= _recorded(standing):
            winners[change["effective"]] = change
    price, quantity = subscription.get("unit_price") or "0", 0
    for effective in sorted(winners):
        if date.fromisoformat(effective) <= day:
            price, quantity = winners[effective].get("unit_price") or price, winners[effective]["quantity"]
    pricing = subscription.get("pricing")
    if pricing:
        return State(quantity, None, _tiered(pricing, quantity))
    return State(quantity, price, quantity * Fraction(price))


def _tiered(pricing: dict[str, Any], quantity: int) -> Fraction:
    """What a quantity costs, seat by seat."""
    if quantity == 0:
        return Fraction(0)
    if pricing["model"] == "package":
        sold = range(0, max(0, quantity - (pricing.get("free") or 0)), pricing["size"])
        return Fraction(pricing["price"]) * len(sold)
    amounts: dict[int, Fraction] = {}
    for seat in range(1, quantity + 1):
        index = next(index for index, tier in enumerate(pricing["tiers"]) if tier.get("up_to") is None or seat <= tier["up_to"])
        if pricing["model"] == "graduated":
            tier = pricing["tiers"][index]
            amounts[index] = amounts.get(index, Fraction(tier.get("flat") or 0)) + Fraction(tier.get("unit") or 0)
    if pricing["model"] != "graduated":
        tier = pricing["tiers"][index]
        amounts = {index: Fraction(tier.get("unit") or 0) * quantity + Fraction(tier.get("flat") or 0)}
    caps = {index: pricing["tiers"][index].get("cap") for index in amounts}
    return sum((value if caps[at] is None else min(value, Fraction(caps[at])) for at, value in amounts.items()), Fraction(0))


def _recorded(change: dict[str, Any]) -> date:
    return date.fromisoformat(change.get("recorded") or change["effective"])


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=index) for index in range((end - start).days)]


def _rounded(amount: Fraction, places: int) -> Fraction:
    nearest = floor(abs(amount) * 10**places + Fraction(1, 2))
    return Fraction(nearest if amount >= 0 else -nearest, 10**places)
