"""The plan: what each step finds and will do, as lines that a person reads and a hash stands for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.planning import HASH_LENGTH, fingerprint, refuse_another

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.installing.actions import Action


class Step(Enum):
    """The steps, in their order. Each can be repeated, and looks before it acts."""

    SECRET = "vault"  # noqa: S105  a step
    SOLUTION = "solution"
    IDENTITY = "application user"
    GROUPS = "groups"
    WEBHOOK = "webhook"
    VARIABLES = "variables"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is not as it should be.

    Attributes:
        what: the thing, by its exact name, id or address.
        found: how it is now.
        will: what will be done.
        action: the same for the program.
    """

    step: Step
    what: str
    found: str
    will: str
    action: Action

    def __str__(self) -> str:
        return f"{self.step.value}: {self.what}: {self.found} -> {self.will}"

    @property
    def wish(self) -> tuple[Step, str, str]:
        """What will be done to what, however it was found."""
        return self.step, self.what, self.will


@dataclass(frozen=True, slots=True)
class Plan:
    """Every line of every step. Without lines there is nothing to do."""

    lines: tuple[Line, ...]

    @property
    def hash(self) -> str:
        """Stands for exactly these lines in this order."""
        return fingerprint("install", (f"{number} {line}" for number, line in enumerate(self.lines)))[:HASH_LENGTH]

    def of(self, step: Step) -> tuple[Line, ...]:
        """The lines of one step."""
        return tuple(line for line in self.lines if line.step is step)

    def check_hash(self, given: str) -> None:
        """Errors: Refused when the plan is another than the one that was looked at."""
        refuse_another(given, self.hash)

    def check_covers(self, lines: Iterable[Line]) -> None:
        """What a step is about to do must stand in the plan; it may be less, where an earlier run got further.

        Errors: Refused when something else changed in the tenant meanwhile.
        """
        known = {line.wish for line in self.lines}
        for line in lines:
            if line.wish not in known:
                message = (
                    "something changed since the plan was made, so nothing more was done:"
                    f" now it would be “{line}”. Run the command again"
                )
                raise Refused(message)
