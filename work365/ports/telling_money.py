"""Port to what customers are told about their payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from work365.telling.payments import PaymentReceived


class PaymentNews(Protocol):
    """Payments as far as their customers are told of them."""

    def received(self, since: date) -> Iterable[PaymentReceived]:
        """Charges at a gateway that succeeded on a day or later, for invoices of a contract's own customer."""
