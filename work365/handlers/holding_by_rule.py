"""Hold who is over a limit and release who has paid, every day and with every sweep.

Whoever draws a balance writes the account in the same change set, so a move under the account's version never follows a balance
that is not the kept one any more. Whom a move misses is looked at again by the next sweep.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.holding.hold import Action
from work365.holding.rule import judge
from work365.ports.hold_rule import Move

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.periods import DayIn
    from work365.ports.hold_rule import Case, HoldRuleBook

AT_ONCE = 50
"""Customers that are read again in one request."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What the rule does, or did.

    Attributes:
        moves: who is held or released, and who is only tidied.
        broken: settings that keep the rule from looking at some customers; the others are not held up by it.
    """

    moves: tuple[Move, ...]
    broken: tuple[BadInput, ...]

    @property
    def told(self) -> list[Move]:
        """Who is held or released, by name."""
        return sorted((one for one in self.moves if one.verdict is not None), key=lambda one: one.customer.name)

    @property
    def released(self) -> int:
        """How many are released."""
        return sum(one.verdict is not None and one.verdict.action is Action.LIFTED for one in self.moves)


def look(day_in: DayIn, *, book: HoldRuleBook) -> Followed:
    """Whom the rule would hold or release. Nothing is written."""
    return _judged(book.everybody(), day_in)


def follow(day_in: DayIn, *, book: HoldRuleBook) -> Followed:
    """Hold and release; whom it did. Errors: External; running it again does the rest."""
    found = look(day_in, book=book)
    rest, done = iter(found.moves), list[Move]()
    while chunk := [one.customer.id for one in islice(rest, AT_ONCE)]:
        done += book.record(_judged(book.some(chunk), day_in).moves)
    return Followed(tuple(done), found.broken)


def _judged(cases: Iterable[Case | BadInput], day_in: DayIn) -> Followed:
    moves: list[Move] = []
    broken: dict[str, BadInput] = {}
    for case in cases:
        if isinstance(case, BadInput):
            broken[case.message] = case
            continue
        verdict = judge(case.customer.kind, case.owed, case.limits, day_in)
        if verdict is not None or case.stale:
            moves.append(Move(case.customer, verdict))
    return Followed(tuple(moves), tuple(broken.values()))
