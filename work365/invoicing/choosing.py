"""Which missed cycles stand on which document, once a person has decided about each.

- A cycle to *bill* has a document of its own.
- Cycles to *combine* share one. Skipped cycles between them do not part them; a cycle with a document of its own does.
- A cycle to *skip* stands on none.
- Cycles that nobody needs to decide about (the last one that is due, and those that came due after the question was answered)
  are billed like any other: together, on the last document.

Every combination has one meaning. What a person cannot have meant, one cycle combined with nothing, is refused when it is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from work365.invoicing.decision import CatchUp, CycleDecision, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from work365.invoicing.decision import Decision
    from work365.periods import Period

WAITS = CycleDecision(CatchUp.ASK)


class Chosen(NamedTuple):
    """A due cycle and what becomes of it; None for one that is billed like any other."""

    cycle: Period
    decision: CycleDecision | None

    @property
    def choice(self) -> CatchUp | None:
        """What becomes of it."""
        return None if self.decision is None else self.decision.choice


class Step(NamedTuple):
    """One document: the cycles on it, none for the skipped ones behind the last document; and those skipped on the way."""

    cycles: tuple[Period, ...]
    skipped: tuple[Skipped, ...]


def in_force(decision: Decision | None, first: Period) -> Decision | None:
    """The decision for all cycles, if it is about the first unbilled one: an old one does not answer a new question."""
    old = decision is None or (decision.until is not None and first.start >= decision.until)
    return None if old else decision


def chosen(cycles: Sequence[Period], decision: Decision | None, own: Mapping[date, CycleDecision]) -> list[Chosen]:
    """What becomes of the cycles that are due: their own decision first, then the one for all; `WAITS` where neither says it."""
    for_all = in_force(decision, cycles[0])
    last = cycles[-1].start
    until = last if for_all is None or for_all.until is None else min(for_all.until, last)
    return [Chosen(cycle, own.get(cycle.start) or _otherwise(for_all, missed=cycle.start < until)) for cycle in cycles]


def _otherwise(for_all: Decision | None, *, missed: bool) -> CycleDecision | None:
    choice = CatchUp.ASK if for_all is None else for_all.choice
    if for_all is not None and choice in (CatchUp.BILL_EACH, CatchUp.COMBINE):
        return CycleDecision(choice, for_all.reason)
    if not missed:
        return None
    return WAITS if for_all is None else CycleDecision(choice, for_all.reason)


def steps(cycles: Sequence[Chosen]) -> list[Step]:
    """The documents, in order. Shape: every cycle has been decided; the skipped ones behind the last document come last."""
    made: list[Step] = []
    skipped: list[Skipped] = []
    before: CatchUp | None = CatchUp.BILL_EACH
    for one in cycles:
        if one.choice is CatchUp.SKIP and one.decision is not None:
            skipped.append(Skipped(one.cycle, one.decision.reason))
            continue
        joins = bool(made) and one.choice is before and one.choice is not CatchUp.BILL_EACH
        on, out = made.pop() if joins else Step((), ())
        made.append(Step((*on, one.cycle), (*out, *skipped)))
        skipped, before = [], one.choice
    return [*made, Step((), tuple(skipped))] if skipped else made


def combined_alone(cycles: Sequence[Chosen]) -> Iterator[Period]:
    """The cycles that are to be combined, while all that they could be combined with has been decided otherwise."""
    rows = [one for one in cycles if one.choice is not CatchUp.SKIP]
    for index, one in enumerate(rows):
        beside = [*rows[max(0, index - 1) : index], *rows[index + 1 : index + 2]]
        if one.choice is CatchUp.COMBINE and not any(other.choice in (CatchUp.COMBINE, CatchUp.ASK) for other in beside):
            yield one.cycle
