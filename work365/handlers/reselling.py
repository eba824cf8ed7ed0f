"""Follow what tiers of resellers are billed for: before every billing run, and whenever somebody asks for it.

Safe to run again from any point: what was followed already gives nothing to write, and a change set holds only for the version
of the part that was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.handlers.splitting import refused_for_good
from work365.planning import Plan
from work365.reselling.following import followed
from work365.reselling.wording import behind, refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from work365.findings import Finding
    from work365.ports.parts import PartChange
    from work365.ports.reselling import ResellingBook


@dataclass(frozen=True, slots=True)
class Followed:
    """What was done, or with `dry_run` would be; `later` were changed by somebody else meanwhile; `plan` stands for all of it."""

    resold: int
    parts: int = 0
    rows: int = 0
    held: int = 0
    later: int = 0
    findings: tuple[Finding, ...] = ()
    plan: str = ""


def follow_tiers(*, book: ResellingBook, today: date, dry_run: bool = False) -> Followed:
    """Bring what every tier is billed for up to date; what the tenant refuses is a finding, and the other tiers go on."""
    market = book.market()
    decided = [followed(one, market, today) for one in market.resold]
    changes = [change for some, _ in decided for change in some]
    errors = [] if dry_run else list(book.write(changes))
    failed = [(change, error) for change, error in zip(changes, errors, strict=False) if error is not None]
    never = [refused(change, error) for change, error in failed if refused_for_good(error)]
    findings = _once((*market.broken, *(finding for _, found in decided for finding in found), *never))
    if (market.resold or market.broken) and not dry_run:
        book.report(findings)
    return Followed(
        len(market.resold),
        parts=len(changes),
        rows=sum(len(change.rows) for change in changes),
        held=sum(change.held_back != "" for change in changes),
        later=len(failed) - len(never),
        findings=findings,
        plan=_plan(changes, findings).hash,
    )


def _plan(changes: Iterable[PartChange], findings: Iterable[Finding]) -> Plan:
    plan = Plan("tiers apply")
    for change in changes:
        plan.add(change.id, change.start, change.end, change.status.value, change.rows, change.held_back)
    for finding in findings:
        plan.add("finding", finding.identity, finding.message)
    return plan


def check_tiers(*, book: ResellingBook, today: date) -> Iterator[Finding]:
    """What is wrong with the tiers, and which of them is not billed for what was bought; nothing is written."""
    market = book.market()
    decided = [(one, *followed(one, market, today)) for one in market.resold]
    yield from _once((*market.broken, *(finding for _, _, found in decided for finding in found)))
    for seen, changes, _ in decided:
        yield from (behind(seen, change.payer) for change in changes if not change.held_back)


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What is wrong with a chain is found with each of its subscriptions, and said once."""
    return tuple({finding.identity: finding for finding in findings}.values())
