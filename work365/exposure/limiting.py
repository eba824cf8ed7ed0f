"""Whether an order fits the limits that it is held to, and what is said where it does not. Pure.

An order that adds nothing fits. Where the exposure of its debtor is not known, none does: what cannot be counted never passes
silently.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.exposure.drawing import Check


class LimitRule(Enum):
    """What becomes of an order that exceeds a limit. The values are what the setting says."""

    OFF = "off"
    WAIT = "wait"
    APPROVAL = "approval"
    REFUSE = "refuse"


def exceeded(checks: Iterable[Check]) -> str:
    """What the first limit that an order exceeds says to it; "" where it fits them all."""
    return next((said for one in checks if (said := _said(one))), "")


def _said(one: Check) -> str:
    figure, debtor = one.figure, one.figure.debtor
    if one.waiting:
        return "it waits for that already"
    if debtor.limit is None:
        return ""
    if figure.unknown:
        return f"the exposure of {debtor.name} is not known: {'; '.join(figure.unknown)}"
    short = figure.shortfall(one.order)
    if one.order.minor <= 0 or not short.minor:
        return ""
    return (
        f"the limit of {debtor.name} is {debtor.limit}, its exposure {figure.exposure}, and this order adds {one.order}; "
        f"{short} too much"
    )
