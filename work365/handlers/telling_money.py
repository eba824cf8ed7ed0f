"""What customers are told about their payments."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.ports.platform import Clock
    from work365.ports.telling_money import PaymentNews
    from work365.telling.notice import Occasion

LOOKED_BACK = timedelta(days=3)
"""How long timers may have been away before a receipt is old news."""


def payments_received(*, book: PaymentNews, clock: Clock) -> Iterable[Occasion]:
    """The charges that succeeded lately. Errors: External when they could not be read."""
    return book.received(clock.now().date() - LOOKED_BACK)
