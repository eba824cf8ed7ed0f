"""The rule that holds whoever owes too much for too long, and releases whoever has paid. Pure.

It holds who is over a limit and releases whom it holds as soon as no limit is exceeded. Who is held by a person or for missing
documents is never touched. What a customer has with us (an unapplied receipt, a credit note) counts against what is overdue: it
has paid, and nobody has said yet for what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.holding.hold import REASON_MAX, Action, HoldKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from work365.holding.limits import Limits
    from work365.money import Money
    from work365.periods import DayIn
    from work365.receivables.balances import AccountBalance

NAME = "overdue"
"""What the hold log calls it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule does to a customer.

    Attributes:
        action: PLACED or LIFTED.
        reason: why, as it stands in the hold log.
    """

    action: Action
    reason: str


def judge(held: HoldKind | None, owed: Iterable[AccountBalance], limits: Limits, day_in: DayIn) -> Verdict | None:
    """What becomes of a customer now; None where nothing does.

    Shape:  `held` says who holds it, None where nobody does; `owed` is its balance in each currency.
    """
    if held not in {None, HoldKind.RULE}:
        return None
    late = sorted((one for one in owed if _unpaid(one).minor > 0), key=lambda one: one.open.currency)
    over = "; ".join(_exceeded(late, limits, day_in))[:REASON_MAX]
    if over and held is None:
        return Verdict(Action.PLACED, over)
    if held is HoldKind.RULE and not over:
        return Verdict(Action.LIFTED, _released(late, limits, day_in)[:REASON_MAX])
    return None


def _unpaid(balance: AccountBalance) -> Money:
    """What is overdue and not covered by what the customer has with us; below zero where that is more."""
    return balance.overdue - balance.unapplied


def _exceeded(late: Iterable[AccountBalance], limits: Limits, day_in: DayIn) -> Iterator[str]:
    days, late = 0, list(late)
    if limits.days is not None and (days := _days(late, day_in)) > limits.days:
        yield f"overdue for {days} days, which is more than {limits.days}"
    for one in late:
        if limits.amount is not None and one.open.currency == limits.amount.currency and _unpaid(one) > limits.amount:
            yield f"{_unpaid(one)} overdue, which is more than {limits.amount}"


def _released(late: list[AccountBalance], limits: Limits, day_in: DayIn) -> str:
    if limits.off:
        return "the rule is switched off for this customer"
    if not late:
        return "nothing is overdue any more"
    left = ", ".join(str(_unpaid(one)) for one in late)
    return f"within the limits again: {left} overdue, the oldest for {_days(late, day_in)} days"


def _days(late: Iterable[AccountBalance], day_in: DayIn) -> int:
    """For how long the oldest debt is overdue; 0 where nothing is."""
    return max(((day_in(one.zone) - one.oldest_due).days for one in late if one.oldest_due is not None), default=0)
