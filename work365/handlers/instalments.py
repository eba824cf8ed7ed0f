"""Keep instalment plans: make the items of new plans, carry out early ends, close what is done.

Safe to run again from any point: items have derived ids, and a plan's change set holds only for the version that was read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from work365.errors import Retry
from work365.instalments.plan import ending, missing
from work365.planning import Plan
from work365.ports.instalments import PlanChange

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.ports.instalments import InstalmentBook, PlanSeen


@dataclass(frozen=True, slots=True)
class PlansKept:
    """What was done, or with `dry_run` would be; `later` were written by somebody else meanwhile; `plan` stands for all of it."""

    plans: int
    made: int = 0
    taken_out: int = 0
    ended: int = 0
    findings: int = 0
    later: int = 0
    plan: str = field(default="", compare=False)


def keep_plans(*, book: InstalmentBook, dry_run: bool = False) -> PlansKept:
    """Bring every active plan's items up to date. Errors: External for one that is refused for good."""
    seen, findings = book.running()
    changes = [change for change in map(change_of, seen) if not change.empty]
    errors = [] if dry_run else list(book.write(changes))
    if findings and not dry_run:
        book.report(findings)
    for error in errors:
        if error is not None and error.retry is Retry.NEVER:
            raise error
    return PlansKept(
        len(seen),
        made=sum(len(change.make) for change in changes),
        taken_out=sum(len(change.take_out) for change in changes),
        ended=sum(change.status != "Active" for change in changes),
        findings=len(findings),
        later=sum(error is not None for error in errors),
        plan=_plan(changes).hash,
    )


def _plan(changes: Iterable[PlanChange]) -> Plan:
    plan = Plan("instalments keep")
    for change in changes:
        made = [f"{part.number} {part.due} {part.amount}" for part in change.make]
        plan.add(change.seen.plan.id, change.status, made, [kept.id for kept in change.take_out])
    return plan


def change_of(seen: PlanSeen) -> PlanChange:
    """What a plan lacks: items, an early end, or that it is done."""
    plan, ended_on = seen.plan, seen.plan.ended_on
    make = missing(plan, seen.items)
    if ended_on is not None:
        out, rest = ending(plan, seen.items, ended_on)
        before = [part for part in make if part.due < ended_on]
        return PlanChange(seen, (*before, *([rest] if rest else [])), tuple(out), status="Ended early")
    done = not make and all(item.state != "Unbilled" for item in seen.items)
    return PlanChange(seen, tuple(make), status="Completed" if done else "Active")
