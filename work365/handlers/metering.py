"""Importing usage, some hundred lines at a time, and watching thresholds.

Safe to run again from any point: a version's id is derived from its line, a file that was imported changes nothing, and a
threshold is told once per cycle.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from work365.errors import BadInput, Conflict, External
from work365.planning import Plan, fingerprint
from work365.usage.importing import Step, UsageLine, being_billed, decide, repeated, unknown_subscription
from work365.usage.watching import crossed, not_watched, reached

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from work365.findings import Finding
    from work365.ports.metering import MeteringBook, Owner
    from work365.usage.importing import Decision
    from work365.usage.watching import Reached

CHUNK_LINES = 200
ROUNDS_MAX = 4
SAID_WITHIN = timedelta(days=3)
"""How late a provider may say what was used, and the cycle is still looked at; our own measure, no vendor promises one."""
FINDINGS_LIMIT = 1000
"""Rows that cannot be read are listed up to here; more of them means that the file is wrong as a whole."""


@dataclass(slots=True)
class UsageImport:
    """What an import did, or with `dry_run` would do.

    Attributes:
        steps: how many lines meant what.
        costs: what the provider charges for the lines of the file, by currency.
        repeats: rows that stand in the file before.
        unknown: lines by subscription that has no contract or is not known.
        owners: the subscriptions that were asked for, by the provider's id in lower case; None for one that is not known.
        plan: what it writes, or would write; a chunk of the file is one line of it.
    """

    file: str
    dry_run: bool
    rows: int = 0
    broken: int = 0
    repeats: int = 0
    steps: Counter[Step] = field(default_factory=Counter)
    costs: dict[str, Decimal] = field(default_factory=dict)
    unknown: Counter[tuple[str, bool]] = field(default_factory=Counter)
    owners: dict[str, Owner | None] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        self.plan = Plan(f"import usage {self.file}")


def import_usage(items: Iterable[UsageLine | Finding], file: str, *, book: MeteringBook, dry_run: bool = False) -> UsageImport:
    """Bring the lines of one file into the tenant.

    Errors: BadInput from the reader; External when the tenant cannot be reached: what was written stays, and importing again goes
            on from there.
    """
    done = UsageImport(file, dry_run)
    lines = _readable(items, done)
    while part := list(islice(lines, CHUNK_LINES)):
        _chunk(part, done, book)
    done.findings += [unknown_subscription(name, count, contract_missing=gap) for (name, gap), count in done.unknown.items()]
    if done.repeats * 2 >= max(1, done.rows - done.broken):
        done.findings.append(repeated(file, done.repeats, done.rows))
    if done.steps[Step.LATER]:
        done.findings.append(being_billed(file, done.steps[Step.LATER]))
    for finding in done.findings:
        done.plan.add("finding", finding.identity, finding.message)
    if not dry_run:
        book.report(done.findings, file, done.known)
    return done


def _readable(items: Iterable[UsageLine | Finding], done: UsageImport) -> Iterator[UsageLine]:
    for item in items:
        done.rows += 1
        if isinstance(item, UsageLine):
            done.repeats += item.repeats
            done.costs[item.currency] = done.costs.get(item.currency, Decimal(0)) + item.cost
            yield item
        else:
            done.broken += 1
            if done.broken <= FINDINGS_LIMIT:
                done.findings.append(item)


def _chunk(lines: Sequence[UsageLine], done: UsageImport, book: MeteringBook) -> None:
    owners = _owners(lines, done, book)
    done.known |= {line.subscription for line in lines if _billable(line, owners)}
    mine = [line for line in lines if _billable(line, owners)]
    for line in lines:
        owner = owners.get(line.subscription.lower())
        if owner is None or owner.contract is None:
            done.unknown[line.subscription, owner is not None] += 1
    for attempt in range(ROUNDS_MAX):
        held = book.newest([line.line_id for line in mine])
        decisions = [(decide(line, held.get(line.line_id)), owners[line.subscription.lower()]) for line in mine]
        if attempt == 0:
            done.plan.add(fingerprint("lines", (_written(decision) for decision, _ in decisions if decision.writes)))
        mine = _recorded(decisions, done, book)
        if not mine:
            return
        if attempt == ROUNDS_MAX - 1:
            done.steps[Step.LATER] += len(mine)


def _owners(lines: Sequence[UsageLine], done: UsageImport, book: MeteringBook) -> dict[str, Owner]:
    """The subscriptions of some lines; each is asked for once in a file."""
    fresh = {line.subscription for line in lines if line.subscription.lower() not in done.owners}
    if fresh:
        done.owners |= dict.fromkeys(name.lower() for name in fresh) | dict(book.owners(fresh))
    return {name: owner for line in lines if (owner := done.owners[name := line.subscription.lower()]) is not None}


def _written(one: Decision) -> str:
    """What a line of the file makes of its record."""
    return f"{one.row}|{one.step.value}|{one.state}|{one.prior}|{one.line}"


def _billable(line: UsageLine, owners: Mapping[str, Owner]) -> bool:
    owner = owners.get(line.subscription.lower())
    return owner is not None and owner.contract is not None


def _recorded(decisions: Sequence[tuple[Decision, Owner]], done: UsageImport, book: MeteringBook) -> list[UsageLine]:
    """Write what is to be written; the lines that somebody else wrote meanwhile.

    Errors: External that the tenant will never take, or that it may take later.
    """
    writing = [pair for pair in decisions if pair[0].writes]
    outcomes: Sequence[External | None] = [None] * len(writing) if done.dry_run or not writing else book.record(writing)
    again: list[UsageLine] = []
    for (decision, _), error in zip(writing, outcomes, strict=True):
        if isinstance(error, Conflict):
            again.append(decision.line)
        elif error is not None:
            raise error
        else:
            done.steps[decision.step] += 1
    done.steps.update(decision.step for decision, _ in decisions if not decision.writes)
    return again


@dataclass(frozen=True, slots=True)
class UsageChecked:
    """What of thresholds is reached on a day, and the findings that say it."""

    reached: tuple[Reached, ...]
    findings: tuple[Finding, ...]


def check_lately(*, book: MeteringBook, today: date) -> UsageChecked:
    """The same for today's cycles, and for those of some days ago: what was used on a cycle's last day is said after it."""
    return _check(book, (today - SAID_WITHIN, today))


def check_usage(*, book: MeteringBook, as_of: date) -> UsageChecked:
    """Look at every threshold; each share that is reached is a finding once per cycle."""
    return _check(book, (as_of,))


def _check(book: MeteringBook, days: Sequence[date]) -> UsageChecked:
    """A cycle that contains several of the days is looked at once."""
    found: list[Reached] = []
    problems: list[Finding] = []
    cycles = {(one.subscription, one.cycle.start): one for day in days for one in book.watched(day)}
    for watched in cycles.values():
        try:
            found += reached(watched, book.used(watched))
        except BadInput as error:
            problems.append(not_watched(watched, str(error)))
    findings = (*map(crossed, found), *problems)
    book.report_once(findings, f"usage check {days[-1]}")
    return UsageChecked(tuple(found), findings)
