"""What becomes of the findings of earlier nights: kept, opened again, closed, or left as a person has explained them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from work365.reconciling.difference import Difference

ABOUT_PARTS = 3
"""How many parts of a key name what was compared; the rest is what of it differs."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding of the daily check as its row has it.

    Attributes:
        id: of its row.
        code, figure: what it says; as long as both stay, an explanation of it stands.
        message: both sentences; `next_step` is the second.
        explained: a person has said why, in `reason`.
    """

    id: str
    key: str
    code: str
    figure: str
    subject: str
    message: str
    next_step: str
    since: date
    here: str = ""
    there: str = ""
    explained: bool = False
    reason: str = ""

    @property
    def about(self) -> str:
        """What was compared."""
        return ":".join(self.key.split(":")[:ABOUT_PARTS])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What must be written.

    Attributes:
        written: findings that are new, say something else than before, or are open again.
        closed: findings of which nothing differs any more.
    """

    written: tuple[Difference, ...]
    closed: tuple[Standing, ...]


def figure(difference: Difference) -> str:
    """By how much it differs, as a row keeps it: `-150.00 EUR`; "" where it is about no amount."""
    return "" if difference.amount is None else str(difference.amount)


def decide(found: Iterable[Difference], standing: Iterable[Standing], examined: Collection[str]) -> Outcome:
    """Compare tonight with the nights before.

    Shape: `examined` names what was compared tonight; a finding about anything else stays as it is.
    """
    now = {one.key: one for one in found}
    before = {one.key: one for one in standing}
    written = tuple(one for key, one in now.items() if key not in before or _says_else(one, before[key]))
    closed = tuple(one for key, one in before.items() if key not in now and one.about in examined)
    return Outcome(written, closed)


def _says_else(found: Difference, stands: Standing) -> bool:
    if (found.code.value, figure(found)) != (stands.code, stands.figure):
        return True
    return not stands.explained and found.message != stands.message
