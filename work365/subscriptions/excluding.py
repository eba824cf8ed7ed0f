"""From which day on a change counts that a person excluded from its cycle: its seats move, but not before the next cycle.

What fewer seats give back is said by the change (`GivenBack`) and done by the bill (`counting`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.contracts.contract import BillingContract


def counted_from(log: Sequence[tuple[date, bool]], terms: BillingContract) -> list[date | None]:
    """The day from which each change of a subscription counts; None for one that falls away, as another is in force by then.

    Shape: `log` has of each change its day, and whether it is excluded from the cycle of that day; `terms` are those that the
    subscription is billed by.
    """
    own = [effective for effective, excluded in log if not excluded]
    return [_next_cycle(effective, own, terms) if excluded else effective for effective, excluded in log]


def _next_cycle(effective: date, own: Sequence[date], terms: BillingContract) -> date | None:
    start = terms.cadence.containing(effective).end
    return None if any(effective <= other <= start for other in own) else start
