"""What happens at the end of many terms: look at it, and set it, at once or by a job that passes the gate.

Safe to run again from any point: a term for which the same is said already is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from work365.approving.renewals import of_renewals
from work365.approving.request import Whose
from work365.errors import BadInput, Conflict, Refused
from work365.jobs import JobResult, JobState
from work365.subscriptions.held import windows_of
from work365.subscriptions.renewing import outlook
from work365.terms.renewal import AtEnd, PriceRule, refuse_locked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from work365.approving.request import Request
    from work365.handlers.approving import Gate
    from work365.jobs import Job
    from work365.ports.platform import Clock
    from work365.ports.renewing import RenewalBook
    from work365.subscriptions.held import Agreed, Held
    from work365.subscriptions.renewing import Outlook
    from work365.terms.renewal import Prices

NAMED_MAX = 5


@dataclass(frozen=True, slots=True)
class Policy:
    """What is said about the end of terms; None leaves what was said before."""

    at_end: AtEnd | None = None
    rule: PriceRule | None = None
    percent: Decimal = Decimal(0)

    def of(self, agreed: Agreed) -> Agreed:
        """A term for which it is said."""
        if self.at_end is not None:
            agreed = replace(agreed, at_end=self.at_end)
        return agreed if self.rule is None else replace(agreed, rule=self.rule, percent=self.percent)


@dataclass(frozen=True, slots=True)
class Ending:
    """A subscription whose term ends, with the prices that may follow."""

    held: Held
    agreed: Agreed
    prices: Prices

    def seen(self, now: datetime, policy: Policy | None = None) -> Outlook:
        """What the list says of it, as it is or with a policy."""
        agreed = self.agreed if policy is None else policy.of(self.agreed)
        return outlook(self.held, agreed, windows_of(self.held), self.prices, now)


def endings(until: date, contract: str, book: RenewalBook) -> list[Ending]:
    """The terms that end until a day, of a contract by its number or of all. Errors: External."""
    found = book.ending(until, contract=contract)
    return [Ending(held, held.agreed, prices) for held, prices in found if held.agreed is not None]


def set_policies(found: Sequence[Ending], policy: Policy, *, book: RenewalBook, clock: Clock) -> list[str]:
    """Say it for each; sentences about those for which it cannot be said. Errors: External."""
    refused = []
    for one in found:
        wanted = policy.of(one.agreed)
        if wanted == one.agreed:
            continue
        try:
            refuse_locked(one.agreed.end, clock.now())
            book.set_policy(one.held, wanted)
        except (Refused, Conflict) as error:
            refused.append(f"{one.held.name} on {one.held.place.number}: {error}")
    return refused


def requested(found: Sequence[Ending], policy: Policy, until: date, now: datetime) -> Request:
    """What an approver is asked."""
    return of_renewals([one.seen(now, policy) for one in found], until)


def arguments_of(policy: Policy, until: date, contract: str) -> dict[str, str]:
    """What a job of the kind Set renewals is told."""
    return {
        "until": until.isoformat(),
        "contract": contract,
        "at_end": "" if policy.at_end is None else policy.at_end.value,
        "rule": "" if policy.rule is None else policy.rule.value,
        "percent": str(policy.percent),
    }


def set_renewals(job: Job, *, book_for: Callable[[str | None], RenewalBook], gate: Gate, clock: Clock) -> JobResult:
    """Say it for all terms that a job names, as whoever created it. Errors: Refused in words; Conflict; External."""
    book, (policy, until) = book_for(job.on_behalf_of), _asked(job)
    found = endings(until, job.arguments.get("contract", ""), book)
    if stopped := gate.stops(job, Whose(), lambda: requested(found, policy, until, clock.now())):
        return stopped
    refused = set_policies(found, policy, book=book, clock=clock)
    said = f"Set for {len(found) - len(refused)} of {len(found)} terms that end until {until}."
    if not refused:
        return JobResult(JobState.SUCCEEDED, said)
    more = f"; and {len(refused) - NAMED_MAX} more" if len(refused) > NAMED_MAX else ""
    return JobResult(JobState.FAILED, f"{said} Not set: {'; '.join(refused[:NAMED_MAX])}{more}.")


def _asked(job: Job) -> tuple[Policy, date]:
    said = job.arguments
    try:
        at_end = AtEnd(said["at_end"]) if said.get("at_end") else None
        rule = PriceRule(said["rule"]) if said.get("rule") else None
        return Policy(at_end, rule, Decimal(said.get("percent") or 0)), date.fromisoformat(said["until"])
    except (KeyError, ValueError, InvalidOperation) as error:
        message = "say until, contract, at_end, rule and percent, as `w365 renewals` writes them"
        raise BadInput(message, "arguments") from error
