"""Subscriptions that were entered late, and the cycles that they missed: a person is asked before these are billed.

A cycle of a subscription is missed when it was over, and the day of its invoice past, on the day on which the subscription was
entered. A subscription that missed a whole cycle is asked about, with the part of a cycle in front of it. One that began within
the last cycle, or in the current one, is an ordinary change of that cycle, and nobody is asked. The rule looks at dates alone, so
it is the same on whatever day a run comes. It does not look at changes of older subscriptions, which correct what was billed, nor
at subscriptions that continue another one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from work365.contracts.policy import ChangesBilled
from work365.invoicing.choosing import WAITS, Chosen
from work365.invoicing.decision import CatchUp
from work365.invoicing.desired import part_of
from work365.invoicing.missed import Missed
from work365.invoicing.rounds import terms_of
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.contracts.contract import BillingContract
    from work365.invoicing.lines import Line
    from work365.invoicing.work import ContractWork
    from work365.periods import Period
    from work365.subscriptions.change_log import Subscription


class Late(NamedTuple):
    """A subscription that was entered late: its missed cycles that something stands on, and what was decided about each."""

    subscription: str
    cycles: tuple[Missed, ...]
    decided: tuple[Chosen, ...]

    @property
    def waits(self) -> bool:
        """Whether one of them has not been decided: none of them is billed before."""
        return any(one.choice is CatchUp.ASK for one in self.decided)

    def starts(self, choice: CatchUp | None = None) -> frozenset[date]:
        """The first days of its cycles, or of those with a decision."""
        return frozenset(one.cycle.start for one in self.decided if choice in (None, one.choice))


def missed_cycles(contract: BillingContract, subscription: Subscription, entered: date) -> tuple[Period, ...]:
    """The cycles, in its own terms, that a subscription missed before it was entered; none unless one of them is whole."""
    terms = terms_of(contract, subscription)
    first = max(terms.first_cycle, terms.cadence.number(max(terms.start, subscription.start)))
    found, whole = [], False
    for number in range(first, terms.cadence.number(entered)):
        cycle, due = terms.cadence.cycle(number), terms.due_on(number)
        part = part_of(terms, subscription, cycle)
        if part is not None and due is not None and due < entered:
            found.append(cycle)
            whole = whole or part == terms.billed_part(cycle)
    return tuple(found) if whole else ()


def late_subscriptions(work: ContractWork, as_of: date) -> tuple[Late, ...]:
    """The subscriptions of a contract that a person is asked about, until a bill has settled their first change."""
    missed = [
        (one, missed_cycles(work.contract, one, work.entered[one.id])) for one in work.subscriptions if one.id in work.entered
    ]
    if not any(cycles for _, cycles in missed):
        return ()
    lines = unasked(work, as_of)
    return tuple(late for one, cycles in missed if (late := _late(work, one, cycles, lines)).cycles)


def _late(work: ContractWork, one: Subscription, cycles: Iterable[Period], lines: Sequence[Line]) -> Late:
    terms, mine = terms_of(work.contract, one), [line for line in lines if line.subscription == one.id]
    shown: list[Missed] = []
    decided: list[Chosen] = []
    for cycle in cycles:
        amounts, part = [line.amount for line in mine if line.cycle_start == cycle.start], part_of(terms, one, cycle)
        if amounts and part is not None:
            shown.append(Missed(part, total(amounts, work.contract.currency), work.prices_include_tax))
            decided.append(Chosen(cycle, work.decided.get((one.id, cycle.start), WAITS)))
    return Late(one.id, tuple(shown), tuple(decided))


def unasked(work: ContractWork, as_of: date) -> Sequence[Line]:
    """What the contract would be billed now if nobody had to be asked."""
    now = replace(work.contract, changes_billed=ChangesBilled.NOW)
    return replace(work, contract=now, held={}, decided={}).bill(as_of).lines
