"""The refund policy: whether a reduction gives money back, by the provider's window and by the partner's own rule.

Both are asked, and both must say yes; the refusal names the one that said no. Without refund a reduction still happens: it counts
for billing from the end of what is paid. Microsoft's window for licences is seven days from the purchase, the renewal or the
seats that were added (Partner Center's documentation of new commerce); it is data here, as providers change theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.periods import hours_left

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from work365.periods import Period


class RefundRule(Enum):
    """How much comes back. The values are the labels of the table model."""

    NONE = "None"
    DAYS = "By days"
    """The days that are left, the day of the change among them: what billing credits."""
    HOURS = "By hours"
    """The whole hours that are left."""
    FULL = "Full"


@dataclass(frozen=True, slots=True)
class RefundPolicy:
    """What holds for one type of product.

    Attributes:
        days: own window, in days of 24 hours from the purchase, the renewal or the seats that were added; None for no limit.
        provider_days: the provider's; None where it sets none.

    Errors: BadInput for a window below 0.
    """

    product_type: str
    rule: RefundRule
    days: int | None = None
    provider_days: int | None = None

    def __post_init__(self) -> None:
        if min(self.days or 0, self.provider_days or 0) < 0:
            message = f"a refund window of {self.product_type} is below 0 days; use 0 or more, or leave it empty"
            raise BadInput(message)


@dataclass(frozen=True, slots=True)
class Refund:
    """The answer.

    Attributes:
        share: of what was paid for the period; 0 where nothing comes back.
        refused: who said no, and why; "" when nobody did.
    """

    share: Fraction
    refused: str = ""


def refund(policy: RefundPolicy | None, bought: datetime, ended: datetime, paid: Period, zone: ZoneInfo) -> Refund:
    """What share of a paid period comes back when seats end within it.

    Shape: `bought` is the purchase, the renewal or the moment the seats were added; both moments have a zone. `paid` is what was
           paid in advance; its days, and the day of `ended`, are those of `zone`.
    """
    refused = _refused(policy, ended - bought)
    if policy is None or refused:
        return Refund(Fraction(0), refused)
    return Refund(_share(policy.rule, ended, paid, zone))


def _refused(policy: RefundPolicy | None, held: timedelta) -> str:
    if policy is None:
        return "Our own policy: none is set for this type of product, so nothing is refunded. Add one under Refund policies."
    passed, window = _days(held), policy.provider_days
    if window is not None and held >= timedelta(days=window):
        return f"The provider: it takes {policy.product_type} back within {window} days, and {passed} have passed."
    if policy.rule is RefundRule.NONE:
        return f"Our own policy: {policy.product_type} is not refunded."
    if policy.days is not None and held >= timedelta(days=policy.days):
        return f"Our own policy: {policy.product_type} is refunded within {policy.days} days, and {passed} have passed."
    return ""


def _days(held: timedelta) -> int:
    return held // timedelta(days=1)


def _share(rule: RefundRule, ended: datetime, paid: Period, zone: ZoneInfo) -> Fraction:
    """What is left of the paid period, as a part of it."""
    if rule is RefundRule.FULL:
        return Fraction(1)
    if rule is RefundRule.HOURS:
        return Fraction(*hours_left(ended.astimezone(zone), paid.end, paid))
    left, whole = (paid.end - ended.astimezone(zone).date()).days, paid.days
    return Fraction(min(max(left, 0), whole), whole)
