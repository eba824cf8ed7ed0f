"""Renew what has ended: contracts and subscriptions past their term, each new term recorded once, however late the timer comes.

A renewal whose price is missing is a finding, and the customer's price stays until it is mended; then the renewal is recorded
from its own day on, and the next invoice corrects what was billed since.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import Conflict, External, InvariantBroken, Refused, Retry
from work365.findings import Finding
from work365.handlers.changing import already
from work365.periods import UTC, Period, local_day, zone_named
from work365.ports.changing import Recorded
from work365.subscriptions.deciding import Wish
from work365.subscriptions.ledger import Event, Source
from work365.subscriptions.renewing import due, renewed
from work365.subscriptions.renewing_parts import renewed_parts

if TYPE_CHECKING:
    from datetime import datetime

    from work365.ports.platform import Clock
    from work365.ports.renewing import ContractTerm, RenewalBook
    from work365.subscriptions.held import Held
    from work365.terms.renewal import Prices

log = logging.getLogger(__name__)

ROUNDS_MAX = 40
"""Terms of one subscription that are caught up in one go: three years of months, and a few."""


@dataclass(frozen=True, slots=True)
class RenewalsDone:
    """How many terms of subscriptions and of contracts began, and what could not be renewed."""

    subscriptions: int
    contracts: int
    findings: tuple[Finding, ...]


def renew_due(*, book: RenewalBook, clock: Clock) -> RenewalsDone:
    """Renew everything whose term is over. Errors: External when the terms could not be read."""
    tomorrow = local_day(clock.now(), UTC) + timedelta(
        days=1
    )  # somewhere it is tomorrow already; each one is judged by its own zone
    contracts = sum(_extend(one, book=book, clock=clock) for one in book.contracts(tomorrow))
    done, found, mended = 0, {}, set()
    for _ in range(ROUNDS_MAX):
        again = 0
        for held, prices in book.ending(tomorrow, managed=True):
            if not due(held, local_day(clock.now(), zone_named(held.place.zone))) or finding_key(held) in found:
                continue
            problem = _renew(held, prices, book=book, now=clock.now())
            if problem is None:
                again += 1
                mended.add(finding_key(held))
            else:
                found[finding_key(held)] = problem
        done += again
        if not again:
            break
    findings = tuple(one for one in found.values() if one.code)
    if findings or mended:
        book.report(findings, sorted(mended - {one.identity for one in findings}))
    return RenewalsDone(done, contracts, findings)


def _extend(one: ContractTerm, *, book: RenewalBook, clock: Clock) -> int:
    today, terms = local_day(clock.now(), zone_named(one.zone)), 0
    following = Period(one.end, one.end)
    while following.end <= today:
        following, terms = one.term.starting(following.end), terms + 1
    if not terms:
        return 0
    try:
        book.extend(one, following)
    except Conflict:
        return 0  # somebody wrote the contract meanwhile: tomorrow's timer looks again
    return terms


def _renew(held: Held, prices: Prices, *, book: RenewalBook, now: datetime) -> Finding | None:
    """One term of one subscription; what is wrong, or what must wait, instead."""
    agreed = held.agreed
    if agreed is None or agreed.at_end is None:  # `due` has said otherwise
        raise AssertionError(held)
    key = f"renewal:{held.id}:{agreed.end.isoformat()}"
    if already(held, key):
        return _waits(held)
    try:
        then = renewed(held, agreed, agreed.at_end, prices)
        wish = Wish(Event.RENEWAL, agreed.end, source=Source.SCHEDULE, note=then.decision.sentence)
        parts = renewed_parts(held, wish, agreed, then, prices)
        book.record(Recorded(key, held, wish, then.decision, now, parts=parts, agreed=then.agreed))
    except (Refused, InvariantBroken) as error:
        return _not_renewed(held, str(error))
    except External as error:
        if error.retry is Retry.NEVER and not isinstance(error, Conflict):
            return _not_renewed(held, str(error))
        log.warning("the renewal of subscription %s waits: %s", held.id, error)
        return _waits(held)
    return None


def _waits(held: Held) -> Finding:
    """Nothing to tell: the next timer looks again."""
    return Finding("", held.name, "", key=finding_key(held))


def finding_key(held: Held) -> str:
    """What makes the finding about a renewal the same one."""
    return f"renewal-not-done:{held.id}"


def _not_renewed(held: Held, why: str) -> Finding:
    message = (
        f"The term of {held.name} on contract {held.place.number} ended and could not be renewed: {why.rstrip('.')}. "
        "Until then its price stays; once mended, the renewal counts from its own day."
    )
    return Finding("renewal-not-done", held.name, message, key=finding_key(held), contract=held.place.contract.id)
