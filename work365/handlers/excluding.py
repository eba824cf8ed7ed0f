"""Leaving rows out of billing, and taking them back: load all, decide each, record what changes; one bad row stops no other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.crediting.excluding import BillingState, exclude, take_back
from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.crediting.excluding import Billable, Decision, Said
    from work365.ports.excluding import ExclusionBook


class Wish(Enum):
    """What a person wants of some rows."""

    EXCLUDE = "exclude"
    TAKE_BACK = "take back"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. `decision` is None where nothing was to be done, or where `problem` says why nothing was."""

    id: str
    named: str
    decision: Decision | None = None
    problem: str = ""

    @property
    def words(self) -> str:
        """In a few words, for a table."""
        if self.problem:
            return self.problem
        if self.decision is None:
            return "nothing to do"
        return "left out" if self.decision.state is BillingState.EXCLUDED else "waits for its bill again"


def decide(ids: Sequence[str], said: Said, wish: Wish, *, book: ExclusionBook) -> list[Outcome]:
    """What would become of these rows; writes nothing. Errors: External when the tenant cannot be read."""
    there = book.billable(ids)
    return [_decided(one, there.get(one), said, wish) for one in dict.fromkeys(ids)]


def record(outcomes: Sequence[Outcome], *, book: ExclusionBook) -> list[Outcome]:
    """Write what was decided; a row that somebody changed meanwhile says so. Errors: External when nothing could be written."""
    decided = [one.decision for one in outcomes if one.decision is not None]
    failed = {decision.row.id: error for decision, error in zip(decided, book.write(decided), strict=True) if error is not None}
    return [Outcome(one.id, one.named, problem=f"not written: {failed[one.id]}") if one.id in failed else one for one in outcomes]


def _decided(name: str, row: Billable | None, said: Said, wish: Wish) -> Outcome:
    if row is None:
        return Outcome(name, "", problem="no change, item, usage record, time or supplier's line has this id")
    try:
        return Outcome(name, row.named, exclude(row, said) if wish is Wish.EXCLUDE else take_back(row, said))
    except Refused as error:
        return Outcome(name, row.named, problem=str(error))
