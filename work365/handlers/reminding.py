"""Remind customers of open invoices: decide which step of its plan each has reached, then take the steps of a customer together.

A step is a row at an id that the invoice and the day give, written with the notices that tell of it and with everything else that
it does in one change set, under the versions of the invoices: it happens once, and never after a payment that was there by then.
The mails go with the other notices (work365/handlers/telling.py), and not if a payment was quicker.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.periods import days_at
from work365.ports.reminding import Taking
from work365.reminding.bundling import bundled
from work365.reminding.chasing import due_step, held_back
from work365.reminding.letter import fee_lines, notices

if TYPE_CHECKING:
    from work365.periods import DayIn
    from work365.ports.documents import Catalogues
    from work365.ports.platform import Clock
    from work365.ports.reminding import ReminderBook
    from work365.reminding.bundling import Bundle, Debtor
    from work365.reminding.chasing import Due

OF_USE = timedelta(days=7)
"""How long a reminder that could not be sent is still worth sending."""
ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Held:
    """A step that is due and not taken, and why."""

    due: Due
    customer: str
    why: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a day asks for.

    Attributes:
        held: steps that are due and held back.
        broken: what keeps some customers from being reminded at all; the others are not held up by it.
    """

    bundles: tuple[Bundle, ...]
    held: tuple[Held, ...]
    broken: tuple[BadInput, ...]


def prepare(day_in: DayIn, *, book: ReminderBook) -> Prepared:
    """Which steps are due, or would be if nothing changed until then. Nothing is written.

    Shape:  `day_in` says which day it is in a zone.
    Errors: External.
    """
    due: list[tuple[Debtor, Due]] = []
    held: list[Held] = []
    broken: dict[str, BadInput] = {}
    for case in book.cases(day_in(ZONE)):
        if isinstance(case, BadInput):
            broken[case.message] = case
            continue
        try:
            today = day_in(case.debtor.zone)
            reached = due_step(case.owed, case.plan, today)
        except BadInput as error:
            broken[error.message] = error
            continue
        if reached is None:
            continue
        if why := held_back(case.owed, today):
            held.append(Held(reached, case.debtor.customer, why))
        else:
            due.append((case.debtor, reached))
    return Prepared(tuple(bundled(due)), tuple(held), tuple(broken.values()))


def remind(*, book: ReminderBook, catalogues: Catalogues, clock: Clock) -> int:
    """What the timer does every day: take the steps that are due; how many mails and tasks they became.

    Errors: BadInput once all others are taken, where a setting names no plan; External; running it again takes the rest.
    """
    now = clock.now()
    day_in, until = days_at(now), now + OF_USE
    prepared = prepare(day_in, book=book)
    takings = [
        Taking(one, notices(one, catalogues, until), day_in(one.debtor.zone), fee_lines(one, catalogues))
        for one in prepared.bundles
    ]
    taken = book.record(takings)
    if prepared.broken:
        raise prepared.broken[0]
    return taken
