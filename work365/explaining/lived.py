"""The runs that a contract has lived through up to a document, and which of their invoices were cancelled in between."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from work365.simulating.standing import Cancelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from work365.contracts.contract import BillingContract


@dataclass(frozen=True, slots=True)
class Document:
    """What a run has written for a contract.

    Attributes:
        run: id of the run, and `on` the day that it was for.
        cycle: first day of the last cycle that it is about.
        whole: it bills cycles, and not only what changed within them.
        payer: the account that it is for.
        made, cancelled: when; None for one that stands.
    """

    id: str
    run: str
    on: date
    cycle: date
    payer: str
    whole: bool
    made: datetime
    cancelled: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lived:
    """The steps of a contract up to an explained document, in their order: what it was billed at once, a document per payer.

    Shape: missed cycles that are billed one by one are several steps of one run, each as if the run of its own day had made it;
           `due` says that day, by their places, which count from 1.
    """

    steps: tuple[tuple[Document, ...], ...]
    due: Mapping[int, date]

    @property
    def runs(self) -> tuple[date, ...]:
        """The days of the runs."""
        return tuple(step[0].on for step in self.steps)

    @property
    def places(self) -> dict[str, int]:
        """The place of each document among the runs."""
        return {one.id: place for place, step in enumerate(self.steps, 1) for one in step}

    @property
    def cancelled(self) -> tuple[Cancelled, ...]:
        """What was cancelled before a later document was written."""
        gone = ((place, one.cancelled) for place, step in enumerate(self.steps, 1) for one in step if one.cancelled is not None)
        named = {place: before for place, moment in gone if (before := self.first_after(moment, place)) is not None}
        return tuple(Cancelled(place, before) for place, before in named.items())

    def first_after(self, moment: datetime, place: int = 0) -> int | None:
        """The place of the first step that was written after a moment, and behind a place; None for none."""
        later = enumerate(self.steps[place:], place + 1)
        return next((number for number, step in later if step[0].made >= moment), None)


def lived(documents: Iterable[Document], explained: str, contract: BillingContract) -> Lived:
    """What happened up to a document, that one included. Shape: it is among the documents."""
    steps: list[list[Document]] = []
    for one in sorted(documents, key=lambda one: (one.made, one.cancelled is None, one.cycle)):
        if steps and steps[-1][0].run == one.run and all(other.payer != one.payer for other in steps[-1]):
            steps[-1].append(one)
        else:
            steps.append([one])
    until = next(place for place, step in enumerate(steps, 1) if any(one.id == explained for one in step))
    return Lived(tuple(tuple(step) for step in steps[:until]), _due(steps, until, contract))


def _due(steps: Sequence[Sequence[Document]], until: int, contract: BillingContract) -> dict[int, date]:
    """The days of steps that billed cycles, and that others of the same run followed with later cycles."""
    pairs = ((place, step[0], after[0]) for place, (step, after) in enumerate(pairwise(steps), 1) if place <= until)
    followed = ((place, one) for place, one, after in pairs if one.run == after.run and one.whole and after.whole)
    days = ((place, contract.due_on(contract.cadence.number(one.cycle))) for place, one in followed if one.cancelled is None)
    return {place: day for place, day in days if day is not None}
