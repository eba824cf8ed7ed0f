"""How often card networks bear that one card is declined, over all invoices that are charged to it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CARD_WINDOWS = ((timedelta(days=1), 9), (timedelta(days=30), 14))
"""How many declines of one card we make in which time, one below what the networks bear: Visa 15 in 30 days, Mastercard 10 in 24
hours; above that they fine. Source: secondary (Visa "Excessive Reattempts", Mastercard "Transaction Processing Excellence")."""

DECLINES_MAX = max(most for _, most in CARD_WINDOWS)
"""Of so many declines of a card, the newest ones, nobody needs to know more."""


def bearable(declines: Sequence[date], today: date) -> bool:
    """Whether a card may be charged once more without being asked.

    Shape: `declines` are the days of its declines; a day counts whole, so the first window covers yesterday too.
    """
    return all(sum(1 for day in declines if today - day <= window) < most for window, most in CARD_WINDOWS)
