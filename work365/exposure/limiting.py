"""Whether an order fits the limits that it is held to, and what is said where it does not. Pure.

An order that adds nothing fits. Where the exposure of its debtor is not known, none does: what cannot be counted never passes
silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.exposure.drawing import Check
    from work365.money import Money


class LimitRule(Enum):
    """What becomes of an order that exceeds a limit. The values are what the setting says."""

    OFF = "off"
    WAIT = "wait"
    APPROVAL = "approval"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit that an order does not fit.

    Attributes:
        sentence: limit, exposure, order and shortfall, in words without a full stop.
        over_by: the shortfall; None where it is not known.
    """

    sentence: str
    over_by: Money | None = None


def exceeded(checks: Iterable[Check]) -> Exceeded | None:
    """The first limit that an order does not fit; None where it fits them all."""
    return next((found for one in checks if (found := _exceeded(one))), None)


def _exceeded(one: Check) -> Exceeded | None:
    figure, debtor = one.figure, one.figure.debtor
    if one.waiting:
        return Exceeded("it waits for that already")
    if debtor.limit is None:
        return None
    if figure.unknown:
        return Exceeded(f"the exposure of {debtor.name} is not known: {'; '.join(figure.unknown)}")
    short = figure.shortfall(one.order)
    if one.order.minor <= 0 or not short.minor:
        return None
    stands = f"the limit of {debtor.name} is {debtor.limit}, its exposure {figure.exposure}"
    return Exceeded(f"{stands}, and this order adds {one.order}; {short} too much", short)
