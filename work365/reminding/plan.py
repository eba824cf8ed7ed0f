"""A reminder plan: what happens so many days before and after an invoice is due, and what a setting calls it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE = "none"
CODE = re.compile(r"[^\s,;]{1,40}")


class Channel(Enum):
    """Who hears of a step: the customer by mail, staff by a notice to read. The values are the labels of the choice."""

    MAIL = "Mail"
    TASK = "Task"
    BOTH = "Mail and task"


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        day: days after the due day; negative for before it.
        texts: what the partner wrote, by language tag; a language without one has the words of the product.
        credit_hold: it puts the customer on credit hold.
    """

    day: int
    channel: Channel = Channel.MAIL
    texts: Mapping[str, str] = field(default_factory=dict)
    credit_hold: bool = False

    @property
    def named(self) -> str:
        """`+10`, `-3`."""
        return f"{self.day:+d}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps under the code that the setting names, in the order of their days."""

    code: str
    steps: tuple[Step, ...]


def check_code(text: str) -> None:
    """Whether a text may name a plan. Errors: Refused."""
    if not CODE.fullmatch(text):
        message = f"is neither '{NONE}' nor the code of a reminder plan, which is up to 40 characters without a space"
        raise Refused(message)
