"""What an examination says of one thing: fine, ailing in a way that has a name and a mend, or not set up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.examining.ills import CHECKS, ILLS

if TYPE_CHECKING:
    from collections.abc import Iterable


UNREAD = "mend what the sentence says, then run w365 doctor again: this could not be looked at"


class Health(Enum):
    """How a check came out. Only WARNING and BROKEN are findings."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"
    NOT_SET_UP = "not set up"

    @property
    def is_finding(self) -> bool:
        """Somebody should do something."""
        return self in {Health.WARNING, Health.BROKEN}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check's answer.

    Attributes:
        check: its name, one of CHECKS.
        seen: what was found, in words.
        ill: the name of what is wrong, one of ILLS; "" when nothing is.
        mend: the next step; "" when there is none.
    """

    check: str
    health: Health
    seen: str
    ill: str = ""
    mend: str = ""


def fine(check: str, seen: str) -> Verdict:
    """Nothing to do."""
    return Verdict(_known(check), Health.OK, seen)


def absent(check: str, seen: str) -> Verdict:
    """This deployment does without."""
    return Verdict(_known(check), Health.NOT_SET_UP, seen)


def ailing(ill: str, seen: str) -> Verdict:
    """Something has a name and a mend."""
    weight, mend = ILLS[ill]
    return Verdict(_known(ill.partition(".")[0]), Health(weight), seen, ill, mend)


def unread(check: str, words: str) -> Verdict:
    """It could not be looked at."""
    return Verdict(_known(check), Health.BROKEN, words, f"{check}.unread", UNREAD)


def worst(verdicts: Iterable[Verdict], nothing: Verdict) -> Verdict:
    """One answer for several of the same check: the gravest, its words joined with the others of its weight."""
    found = list(verdicts)
    for health in (Health.BROKEN, Health.WARNING, Health.OK):
        same = [one for one in found if one.health is health]
        if same:
            return Verdict(same[0].check, health, "; ".join(one.seen for one in same), same[0].ill, same[0].mend)
    return nothing


def _known(check: str) -> str:
    if check not in CHECKS:
        raise KeyError(check)
    return check
