"""What people are told about payments and stored cards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.ports.platform import Clock
    from work365.ports.telling_money import CardNews, PaymentNews
    from work365.telling.notice import Occasion

LOOKED_BACK = timedelta(days=3)
"""How long timers may have been away before a receipt is old news."""


def payments_received(*, book: PaymentNews, clock: Clock) -> Iterable[Occasion]:
    """The charges that succeeded lately. Errors: External when they could not be read."""
    return book.received(clock.now().date() - LOOKED_BACK)


def cards_expiring(*, book: CardNews, clock: Clock) -> Iterable[Occasion]:
    """The cards that are in their last month. Errors: as above."""
    return book.expiring(clock.now().date())
