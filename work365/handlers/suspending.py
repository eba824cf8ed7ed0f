"""Warn of suspensions, propose them, and carry out what people have decided.

The rule writes rows and nothing else: it never suspends or resumes by itself. What a person has confirmed, by the command or by
the status on the form, becomes the job that a person would create to pause the subscription; job and row are one change set, so
it is asked for once. Running all of it again does what is left.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import BadInput, Conflict, Refused
from work365.ports.suspending import Move
from work365.suspending.running_cost import by_hand
from work365.suspending.suspension import State, moved
from work365.telling.suspensions import SuspensionProposed, SuspensionWarning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from work365.periods import DayIn
    from work365.ports.platform import Clock
    from work365.ports.suspending import Listed, SuspensionBook
    from work365.telling.notice import Occasion

log = logging.getLogger(__name__)
REASON_MAX = 300
FROM = {
    State.CONFIRMED: (State.WARNED, State.PROPOSED),
    State.DECLINED: (State.WARNED, State.PROPOSED),
    State.RESUMED: (State.CONFIRMED, State.RESUMABLE),
}
"""What a person may decide, and about which suspensions."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What the rule does, or did; `broken` keeps it from looking at some contracts, the others are not held up by it."""

    moves: tuple[Move, ...]
    broken: tuple[BadInput, ...]


def look(day_in: DayIn, *, book: SuspensionBook, usage: bool = True) -> Followed:
    """What the rule would do now; `day_in` says which day that is in a zone. Nothing is written. Errors: External."""
    moves: list[Move] = []
    broken: dict[str, BadInput] = {}
    for case in book.cases(day_in, usage=usage):
        if isinstance(case, BadInput):
            broken[case.message] = case
            continue
        today = day_in(case.subject.zone)
        change = moved(case.before, case.trigger, case.rule, today, sent=case.sent, running=case.subject.running)
        if change is not None:
            moves.append(Move(case, change))
    return Followed(tuple(moves), tuple(broken.values()))


def follow(day_in: DayIn, *, book: SuspensionBook, usage: bool = True) -> Followed:
    """Warn, propose and withdraw; what was written. Errors: External; running it again does the rest."""
    found = look(day_in, book=book, usage=usage)
    return Followed(tuple(book.record(found.moves, day_in)), found.broken)


def told(*, book: SuspensionBook) -> Iterator[Occasion]:
    """What customers are warned of, and what staff has to decide. Errors: External."""
    for one in book.standing():
        yield SuspensionWarning(one) if one.suspension.state is State.WARNED else SuspensionProposed(one)


def carry_out(*, book: SuspensionBook, clock: Clock) -> int:
    """Ask for what people have decided; how many jobs are new. Errors: External."""
    made = 0
    for suspension in list(book.undone()):
        try:
            made += book.carry_out(suspension, clock.now())
        except Conflict:
            log.info("suspension %s was written meanwhile; the next sweep looks at it", suspension)
    return made


def decide(one: Listed, state: State, reason: str, *, book: SuspensionBook, clock: Clock) -> str:
    """What a person decides about a suspension; confirming and resuming ask for the job at once.

    Shape:  what is left to do at the supplier by hand; "" where nothing is.

    Errors: BadInput without a reason; Refused where that cannot be decided any more; Conflict.
    """
    if not reason.strip() or len(reason) > REASON_MAX:
        message = f"say why, in up to {REASON_MAX} characters; it stays with the suspension"
        raise BadInput(message, "--reason")
    if one.state not in FROM[state]:
        wanted = " or ".join(each.value for each in FROM[state])
        message = f"the suspension of {one.subscription} is {one.state.value}; only one that is {wanted} becomes {state.value}"
        raise Refused(message)
    book.decide(one, state, reason.strip(), clock.now())
    if state is State.DECLINED:
        return ""
    book.carry_out(one.id, clock.now())
    return by_hand(one.subscription, at_supplier=one.supplied, active=state is State.RESUMED)


def named(found: Sequence[Listed], text: str) -> Listed:
    """The open suspension that was typed: its id, or its subscription's name. Errors: BadInput for none, and for several."""
    meant = [one for one in found if text.lower() in (one.id.lower(), one.subscription.lower())]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        message = f"no open suspension has the id or subscription '{text}'; see `w365 suspensions list`"
        raise BadInput(message, "SUSPENSION")
    message = f"several suspensions are about '{text}': {', '.join(one.id for one in meant)}; give the id of one"
    raise BadInput(message, "SUSPENSION")
