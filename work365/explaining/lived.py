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
        cycle: first day of the first cycle that it is about.
        made, cancelled: when; None for one that stands.
    """

    id: str
    run: str
    on: date
    cycle: date
    made: datetime
    cancelled: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lived:
    """The documents of a contract up to an explained one, in the order in which they were written: each is of a run of its own.

    Shape: missed cycles that are billed one by one are several documents of one run, each as if the run of its own day had made
           it; `due` says that day, by their places, which count from 1.
    """

    documents: tuple[Document, ...]
    due: Mapping[int, date]

    @property
    def runs(self) -> tuple[date, ...]:
        """The days of the runs."""
        return tuple(one.on for one in self.documents)

    @property
    def places(self) -> dict[str, int]:
        """The place of each document among the runs."""
        return {one.id: place for place, one in enumerate(self.documents, 1)}

    @property
    def cancelled(self) -> tuple[Cancelled, ...]:
        """What was cancelled before a later document was written."""
        return tuple(
            Cancelled(place, before)
            for place, one in enumerate(self.documents, 1)
            if one.cancelled is not None and (before := self.first_after(one.cancelled, place)) is not None
        )

    def first_after(self, moment: datetime, place: int = 0) -> int | None:
        """The place of the first document that was written after a moment, and behind a place; None for none."""
        later = enumerate(self.documents[place:], place + 1)
        return next((number for number, one in later if one.made >= moment), None)


def lived(documents: Iterable[Document], explained: str, contract: BillingContract) -> Lived:
    """What happened up to a document, that one included. Shape: it is among the documents."""
    ordered = sorted(documents, key=lambda one: (one.made, one.cancelled is None, one.cycle))
    until = next(place for place, one in enumerate(ordered, 1) if one.id == explained)
    return Lived(tuple(ordered[:until]), _due(ordered, until, contract))


def _due(ordered: Sequence[Document], until: int, contract: BillingContract) -> dict[int, date]:
    """The days of documents that others of the same run follow."""
    followed = (place for place, (one, after) in enumerate(pairwise(ordered), 1) if one.run == after.run and place <= until)
    days = ((place, contract.due_on(contract.cadence.number(ordered[place - 1].cycle))) for place in followed)
    return {place: day for place, day in days if day is not None}
