"""Deciding about missed cycles: read as a run would read, show what is unbilled, write the decisions on the contract."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.handlers.billing import cut, run_of
from work365.invoicing.catching_up import decided_cycles, missed
from work365.invoicing.choosing import combined_alone, in_force
from work365.invoicing.decision import CatchUp, CycleDecision, DecidedCycle, Decision
from work365.invoicing.late import late_subscriptions
from work365.ports.catching_up import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from work365.invoicing.choosing import Chosen
    from work365.invoicing.missed import Missed
    from work365.invoicing.work import ContractWork
    from work365.ports.billing import BillingBook
    from work365.ports.catching_up import CatchUpBook
    from work365.ports.platform import Clock

DUE_OR_NOT = date.max
"""A day on which every contract is due that will ever be."""


@dataclass(frozen=True, slots=True)
class Question:
    """The missed cycles of a contract, or of one subscription that was entered late, and what was decided about each.

    Attributes:
        subscription: its id; "" for the whole contract.
        name: what the subscription is called.
    """

    cycles: tuple[Missed, ...]
    decided: tuple[Chosen, ...]
    subscription: str = ""
    name: str = ""

    @property
    def open(self) -> bool:
        """Whether something is still to be decided."""
        return any(one.choice is CatchUp.ASK for one in self.decided)

    @property
    def starts(self) -> list[date]:
        """The first days of its cycles, as they are shown."""
        return [one.cycle.start for one in self.cycles]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a contract asks on a day; nothing when its dates surprise nobody. `work` is None when no run will ever bill it."""

    as_of: date | None
    work: ContractWork | None
    questions: tuple[Question, ...] = ()

    @property
    def open(self) -> bool:
        """Whether something is still to be decided."""
        return any(one.open for one in self.questions)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says: about single cycles, by their first day as it was shown; and about all that are not among them.

    Attributes:
        reason: for what has no reason of its own.
        subscription: the id or the name of the only one that it is about; "" for whatever is asked.
    """

    for_all: CatchUp | None = None
    cycles: Mapping[date, CycleDecision] = field(default_factory=dict)
    reason: str = ""
    subscription: str = ""

    def about(self, question: Question) -> bool:
        """Whether it answers a question."""
        return self.subscription in ("", question.subscription, question.name)

    def answers(self, question: Question) -> list[CycleDecision | None]:
        """What it says about each cycle. To skip all of a contract leaves the last one, which is due like any other."""
        if not self.about(question):
            return [None] * len(question.cycles)
        *before, last = question.starts
        spared = self.for_all is CatchUp.SKIP and not question.subscription
        return [*(self._says(start, self.for_all) for start in before), self._says(last, None if spared else self.for_all)]

    def _says(self, start: date, for_all: CatchUp | None) -> CycleDecision | None:
        said = self.cycles.get(start)
        if said is not None:
            return said._replace(reason=said.reason.strip() or self.reason.strip())
        return None if for_all is None else CycleDecision(for_all, self.reason.strip())


def look(number: str, *, book: BillingBook, clock: Clock, as_of: date | None = None) -> Waiting:
    """What of a contract waits for a decision.

    Errors: Refused, in the words of the finding, when its rows say too little to be billed.
    """
    for entity in book.entities():
        day = as_of or clock.today(entity.zone)
        for chunk in cut(run_of(entity, day, number), book.due(entity, DUE_OR_NOT, number), 0):
            reading = book.work(chunk, entity, clock.now(), claim=False)
            for finding in reading.findings:
                raise Refused(finding.message)
            for work in reading.works:
                return Waiting(day, work, tuple(_questions(work, day)))
    return Waiting(as_of, None)


def _questions(work: ContractWork, day: date) -> Iterator[Question]:
    cycles = tuple(missed(work, day))
    if cycles:
        yield Question(cycles, tuple(decided_cycles(work, day)))
    if cycles and work.billed_through is None:
        return  # what is decided for all of a new contract is decided for what is on it
    for late in late_subscriptions(work, day) if work.entered else ():
        yield Question(late.cycles, late.decided, late.subscription, work.articles[late.subscription].name)


def told(waiting: Waiting, wish: Wish) -> Waiting:
    """The same with what a person says now.

    Errors: Refused when nothing waits, a cycle is named that does not, a reason is missing, or one cycle would be
    combined with nothing.
    """
    asked = [one for one in waiting.questions if wish.about(one)]
    if not asked:
        whose = f"of subscription {wish.subscription}" if wish.subscription else "of this contract"
        message = f"no cycle {whose} waits for a decision; a run bills what is due"
        raise Refused(message)
    if wish.for_all is not None and not wish.reason.strip():
        message = "say why, with --reason: it stands on the contract for whoever asks later"
        raise Refused(message)
    known = sorted({start for one in asked for start in one.starts})
    for start in sorted(wish.cycles.keys() - set(known)):
        message = f"no cycle that waits begins on {start}; these do: {', '.join(map(str, known))}"
        raise Refused(message)
    return replace(waiting, questions=tuple(_answered(one, wish) for one in waiting.questions))


def _answered(question: Question, wish: Wish) -> Question:
    """The question with its answers. Errors: Refused for those that nobody can mean."""
    pairs = zip(question.decided, wish.answers(question), strict=True)
    decided = tuple(one._replace(decision=said or one.decision) for one, said in pairs)
    for one in decided:
        if one.choice is CatchUp.SKIP and one.decision is not None and not one.decision.reason:
            message = f"say why the cycle of {one.cycle.start} is never billed, with --reason or behind a colon"
            raise Refused(message)
    alone = None if question.subscription else next(combined_alone(decided), None)
    if alone is not None:
        message = (
            f"the cycle of {alone.start} is to be combined, but no cycle beside it is; combine that one too, or bill this one"
        )
        raise Refused(message)
    return replace(question, decided=decided)


def decide(waiting: Waiting, wish: Wish, *, book: CatchUpBook) -> Waiting:
    """Write what a person decided about the cycles that they were shown; once all are decided, the next run does it.

    Shape:  the decisions are about these cycles alone: not about those that come due later.
    Errors: Refused as `told`; Conflict when the contract was written meanwhile.
    """
    after = told(waiting, wish)
    if after.work is not None:
        subject = Subject(after.work.contract.id, after.work.number, after.work.etag)
        book.decide(subject, _for_all(after.work, waiting.questions, wish), _single(waiting.questions, wish))
    return after


def _for_all(work: ContractWork, questions: Sequence[Question], wish: Wish) -> Decision | None:
    """What the contract's row says of all cycles without a decision of their own; None where they are not asked about."""
    for one in questions:
        if not one.subscription and wish.about(one):
            first, last = one.decided[0].cycle, one.decided[-1].cycle
            if wish.for_all is not None:
                return Decision(wish.for_all, wish.reason.strip(), last.start)
            return in_force(work.decision, first) or Decision(CatchUp.ASK, "", last.start)
    return None


def _single(questions: Sequence[Question], wish: Wish) -> list[DecidedCycle]:
    """The rows to write: what was said now, in whichever words."""
    return [
        DecidedCycle(one.cycle, said, question.subscription)
        for question in questions
        for one, said in zip(question.decided, wish.answers(question), strict=True)
        if said is not None
    ]
