"""What a bulk action would do, as a hash that a person gives back to have exactly that done and nothing else.

Whoever works an action out adds a line for everything that it would write. The hash stands for the action and for those lines in
whatever order they came, so that looking twice at an unchanged tenant gives the same hash, and anything else another one.

Source: Terraform, "plan" and "apply" of a saved plan, for the method.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

HASH_LENGTH = 12
"""Hex digits of a plan's hash that are shown: 48 bits are more than enough to tell one plan from its neighbours."""


def fingerprint(about: str, lines: Iterable[str]) -> str:
    """64 hex digits that stand for what is planned and for these lines, in whatever order."""
    return hashlib.sha256("\n".join([about, *sorted(lines)]).encode()).hexdigest()


@dataclass(slots=True)
class Plan:
    """What an action would write, while it is worked out.

    Attributes:
        about: the action with everything that was asked for, e.g. `import rates ecb.csv`.
        lines: what would be written; one line may stand for many, as their fingerprint.
    """

    about: str
    lines: list[str] = field(default_factory=list)

    def add(self, *words: object) -> None:
        """One more thing that would be written."""
        self.lines.append("|".join(map(str, words)))

    @property
    def hash(self) -> str:
        """Stands for exactly this."""
        return fingerprint(self.about, self.lines)[:HASH_LENGTH]


def refuse_another(given: str, now: str) -> None:
    """Errors: Refused when the plan is another than the one that was looked at."""
    if given != now:
        message = f"the plan is not {given} any more, it is {now} now: look at it again with --dry-run, then apply that"
        raise Refused(message)
