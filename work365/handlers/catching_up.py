"""Deciding about missed cycles: read as a run would read, show what is unbilled, write the decisions on the contract."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.handlers.billing import cut, run_of
from work365.invoicing.catching_up import Missed, decided_cycles, missed
from work365.invoicing.choosing import combined_alone, in_force
from work365.invoicing.decision import CatchUp, CycleDecision, DecidedCycle, Decision
from work365.ports.catching_up import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from work365.invoicing.choosing import Chosen
    from work365.invoicing.drafting import ContractWork
    from work365.ports.billing import BillingBook
    from work365.ports.catching_up import CatchUpBook
    from work365.ports.platform import Clock


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contract's unbilled cycles on a day; none when its dates surprise nobody. `work` is None when it is not due.

    Shape: `decided` says for each of `cycles` what was decided about it.
    """

    as_of: date | None
    work: ContractWork | None
    cycles: tuple[Missed, ...] = ()
    decided: tuple[Chosen, ...] = ()

    @property
    def open(self) -> bool:
        """Whether something is still to be decided."""
        return any(one.choice is CatchUp.ASK for one in self.decided)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says: about single cycles, by their first day as it was shown; and about all that are not among them.

    Attributes:
        reason: for what has no reason of its own.
    """

    for_all: CatchUp | None = None
    cycles: Mapping[date, CycleDecision] = field(default_factory=dict)
    reason: str = ""

    def says(self, cycle: date, *, last: bool) -> CycleDecision | None:
        """What it says about a cycle; to skip all leaves the last one, which is due like any other."""
        if cycle in self.cycles:
            said = self.cycles[cycle]
            return said._replace(reason=said.reason.strip() or self.reason.strip())
        if self.for_all is None or (last and self.for_all is CatchUp.SKIP):
            return None
        return CycleDecision(self.for_all, self.reason.strip())


def look(number: str, *, book: BillingBook, clock: Clock, as_of: date | None = None) -> Waiting:
    """What of a contract waits for a decision.

    Errors: Refused, in the words of the finding, when its rows say too little to be billed.
    """
    for entity in book.entities():
        day = as_of or clock.today(entity.zone)
        for chunk in cut(run_of(entity, day, number), book.due(entity, day, number), 0):
            reading = book.work(chunk, entity, clock.now(), claim=False)
            for finding in reading.findings:
                raise Refused(finding.message)
            for work in reading.works:
                return _waiting(work, day)
    return Waiting(as_of, None)


def _waiting(work: ContractWork, day: date) -> Waiting:
    cycles = tuple(missed(work, day))
    return Waiting(day, work, cycles, tuple(decided_cycles(work, day)) if cycles else ())


def told(waiting: Waiting, wish: Wish) -> Waiting:
    """The same with what a person says now.

    Errors: Refused when nothing waits, a cycle is named that does not, a reason is missing, or one cycle would be
    combined with nothing.
    """
    if not waiting.cycles:
        message = "no cycle of this contract waits for a decision; a run bills what is due"
        raise Refused(message)
    if wish.for_all is not None and not wish.reason.strip():
        message = "say why, with --reason: it stands on the contract for whoever asks later"
        raise Refused(message)
    _known(waiting, wish)
    now = _said(waiting, wish)
    decided = [one._replace(decision=said or one.decision) for one, said in zip(waiting.decided, now, strict=True)]
    for one in decided:
        if one.choice is CatchUp.SKIP and one.decision is not None and not one.decision.reason:
            message = f"say why the cycle of {one.cycle.start} is never billed, with --reason or behind a colon"
            raise Refused(message)
    if (alone := next(combined_alone(decided), None)) is not None:
        message = (
            f"the cycle of {alone.start} is to be combined, but no cycle beside it is; combine that one too, or bill this one"
        )
        raise Refused(message)
    return replace(waiting, decided=tuple(decided))


def _known(waiting: Waiting, wish: Wish) -> None:
    known = [one.cycle.start for one in waiting.cycles]
    for start in sorted(wish.cycles.keys() - set(known)):
        message = f"no cycle that waits begins on {start}; these do: {', '.join(map(str, known))}"
        raise Refused(message)


def _said(waiting: Waiting, wish: Wish) -> list[CycleDecision | None]:
    """What the wish says about each cycle, by the day on which it was shown to begin."""
    last = len(waiting.cycles) - 1
    return [wish.says(one.cycle.start, last=index == last) for index, one in enumerate(waiting.cycles)]


def decide(waiting: Waiting, wish: Wish, *, book: CatchUpBook) -> Waiting:
    """Write what a person decided about the cycles that they were shown; once all are decided, the next run does it.

    Shape:  the decisions are about these cycles alone: not about those that come due later.
    Errors: Refused as `told`; Conflict when the contract was written meanwhile.
    """
    after = told(waiting, wish)
    if after.work is not None:
        pairs = zip(after.decided, _said(waiting, wish), strict=True)
        single = [DecidedCycle(one.cycle, said) for one, said in pairs if said is not None]
        subject = Subject(after.work.contract.id, after.work.number, after.work.etag)
        book.decide(subject, _for_all(after.work, waiting.decided, wish), single)
    return after


def _for_all(work: ContractWork, cycles: Sequence[Chosen], wish: Wish) -> Decision:
    """What the contract's row says: the decision for all cycles without one of their own, and up to which it goes."""
    if wish.for_all is not None:
        return Decision(wish.for_all, wish.reason.strip(), cycles[-1].cycle.start)
    return in_force(work.decision, cycles[0].cycle) or Decision(CatchUp.ASK, "", cycles[-1].cycle.start)
