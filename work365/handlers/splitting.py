"""Divide the seats of split subscriptions: before every billing run, and whenever somebody asks for it.

Safe to run again from any point: what is divided already gives nothing to write, and a change set holds only for the versions
that were read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import Conflict, Retry
from work365.planning import Plan
from work365.splitting.applying import applied
from work365.splitting.checking import undivided

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from work365.errors import External
    from work365.findings import Finding
    from work365.ports.splitting import SplitChange, SplittingBook


@dataclass(frozen=True, slots=True)
class Divided:
    """What was done, or with `dry_run` would be; `later` were changed by somebody else meanwhile; `plan` stands for all of it."""

    splits: int
    parts: int = 0
    rows: int = 0
    held: int = 0
    later: int = 0
    findings: tuple[Finding, ...] = ()
    plan: str = ""


def divide_seats(*, book: SplittingBook, today: date, dry_run: bool = False) -> Divided:
    """Bring the parts of every split subscription up to date. Errors: External for one that is refused for good."""
    seen, broken = book.splits()
    decided = [applied(one, today) for one in seen]
    findings = (*broken, *(finding for _, found in decided for finding in found))
    changes = [change for change, _ in decided if not change.empty]
    errors = [] if dry_run else list(book.write(changes))
    if (seen or broken) and not dry_run:
        book.report(findings)
    for error in errors:
        if error is not None and refused_for_good(error):
            raise error
    return Divided(
        len(seen),
        parts=sum(len(change.parts) for change in changes),
        rows=sum(len(part.rows) for change in changes for part in change.parts),
        held=sum(change.held_back != "" for change, _ in decided),
        later=sum(error is not None for error in errors),
        findings=findings,
        plan=_plan(changes, findings).hash,
    )


def _plan(changes: Iterable[SplitChange], findings: Iterable[Finding]) -> Plan:
    plan = Plan("split apply")
    for change in changes:
        parts = [(part.id, part.payer.id, part.start, part.rows) for part in change.parts]
        plan.add(change.seen.id, change.split_from, change.rows, parts, change.held_back)
    for finding in findings:
        plan.add("finding", finding.identity, finding.message)
    return plan


def refused_for_good(error: External) -> bool:
    """Whether a change was refused, and not because somebody else came before or the tenant could not take it now."""
    return error.retry is Retry.NEVER and not isinstance(error, Conflict)


def check_splits(*, book: SplittingBook, today: date) -> Iterator[Finding]:
    """What is wrong with the splits, and where the parts are not yet the seats bought; nothing is written."""
    seen, broken = book.splits()
    yield from broken
    for one in seen:
        change, findings = applied(one, today)
        yield from findings
        yield from undivided(one, change)
