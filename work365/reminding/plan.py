"""A reminder plan: what happens so many days before and after an invoice is due, and what a setting calls it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE = "none"
_ZERO = Decimal(0)
CODE = re.compile(r"[^\s,;]{1,40}")


class Channel(Enum):
    """Who hears of a step: the customer by mail, staff by a notice to read. The values are the labels of the choice."""

    MAIL = "Mail"
    TASK = "Task"
    BOTH = "Mail and task"

    @property
    def mails(self) -> bool:
        """The customer hears of it."""
        return self is not Channel.TASK

    @property
    def asks_staff(self) -> bool:
        """Staff hear of it."""
        return self is not Channel.MAIL


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        day: days after the due day; negative for before it.
        texts: what the partner wrote, by language tag; a language without one has the words of the product.
        credit_hold: it puts the customer on credit hold.
        suspend: it proposes to suspend what the invoice's contract has.
        fee: what it costs, in major units of the plan's currency.
        fee_percent: the share of what is owed that it costs, besides.
        yearly_interest: percent a year that it costs, besides.
    """

    day: int
    channel: Channel = Channel.MAIL
    texts: Mapping[str, str] = field(default_factory=dict)
    credit_hold: bool = False
    suspend: bool = False
    fee: Decimal = _ZERO
    fee_percent: Decimal = _ZERO
    yearly_interest: Decimal = _ZERO

    @property
    def charges(self) -> bool:
        """Whether it costs something."""
        return bool(self.fee or self.fee_percent or self.yearly_interest)

    @property
    def named(self) -> str:
        """`+10`, `-3`."""
        return f"{self.day:+d}"


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What holds for the fees of all steps of a plan.

    Attributes:
        product: id of the product that fees are billed, taxed and booked as; "" where none was chosen.
        currency: of amounts that are stated; "" where none was chosen.
        grace_days: so many days after the due day nothing is charged yet.
        cap: the most that all steps of one invoice charge together, in major units; None for as much as it comes to.
    """

    product: str = ""
    currency: str = ""
    grace_days: int = 0
    cap: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps under the code that the setting names, in the order of their days."""

    code: str
    steps: tuple[Step, ...]
    fees: FeeTerms = FeeTerms()


def check_code(text: str) -> None:
    """Whether a text may name a plan. Errors: Refused."""
    if not CODE.fullmatch(text):
        message = f"is neither '{NONE}' nor the code of a reminder plan, which is up to 40 characters without a space"
        raise Refused(message)
