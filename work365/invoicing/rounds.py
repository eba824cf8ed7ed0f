"""Rounds: the subscriptions of a contract that are billed in the same cycles, and which of these cycles a bill looks at.

A contract has one round: all its subscriptions, in its cycles. On a contract by item each subscription with a schedule has a
round of its own; the contract's own round stays, for the subscriptions without one, and for usage, time and commitments.

How far a contract is billed is one day for all rounds. For one round it is the first day of the first unbilled cycle. For several
it is the day after the last one whose due cycles were billed, because their cycles end on different days.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from work365.errors import InvariantBroken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.contracts.contract import BillingContract
    from work365.periods import Period
    from work365.subscriptions.change_log import Subscription

_DAY = timedelta(days=1)


class Round(NamedTuple):
    """Subscriptions that are billed in the same cycles.

    Attributes:
        terms: the contract's, in the cycles of these subscriptions.
        first: number of the first cycle that no cycle invoice has billed.
        limit: number of the first cycle that this bill does not bill either.
        numbers: the cycles that are compared with what is posted.
        fresh: the cycles that this bill is the first to bill.
    """

    terms: BillingContract
    subscriptions: Sequence[Subscription]
    first: int
    limit: int
    numbers: Sequence[int]
    fresh: tuple[Period, ...]

    @property
    def through(self) -> date:
        """The first day that no cycle invoice of this round has billed after this bill."""
        return max(self.terms.start, self.terms.cadence.boundary(self.limit))


def rounds(
    contract: BillingContract,
    subscriptions: Sequence[Subscription],
    *,
    as_of: date,
    billed_through: date | None,
    open_from: date | None,
    skipped: frozenset[date],
) -> list[Round]:
    """The rounds of a contract, its own one first. Errors: InvariantBroken when history is not read as far back as it is open."""
    if not contract.by_item:
        return [_round(contract, contract, subscriptions, as_of, billed_through, open_from, skipped)]
    own = [(subscription, terms_of(contract, subscription)) for subscription in subscriptions]
    shared = [subscription for subscription, terms in own if terms is contract]
    items = [(terms, (subscription,)) for subscription, terms in own if terms is not contract]
    return [
        _round(contract, terms, those, as_of, billed_through, open_from, skipped) for terms, those in [(contract, shared), *items]
    ]


def terms_of(contract: BillingContract, subscription: Subscription) -> BillingContract:
    """The terms that a subscription is billed by: the contract itself where it has no cycles of its own."""
    return contract.item(subscription.start, subscription.end, subscription.schedules)


def first_unbilled(contract: BillingContract, billed_through: date | None) -> int:
    """The number of the first cycle that no cycle invoice has billed."""
    if billed_through is None:
        return contract.first_cycle
    if contract.by_item:
        return contract.due_limit(billed_through + timedelta(days=contract.offset_days - 1))
    return max(contract.first_cycle, contract.cadence.number(billed_through))


def still_billed_through(before: BillingContract, after: BillingContract, billed_through: date | None) -> date | None:
    """How far a contract is billed once its terms are others: to the first day from which its cycles are others.

    What was billed beyond that day is credited, and the new cycles are billed as they fall due, not as far ahead as the old ones.
    """
    if billed_through is None or before.by_item:
        return billed_through
    days = sorted({one.effective for one in (*before.amendments, *after.amendments)})
    parted = (day for day in days if not _alike(before, after, day))
    return min(billed_through, max(next(parted, billed_through), after.start))


def _alike(before: BillingContract, after: BillingContract, day: date) -> bool:
    """Whether both terms have the same cycles and payer on a day, for all subscriptions."""
    return before.scheduled_on(day) is after.scheduled_on(day) and before.on(day).runs_into(after.on(day))


def open_from(
    contract: BillingContract, billed_through: date | None, dates: Iterable[date] = (), items: Iterable[BillingContract] = ()
) -> date:
    """The first day from which lines and changes must be read.

    Shape: `dates` are those of unsettled changes and edits; `items` the terms of subscriptions with cycles of their own.
    """
    earliest = min(dates, default=None)
    reaches = [_reaches(terms, billed_through, earliest) for terms in (contract, *items)]
    return min(reaches)


def _reaches(terms: BillingContract, billed_through: date | None, earliest: date | None) -> date:
    """The first day of the first open cycle: the first unbilled one, or the one of an earlier change."""
    first = first_unbilled(terms, billed_through)
    changed = first if earliest is None else terms.cadence.number(max(earliest, terms.start))
    return terms.cadence.boundary(min(first, changed))


def billed_to(contract: BillingContract, own: Round, as_of: date, billed_through: date | None) -> date:
    """How far the contract is billed after this bill."""
    if not contract.by_item:
        return own.through
    return max(contract.start, as_of - timedelta(days=contract.offset_days) + _DAY, billed_through or contract.start)


def next_invoice_date(of: Iterable[Round]) -> date | None:
    """The earliest day on which a round bills its next cycle; None when all of them have ended."""
    days = (one.terms.due_on(one.limit) for one in of)
    return min((day for day in days if day is not None), default=None)


def fresh_cycles(of: Sequence[Round]) -> tuple[Period, ...]:
    """The cycles that a bill is the first to bill, in order; of several that begin on one day the longest."""
    if len(of) == 1:
        return of[0].fresh
    longest: dict[date, Period] = {}
    for cycle in (cycle for one in of for cycle in one.fresh):
        before = longest.get(cycle.start)
        longest[cycle.start] = cycle if before is None or before.end < cycle.end else before
    return tuple(longest[start] for start in sorted(longest))


def _round(
    contract: BillingContract,
    terms: BillingContract,
    subscriptions: Sequence[Subscription],
    as_of: date,
    billed_through: date | None,
    open_from: date | None,
    skipped: frozenset[date],
) -> Round:
    cadence, first = terms.cadence, first_unbilled(terms, billed_through)
    limit = max(first, terms.due_limit(as_of))
    opening = terms.first_cycle if open_from is None else _opening(terms, open_from, first)
    if opening > first:
        message = f"contract {terms.id}: history is read from {open_from}, but nothing is billed from {billed_through} on"
        raise InvariantBroken(message)
    fresh: Sequence[int] = range(first, limit)
    numbers: Sequence[int] = range(opening, limit)
    if skipped:
        fresh = [number for number in fresh if not _skipped(contract, terms, number, skipped)]
        numbers = [number for number in numbers if not _skipped(contract, terms, number, skipped)]
    return Round(terms, subscriptions, first, limit, numbers, tuple(cadence.cycle(number) for number in fresh))


def _opening(terms: BillingContract, open_from: date, first: int) -> int:
    """The number of the first cycle that begins where history is read."""
    if not terms.by_item:
        return max(terms.first_cycle, terms.cadence.number(open_from))
    return max(terms.first_cycle, min(first, terms.cadence.number(open_from - _DAY) + 1))


def _skipped(contract: BillingContract, terms: BillingContract, number: int, skipped: frozenset[date]) -> bool:
    """Whether a person skipped the cycle of the contract that this cycle begins in."""
    return contract.cadence.containing(terms.cadence.boundary(number)).start in skipped
