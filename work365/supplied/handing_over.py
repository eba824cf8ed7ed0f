"""Where our own proration ends and the supplier's lines begin: a day on the contract.

From that day on a subscription that the supplier bills has no seats as far as our own rule goes. So what had been billed ahead by
seats and days is credited by reconciliation, like any reduction, and nothing is billed by both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.subscriptions.change_log import Change

if TYPE_CHECKING:
    from datetime import date

    from work365.subscriptions.change_log import Subscription

NOBODY = ""
"""The id of the change that ends our own proration: no row of a log says so."""


def handed_over(subscription: Subscription, since: date) -> tuple[Subscription, tuple[str, ...]]:
    """The subscription as our own rule bills it, and the changes since that day, which the supplier's lines bill.

    Shape: of the changes only those that no bill has settled; they are settled without a line.
    """
    ours = tuple(change for change in subscription.changes if change.effective < since)
    theirs = tuple(change.id for change in subscription.changes if change.effective >= since and not change.settled)
    ended = Change(NOBODY, max(since, subscription.start), 0, settled=True)
    return replace(subscription, changes=(*ours, ended)), theirs
