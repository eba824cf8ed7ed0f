"""Subscriptions that were entered late: the cycles that were over by then are billed only as a person decided.

A cycle of a subscription is missed when it was over, and the day of its invoice past, on the day on which the subscription was
entered. A subscription that missed a whole cycle is asked about, with the part of a cycle in front of it. One that began within
the last cycle, or in the current one, is an ordinary change of that cycle, and nobody is asked. The rule looks at dates alone, so
it is the same on whatever day a run comes. It does not look at changes of older subscriptions, which correct what was billed, nor
at subscriptions that continue another one.

Only the missed cycles wait. What the subscription costs from then on, and the rest of the contract, is billed as always: this
month's invoice is no surprise to anybody. Its first change stays unsettled meanwhile, so every run looks back as far as it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from work365.contracts.contract import ChangesBilled
from work365.invoicing.asking import ask_about_past
from work365.invoicing.carrying_out import moved, together, with_lines
from work365.invoicing.choosing import WAITS, Chosen
from work365.invoicing.decision import CatchUp
from work365.invoicing.desired import part_of
from work365.invoicing.drafting import Drafted, draft
from work365.invoicing.missed import Missed
from work365.invoicing.rounds import terms_of
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from work365.contracts.contract import BillingContract
    from work365.findings import Finding
    from work365.invoicing.drafting import ContractWork, Outline
    from work365.invoicing.lines import Line
    from work365.periods import Period
    from work365.subscriptions.change_log import Subscription

_DAY = timedelta(days=1)


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


@dataclass(frozen=True, slots=True)
class Entered:
    """What becomes of a contract's late subscriptions in one bill.

    Attributes:
        work: the contract, with what waits held back, and what `documents` bill posted.
        documents: of the missed cycles that have a document of their own.
    """

    work: ContractWork
    documents: tuple[Outline, ...] = ()
    findings: tuple[Finding, ...] = ()

    def with_documents(self, made: Drafted) -> Drafted:
        """The same with what else the contract is billed, which is written together with it."""
        findings = (*made.findings, *self.findings)
        if not self.documents:
            return replace(made, findings=findings)
        if made.outline is not None:
            return Drafted(replace(made.outline, earlier=(*self.documents, *made.outline.earlier)), findings=findings)
        if made.advance is None:
            return Drafted(together(self.documents, self.work, None), findings=findings)
        last = together(self.documents, moved(self.work, made.advance), made.advance)
        return Drafted(replace(last, skipped=made.advance.skipped), findings=findings)


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
    lines = _unasked(work, as_of)
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


def _unasked(work: ContractWork, as_of: date) -> Sequence[Line]:
    """What the contract would be billed now if nobody had to be asked."""
    now = replace(work.contract, changes_billed=ChangesBilled.NOW)
    return replace(work, contract=now, held={}, decided={}).bill(as_of).lines


def enter(work: ContractWork, as_of: date) -> Entered:
    """Hold back the missed cycles of subscriptions that a person has not decided about, and bill the others as decided."""
    found = late_subscriptions(work, as_of) if work.entered else ()
    waiting = [one for one in found if one.waits]
    entered = _held(work, waiting) if waiting else Entered(work)
    alone = [one for one in found if not one.waits]
    for start in sorted({start for one in alone for start in one.starts(CatchUp.BILL_EACH)}):
        names = {one.subscription for one in alone if start in one.starts(CatchUp.BILL_EACH)}
        entered = _billed_alone(entered, start, names, as_of)
    return entered


def _held(work: ContractWork, waiting: Sequence[Late]) -> Entered:
    held = {one.subscription: one.starts() for one in waiting}
    unsettled = {one.changes[0].id for one in work.subscriptions if one.id in held}
    finding = ask_about_past(work, {one.subscription: (one.cycles, one.decided) for one in waiting})
    return Entered(replace(work, held=held, settled=work.settled | unsettled), findings=(finding,))


def _billed_alone(entered: Entered, start: date, names: set[str], as_of: date) -> Entered:
    """One missed cycle of some subscriptions on a document of its own, which bills nothing else and settles nothing."""
    work = entered.work
    made = draft(_only(work, start, names, as_of), as_of, due=work.contract.start - _DAY).outline  # no cycle is due on that day
    for one in () if made is None else made.documents:
        whose = work.paid_by(one.work.account) if work.payers else work
        document = replace(one, work=whose, cycles=tuple(_cycles(work, start, names)), settles=())
        entered = replace(entered, work=with_lines(entered.work, document), documents=(*entered.documents, document))
    return entered


def _only(work: ContractWork, start: date, names: set[str], as_of: date) -> ContractWork:
    """The contract as if nothing but one cycle of some subscriptions could be billed.

    What it takes off as a whole is divided again by the document behind, which bills everything else.
    """
    lines = _unasked(work, as_of)
    others = {name: frozenset(line.cycle_start for line in lines if line.subscription == name) - {start} for name in names}
    return replace(
        work,
        contract=replace(work.contract, changes_billed=ChangesBilled.NOW, amounts_off=()),
        subscriptions=tuple(one for one in work.subscriptions if one.id in names),
        posted=tuple(line for line in work.posted if line.subscription in names),
        held=others,
        items=(),
        committed=None,
        reopened=None,
        handed_over=(),
        grants=(),
    )


def _cycles(work: ContractWork, start: date, names: set[str]) -> Iterator[Period]:
    """The longest cycle that begins on a day: a schedule row is for one."""
    cycles = (terms_of(work.contract, one).cadence.containing(start) for one in work.subscriptions if one.id in names)
    yield max(cycles, key=lambda cycle: cycle.end)
