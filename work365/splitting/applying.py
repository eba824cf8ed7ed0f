"""What a split makes of the rows that are there: log rows for each payer's part, and the day from which the parts are billed.

The parts are subscriptions of their own on the contracts that pay, with logs of their own, so that everything that holds for a
subscription holds for them: they are prorated, corrected when something is learned late, explained, and settled once. The
subscription itself keeps its log of what was bought and bills nothing from the split's first day on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.findings import Finding
from work365.parts.dated import in_force
from work365.parts.keeping import ROWS_MAX, Seats, bought, lacking, part_id
from work365.ports.parts import PartChange
from work365.ports.splitting import SplitChange
from work365.splitting.dividing import Division
from work365.splitting.history import history, named
from work365.splitting.wording import HELD, WITHOUT_TERMS, discounted, held_from, strangers, why, wrong
from work365.subscriptions.change_log import winners
from work365.subscriptions.ledger import Event, appended, standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from work365.ports.splitting import SplitSeen
    from work365.splitting.dividing import Part
    from work365.splitting.history import Step
    from work365.splitting.terms import Split
    from work365.subscriptions.ledger import LogRow

PURPOSE = "split"
UNDIVIDED = Division(0, (), 0)


def applied(seen: SplitSeen, today: date) -> tuple[SplitChange, list[Finding]]:
    """What is to be written for a split subscription, and what a person must look at."""
    change, findings = _applied(seen, today)
    return change, [replace(finding, contract=seen.main) for finding in findings]


def _applied(seen: SplitSeen, today: date) -> tuple[SplitChange, list[Finding]]:
    if seen.split is None:
        return SplitChange(seen, seen.split_from, held_back=seen.held_back), [_without_terms(seen)]
    steps = divided(seen, seen.split)
    findings = [*wrong(seen.name, steps, today), *_strangers(seen, seen.split, today), *_discounts(seen, seen.split, today)]
    held = held_from(steps, today)
    problem = held.division.held if held else _unpayable(seen, steps, today)
    if problem and not held:
        findings.append(_held(seen, problem))
    if problem:
        return SplitChange(seen, seen.split_from, held_back=problem), findings
    change = SplitChange(seen, seen.split.start, tuple(_marks(seen, seen.split.start)), tuple(_parts(seen, seen.split, steps)))
    if change.size > ROWS_MAX:
        message = f"{change.size} rows would be written at once; let the terms begin on a later day"
        return SplitChange(seen, seen.split_from, held_back=message), [*findings, _held(seen, message)]
    return change, findings


def divided(seen: SplitSeen, split: Split) -> list[Step]:
    """How the seats of a subscription are divided; none of them after its end."""
    return history(split, bought(seen.changes, seen.end), seen.users)


def _parts(seen: SplitSeen, split: Split, steps: Sequence[Step]) -> Iterator[PartChange]:
    """One for every payer whose part is not yet what it should be."""
    there = {part.payer: part for part in seen.parts}
    for payer in dict.fromkeys((*split.payers, *there)):
        part = there.get(payer)
        wanted = _wanted(seen, split, steps, payer)
        rows = lacking(() if part is None else part.rows, wanted, Event.SPLIT)
        start = split.start if part is None else min(split.start, part.start)
        if rows or (part is not None and (part.start, part.end, part.status) != (start, seen.end, seen.status)):
            reasons = tuple(why(_on(steps, row.effective, payer)) for row in rows)
            yield PartChange(
                id=part_id(PURPOSE, seen.id, payer),
                whole=seen.id,
                name=f"{seen.name}, part of {seen.payers[payer].number}",
                payer=seen.payers[payer],
                seen=part,
                start=start,
                end=seen.end,
                status=seen.status,
                sold=seen.sold,
                listed=seen.listed,
                rows=tuple(rows),
                why=reasons,
            )


def _on(steps: Sequence[Step], day: date, payer: str) -> Part:
    """A payer's part on a day; nothing before the split."""
    step = in_force(steps, day)
    return (step.division if step else UNDIVIDED).part_of(payer)


def _wanted(seen: SplitSeen, split: Split, steps: Sequence[Step], payer: str) -> list[Seats]:
    """Seats and price of a part on each day on which one of them may change."""
    prices = [
        Seats(change.effective, change.quantity, change.unit_price)
        for change in winners(seen.changes)
        if change.unit_price is not None
    ]
    days = sorted({step.day for step in steps} | {one.day for one in prices if one.day >= split.start})
    priced = ((day, in_force(prices, day)) for day in days)
    return [Seats(day, _on(steps, day, payer).seats, one.unit_price if one else seen.price) for day, one in priced]


def _marks(seen: SplitSeen, start: date) -> Iterator[LogRow]:
    """A row without seats on each day from which the subscription's own contract must be billed anew."""
    log = list(seen.rows)
    for day in sorted({day for day in (seen.split_from, start) if day is not None} if seen.split_from != start else ()):
        stands = standing(log, day)
        price = seen.price if stands.unit_price is None else stands.unit_price
        rows = appended(log, day, stands.quantity, price, Event.SPLIT)
        log += rows
        yield from rows


def _unpayable(seen: SplitSeen, steps: Sequence[Step], today: date) -> str:
    """Why a payer cannot be billed its part; empty when all of them can."""
    main = seen.payers[seen.main]
    pairs = list(zip(steps, [*steps[1:], None], strict=True))
    for payer in sorted(seen.payers.values(), key=lambda one: one.number):
        theirs = [(step, after) for step, after in pairs if step.division.part_of(payer.id).seats]
        if not theirs:
            continue
        first = theirs[0][0].day
        now = any(after is None or after.day > today for _, after in theirs)
        who = f"contract {payer.number}, which pays for a part of it"
        if first < payer.start:
            return f"{who} from {first} on, begins on {payer.start}; let it begin earlier, or let another contract pay until then"
        if now and payer.over(today):
            return f"{who}, has ended; let another contract pay, from some day on"
        if now and payer.frequency != seen.frequency and not seen.listed:
            return (
                f"its price is for a cycle that is {seen.frequency.words}, and {who}, is billed {payer.frequency.words}; choose "
                "a contract with the same frequency"
            )
        if now and payer.prices_include_tax != main.prices_include_tax:
            return (
                f"prices include tax on one of the contracts {main.number} and {payer.number} only; choose contracts that agree"
            )
    return ""


def _strangers(seen: SplitSeen, split: Split, today: date) -> Iterator[Finding]:
    """Users who hold the licence and are nobody's; where no licence is named, everybody in the tenant might be one."""
    terms = split.on(today)
    if terms is not None and terms.licence:
        count = len(named(split, seen.users, today).get("", ()))
        if count:
            yield strangers(seen.name, count, today)


def _discounts(seen: SplitSeen, split: Split, today: date) -> Iterator[Finding]:
    names = [name for name, end in seen.discounts if end is None or end > today]
    if names and today >= split.start:
        yield discounted(seen.name, names)


def _held(seen: SplitSeen, problem: str) -> Finding:
    return Finding(HELD, seen.name, f"Subscription {seen.name} cannot be billed: {problem}.")


def _without_terms(seen: SplitSeen) -> Finding:
    message = (
        f"Subscription {seen.name} was split, and no terms of its split are active any more: its payers go on as they were. "
        "Add terms from some day on; terms without shares give everything to its own contract."
    )
    return Finding(WITHOUT_TERMS, seen.name, message)
