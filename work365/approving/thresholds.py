"""From where on something waits for an approver: how settings say it, and whether a request reaches it.

What cannot be measured, or cannot be compared for want of an exchange rate, waits: nothing passes because nobody knew better.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.holding.limits import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from work365.approving.matters import Matter
    from work365.money import Currency, Money

PERCENT = f"a percentage from 0 to 100, as 10, or {UNLIMITED}"
HIGHEST_PERCENT = 100
DAYS_SETTING = "approval-days"
"""How long an approver may take."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a request is in one matter. Shape: None for what is not known; a percentage for a matter that is in percent."""

    matter: Matter
    amount: Money | None = None
    percent: Decimal | None = None

    def __str__(self) -> str:
        if self.percent is not None:
            return f"{round(self.percent, 2).normalize():f} %"
        return "not known" if self.amount is None else str(self.amount)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What waits, by matter; a matter that is in neither waits for nobody.

    Attributes:
        days: so long an approver may take.
    """

    amounts: Mapping[Matter, Money]
    percents: Mapping[Matter, Decimal]
    days: int

    @property
    def off(self) -> bool:
        """Nothing waits."""
        return not self.amounts and not self.percents


@dataclass(frozen=True, slots=True)
class InForce:
    """From where on what people enter by hand waits.

    Attributes:
        now: what settings say.
        settled: what they said when what stood was last approved; a threshold counts from then on.
    """

    now: Thresholds
    settled: Thresholds

    @property
    def off(self) -> bool:
        """Nothing waits."""
        return self.now.off or self.settled.off


def read_percent(text: str) -> Decimal | None:
    """`10`, `7.5 %`, or `off` for None. Errors: Refused."""
    if text == UNLIMITED:
        return None
    try:
        found = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found <= HIGHEST_PERCENT:
        message = f"is not {PERCENT}"
        raise Refused(message)
    return found


def caught(
    sizes: Sequence[Size], thresholds: Thresholds, convert: Callable[[Money, Currency], Money | None]
) -> list[tuple[Size, str]]:
    """Each size that waits, with the sentence that says why; `convert` gives None where there is no exchange rate."""
    found = ((size, _why(size, thresholds, convert)) for size in sizes)
    return [(size, why) for size, why in found if why]


def _why(size: Size, thresholds: Thresholds, convert: Callable[[Money, Currency], Money | None]) -> str:
    matter = size.matter
    if matter.in_percent:
        return _in_percent(size, thresholds.percents.get(matter))
    limit = thresholds.amounts.get(matter)
    if limit is None:
        return ""
    if size.amount is None:
        return f"What is {matter.measured} is not known, and {limit} or more waits for an approver."
    compared = size.amount if size.amount.currency == limit.currency else convert(size.amount, limit.currency)
    if compared is None:
        return (
            f"{size.amount} {matter.measured} cannot be compared with {limit}, from which on it waits for an approver: there is "
            f"no exchange rate from {size.amount.currency} to {limit.currency}."
        )
    if compared < limit:
        return ""
    worth = "" if compared is size.amount else f", which is {compared},"
    return f"{size.amount} {matter.measured}{worth} waits for an approver: {limit} or more does."


def _in_percent(size: Size, limit: Decimal | None) -> str:
    if limit is None:
        return ""
    most = f"{limit.normalize():f} %"
    if size.percent is None:
        return f"What is {size.matter.measured} is not known, and {most} or more waits for an approver."
    return f"{size} {size.matter.measured} waits for an approver: {most} or more does." if size.percent >= limit else ""
