"""Before a run: everything that it would stumble over, in bounded batches, without writing anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.handlers import billing
from work365.handlers.reselling import check_tiers
from work365.handlers.splitting import check_splits
from work365.ports.billing import ALL
from work365.readiness.judging import of_contract, of_run, of_tenant, ordered

if TYPE_CHECKING:
    from datetime import date

    from work365.handlers.assessing import Engines
    from work365.handlers.reviewing import Reviewer
    from work365.ports.billing import BillingBook
    from work365.ports.platform import Clock
    from work365.ports.readiness import ReadinessBook
    from work365.ports.reselling import ResellingBook
    from work365.ports.splitting import SplittingBook
    from work365.readiness.judging import Blocker


@dataclass(frozen=True, slots=True)
class Readiness:
    """How many contracts a run would look at, and what would go wrong."""

    contracts: int
    blockers: tuple[Blocker, ...]

    @property
    def held_back(self) -> int:
        """How many contracts the run would leave unbilled."""
        return len({blocker.finding.contract for blocker in self.blockers if blocker.holds_back and blocker.finding.contract})


def check(
    *,
    book: BillingBook,
    readiness: ReadinessBook,
    clock: Clock,
    as_of: date | None = None,
    scope: str = ALL,
    engines: Engines | None = None,
    splits: SplittingBook | None = None,
    tiers: ResellingBook | None = None,
    reviewer: Reviewer | None = None,
) -> Readiness:
    """Look at everything that a run of a day would bill.

    Shape:  one contract's number as `scope` leaves out what is not about a contract; a day after today is judged by today's date
            where only what is over can be wrong; `engines` are needed where a legal entity has its taxes computed elsewhere,
            `splits` where seats are to be looked at that several contracts pay for, `tiers` where resellers buy from tiers above,
            `reviewer` where what people enter by hand may wait for an approver.
    Errors: External when the tenant cannot be reached: half a check would say "ready".
    """
    blockers: list[Blocker] = []
    contracts = 0
    today = clock.now().date()
    for part in billing.preview(book=book, clock=clock, as_of=as_of, scope=scope, engines=engines, reviewer=reviewer):
        contracts += len(part.contracts)
        day = min(today, part.run.as_of)
        blockers += of_run(part.decided.findings)
        if part.contracts:
            blockers += (found for seen in readiness.contracts(part.contracts) for found in of_contract(seen, today=day))
    if scope == ALL:
        blockers += of_tenant(readiness.tenant(as_of or today))
        blockers += of_run(check_splits(book=splits, today=as_of or today) if splits else ())
        blockers += of_run(check_tiers(book=tiers, today=as_of or today) if tiers else ())
    return Readiness(contracts, tuple(ordered(blockers)))
