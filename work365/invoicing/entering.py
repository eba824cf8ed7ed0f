"""The missed cycles of subscriptions that were entered late, held back or billed as a person decided.

Only the missed cycles wait. What the subscription costs from then on, and the rest of the contract, is billed as always: this
month's invoice is no surprise to anybody. Its first change stays unsettled meanwhile, so every run looks back as far as it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.contracts.policy import ChangesBilled
from work365.invoicing.asking import ask_about_past
from work365.invoicing.carrying_out import moved, together, with_lines
from work365.invoicing.decision import CatchUp
from work365.invoicing.drafting import draft
from work365.invoicing.late import late_subscriptions, unasked
from work365.invoicing.outline import Drafted
from work365.invoicing.rounds import terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.findings import Finding
    from work365.invoicing.late import Late
    from work365.invoicing.outline import Outline
    from work365.invoicing.work import ContractWork
    from work365.periods import Period

_DAY = timedelta(days=1)


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
        document = replace(one, work=whose, cycles=(_cycle(work, start, names),), settles=())
        entered = replace(entered, work=with_lines(entered.work, document), documents=(*entered.documents, document))
    return entered


def _only(work: ContractWork, start: date, names: set[str], as_of: date) -> ContractWork:
    """The contract as if nothing but one cycle of some subscriptions could be billed.

    What it takes off as a whole is divided again by the document behind, which bills everything else.
    """
    lines = unasked(work, as_of)
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


def _cycle(work: ContractWork, start: date, names: set[str]) -> Period:
    """The longest cycle of theirs that begins on a day: a schedule row is for one."""
    cycles = (terms_of(work.contract, one).cadence.containing(start) for one in work.subscriptions if one.id in names)
    return max(cycles, key=lambda cycle: cycle.end)
