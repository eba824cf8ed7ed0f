"""Draw how debtors stand: every night, and with every sweep those of whom something was paid or ordered.

A figure is counted from documents, contracts and orders each time, so it does not matter how often or in which order; what two
workers draw at the same moment is written by the one that read last, because it holds the version that the other left.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from work365.errors import BadInput, Conflict
from work365.exposure.drawing import draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from work365.exposure.figure import Debtor, Figure
    from work365.ports.exposure import ExposureBook, Standing
    from work365.ports.platform import Clock

AT_ONCE = 20
"""Debtors that are read together."""
TRIES = 4
ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many debtors were looked at, and what keeps others from being drawn; it holds up nobody else."""

    count: int
    broken: tuple[BadInput, ...] = ()


def refresh_all(*, book: ExposureBook, clock: Clock) -> Drawn:
    """Draw everybody who has a limit: a day passes, and more is overdue and committed. Errors: External; Conflict."""
    return _refresh(book.debtors(), book=book, clock=clock)


def refresh_moved(*, since: datetime, book: ExposureBook, clock: Clock) -> Drawn:
    """Draw those of whom a balance was drawn since a moment, or an order let in since they were drawn themselves."""
    return _refresh(book.moved(since), book=book, clock=clock)


def look(number: str, *, book: ExposureBook, clock: Clock) -> Figure:
    """How one account stands now, with a limit or without; nothing is written. Errors: BadInput."""
    standing = book.standing([book.named(number)], clock.today(ZONE), clock.now())
    if standing.broken:
        raise standing.broken[0]
    return draw(standing.debtors[0], standing.sources, clock.today(ZONE))


def _refresh(found: Iterable[Debtor | BadInput], *, book: ExposureBook, clock: Clock) -> Drawn:
    broken: list[BadInput] = []
    debtors: list[Debtor] = []
    for one in found:
        if isinstance(one, BadInput):
            broken.append(one)
        else:
            debtors.append(one)
    rest = iter(debtors)
    while chunk := list(islice(rest, AT_ONCE)):
        broken += _chunk(chunk, book, clock)
    return Drawn(len(debtors), tuple(broken))


def _chunk(debtors: Sequence[Debtor], book: ExposureBook, clock: Clock) -> Sequence[BadInput]:
    """Errors: Conflict when one of them keeps changing: the next sweep draws it again."""
    broken: Sequence[BadInput] = ()
    for attempt in range(TRIES):
        today = clock.today(ZONE)
        standing = book.standing(debtors, today, clock.now())
        broken = broken if attempt else standing.broken
        figures = [draw(one, standing.sources, today) for one in standing.debtors]
        left = book.keep([one for one in figures if _differs(one, standing)], standing.kept)
        debtors = [one for one in debtors if one.id in left]
        if not debtors:
            return broken
    message = f"the credit exposure of {debtors[0].name} changed each time it was drawn"
    raise Conflict(message)


def _differs(figure: Figure, standing: Standing) -> bool:
    kept = standing.kept.get(figure.debtor.id)
    return kept is None or kept.ordered or kept.summary != figure.summary
