"""Amendments: dated changes of the terms by which a contract decides when it bills.

The terms on a day are those that the contract began with and every amendment effective by then. An amendment is never edited or
taken back; what it did is undone by another one.

A change of the cycles themselves (frequency, bill day, the day they are counted from, by contract or by item), or of the payer,
ends the running cycle on its day, and the first cycle of the new terms begins there. Any other change (policy, proration) leaves
the running cycle as it is and holds from the next one on. So no day lies in two cycles, none in no cycle, and no cycle has two
payers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.contracts.policy import Policy, Prorate
    from work365.periods import Frequency


class ScheduledBy(Enum):
    """Whose cycles the subscriptions of a contract are billed in."""

    CONTRACT = "contract"
    """Those of the contract."""
    ITEM = "item"
    """Their own, where they have a schedule of their own; the contract's where not."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """One amendment of a contract; what is None stays as it was.

    Attributes:
        effective: the first day of the new terms.
        recorded: the day from which runs see it; None means that every run does. Of several for one day the last recorded
            counts, then the last listed, each for what it changes.
        anchor: a day from which the new cycles are counted; None with another frequency means the month of `effective`.
        bill_day: 1 to 31; None with an anchor means the anchor's day.
        payer: id of the account that its documents are for.
    """

    id: str
    effective: date
    recorded: date | None = None
    frequency: Frequency | None = None
    bill_day: int | None = None
    anchor: date | None = None
    policy: Policy | None = None
    prorate: Prorate | None = None
    scheduled_by: ScheduledBy | None = None
    payer: str | None = None

    def known_by(self, day: date) -> bool:
        """Whether a run of a day sees it."""
        return self.recorded is None or self.recorded <= day


@dataclass(frozen=True, slots=True)
class Schedule:
    """The cycles that one subscription has of its own on a contract by item, from a day on.

    Attributes:
        frequency: None for the contract's cycles.
        since: its first day; None means from the start of the subscription.
        anchor: a day from which the cycles are counted, its day of the month is the bill day; None means `since`.
        recorded: the day from which runs see it; None means that every run does.
    """

    frequency: Frequency | None
    since: date | None = None
    anchor: date | None = None
    recorded: date | None = None

    def known_by(self, day: date) -> bool:
        """Whether a run of a day sees it."""
        return self.recorded is None or self.recorded <= day


def in_order(amendments: Iterable[Amendment]) -> list[Amendment]:
    """Amendments in the order in which they count: by their days, of one day by when they were recorded, then as listed."""
    return sorted(amendments, key=lambda one: (one.effective, one.recorded or one.effective))


def touched(effective: date) -> date:
    """The day whose cycle is the first that new terms from a day on may change: the cycle that they cut ends the day before."""
    return effective - timedelta(days=1)
